"""Opening a store: made, migrated, or, when it cannot be read, set aside and begun anew.

Nothing is ever deleted: a file that does not open is renamed beside the new one, and the commands
in it that were not sent are taken over where they can be read.
"""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from msgspec import DecodeError, Struct

from clinicdesk.core.errors import StoreOfNewerVersion, StoreUnusable
from clinicdesk.core.store.aside import SetAside, WhyAside, put_aside, unread, why_of
from clinicdesk.core.store.outbox_table import OutboxEntry, read_outbox
from clinicdesk.core.store.schema import FORMAT, format_of, migrate
from clinicdesk.core.store.sqlcipher import Connection, StoreError, connect, make_durable
from clinicdesk.core.store.unsent_note import read_note

_PLAIN = b"SQLite format 3\0"
"""How a database begins that is not encrypted: never one of ours."""


class OpenedFile(Struct):
    """A store that is ready: a connection that writes and one that reads.

    `set_aside`: what lay in its place, now or before a crash, and is to be taken over from.
    """

    writer: Connection
    reader: Connection
    set_aside: list[SetAside]


def open_file(
    path: Path, key: bytes, identity: dict[str, str], now: datetime, *, thorough: bool
) -> OpenedFile:
    """Open or make the store at `path` for `identity` (server, clinic, member).

    `thorough` reads every page first, which takes as long as the file is large: for when reading
    failed after an opening that looked well. Runs on a thread: it reads and writes. Raises
    StoreUnusable and StoreOfNewerVersion.
    """
    try:
        aside = [*_unread(path, key), *_make_room(path, key, identity, now, thorough)]
        writer = connect(path, key)
        make_durable(writer)
        migrate(writer)
        _write_identity(writer, identity)
        path.chmod(0o600)
        return OpenedFile(writer, connect(path, key, read_only=True), aside)
    except (OSError, StoreError) as error:
        raise StoreUnusable(
            f"The folder {path.parent} does not take clinicdesk's data: {error}. "
            "Free some disk space or give this user the right to write there, then try again."
        ) from error


def _unread(path: Path, key: bytes) -> list[SetAside]:
    """What an earlier run put aside and died before it had taken the commands over."""
    found = []
    for aside in unread(path):
        why = why_of(aside)
        recovered: list[OutboxEntry] = []
        if why is WhyAside.DAMAGED:
            try:
                with closing(connect(aside, key)) as connection:
                    format_of(connection)
                    recovered = _readable_outbox(connection)
            except StoreError:
                continue  # its key may be there the next time
        found.append(SetAside(aside, why, recovered, read_note(aside)))
    return found


def _make_room(
    path: Path, key: bytes, identity: dict[str, str], now: datetime, thorough: bool
) -> list[SetAside]:
    """Look at the file that is there; when it cannot serve, rename it and say so."""
    if not path.exists() or path.stat().st_size == 0:
        return []
    why, recovered = _examine(path, key, identity, thorough)
    if why is None:
        return []
    noted = read_note(path)
    return [SetAside(put_aside(path, why, now), why, recovered, noted)]


def _examine(
    path: Path, key: bytes, identity: dict[str, str], thorough: bool
) -> tuple[WhyAside | None, list[OutboxEntry]]:
    with path.open("rb") as file:
        if file.read(len(_PLAIN)) == _PLAIN:
            return WhyAside.FOREIGN, []
    connection = connect(path, key)
    try:
        try:
            found = format_of(connection)
        except StoreError:
            return WhyAside.WRONG_KEY, []
        if found > FORMAT:
            raise StoreOfNewerVersion(
                "A newer clinicdesk has used this computer's data; "
                "open that version, or update this one."
            )
        try:
            if _identity(connection) not in ({}, identity):
                return WhyAside.FOREIGN, []
            if found:
                read_outbox(connection)
            whole = not thorough or _is_whole(connection)
        except (StoreError, DecodeError, ValueError):
            whole = False
        return (None, []) if whole else (WhyAside.DAMAGED, _readable_outbox(connection))
    finally:
        connection.close()


def _is_whole(connection: Connection) -> bool:
    """Every page has the checksum that its key gives it, and tables agree with indexes."""
    if connection.execute("PRAGMA cipher_integrity_check").fetchall():
        return False
    return connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]


def _identity(connection: Connection) -> dict[str, str]:
    has_facts = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'fact'").fetchone()
    if has_facts is None:
        return {} if format_of(connection) == 0 else {"not": "ours"}
    return dict(connection.execute("SELECT name, value FROM fact").fetchall())


def _write_identity(connection: Connection, identity: dict[str, str]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", list(identity.items())
    )


def _readable_outbox(connection: Connection) -> list[OutboxEntry]:
    """All commands; where a page of them is damaged, those on the others."""
    with suppress(StoreError, DecodeError, ValueError):
        return read_outbox(connection)
    found: list[OutboxEntry] = []
    with suppress(StoreError):
        given = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"
        last = connection.execute(given).fetchone()
        for n in range(1, 1 + (last[0] if last else 0)):
            with suppress(StoreError, DecodeError, ValueError):
                found += read_outbox(connection, only=n)
    return found
