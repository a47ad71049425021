"""The rows this desk may hold: in memory for screens, in the store for tomorrow.

A frame goes into the store first, rows and cursor in one transaction, then into memory, then to
those who listen. Rows of prescriptions are shown with this desk's own pending commands applied
(`overlay`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.access import scopes_of
from clinicdesk.contract.entities import (
    ENTITIES,
    Allergy,
    Clinic,
    Formulary,
    Member,
    Patient,
    Payment,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
    Row,
    Service,
)
from clinicdesk.contract.frames import Cursor, Ev, Item, ScopeChanged
from clinicdesk.core.bodies import (
    BadFrame,
    decode,
    decode_array,
    purged,
    row_of,
    stored,
    write_snapshot,
)
from clinicdesk.core.collection import Collection, Prepared
from clinicdesk.core.collector import making_rows
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.overlay import Pending, PrescriptionRows, project_all
from clinicdesk.core.snapshot_reader import BadSnapshot, SnapshotReader
from clinicdesk.core.store.rows import Position, RowStore, StoredRow
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.trace import Trace

_LATER: Final = ("allergy", "prescription_item", "payment")
"""The many rows that a list can be shown without."""


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


class Replica:
    """The working set of one member.

    Attributes:
        clinics, members, practitioners, pharmacies, services, formularies, patients, allergies,
        prescriptions, items, payments: The collections. `allergies` and `prescriptions` group by
            patient, `items` and `payments` by prescription.
        applied: Told of each frame and snapshot, after the collections have announced it.
        position: Where the rows stand in the log; None before the first snapshot.
        complete: Whether every collection has been filled, from the store or by a snapshot.
    """

    def __init__(self, store: RowStore, member_id: UUID, trace: Trace) -> None:
        self._store = store
        self._member_id = member_id
        self._trace = trace
        self._turn = asyncio.Lock()
        self._pending: dict[UUID, dict[UUID, Pending]] = {}
        self._overlaid: dict[UUID, set[tuple[str, UUID]]] = {}
        self.applied: Listeners[Applied] = Listeners()
        self.position: Position | None = None
        self.complete = False
        self.clinics: Collection[Clinic] = Collection("clinic")
        self.members: Collection[Member] = Collection("member")
        self.practitioners: Collection[Practitioner] = Collection("practitioner")
        self.pharmacies: Collection[Pharmacy] = Collection("pharmacy")
        self.services: Collection[Service] = Collection("service")
        self.formularies: Collection[Formulary] = Collection("formulary")
        self.patients: Collection[Patient] = Collection("patient")
        self.allergies: Collection[Allergy] = Collection("allergy", lambda a: a.patient_id)
        self.prescriptions: Collection[Prescription] = Collection(
            "prescription", lambda p: p.patient_id
        )
        self.items: Collection[PrescriptionItem] = Collection(
            "prescription_item", lambda i: i.prescription_id
        )
        self.payments: Collection[Payment] = Collection("payment", lambda p: p.prescription_id)
        self._collections: dict[str, Collection[Any]] = {
            collection.kind: collection
            for collection in (
                self.clinics,
                self.members,
                self.practitioners,
                self.pharmacies,
                self.services,
                self.formularies,
                self.patients,
                self.allergies,
                self.prescriptions,
                self.items,
                self.payments,
            )
        }

    def collection(self, kind: str) -> Collection[Any]:
        """The collection of a kind by its name on the wire. Raises KeyError."""
        return self._collections[kind]

    @property
    def cursor(self) -> Cursor | None:
        """What a `hello` says; None before the first snapshot."""
        return None if self.position is None else self.position.cursor

    async def load(self) -> None:
        """Read everything from the store. Raises StoreLost."""
        await self.load_first()
        await self.load_rest()

    async def load_first(self) -> None:
        """Read what lists are made of; their collections announce a reset. Raises StoreLost."""
        async with self._turn:
            self.position = await self._store.position()
            await self._load(kind for kind in self._collections if kind not in _LATER)

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
            position = Position(cursor, self.position.scopes)
            seen = frozenset(item.op_id for item in ev.items if item.op_id is not None)
            await self._store.apply([stored(item) for item, _ in fresh], position, seen)
            self.position = position
            rows = [row for row in map(self._stage, fresh) if row is not None]
            self._trace.mark("applied", seq=ev.to, rows=len(rows))
            self._drop_pending(seen)
            self._announce(rows)
            self._trace.mark("announced", seq=ev.to)
            self.applied.tell(Applied(position, rows, seen))

    async def swap(self, document: bytes) -> None:
        """Take a snapshot in place of everything.

        Raises BadSnapshot, and StoreLost; the replica is unchanged then.
        """
        async with self._turn:
            loaded: dict[str, dict[UUID, Row]] = {kind: {} for kind in self._collections}

            def fill(connection: Connection) -> Position:
                reader = SnapshotReader(document)
                write_snapshot(connection, reader, loaded)
                me = cast("Member | None", loaded["member"].get(self._member_id))
                if me is None:
                    raise BadSnapshot("the snapshot is not for this member")
                head = reader.head
                return Position(
                    Cursor(clinic=head.clinic, epoch=head.epoch, seq=head.seq, access=head.access),
                    scopes_of(me),
                )

            with making_rows():
                position = await self._store.replace(fill)
                prepared = {
                    kind: await asyncio.to_thread(collection.prepare, loaded[kind])
                    for kind, collection in self._collections.items()
                }
                # At one moment: who reads the position finds the rows that it stands for.
                self.position = position
                self._take_all(prepared)
            self.complete = True
            self._trace.mark("snapshot", seq=self.position.cursor.seq)
            self.applied.tell(Applied(self.position, [], frozenset(), snapshot=True))

    async def change_scopes(self, frame: ScopeChanged) -> None:
        """Drop what the member may no longer see, and blank what they may see less of.

        What is newly granted has to be fetched by a snapshot. Until it is here the cursor keeps
        the old rights' name, so that a desk that ends in between is told to fetch it then.
        """
        async with self._turn:
            if self.position is None:
                return
            scopes = (self.position.scopes - frozenset(frame.revoked)) | frozenset(frame.granted)
            cursor = self.position.cursor
            if not frame.granted:
                cursor = msgspec.structs.replace(cursor, access=frame.access)
            position = Position(cursor, scopes)
            changes = [
                change
                for kind, collection in self._collections.items()
                for row in collection.server_values()
                if (change := purged(kind, row, scopes)) is not None
            ]
            await self._store.move(position, changes)
            self.position = position
            for change in changes:
                row = decode(change.kind, change.body) if isinstance(change, StoredRow) else None
                self._collections[change.kind].stage_server(change.id, row)
            self._project_all()
            self._announce_everywhere()

    def show_pending(self, prescription_id: UUID, pending: Mapping[UUID, Pending]) -> None:
        """Show a prescription with these commands applied, by their op_id and in their order."""
        if pending:
            self._pending[prescription_id] = dict(pending)
        else:
            self._pending.pop(prescription_id, None)
        self._project(prescription_id)
        self._announce_prescriptions()

    def rows_of(self, prescription_id: UUID) -> PrescriptionRows:
        """A prescription with its lines and ledger, as the screens show them."""
        return PrescriptionRows(
            self.prescriptions.get(prescription_id),
            {item.id: item for item in self.items.of(prescription_id)},
            {payment.id: payment for payment in self.payments.of(prescription_id)},
        )

    def _take_all(self, prepared: Mapping[str, Prepared[Any]]) -> None:
        self._forget_projections()
        for kind, rows in prepared.items():
            self._collections[kind].stage_all(rows)
        self._project_all()
        for kind, collection in self._collections.items():
            if kind in prepared:
                collection.announce_reset()
            else:
                collection.announce()

    async def _load(self, kinds: Iterable[str]) -> None:
        with making_rows():
            # All at once: while the rows of one kind are sorted the store decrypts another's.
            reading = {kind: asyncio.create_task(self._read(kind)) for kind in kinds}
            try:
                await asyncio.wait(reading.values())
            finally:
                await _end(reading.values())
            self._take_all({kind: task.result() for kind, task in reading.items()})

    async def _read(self, kind: str) -> Prepared[Any]:
        rows: dict[UUID, Row] = {}

        def take(bodies: bytes) -> None:
            rows.update((row.id, row) for row in decode_array(kind, bodies))

        taking: list[asyncio.Task[None]] = []
        try:
            async for bodies in self._store.read(kind):
                # The store decrypts the next ones meanwhile, which needs no Python.
                while taking:
                    await taking.pop()
                taking.append(asyncio.create_task(asyncio.to_thread(take, bodies)))
            while taking:
                await taking.pop()
        finally:
            await _end(taking)
        return await asyncio.to_thread(self._collections[kind].prepare, rows)

    def _stage(self, fresh: tuple[Item, Row | None]) -> AppliedRow | None:
        """Into memory, by the rule of the store: only a higher version replaces."""
        item, new = fresh
        collection = self._collections[item.kind]
        old = collection.server_row(item.id)
        if old is None and new is None:
            return None
        if old is not None and (item.v < old.version if new is None else item.v <= old.version):
            return None
        collection.stage_server(item.id, new)
        return AppliedRow(item, old, new)

    def _drop_pending(self, seen: frozenset[UUID]) -> None:
        for prescription_id, pending in list(self._pending.items()):
            left = {op_id: each for op_id, each in pending.items() if op_id not in seen}
            if len(left) < len(pending):
                self._pending[prescription_id] = left
                self._project(prescription_id)
            if not left:
                del self._pending[prescription_id]

    def _announce(self, rows: Sequence[AppliedRow]) -> None:
        for prescription_id in {_prescription_of(row) for row in rows} & self._pending.keys():
            self._project(cast("UUID", prescription_id))
        self._announce_everywhere()

    def _announce_everywhere(self) -> None:
        for collection in self._collections.values():
            collection.announce()

    def _announce_prescriptions(self) -> None:
        for collection in (self.prescriptions, self.items, self.payments):
            cast("Collection[Any]", collection).announce()

    def _project_all(self) -> None:
        for prescription_id in list(self._pending):
            self._project(prescription_id)

    def _forget_projections(self) -> None:
        for prescription_id in list(self._overlaid):
            self._forget_projection(prescription_id)

    def _forget_projection(self, prescription_id: UUID) -> None:
        for kind, row_id in self._overlaid.pop(prescription_id, set()):
            collection = self._collections[kind]
            collection.stage_shown(row_id, collection.server_row(row_id))

    def _project(self, prescription_id: UUID) -> None:
        """Show the server's rows of a prescription, then what its pending commands make of them."""
        self._forget_projection(prescription_id)
        pending = self._pending.get(prescription_id)
        if not pending:
            return
        before = self.rows_of(prescription_id)
        after = project_all(pending.values(), before)
        overlaid: set[tuple[str, UUID]] = set()

        def show(collection: Collection[Any], row_id: UUID, row: Row | None) -> None:
            if collection.get(row_id) != row:
                collection.stage_shown(row_id, row)
                overlaid.add((collection.kind, row_id))

        show(self.prescriptions, prescription_id, after.prescription)
        for item_id in before.items.keys() | after.items.keys():
            show(self.items, item_id, after.items.get(item_id))
        for payment_id in before.payments.keys() | after.payments.keys():
            show(self.payments, payment_id, after.payments.get(payment_id))
        self._overlaid[prescription_id] = overlaid


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Leave none of them running: a cancelled `asyncio.wait` does not end what it waits for."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


def _prescription_of(row: AppliedRow) -> UUID | None:
    subject = row.new or row.old
    if isinstance(subject, Prescription):
        return subject.id
    if isinstance(subject, PrescriptionItem | Payment):
        return subject.prescription_id
    return None
