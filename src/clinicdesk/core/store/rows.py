"""The working set in the store: rows, and the cursor that says how far along the log they are.

Every change of rows and its cursor is one transaction: a desk that loses power stands exactly
before or exactly after a frame. A snapshot is written in pieces as another generation of rows;
the last step makes it the one that counts.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from shutil import disk_usage
from typing import Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.frames import Cursor
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

CHUNK = 1000
"""Rows per piece of reading: short enough that a window keeps moving meanwhile."""

_MEGABYTE: Final = 1024 * 1024
_RESERVE: Final = 16 * _MEGABYTE
"""Of the disk, that a large snapshot leaves to others: twice the write-ahead log."""

_READ_CHUNK = """
    SELECT CAST(group_concat(body, ',') AS BLOB), max(id)
    FROM (
        SELECT id, body FROM row WHERE generation = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?
    )
"""
"""One step for many rows: each step gives Python's lock away and has to win it back."""


class StoredRow(Struct, frozen=True):
    """A body with the keys it is kept under."""

    kind: str
    id: UUID
    v: int
    body: bytes


class GoneRow(Struct, frozen=True):
    """A row that is no longer this desk's to hold, as of its version `v`."""

    kind: str
    id: UUID
    v: int


class Position(Struct, frozen=True):
    """Where the rows stand.

    Attributes:
        scopes: Those that the cursor's `access` is the digest of.
        settled_before: Families settled before it are not here; None: nothing was let go yet.
    """

    cursor: Cursor
    scopes: frozenset[str]
    settled_before: datetime | None = None


