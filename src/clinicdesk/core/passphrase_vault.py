"""A vault under a passphrase, for machines without a keyring.

`<folder>/vault/lock.json` holds the parameters of scrypt (RFC 7914) and a known text sealed with
the key made by it; each secret is a file of its own, so that two desks of one person never
overwrite each other's. Everything is sealed with AES-256-GCM, bound to its name.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from clinicdesk.core.vault import VaultUnavailable, refuse_long

SHORTEST_PASSPHRASE = 8
"""In characters; asked only of a new passphrase."""

_COST = 2**17  # OWASP's advice for scrypt with r=8, p=1: 128 MiB and about 0.4 s
_BLOCK_SIZE = 8
_FORMAT = 1
_NONCE_BYTES = 12
_CHECK = b"clinicdesk vault"


class PassphraseRefused(Exception):
    """A passphrase was too short or the wrong one; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class _Lock:
    """What `lock.json` says."""

    cost: int
    salt: bytes
    check: bytes


class PassphraseFileVault:
    """Keeps secrets in files that only their owner may read and only the passphrase opens."""

    def __init__(self, folder: Path, cipher: AESGCM) -> None:
        self._folder = folder
        self._cipher = cipher
        self._turn = asyncio.Lock()  # writes of one name take effect in the order asked for

    @classmethod
    async def open(cls, folder: Path, passphrase: str, *, cost: int = _COST) -> PassphraseFileVault:
        """Open the vault in `folder`, or make one there.

        `cost` is scrypt's N for a new vault, a power of two. Raises PassphraseRefused, and
        VaultUnavailable when the files are damaged or the folder cannot be used.
        """
        try:
            return await asyncio.to_thread(cls._open, folder / "vault", passphrase, cost)
        except OSError as error:
            raise VaultUnavailable(
                f"The folder {folder} cannot be used: {error.strerror}."
            ) from error

    @property
    def lasting(self) -> bool:
        """Always True."""
        return True

    @property
    def explanation(self) -> str:
        """Names the file and its protection."""
        return "Your sign-in is kept in a file on this computer that only your passphrase opens."

    async def read(self, name: str) -> str | None:
        """See Vault."""
        async with self._turn:
            return await asyncio.to_thread(self._read, name)

    async def write(self, name: str, secret: str) -> None:
        """See Vault."""
        refuse_long(secret)
        sealed = _seal(self._cipher, secret.encode(), name.encode())
        async with self._turn:
            await asyncio.to_thread(_write_over, self._file(name), sealed)

    async def delete(self, name: str) -> None:
        """See Vault."""
        async with self._turn:
            await asyncio.to_thread(_remove, self._file(name))

    @classmethod
    def _open(cls, folder: Path, passphrase: str, cost: int) -> PassphraseFileVault:
        # The same passphrase gives other code points on other keyboards and systems.
        phrase = unicodedata.normalize("NFKC", passphrase).encode()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "lock.json"
        if not path.exists():
            if len(passphrase) < SHORTEST_PASSPHRASE:
                raise PassphraseRefused(
                    f"The passphrase needs at least {SHORTEST_PASSPHRASE} characters."
                )
            _make_lock(path, phrase, cost)
        lock = _read_lock(path)
        cipher = _cipher(phrase, lock.salt, lock.cost)
        try:
            _unseal(cipher, lock.check, _CHECK)
        except InvalidTag as error:
            raise PassphraseRefused("This passphrase does not open the vault.") from error
        return cls(folder, cipher)

    def _file(self, name: str) -> Path:
        # Hashed: a secret's name may hold what a file's name may not, and may name a person.
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.sealed"

    def _read(self, name: str) -> str | None:
        path = self._file(name)
        try:
            return _unseal(self._cipher, path.read_bytes(), name.encode()).decode()
        except FileNotFoundError:
            return None
        except InvalidTag as error:
            raise VaultUnavailable(f"The file {path} is damaged; sign in again.") from error
        except OSError as error:
            raise VaultUnavailable(f"The file {path} cannot be read: {error.strerror}.") from error


def _cipher(phrase: bytes, salt: bytes, cost: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=cost, r=_BLOCK_SIZE, p=1).derive(phrase))


def _seal(cipher: AESGCM, text: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, text, bound_to)


def _unseal(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """Raises InvalidTag when the key, the name or the bytes are not those it was sealed with."""
    if len(sealed) < _NONCE_BYTES + 16:
        raise InvalidTag
    return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)


def _make_lock(path: Path, phrase: bytes, cost: int) -> None:
    salt = secrets.token_bytes(16)
    check = _seal(_cipher(phrase, salt, cost), _CHECK, _CHECK)
    lock = {"format": _FORMAT, "scrypt_n": cost, "salt": salt.hex(), "check": check.hex()}
    fresh = _write_beside(path, json.dumps(lock).encode())
    try:
        # A link, unlike a rename, never takes the place of a lock that another desk just made.
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


def _read_lock(path: Path) -> _Lock:
    damaged = f"The file {path} is damaged; move the folder {path.parent} away and sign in again."
    try:
        lock = json.loads(path.read_bytes())
        if lock["format"] != _FORMAT:
            raise VaultUnavailable(f"The file {path} was made by another version of clinicdesk.")
        cost, salt, check = (
            lock["scrypt_n"],
            bytes.fromhex(lock["salt"]),
            bytes.fromhex(lock["check"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise VaultUnavailable(damaged) from error
    if not isinstance(cost, int) or cost not in {2**power for power in range(10, 21)}:
        raise VaultUnavailable(damaged)  # a forged cost could ask for all memory
    return _Lock(cost, salt, check)


def _write_beside(path: Path, content: bytes) -> Path:
    """A new, synced file next to `path` that only its owner may read."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        fresh.unlink()
        raise
    return fresh


def _write_over(path: Path, content: bytes) -> None:
    try:
        _write_beside(path, content).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise VaultUnavailable(f"The file {path} cannot be written: {error.strerror}.") from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise VaultUnavailable(f"The file {path} cannot be removed: {error.strerror}.") from error


def _sync_folder(folder: Path) -> None:
    """Makes a rename or a removal survive a power cut; Windows offers no such call."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
