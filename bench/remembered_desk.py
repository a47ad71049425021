"""A desk that was used on this computer before: a filled store, and somebody who is remembered.

Its server is not there, so that what is measured is the desk alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Final

import msgspec

from bench.pharmacy_rows import CLINIC, FORMULARY, clinic, medicines_of, member, working_set
from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.entities import Medicine, Row
from clinicdesk.contract.frames import Cursor
from clinicdesk.core.clock import utc_now
from clinicdesk.core.device import Device
from clinicdesk.core.home import Home
from clinicdesk.core.identity import new_id
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.rows import Position, StoredRow
from clinicdesk.core.store.sqlcipher import KEY_BYTES
from clinicdesk.core.store.store import Store
from clinicdesk.core.vault import MemoryVault, Vault
from clinicdesk.desktop.shell.settings import Settings

NO_SERVER: Final = "http://127.0.0.1:9"
"""Nothing listens on the discard port."""
_PAGE: Final = 5000


class LastingMemoryVault(MemoryVault):
    """Keeps secrets for this process, and is taken for one that keeps them longer."""

    def __init__(self, kept: dict[str, str] | None = None) -> None:
        super().__init__()
        self.secrets = dict(kept or {})

    @property
    def lasting(self) -> bool:
        return True

    async def read(self, name: str) -> str | None:
        return self.secrets.get(name)

    async def write(self, name: str, secret: str) -> None:
        self.secrets[name] = secret


async def leave_behind(
    home: Home, vault: Vault, *, patients: int, prescriptions: int, medicines: int = 0
) -> Remembered:
    """Fill a profile as if its pharmacist had signed in, worked and closed the window."""
    user = Remembered(
        server=NO_SERVER, login="vikram.patil", session_id=new_id(), member=member, clinic=clinic,
        last_used=datetime.now(UTC),
    )  # fmt: skip
    profiles = Profiles.read(home)
    profiles.remember(user)
    settings = Settings.read(home)
    settings.sign_in(NO_SERVER)
    settings.show_workspace("pharmacy")  # the queue is what is measured
    await Device.load(profiles.device_id, home, vault)
    token = home.secret_name("refresh-token", user.server, user.member.id)
    await vault.write(token, secrets.token_urlsafe(32))
    key = secrets.token_bytes(KEY_BYTES)
    name = home.secret_name("store-key", user.server, user.clinic.id, user.member.id)
    await vault.write(name, key.hex())
    store = await open_store(home, user, key)
    try:
        await fill_rows(store, working_set(patients, prescriptions, utc_now()))
        await fill_medicines(store, medicines_of(medicines))
    finally:
        await store.close()
    return user


async def open_store(home: Home, user: Remembered, key: bytes) -> Store:
    """The store that the desk of `user` opens."""
    identity = {
        "server": user.server,
        "clinic": str(user.clinic.id),
        "member": str(user.member.id),
    }
    path = home.store_path(user.server, user.clinic.id, user.member.id)
    return await Store.open(path, key, identity, utc_now)


async def fill_rows(store: Store, rows: Iterable[tuple[str, Row]]) -> None:
    """Take these rows as a snapshot's."""
    rest = iter(rows)

    def some() -> list[StoredRow]:
        return [
            StoredRow(kind, row.id, row.version, msgspec.json.encode(row))
            for kind, row in islice(rest, _PAGE)
        ]

    while chunk := some():
        await store.rows.stage(partial(_same, chunk))
    scopes = scopes_of(member)
    cursor = Cursor(clinic=CLINIC, epoch="bench", seq=1, access=access_digest(scopes))
    await store.rows.swap(Position(cursor, scopes))


async def fill_medicines(store: Store, medicines: Iterable[Medicine]) -> None:
    """Take a formulary, page by page."""
    rest = iter(medicines)
    while page := list(islice(rest, _PAGE)):
        state = CatalogueState(1, None)
        await store.medicines.take_page(FORMULARY, page, state)


def _same(rows: list[StoredRow]) -> list[StoredRow]:
    return rows