class RowStore:
    """Rows and cursor. `writer` and `reader` are threads on two connections to one file."""

    def __init__(self, writer: StoreThread, reader: StoreThread, folder: Path) -> None:
        self._writer = writer
        self._reader = reader
        self._folder = folder
        self._generation = 0
        self._staged = 0  # bytes
        self._given_back = False  # free pages, since the log was taken in last

    async def position(self) -> Position | None:
        """Where the rows stand; None before the first snapshot."""
        found = await self._reader.run(_position)
        if found is None:
            return None
        self._generation, position = found
        return position

    async def read(self, kind: str) -> AsyncIterator[bytes]:
        """All bodies of a kind, as JSON arrays of `CHUNK` rows at most.

        Between two of them others may read. The rows must not change meanwhile. Raises StoreLost.
        """
        last = b""
        while True:
            work = partial(_read_chunk, generation=self._generation, kind=kind, after=last)
            bodies, last = await self._reader.run(work)
            if bodies is None:
                return
            yield b"[" + bodies + b"]"

    async def apply(
        self,
        changes: Sequence[StoredRow | GoneRow],
        position: Position,
        seen: Iterable[UUID],
        wanted: Iterable[UUID] = (),
    ) -> None:
        """Take one frame: rows, cursor, and the own commands (`seen`) whose effect it brought.

        A row is replaced only by a higher version. Commands that are done and that the cursor has
        passed leave the outbox. `wanted` are families of which the frame has only a part.
        """
        generation = self._generation
        op_ids = [(op_id.bytes,) for op_id in seen]
        families = [(each.bytes,) for each in wanted]

        def work(connection: Connection) -> None:
            write_rows(connection, generation, changes)
            _write_position(connection, generation, position)
            connection.executemany("INSERT OR IGNORE INTO family_wanted VALUES (?)", families)
            connection.executemany("UPDATE outbox SET seen = 1 WHERE op_id = ?", op_ids)
            forget_settled(connection, position.cursor)

        await self._writer.transaction(work)

    async def move(
        self,
        position: Position,
        changes: Sequence[StoredRow | GoneRow],
        wanted_no_longer: UUID | None = None,
    ) -> None:
        """Change what may or should be here: the new position, and the rows to drop or to narrow.

        A narrowed body has the version of the one it replaces, hence it is written unconditionally.
        """
        generation = self._generation

        def work(connection: Connection) -> None:
            for change in changes:
                _delete(connection, generation, change.kind, change.id)
            rows = [change for change in changes if isinstance(change, StoredRow)]
            write_rows(connection, generation, rows)
            _write_position(connection, generation, position)
            if wanted_no_longer is not None:
                _want_no_longer(connection, wanted_no_longer)

        await self._writer.transaction(work)

    async def wanted(self) -> list[UUID]:
        """The families to be fetched."""

        def work(connection: Connection) -> list[UUID]:
            rows = connection.execute("SELECT prescription_id FROM family_wanted").fetchall()
            return [UUID(bytes=found) for (found,) in rows]

        return await self._writer.run(work)

    async def take_family(
        self, prescription_id: UUID, changes: Sequence[StoredRow | GoneRow]
    ) -> None:
        """Take what was fetched of a family; it is wanted no longer."""
        generation = self._generation

        def work(connection: Connection) -> None:
            write_rows(connection, generation, changes)
            _want_no_longer(connection, prescription_id)

        await self._writer.transaction(work)

    # Another generation

    async def stage(self, produce: Callable[[], Sequence[StoredRow]]) -> None:
        """Write rows of the next generation; `produce` makes them on the store's thread.

        They count for nothing before `swap`. Raises StoreLost, and what `produce` raises.
        """
        generation = self._generation + 1

        def work(connection: Connection) -> None:
            if rows := produce():
                self._staged += sum(len(row.body) for row in rows)
                self._leave_room()
                write_rows(connection, generation, rows)

        await self._writer.provisional(work)

    async def swap(self, position: Position) -> None:
        """Have the next generation count, at one stroke; `clear` takes the old one away.

        In a new epoch the commands that were done and not yet seen are offered again: the database
        that answered them may not be the one that is there now.
        """
        generation = self._generation + 1

        def work(connection: Connection) -> None:
            found = _position(connection)
            _write_position(connection, generation, position)
            connection.execute("DELETE FROM family_wanted")
            forget_settled(connection, position.cursor)
            if found is None or found[1].cursor.epoch != position.cursor.epoch:
                _offer_again(connection, position.cursor.epoch)

        await self._writer.transaction(work)
        self._generation = generation

    async def clear(self) -> None:
        """Take away the rows that do not count, and give their space back."""
        self._staged = 0
        while await self.clear_some():
            pass

    async def clear_some(self) -> bool:
        """A piece of `clear`; whether there may be more. Not while rows are staged, nor before
        `swap` has returned: the next generation does not count yet."""
        if await self._writer.provisional(partial(_clear_some, generation=self._generation)):
            return True
        if await self._writer.run(_give_back_some):
            self._given_back = True
            return True
        if self._given_back:
            self._given_back = False
            # The file ends where its log says so, once the log has been taken into it.
            await self._writer.run(_take_log_in)
        return False

    def _leave_room(self) -> None:
        """Raises StoreLost before the disk is so full that not even a command could be saved."""
        if self._staged < _MEGABYTE:
            return
        free = disk_usage(self._folder).free
        if free < _RESERVE:
            raise StoreLost(
                f"The disk of this computer has only {free // _MEGABYTE} MB left, too little to "
                "fetch the clinic's data. Free some disk space, then try again; nothing that was "
                "saved before is lost."
            )


def write_rows(
    connection: Connection, generation: int, changes: Sequence[StoredRow | GoneRow]
) -> None:
    """Insert, replace by a higher version, or delete, in the order given."""
    rows: list[_Values] = []
    for change in changes:
        if isinstance(change, StoredRow):
            rows.append((generation, change.kind, change.id.bytes, change.v, change.body))
            continue
        _insert(connection, rows)
        rows = []
        connection.execute(
            "DELETE FROM row WHERE generation = ? AND kind = ? AND id = ? AND v <= ?",
            (generation, change.kind, change.id.bytes, change.v),
        )
    _insert(connection, rows)


