"""The working set in the store: rows, and the cursor that says how far along the log they are.

Every change of rows and its cursor is one transaction: a desk that loses power stands exactly
before or exactly after a frame.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.frames import Cursor
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

CHUNK = 1000
"""Rows per piece of reading: short enough that a window keeps moving meanwhile."""

_READ_CHUNK = """
    SELECT CAST(group_concat(body, ',') AS BLOB), max(id)
    FROM (SELECT id, body FROM row WHERE kind = ? AND id > ? ORDER BY id LIMIT ?)
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
    """The cursor and the scopes that its `access` is the digest of."""

    cursor: Cursor
    scopes: frozenset[str]


class RowStore:
    """Rows and cursor. `writer` and `reader` are threads on two connections to one file."""

    def __init__(self, writer: StoreThread, reader: StoreThread) -> None:
        self._writer = writer
        self._reader = reader

    async def position(self) -> Position | None:
        """Where the rows stand; None before the first snapshot."""
        return await self._reader.run(_position)

    async def read(self, kind: str) -> AsyncIterator[bytes]:
        """All bodies of a kind, as JSON arrays of `CHUNK` rows at most.

        Between two of them others may read. The rows must not change meanwhile. Raises StoreLost.
        """
        last = b""
        while True:
            bodies, last = await self._reader.run(partial(_read_chunk, kind=kind, after=last))
            if bodies is None:
                return
            yield b"[" + bodies + b"]"

    async def apply(
        self,
        changes: Sequence[StoredRow | GoneRow],
        position: Position,
        seen: Iterable[UUID],
    ) -> None:
        """Take one frame: rows, cursor, and the own commands (`seen`) whose effect it brought.

        A row is replaced only by a higher version. Commands that are done and that the cursor has
        passed leave the outbox.
        """
        op_ids = [(op_id.bytes,) for op_id in seen]

        def work(connection: Connection) -> None:
            write_rows(connection, changes)
            write_position(connection, position)
            connection.executemany("UPDATE outbox SET seen = 1 WHERE op_id = ?", op_ids)
            forget_settled(connection, position.cursor.seq)

        await self._writer.transaction(work)

    async def move(self, position: Position, changes: Sequence[StoredRow | GoneRow]) -> None:
        """Change rights: the new position together with the rows to drop or to narrow.

        A narrowed body has the version of the one it replaces, hence it is written unconditionally.
        """

        def work(connection: Connection) -> None:
            for change in changes:
                _delete(connection, change.kind, change.id)
            write_rows(connection, [c for c in changes if isinstance(c, StoredRow)])
            write_position(connection, position)

        await self._writer.transaction(work)

    async def replace(self, fill: Callable[[Connection], Position]) -> Position:
        """Swap the whole working set in one transaction.

        `fill` writes the new rows by `write_rows` and answers where they stand. When it raises,
        the old ones stay. In a new epoch the commands that were done and not yet seen are offered
        again: the database that answered them may not be the one that is there now.
        """

        def work(connection: Connection) -> Position:
            before = _position(connection)
            connection.execute("DELETE FROM row")
            position = fill(connection)
            write_position(connection, position)
            if before is None or before.cursor.epoch == position.cursor.epoch:
                forget_settled(connection, position.cursor.seq)
            else:
                _offer_again(connection)
            return position

        return await self._writer.transaction(work)


def write_rows(connection: Connection, changes: Sequence[StoredRow | GoneRow]) -> None:
    """Insert, replace by a higher version, or delete, in the order given."""
    rows: list[tuple[str, bytes, int, bytes]] = []
    for change in changes:
        if isinstance(change, StoredRow):
            rows.append((change.kind, change.id.bytes, change.v, change.body))
            continue
        _insert(connection, rows)
        rows = []
        connection.execute(
            "DELETE FROM row WHERE kind = ? AND id = ? AND v <= ?",
            (change.kind, change.id.bytes, change.v),
        )
    _insert(connection, rows)


def write_position(connection: Connection, position: Position) -> None:
    """Write the cursor; part of the caller's transaction."""
    cursor = position.cursor
    connection.execute(
        "INSERT OR REPLACE INTO cursor (only, clinic, epoch, seq, access, scopes) "
        "VALUES (1, ?, ?, ?, ?, ?)",
        (
            cursor.clinic.bytes,
            cursor.epoch,
            cursor.seq,
            cursor.access,
            json.dumps(sorted(position.scopes)),
        ),
    )


def forget_settled(connection: Connection, seq: int) -> None:
    """Drop the commands that are done and whose effect the rows hold."""
    connection.execute(
        "DELETE FROM outbox WHERE state = 'done' AND json_extract(answer, '$.seq') <= ?", (seq,)
    )


def _insert(connection: Connection, rows: list[tuple[str, bytes, int, bytes]]) -> None:
    connection.executemany(
        "INSERT INTO row (kind, id, v, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (kind, id) DO UPDATE SET v = excluded.v, body = excluded.body "
        "WHERE excluded.v > row.v",
        rows,
    )


def _delete(connection: Connection, kind: str, row_id: UUID) -> None:
    connection.execute("DELETE FROM row WHERE kind = ? AND id = ?", (kind, row_id.bytes))


def _read_chunk(connection: Connection, kind: str, after: bytes) -> tuple[bytes | None, bytes]:
    """The bodies that follow, between commas, and the last of their identifiers."""
    found = connection.execute(_READ_CHUNK, (kind, after, CHUNK)).fetchone()
    return (None, after) if found is None or found[0] is None else found


def _position(connection: Connection) -> Position | None:
    found = connection.execute("SELECT clinic, epoch, seq, access, scopes FROM cursor").fetchone()
    if found is None:
        return None
    clinic, epoch, seq, access, scopes = found
    cursor = Cursor(clinic=UUID(bytes=clinic), epoch=epoch, seq=seq, access=access)
    return Position(cursor, frozenset(json.loads(scopes)))


def _offer_again(connection: Connection) -> None:
    connection.execute("UPDATE outbox SET state = 'waiting', answer = NULL WHERE state = 'done'")
    connection.execute("UPDATE outbox SET seen = 0")
