"""The key of a member's store: where it rests, and how it is made the first time."""

from __future__ import annotations

import secrets
from pathlib import Path

from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Remembered
from clinicdesk.core.session import Session
from clinicdesk.core.store.sqlcipher import KEY_BYTES
from clinicdesk.core.vault import Vault


async def store_key(session: Session) -> bytes:
    """The key out of the session's vault, made there the first time. Raises VaultUnavailable."""
    name = _name(session.home, session.user)
    kept = await session.vault.read(name)
    if kept is not None:
        return bytes.fromhex(kept)
    key = secrets.token_bytes(KEY_BYTES)
    await session.vault.write(name, key.hex())
    return key


async def keys_for(session: Session, vault: Vault, file: Path) -> list[bytes]:
    """The keys in `vault` that may open `file`, a store of this member. Raises VaultUnavailable."""
    home, user = session.home, session.user
    names = (_name(home, user), _name(home, user, file.stem))
    kept = [await vault.read(name) for name in names]
    return [bytes.fromhex(key) for key in kept if key is not None]


async def keep_key(session: Session, vault: Vault, file: Path) -> None:
    """Keep the key of a store that has a file of its own, since its vault ends with the program.

    Raises VaultUnavailable.
    """
    key = await store_key(session)
    await vault.write(_name(session.home, session.user, file.stem), key.hex())


def _name(home: Home, user: Remembered, *file: str) -> str:
    return home.secret_name("store-key", user.server, user.clinic.id, user.member.id, *file)
