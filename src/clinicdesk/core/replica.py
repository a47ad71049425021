"""The rows this desk may hold: in memory for screens, in the store for tomorrow.

A frame goes into the store first, rows and cursor in one transaction, then into memory, then to
those who listen. Rows of prescriptions are shown with this desk's own pending commands applied
(`projections`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.access import scopes_of
from clinicdesk.contract.digest import Sum
from clinicdesk.contract.entities import ENTITIES, Member, Row
from clinicdesk.contract.frames import Cursor, Ev, Item, ScopeChanged
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.working_set import FAMILY, is_settled
from clinicdesk.core.bodies import BadFrame, decode, purged, row_of, stored
from clinicdesk.core.collection import Prepared
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.loading import read_kinds
from clinicdesk.core.overlay import PARTS, Pending, PrescriptionRows, SupplyRows
from clinicdesk.core.projections import Projections
from clinicdesk.core.retention import (
    Expected,
    aggregate_of,
    families_in_part,
    family_of,
    rows_of_family,
    settled_families,
)
from clinicdesk.core.rows_in_memory import RowsInMemory
from clinicdesk.core.slices import in_slices
from clinicdesk.core.snapshot_intake import RowChange, SnapshotIntake, Told, position_of
from clinicdesk.core.snapshot_reader import BadSnapshot
from clinicdesk.core.store.rows import GoneRow, Position, RowStore, StoredRow
from clinicdesk.core.trace import Trace

_LATER: Final = ("allergy", *PARTS)
"""The many rows that a list can be shown without."""
_TAKEN_OVER: Final = 200
"""Rows of a snapshot that come into memory at once; lists take so many one by one."""
_DIGESTED: Final = 4000
_FAMILIES: Final = 50
"""Families that leave at once."""
NO_RIGHTS: Final = ""
"""No set of scopes has this name (`contract.access.access_digest`)."""


class AppliedRow(Struct, frozen=True):
    """One row's change as the server told it; None: not there before, or not any more."""

    item: Item
    old: Row | None
    new: Row | None


class Applied(Struct, frozen=True):
    """A frame or a snapshot that is in the store and in memory.

    Attributes:
        rows: What a frame changed; empty for a snapshot, which is no news.
        seen: Own commands whose effect it brought.
    """

    position: Position
    rows: list[AppliedRow]
    seen: frozenset[UUID]
    snapshot: bool = False


