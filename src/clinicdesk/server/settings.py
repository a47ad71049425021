"""What the server is told by its environment.

| CLINICDESK_...    | what it says                                         | without it         |
|-------------------|------------------------------------------------------|--------------------|
| DATABASE_URL      | the PostgreSQL to use, as a libpq URL                | an embedded one    |
| DATA_FOLDER       | home of the embedded database and the secret key     | the user's own     |
| HOST              | address to listen on                                 | 127.0.0.1          |
| PORT              | port; 0 takes a free one                             | 8765               |
| SECRET_KEY        | signs tokens; at least 32 bytes                      | SECRET_KEY_FILE    |
| SECRET_KEY_FILE   | a file that holds it, for its owner's eyes only      | made in the folder |
| HEADS_KEY         | signs the heads of the log; at least 32 bytes        | HEADS_KEY_FILE     |
| HEADS_KEY_FILE    | a file that holds it; in no database, not shared     | made in the folder |
| HEADS_FILE        | where signed heads of the log are appended           | in the folder      |
| TLS_CERT, TLS_KEY | certificate chain and private key (PEM)              | no TLS             |
| NAME              | what the server calls itself                         | clinicdesk         |
| POOL_SIZE         | greatest number of connections to the database       | 10                 |
| PREPARED_STATEMENTS | `off` behind a pooler that loses them              | on                 |
| NOTIFY_URL        | the database past any pooler, for LISTEN; or `off`   | DATABASE_URL       |
| NATS_URL          | NATS servers, with commas: hints go that way         | NOTIFY             |
| SOCKETS           | greatest number of live sockets                      | 20,000             |
| SOCKETS_PER_ADDRESS | of them, from one address                          | 256                |
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.embedded import default_folder
from clinicdesk.server.domain.staff import SECRET_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8765
SECRET_FILE: Final = "secret-key"
HEADS_KEY_FILE: Final = "heads-key"
HEADS_FILE: Final = "heads.jsonl"

_PREFIX: Final = "CLINICDESK_"


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that differs from one installation to another.

    Attributes:
        database_url: None: an embedded database in `data_folder`.
        secret_key: None: the file `secret_key_file`, which is made when it is not there.
        heads_key: Signs the heads of the log; None: the file `heads_key_file`.
        heads_key_file: None: one in `data_folder`, which is made when it is not there.
        heads_file: Where they are appended; None: in `data_folder`.
        nats_urls: Where the servers of a database tell each other of commits; empty: by NOTIFY.
        notify_url: Where to LISTEN and NOTIFY; None: at `database_url`.
        notify: Whether to do so where there is no NATS.
        prepared_statements: Have the database keep statements that come often.
    """

    data_folder: Path
    secret_key_file: Path
    heads_key: bytes | None = None
    heads_key_file: Path | None = None
    heads_file: Path | None = None
    database_url: str | None = None
    secret_key: bytes | None = None
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    tls_cert: Path | None = None
    tls_key: Path | None = None
    name: str = "clinicdesk"
    pool_size: int = 10
    nats_urls: tuple[str, ...] = ()
    notify_url: str | None = None
    notify: bool = True
    prepared_statements: bool = True
    sockets_per_address: int = 256
    sockets: int = 20_000

    @property
    def scheme(self) -> str:
        """How a desk addresses the server."""
        return "https" if self.tls_cert else "http"

    @property
    def exported_heads(self) -> Path:
        """The file that signed heads of the log are appended to."""
        return self.heads_file or self.data_folder / HEADS_FILE


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings that the environment names.

    Raises:
        StartupFailure: A variable makes no sense; the sentence names it.
    """
    told = {name: value for name, value in environ.items() if value.strip()}
    folder = Path(told.get(f"{_PREFIX}DATA_FOLDER", default_folder())).expanduser()
    secret, signing = told.get(f"{_PREFIX}SECRET_KEY"), told.get(f"{_PREFIX}HEADS_KEY")
    cert, key = _file(told, "TLS_CERT"), _file(told, "TLS_KEY")
    silent = told.get(f"{_PREFIX}NOTIFY_URL", "").strip().lower() == "off"
    if (cert is None) != (key is None):
        raise StartupFailure(
            "TLS needs both CLINICDESK_TLS_CERT and CLINICDESK_TLS_KEY; only one is set."
        )
    return Settings(
        data_folder=folder,
        secret_key_file=Path(told.get(f"{_PREFIX}SECRET_KEY_FILE", folder / SECRET_FILE)),
        heads_key=_long_enough(signing.encode(), "CLINICDESK_HEADS_KEY") if signing else None,
        heads_key_file=_path(told, "HEADS_KEY_FILE"),
        heads_file=_path(told, "HEADS_FILE"),
        database_url=_database_address(told, "DATABASE_URL"),
        secret_key=_long_enough(secret.encode(), "CLINICDESK_SECRET_KEY") if secret else None,
        host=told.get(f"{_PREFIX}HOST", DEFAULT_HOST),
        port=_number(told, "PORT", DEFAULT_PORT, 0, 65535),
        tls_cert=cert,
        tls_key=key,
        name=told.get(f"{_PREFIX}NAME", "clinicdesk"),
        pool_size=_number(told, "POOL_SIZE", 10, 2, 1000),
        nats_urls=_nats_addresses(told),
        notify_url=None if silent else _database_address(told, "NOTIFY_URL"),
        notify=not silent,
        prepared_statements=_switch(told, "PREPARED_STATEMENTS"),
        sockets_per_address=_number(told, "SOCKETS_PER_ADDRESS", 256, 1, 1_000_000),
        sockets=_number(told, "SOCKETS", 20_000, 1, 1_000_000),
    )


def _database_address(told: Mapping[str, str], name: str) -> str | None:
    """What libpq takes: an address, or names with their values."""
    url = told.get(_PREFIX + name)
    if url is None or "=" in url or url.startswith(("postgresql://", "postgres://")):
        return url
    # Not repeated: it may be an address with a password that lacks only its beginning.
    raise StartupFailure(
        f"{_PREFIX}{name} is not a database's address; it should look like "
        "postgresql://user:password@host/database."
    )


def _nats_addresses(told: Mapping[str, str]) -> tuple[str, ...]:
    given = told.get(f"{_PREFIX}NATS_URL", "").split(",")
    addresses = tuple(address.strip() for address in given if address.strip())
    if all(_is_nats_address(address) for address in addresses):
        return addresses
    # Not repeated: it may hold a password.
    raise StartupFailure(
        f"{_PREFIX}NATS_URL is not an address of NATS; it should look like nats://host:4222, or "
        "several of these with commas between them."
    )


def _is_nats_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("nats", "tls") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        return False


def secret_key(settings: Settings) -> bytes:
    """The key that signs tokens; made and kept at first use where none is given.

    Raises:
        StartupFailure: It is too short, others may read it, or it cannot be read or written.
    """
    if settings.secret_key is not None:
        return settings.secret_key
    return _kept_private(settings.secret_key_file, "SECRET_KEY_FILE")


def heads_key(settings: Settings) -> bytes:
    """The key that signs the heads of the log; made and kept at first use.

    Raises:
        StartupFailure: It is too short, others may read it, or it cannot be read or written.
    """
    if settings.heads_key is not None:
        return settings.heads_key
    path = settings.heads_key_file or settings.data_folder / HEADS_KEY_FILE
    return _kept_private(path, "HEADS_KEY_FILE")


def _kept_private(path: Path, variable: str) -> bytes:
    try:
        return _long_enough(_read_private(path), str(path))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StartupFailure(f"The secret key {path} cannot be read: {error.strerror}.") from error
    try:
        return _make_private(path)
    except OSError as error:
        raise StartupFailure(
            f"The secret key cannot be kept in {path}: {error.strerror}. Set "
            f"{_PREFIX}{variable} to a file that can be written."
        ) from error


def _read_private(path: Path) -> bytes:
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StartupFailure(
            f"Others may read the secret key {path}; make it yours alone: chmod 600 {path}"
        )
    return path.read_bytes().strip()


def _make_private(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_urlsafe(2 * SECRET_BYTES).encode()
    # Whole before it has its name: servers that start at one moment read no half of it, and a
    # power cut leaves none.
    whole = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(whole)
    except FileExistsError:
        return _long_enough(_read_private(path), str(path))  # another server was quicker
    finally:
        whole.unlink(missing_ok=True)
    return key


def _long_enough(key: bytes, where: str) -> bytes:
    if len(key) < SECRET_BYTES:
        raise StartupFailure(f"The secret key in {where} is shorter than {SECRET_BYTES} bytes.")
    return key


def _path(told: Mapping[str, str], name: str) -> Path | None:
    given = told.get(_PREFIX + name)
    return Path(given).expanduser() if given else None


def _file(told: Mapping[str, str], name: str) -> Path | None:
    given = told.get(_PREFIX + name)
    if given is None:
        return None
    path = Path(given).expanduser()
    if not os.access(path, os.R_OK):
        raise StartupFailure(f"{_PREFIX}{name} names {path}, which is not there or not readable.")
    return path


def _switch(told: Mapping[str, str], name: str) -> bool:
    text = told.get(_PREFIX + name, "on").strip().lower()
    if text not in ("on", "off"):
        raise StartupFailure(f"{_PREFIX}{name} is {text!r}; it should be on or off.")
    return text == "on"


def _number(told: Mapping[str, str], name: str, default: int, least: int, greatest: int) -> int:
    text = told.get(_PREFIX + name, str(default)).strip()
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= greatest:
        raise StartupFailure(
            f"{_PREFIX}{name} is {text!r}; it should be a number from {least} to {greatest}."
        )
    return int(text)
