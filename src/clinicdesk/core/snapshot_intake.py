"""A snapshot on its way into the store, beside the rows that are in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import Row
from clinicdesk.contract.frames import Cursor
from clinicdesk.contract.snapshot import SnapshotHead, SnapshotRows
from clinicdesk.core.bodies import decode_array
from clinicdesk.core.collection import Collection
from clinicdesk.core.collector import making_rows
from clinicdesk.core.snapshot_reader import BadSnapshot, SnapshotReader
from clinicdesk.core.store.rows import Position, RowStore, StoredRow


class Progress(Struct, frozen=True):
    """How far a snapshot has come: rows, of all that there are."""

    rows: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.rows / self.of if self.of else 1.0


Told = Callable[[Progress], None]


class RowChange(Struct, frozen=True):
    """What a snapshot makes of one row; None: it is gone."""

    kind: str
    id: UUID
    row: Row | None


class SnapshotIntake:
    """Takes the pieces of one snapshot.

    Its work is done on the store's thread, a piece at a time, so that commands are stored between
    two of them. The collections must not change meanwhile: rows that are the same as before keep
    their place in memory.

    Attributes:
        members: The members of staff among the rows so far.
    """

    def __init__(
        self,
        store: RowStore,
        collections: Mapping[str, Collection[Any]],
        coding: str,
        told: Told | None,
    ) -> None:
        self._store = store
        self._collections = collections
        self._reader = SnapshotReader(coding)
        self._told = told
        self._here: dict[str, set[UUID]] = {kind: set() for kind in collections}
        self._fresh: list[RowChange] = []
        self._rows = 0
        self.members: dict[UUID, Row] = {}

    async def take(self, piece: bytes) -> None:
        """Read and write a piece. Raises BadSnapshot, StoreLost."""
        await self._store.stage(lambda: self._rows_of(piece))
        if self._told is not None and self._reader.head is not None:
            self._told(Progress(self._rows, sum(self._reader.head.counts.values())))

    def close(self) -> tuple[SnapshotHead, list[RowChange]]:
        """What it was of, and what becomes different in memory. Raises BadSnapshot.

        Rows that others refer to come before those.
        """
        head = self._reader.close()
        gone = [
            RowChange(kind, row.id, None)
            for kind in reversed(list(self._collections))
            for row in self._collections[kind].server_values()
            if row.id not in self._here[kind]
        ]
        return head, self._fresh + gone

    def _rows_of(self, piece: bytes) -> list[StoredRow]:
        with making_rows():
            return [row for line in self._reader.feed(piece) for row in self._decode(line)]

    def _decode(self, line: SnapshotRows) -> list[StoredRow]:
        kind, bodies = line.kind, line.rows
        self._rows += len(bodies)
        if kind not in self._here:  # a kind of a newer server: nothing here shows it
            return []
        try:
            rows = decode_array(kind, b"[" + b",".join(bodies) + b"]")
        except msgspec.DecodeError as error:
            raise BadSnapshot(f"a row of kind {kind} is not right") from error
        self._here[kind].update(row.id for row in rows)
        held = self._collections[kind].server_row
        self._fresh += [RowChange(kind, row.id, row) for row in rows if held(row.id) != row]
        if kind == "member":
            self.members.update((row.id, row) for row in rows)
        return [
            StoredRow(kind, row.id, row.version, bytes(body))
            for row, body in zip(rows, bodies, strict=True)
        ]


def position_of(head: SnapshotHead, scopes: frozenset[str]) -> Position:
    """Where the rows of a snapshot stand."""
    cursor = Cursor(clinic=head.clinic, epoch=head.epoch, seq=head.seq, access=head.access)
    return Position(cursor, scopes, head.settled_before)