class Replica(RowsInMemory):
    """The working set of one member.

    Attributes:
        applied: Told of each frame and snapshot, after the collections have announced it.
        family_wanted: Told when the log brought a part of a family that was let go.
        position: Where the rows stand in the log; None before the first snapshot.
        complete: Whether every collection has been filled, from the store or by a snapshot.
    """

    def __init__(self, store: RowStore, member_id: UUID, trace: Trace) -> None:
        super().__init__()
        self._store = store
        self._member_id = member_id
        self._trace = trace
        self._turn = asyncio.Lock()
        self._projections = Projections(self.by_kind)
        self._expected: list[Expected] = []
        self.applied: Listeners[Applied] = Listeners()
        self.family_wanted: Listeners[None] = Listeners()
        self.position: Position | None = None
        self.complete = False

    @property
    def cursor(self) -> Cursor | None:
        """What a `hello` says; None before the first snapshot."""
        return None if self.position is None else self.position.cursor

    @property
    def me(self) -> Member | None:
        """The member it belongs to, as their own row says; None before the first snapshot."""
        return self.members.get(self._member_id)

    async def load(self) -> None:
        """Read everything from the store. Raises StoreLost."""
        await self.load_first()
        await self.load_rest()

    async def load_first(self) -> None:
        """Read what lists are made of; their collections announce a reset. Raises StoreLost."""
        async with self._turn:
            self.position = await self._store.position()
            await self._load([kind for kind in self.by_kind if kind not in _LATER])

    async def load_rest(self) -> None:
        """Read what belongs to single prescriptions and patients. Raises StoreLost.

        Until then their collections are empty, and no frame may be applied.
        """
        async with self._turn:
            await self._load(_LATER)
            self.complete = True

    async def apply(self, ev: Ev) -> None:
        """Take a frame whose `from` is the cursor's place.

        Raises BadFrame, and StoreLost; the replica is unchanged then.
        """
        async with self._turn:
            if not self.complete or self.position is None or self.position.cursor.seq != ev.from_:
                raise BadFrame("the frame does not follow the rows that are here")
            fresh = [(item, row_of(item)) for item in ev.items if item.kind in ENTITIES]
            cursor = msgspec.structs.replace(self.position.cursor, epoch=ev.epoch, seq=ev.to)
            position = msgspec.structs.replace(self.position, cursor=cursor)
            seen = frozenset(item.op_id for item in ev.items if item.op_id is not None)
            wanted = families_in_part(fresh, self.prescriptions, position.settled_before)
            await self._store.apply([stored(item) for item, _ in fresh], position, seen, wanted)
            self.position = position
            rows = [row for row in map(self._stage, fresh) if row is not None]
            self._trace.mark("applied", seq=ev.to, rows=len(rows))
            self._projections.drop(seen)
            self._announce(map(_aggregate, rows))
            self._trace.mark("announced", seq=ev.to)
            for expected in self._expected:
                expected.note(ev.items)
            self.applied.tell(Applied(position, rows, seen))
            if wanted:
                self.family_wanted.tell(None)

    async def swap(
        self, pieces: AsyncIterable[bytes], coding: str = "identity", told: Told | None = None
    ) -> None:
        """Take a snapshot in place of everything, as it comes; `told` hears how far it is.

        Raises BadSnapshot, StoreLost, and what `pieces` raises; the replica is unchanged then.
        """
        async with self._turn:
            intake = SnapshotIntake(self._store, self.by_kind, coding, told)
            try:
                await self._store.clear()  # what another left that was cut off
                async for piece in pieces:
                    await intake.take(piece)
                head, changes = await asyncio.to_thread(intake.close)
                me = intake.members.get(self._member_id)
                if not isinstance(me, Member):
                    raise BadSnapshot("the snapshot is not for this member")
                position = position_of(head, scopes_of(me))
                await self._store.swap(position)
            except Exception:
                with suppress(StoreLost):
                    await self._store.clear()
                raise
            self._trace.mark("snapshot stored", seq=head.seq)
            await self._take_over(changes)
            self.position = position
            self.complete = True
            self._expected.clear()
            self._trace.mark("snapshot", seq=head.seq)
            self.applied.tell(Applied(position, [], frozenset(), snapshot=True))

    async def change_scopes(self, frame: ScopeChanged) -> None:
        """Drop what the member may no longer see, and blank what they may see less of.

        What is newly granted has to be fetched by a snapshot. Until it is here the cursor bears
        the name of no rights at all, so that a desk that ends in between is told to fetch it then:
        also when it comes back with the old rights, for which it has dropped too much.
        """
        async with self._turn:
            if self.position is None:
                return
            scopes = (self.position.scopes - frozenset(frame.revoked)) | frozenset(frame.granted)
            cursor = self.position.cursor
            access = NO_RIGHTS if frame.granted else frame.access
            cursor = msgspec.structs.replace(cursor, access=access)
            position = msgspec.structs.replace(self.position, cursor=cursor, scopes=scopes)
            changes = [
                change
                for kind, collection in self.by_kind.items()
                for row in collection.server_values()
                if (change := purged(kind, row, scopes)) is not None
            ]
            await self._store.move(position, changes)
            self.position = position
            self._expected.clear()
            for change in changes:
                row = decode(change.kind, change.body) if isinstance(change, StoredRow) else None
                self.by_kind[change.kind].stage_server(change.id, row)
            self._projections.again()
            self._announce_everywhere()

    def show_pending(self, aggregate_id: UUID, pending: Mapping[UUID, Pending]) -> None:
        """Show an aggregate with these commands applied, by their op_id and in their order."""
        self._projections.show(aggregate_id, pending)
        self._announce_everywhere()

    def rows_of(self, prescription_id: UUID) -> PrescriptionRows:
        """A prescription with what hangs on it, as the screens show it."""
        return self._projections.rows_of(prescription_id)

    def supply_rows_of(self, supply_order_id: UUID) -> SupplyRows:
        """An order to a supplier with its lines, as the screens show it."""
        return self._projections.supply_rows_of(supply_order_id)

    # What is settled leaves the desk, and may come back

    async def let_go(self, settled_before: datetime, keep: Container[UUID]) -> int:
        """Drop the families settled before a moment, but for those to `keep`; how many they were.

        Frames are applied in between. Raises StoreLost: what was dropped until then is dropped.
        """
        families = await settled_families(self.prescriptions, self.payments, settled_before)
        leaving = [family for family in families if family not in keep]
        async with self._turn:
            if self.position is None:
                return 0
            # First the word, then the deed: who reads it knows that something may be missing.
            self.position = msgspec.structs.replace(self.position, settled_before=settled_before)
            await self._store.move(self.position, [])
        for at in range(0, len(leaving), _FAMILIES):
            async with self._turn:
                some = leaving[at : at + _FAMILIES]
                await self._drop([each for each in some if self._is_settled(each, settled_before)])
        return len(leaving)

    async def tidy(self) -> None:
        """Take away what does not count in the store, for instance the rows before a snapshot.

        Frames are applied in between, and it waits for a snapshot that is on its way. Raises
        StoreLost.
        """
        more = True
        while more:
            async with self._turn:
                more = await self._store.clear_some()

    async def families_wanted(self) -> list[UUID]:
        """The families of which only a part is here, to be fetched and given to `take_family`."""
        return await self._store.wanted()

    @contextmanager
    def expecting(self) -> Iterator[Expected]:
        """Surrounds asking for a family and taking it: what leaves meanwhile does not come back."""
        expected = Expected()
        self._expected.append(expected)
        try:
            yield expected
        finally:
            with suppress(ValueError):  # everything was fetched anew since
                self._expected.remove(expected)

    async def take_family(
        self, prescription_id: UUID, found: PrescriptionDetail | None, expected: Expected
    ) -> bool:
        """Take a family as the server has it now (None: it shows us nothing of it).

        Whether it was taken: not when everything was fetched anew meanwhile. Raises StoreLost.
        """
        async with self._turn:
            if expected not in self._expected or self.position is None:
                return False
            before = self.position.settled_before
            rows: list[tuple[str, Row]] = []
            if found is not None:
                if before is not None and is_settled(found.prescription, found.payments, before):
                    await self._drop([prescription_id], wanted_no_longer=prescription_id)
                    return True
                rows = rows_of_family(found)
            fresh = [(kind, row) for kind, row in rows if not expected.has_left(kind, row)]
            await self._store.take_family(
                prescription_id,
                [StoredRow(k, row.id, row.version, msgspec.json.encode(row)) for k, row in fresh],
            )
            for kind, row in fresh:
                old = self.by_kind[kind].server_row(row.id)
                if old is None or old.version < row.version:
                    self.by_kind[kind].stage_server(row.id, row)
            self._announce([prescription_id])
            return True

    async def digest(self, kind: str, settled_before: datetime) -> tuple[int, str] | None:
        """What the server's rows of a kind add up to (`contract.digest`), at the present cursor.

        None where that would say nothing: families were let go that the other end counts, or some
        are yet to be fetched. Raises StoreLost.
        """
        async with self._turn:
            if self.position is None or not self.complete:
                return None
            let_go = self.position.settled_before
            if let_go is not None and let_go > settled_before:
                return None
            settled: set[UUID] = set()
            if kind in FAMILY:
                if await self._store.wanted():
                    return None
                settled = await settled_families(self.prescriptions, self.payments, settled_before)
            total = Sum()
            async for rows in in_slices(self.by_kind[kind].server_values(), _DIGESTED):
                total.add((row.id, row.version) for row in rows if family_of(row) not in settled)
            return total.answer()

    # In steps

    async def _load(self, kinds: Sequence[str]) -> None:
        """Rows that cannot be read are not shown, and everything is fetched anew: the server has no
        rights of that name to follow the log with."""
        found = await read_kinds(self._store, {kind: self.by_kind[kind] for kind in kinds})
        unreadable = [kind for kind, rows in found.items() if rows is None]
        if unreadable and self.position is not None:
            self._trace.mark("rows that cannot be read", kinds=",".join(unreadable))
            cursor = msgspec.structs.replace(self.position.cursor, access=NO_RIGHTS)
            self.position = msgspec.structs.replace(self.position, cursor=cursor)
        self._take_all(
            {
                kind: self.by_kind[kind].prepare({}) if rows is None else rows
                for kind, rows in found.items()
            }
        )

    def _take_all(self, prepared: Mapping[str, Prepared[Any]]) -> None:
        self._projections.forget()
        for kind, rows in prepared.items():
            self.by_kind[kind].stage_all(rows)
        self._projections.again()
        for kind, collection in self.by_kind.items():
            if kind in prepared:
                collection.announce_reset()
            else:
                collection.announce()

    async def _take_over(self, changes: Sequence[RowChange]) -> None:
        """Bring memory to what the store has, a little at a time: screens show it as it comes."""
        async for some in in_slices(changes, _TAKEN_OVER):
            touched: set[UUID | None] = set()
            for change in some:
                collection = self.by_kind[change.kind]
                subject = change.row or collection.server_row(change.id)
                touched.add(None if subject is None else aggregate_of(subject))
                collection.stage_server(change.id, change.row)
            self._announce(touched)

    def _stage(self, fresh: tuple[Item, Row | None]) -> AppliedRow | None:
        """Into memory, by the rule of the store: only a higher version replaces."""
        item, new = fresh
        collection = self.by_kind[item.kind]
        old = collection.server_row(item.id)
        if old is None and new is None:
            return None
        if old is not None and (item.v < old.version if new is None else item.v <= old.version):
            return None
        collection.stage_server(item.id, new)
        return AppliedRow(item, old, new)

    def _is_settled(self, family: UUID, before: datetime) -> bool:
        head = self.prescriptions.server_row(family)
        return head is not None and is_settled(head, self.payments.of(family), before)

    async def _drop(self, families: Sequence[UUID], wanted_no_longer: UUID | None = None) -> None:
        """Take whole families out of store and memory."""
        assert self.position is not None
        gone: list[GoneRow] = []
        for family in families:
            head = self.prescriptions.server_row(family)
            for kind in PARTS:
                gone += [
                    GoneRow(kind, row.id, row.version) for row in self.by_kind[kind].of(family)
                ]
            if head is not None:
                gone.append(GoneRow("prescription", head.id, head.version))
        await self._store.move(self.position, gone, wanted_no_longer)
        for row in gone:
            self.by_kind[row.kind].stage_server(row.id, None)
        self._announce(families)

    def _announce(self, aggregates: Iterable[UUID | None]) -> None:
        self._projections.again(each for each in aggregates if each is not None)
        self._announce_everywhere()

    def _announce_everywhere(self) -> None:
        for collection in self.by_kind.values():
            collection.announce()


def _aggregate(row: AppliedRow) -> UUID | None:
    subject = row.new or row.old
    return None if subject is None else aggregate_of(subject)
