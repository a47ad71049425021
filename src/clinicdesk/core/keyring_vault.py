"""The operating system's keyring as a vault, and the choice of the vault that a desk uses.

The keyring comes first. On a machine without one a person may choose a passphrase
(`passphrase_vault`); otherwise secrets stay in memory and end with the program, and the vault's
`explanation` says so.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.core import get_keyring, init_backend, load_config, load_env, load_keyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from clinicdesk.core.vault import NO_KEYRING, MemoryVault, Vault, VaultUnavailable, refuse_long

_Answer = TypeVar("_Answer")

SERVICE = "clinicdesk"
"""The name under which people find these entries in their keyring's own program."""

_USUAL = {
    "linux": "keyring.backends.SecretService.Keyring",
    "darwin": "keyring.backends.macOS.Keyring",
    "win32": "keyring.backends.Windows.WinVaultKeyring",
}

_LOCKED_KEYRING = (
    "The keyring of this computer is locked or does not answer, so your sign-in is kept in memory "
    "only: unlock the keyring and open clinicdesk again to have it remembered."
)
_KEYRING = "Your sign-in is kept in the keyring of this computer."


async def open_vault(
    folder: Path, passphrase: str | None, *, known: str = "", patience_s: float = 3.0
) -> Vault:
    """The best vault that this machine and this person offer.

    A passphrase is a person's own choice and goes first: its file lies in `folder`. Otherwise the
    keyring, if a secret survives a round trip through it within `patience_s` seconds; else memory.
    `known` names a secret that an earlier run may have kept: finding it spares the round trip.
    Raises PassphraseRefused when the passphrase is too short or does not open the file, and
    VaultUnavailable when the file cannot be read or made.
    """
    if passphrase is not None:
        # Loaded when asked for: most machines have a keyring and never need the ciphers.
        from clinicdesk.core.passphrase_vault import PassphraseFileVault

        return await PassphraseFileVault.open(folder, passphrase)
    caller = _KeyringCaller(patience_s)
    try:
        keyring = await caller.run(partial(_proven_keyring, known))
    except (TimeoutError, KeyringLocked):
        return MemoryVault(_LOCKED_KEYRING)
    except Exception:
        # What a keyring raises depends on its maker. None that fails its trial is used.
        return MemoryVault()
    return KeyringVault(keyring, caller)


class KeyringVault:
    """Keeps secrets in the keyring of the operating system.

    A locked keyring blocks its caller on a password window, so every call runs on a thread of its
    own and is given up after a while. A call given up while it waited for its turn never happens;
    one given up while the window was open may still take effect once the person answers.
    """

    def __init__(self, keyring: KeyringBackend, caller: _KeyringCaller) -> None:
        self._keyring = keyring
        self._caller = caller

    @property
    def lasting(self) -> bool:
        """Always True."""
        return True

    @property
    def explanation(self) -> str:
        """Names the keyring as the place."""
        return _KEYRING

    async def read(self, name: str) -> str | None:
        """See Vault."""
        return await self._call(lambda: self._keyring.get_password(SERVICE, name))

    async def write(self, name: str, secret: str) -> None:
        """See Vault."""
        refuse_long(secret)
        await self._call(lambda: self._keyring.set_password(SERVICE, name, secret))

    async def delete(self, name: str) -> None:
        """See Vault."""
        await self._call(lambda: self._forget(name))

    def _forget(self, name: str) -> None:
        try:
            self._keyring.delete_password(SERVICE, name)
        except PasswordDeleteError:
            if self._keyring.get_password(SERVICE, name) is not None:
                raise

    async def _call(self, call: Callable[[], _Answer]) -> _Answer:
        try:
            return await self._caller.run(call)
        except TimeoutError as error:
            raise VaultUnavailable(
                "The keyring of this computer did not answer; it may be locked."
            ) from error
        except Exception as error:  # each keyring has errors of its own
            raise VaultUnavailable("The keyring of this computer refused the request.") from error


class _KeyringCaller:
    """Calls a keyring from one thread, in order, each call with the same patience (seconds).

    The thread is a daemon, unlike those of an executor: one that hangs on a password window must
    not keep the program from ending.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        threading.Thread(target=self._work, name="keyring", daemon=True).start()

    async def run(self, call: Callable[[], _Answer]) -> _Answer:
        """The call's answer, or its exception; TimeoutError when patience ends."""
        answer: Future[_Answer] = Future()
        self._calls.put((answer, call))
        async with asyncio.timeout(self._patience_s):
            return await asyncio.wrap_future(answer)

    def _work(self) -> None:
        while True:
            answer, call = self._calls.get()
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(call())
            except BaseException as error:
                answer.set_exception(error)


def _proven_keyring(known: str) -> KeyringBackend:
    """The machine's keyring after a round trip through it. Runs on the keyring's thread.

    The trial is one call, so that one that is given up still cleans up when it ends.
    """
    if known and (familiar := _familiar_keyring(known)) is not None:
        return familiar
    init_backend(limit=_is_safe)
    keyring = get_keyring()
    if not _is_safe(keyring):  # the environment or a file of the user's may name any
        raise VaultUnavailable(NO_KEYRING)
    # A name of its own for each trial: two desks may open at the same moment.
    name, secret = f"trial-{secrets.token_hex(8)}", secrets.token_hex(16)
    keyring.set_password(SERVICE, name, secret)
    kept = keyring.get_password(SERVICE, name)
    keyring.delete_password(SERVICE, name)
    if kept is None or not hmac.compare_digest(kept, secret):
        raise VaultUnavailable(NO_KEYRING)
    return keyring


def _familiar_keyring(known: str) -> KeyringBackend | None:
    """The configured or the usual keyring, if it still has the secret that is `known`.

    Looking for every keyring there is takes longer than all the rest of opening a vault.
    """
    try:
        keyring = load_env() or load_config() or load_keyring(_USUAL[sys.platform])
        kept = keyring.get_password(SERVICE, known) if _is_safe(keyring) else None
    except KeyringLocked:
        raise
    except Exception:  # whatever is wrong with it, the thorough way will tell
        return None
    return keyring if kept is not None else None


def _is_safe(keyring: KeyringBackend) -> bool:
    """Whether a keyring keeps secrets, and not in plain text as those of keyrings.alt do."""
    if isinstance(keyring, ChainerBackend):
        return bool(keyring.backends) and all(_is_safe(each) for each in keyring.backends)
    if isinstance(keyring, (fail.Keyring, null.Keyring)):
        return False
    return not any(
        kind.__module__.split(".")[:2] == ["keyrings", "alt"] for kind in type(keyring).__mro__
    )