def _write_position(connection: Connection, generation: int, position: Position) -> None:
    cursor, since = position.cursor, position.settled_before
    connection.execute(
        "INSERT OR REPLACE INTO cursor "
        "(only, clinic, epoch, seq, access, scopes, generation, settled_before) "
        "VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (
            cursor.clinic.bytes,
            cursor.epoch,
            cursor.seq,
            cursor.access,
            json.dumps(sorted(position.scopes)),
            generation,
            None if since is None else since.isoformat(),
        ),
    )


def forget_settled(connection: Connection, cursor: Cursor) -> None:
    """Drop the commands that are done and whose effect the rows hold."""
    connection.execute(
        "DELETE FROM outbox WHERE state = 'done' AND json_extract(answer, '$.seq') <= ? "
        "AND coalesce(json_extract(answer, '$.epoch'), '') IN ('', ?)",
        (cursor.seq, cursor.epoch),
    )


_Values = tuple[int, str, bytes, int, bytes]


def _insert(connection: Connection, rows: list[_Values]) -> None:
    connection.executemany(
        "INSERT INTO row (generation, kind, id, v, body) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (generation, kind, id) DO UPDATE SET v = excluded.v, body = excluded.body "
        "WHERE excluded.v > row.v",
        rows,
    )


def _delete(connection: Connection, generation: int, kind: str, row_id: UUID) -> None:
    connection.execute(
        "DELETE FROM row WHERE generation = ? AND kind = ? AND id = ?",
        (generation, kind, row_id.bytes),
    )


def _read_chunk(
    connection: Connection, generation: int, kind: str, after: bytes
) -> tuple[bytes | None, bytes]:
    """The bodies that follow, between commas, and the last of their identifiers."""
    found = connection.execute(_READ_CHUNK, (generation, kind, after, CHUNK)).fetchone()
    return (None, after) if found is None or found[0] is None else found


def _clear_some(connection: Connection, generation: int) -> bool:
    """Whether there was something to clear."""
    done = connection.execute(
        "DELETE FROM row WHERE (generation, kind, id) IN "
        "(SELECT generation, kind, id FROM row WHERE generation < ? "
        "UNION ALL SELECT generation, kind, id FROM row WHERE generation > ? LIMIT ?)",
        (generation, generation, CHUNK),
    )
    return done.rowcount > 0


def _want_no_longer(connection: Connection, prescription_id: UUID) -> None:
    connection.execute(
        "DELETE FROM family_wanted WHERE prescription_id = ?", (prescription_id.bytes,)
    )


_SPARE_PAGES: Final = 256
"""Free pages that a file keeps for what comes next: 2 MiB."""


def _give_back_some(connection: Connection) -> bool:
    """Shorten the file a little where it has much free space; whether there was something to do.

    A file that an early version made cannot be shortened; its free pages are used again.
    """
    free = _number(connection, "freelist_count")
    if free <= _SPARE_PAGES or _number(connection, "auto_vacuum") == 0:
        return False
    connection.execute(f"PRAGMA incremental_vacuum({_SPARE_PAGES})").fetchall()
    return _number(connection, "freelist_count") < free


def _take_log_in(connection: Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _number(connection: Connection, pragma: str) -> int:
    found = connection.execute(f"PRAGMA {pragma}").fetchone()
    return int(found[0]) if found else 0


def _position(connection: Connection) -> tuple[int, Position] | None:
    """The generation that counts, and where its rows stand."""
    found = connection.execute(
        "SELECT clinic, epoch, seq, access, scopes, generation, settled_before FROM cursor"
    ).fetchone()
    if found is None:
        return None
    clinic, epoch, seq, access, scopes, generation, since = found
    cursor = Cursor(clinic=UUID(bytes=clinic), epoch=epoch, seq=seq, access=access)
    settled_before = None if since is None else datetime.fromisoformat(since)
    return generation, Position(cursor, frozenset(json.loads(scopes)), settled_before)


def _offer_again(connection: Connection, epoch: str) -> None:
    connection.execute(
        "UPDATE outbox SET state = 'waiting', answer = NULL "
        "WHERE state = 'done' AND coalesce(json_extract(answer, '$.epoch'), '') <> ?",
        (epoch,),
    )
    connection.execute("UPDATE outbox SET seen = 0")
