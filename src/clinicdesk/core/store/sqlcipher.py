"""The one place that imports SQLCipher: connections, with the pragmas that a store relies on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2  # type: ignore[import-untyped]

StoreError: type[Exception] = dbapi2.Error
"""What SQLCipher raises; not a `sqlite3.Error`."""

KEY_BYTES = 32
_LOG_PAGES = 1000
_PAGE_BYTES = 8192
"""Twice the usual: more bodies lie in the tree itself, and fewer pages have to be checked."""


class Rows(Protocol):
    """The part of a cursor that the store uses."""

    rowcount: int
    lastrowid: int

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The next rows, `size` at most."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""


class Connection(Protocol):
    """The part of a connection that the store uses.

    Statements commit by themselves outside BEGIN.
    """

    def execute(self, sql: str, parameters: tuple[Any, ...] = ...) -> Rows:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Sequence[tuple[Any, ...]]) -> Rows:
        """Run one statement with each of these."""

    def executescript(self, sql: str) -> Rows:
        """Run several statements."""

    def close(self) -> None:
        """Let go of the file."""


def connect(path: Path, key: bytes, *, read_only: bool = False) -> Connection:
    """Open or make the file at `path` under `key` (32 random bytes: no slow derivation).

    Nothing is read before the first statement, so a wrong key shows only then. Raises StoreError.
    """
    mode = "ro" if read_only else "rwc"
    connection: Connection = dbapi2.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        # It would write to stderr on a wrong key; the caller tells the person instead.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA cipher_page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA busy_timeout = 5000")
        connection.execute("PRAGMA temp_store = MEMORY")  # no plain text in temporary files
    except StoreError:
        connection.close()
        raise
    return connection


def make_durable(connection: Connection) -> None:
    """A commit has reached the disk when it returns. Raises StoreError, also on a wrong key.

    The write-ahead log is taken into the file every `_LOG_PAGES` pages and is cut down to so much
    when it had to grow beyond.
    """
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # heard by a file without tables alone
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}").fetchall()
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_PAGES * _PAGE_BYTES}").fetchall()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
