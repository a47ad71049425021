"""Which batches units are taken from, and the entries of the ledger that take and return them.

A command locks what it will change in this order, before its first write: prescriptions, then the
shelf of each medicine (`shelves`), which stands for its batches.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import Batch, Dispense, MovementKind, StockLevel, StockMovement
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.stock", "allocation.sql")

Wrong: TypeAlias = Conflict | InvalidField
"""Why units cannot be taken: the shelf does not have them, or the batch named is none of them."""


class Shelf(Struct, frozen=True, kw_only=True):
    """What a pharmacy has of some medicines, locked until the transaction ends.

    Attributes:
        levels: By medicine. None there: the pharmacy keeps no stock of it here.
        batches: By medicine, first expiry first; those that are empty are left out, but for one
            that was named.
        last_movers: Who took from a medicine's batches these minutes, and is not the one who acts.
    """

    levels: dict[UUID, StockLevel]
    batches: dict[UUID, list[Batch]]
    last_movers: dict[UUID, str]

    def keeps(self, medicine_id: UUID) -> bool:
        """Whether units of the medicine are counted at this pharmacy."""
        return medicine_id in self.levels

    def usable(self, medicine_id: UUID, today: date) -> list[Batch]:
        """Batches to take from, first expiry first."""
        return [
            batch
            for batch in self.batches.get(medicine_id, [])
            if batch.expiry >= today and batch.on_hand > 0
        ]


class Portion(Struct, frozen=True):
    """Units to take. `batch`: None where the pharmacy keeps no stock of the medicine."""

    batch: Batch | None
    quantity: int


async def locked_shelf(
    tx: Transaction,
    clinic_id: UUID,
    pharmacy_id: UUID,
    medicine_ids: Iterable[UUID],
    *,
    member_id: UUID | None = None,
    named_batch: UUID | None = None,
) -> Shelf:
    """Lock what a pharmacy has of these medicines, and read it. Before the first write.

    Args:
        tx: Of a member who may change that stock: row-level security locks nothing for others.
        clinic_id: The clinic.
        pharmacy_id: Whose shelf.
        medicine_ids: The products that will be taken or put back.
        member_id: Who acts; the others are told of as those who took the last units.
        named_batch: A batch to be read also when it is empty.
    """
    wanted = sorted(set(medicine_ids))
    key = {
        "clinic_id": clinic_id,
        "pharmacy_id": pharmacy_id,
        "medicine_ids": wanted,
        "batch_id": named_batch,
        "member_id": member_id,
    }
    levels = await tx.all(_QUERIES["lock_levels"], key, into=StockLevel) if wanted else []
    if not levels:
        return Shelf(levels={}, batches={}, last_movers={})
    # A statement of its own after the lock: it must see what who held it before has committed.
    batches: dict[UUID, list[Batch]] = {level.medicine_id: [] for level in levels}
    for batch in await tx.all(_QUERIES["batches"], key, into=Batch):
        batches[batch.medicine_id].append(batch)
    movers = await tx.all(_QUERIES["last_movers"], key)
    return Shelf(
        levels={level.medicine_id: level for level in levels},
        batches=batches,
        last_movers=dict(movers),
    )


def portions(
    shelf: Shelf,
    medicine_id: UUID,
    quantity: int,
    today: date,
    *,
    named_batch: UUID | None = None,
) -> list[Portion] | Wrong:
    """Where `quantity` units are taken from: the batch that is named, or first expiry first.

    Args:
        shelf: Locked, with the medicine's batches.
        medicine_id: The product.
        quantity: Units, at least one.
        today: The day in the clinic's zone; a batch may be dispensed on the day it expires.
        named_batch: The batch in the hand.
    """
    if not shelf.keeps(medicine_id):
        if named_batch is None:
            return [Portion(None, quantity)]
        return InvalidField(
            detail="The pharmacy keeps no stock of this product here, so it has no such batch.",
            field="batch_id",
        )
    if named_batch is not None:
        return _from_named(shelf, medicine_id, quantity, today, named_batch)
    found: list[Portion] = []
    missing = quantity
    for batch in shelf.usable(medicine_id, today):
        found.append(Portion(batch, min(missing, batch.on_hand)))
        missing -= found[-1].quantity
        if not missing:
            return found
    return _too_few(shelf, medicine_id, quantity - missing, quantity, "quantity")


def lessened(shelf: Shelf, medicine_id: UUID, portions: Iterable[Portion]) -> Shelf:
    """What is left on the shelf once these were taken."""
    gone = {portion.batch.id: portion.quantity for portion in portions if portion.batch}
    left = [
        replace(batch, on_hand=batch.on_hand - gone.get(batch.id, 0))
        for batch in shelf.batches.get(medicine_id, [])
    ]
    return replace(shelf, batches={**shelf.batches, medicine_id: left})


def taken(dispenses: Iterable[Dispense], by: UUID, at: datetime) -> list[StockMovement]:
    """The entries of the ledger that take what was prepared out of its batches."""
    return [
        _movement(dispense, MovementKind.DISPENSED, -dispense.quantity, None, by, at)
        for dispense in dispenses
        if dispense.batch_id is not None
    ]


def put_back(
    dispenses: Iterable[Dispense], reason: str | None, by: UUID, at: datetime
) -> list[StockMovement]:
    """The entries of the ledger that put it back into the batches that it came from."""
    return [
        _movement(dispense, MovementKind.RETURNED, dispense.quantity, reason, by, at)
        for dispense in dispenses
        if dispense.batch_id is not None
    ]


def _from_named(
    shelf: Shelf, medicine_id: UUID, quantity: int, today: date, batch_id: UUID
) -> list[Portion] | Wrong:
    batch = next((b for b in shelf.batches[medicine_id] if b.id == batch_id), None)
    if batch is None:
        return InvalidField(
            detail="This pharmacy has no such batch of the product; scan its barcode again, or "
            "leave the batch out.",
            field="batch_id",
        )
    if batch.expiry < today:
        return Conflict(
            detail=f"Batch {batch.number} expired on {batch.expiry:%d %b %Y}: take another one, "
            "and write this one off.",
            field="batch_id",
        )
    if batch.on_hand >= quantity:
        return [Portion(batch, quantity)]
    elsewhere = sum(b.on_hand for b in shelf.usable(medicine_id, today) if b.id != batch_id)
    if not elsewhere:
        return _too_few(shelf, medicine_id, batch.on_hand, quantity, "quantity")
    return Conflict(
        detail=f"Batch {batch.number} has {batch.on_hand} of {quantity}: check those, and take the "
        f"rest from another batch ({elsewhere} there).",
        field="quantity",
    )


def _too_few(shelf: Shelf, medicine_id: UUID, there: int, wanted: int, field: str) -> Conflict:
    name = shelf.last_movers.get(medicine_id)
    taken_by = f" {name} took some just now." if name else ""
    if not there:
        detail = f"None of {wanted} in stock: owe them with O.{taken_by}"
    else:
        detail = f"{there} of {wanted} in stock: check those, and owe the rest with O.{taken_by}"
    return Conflict(detail=detail, field=field)


def _movement(
    dispense: Dispense,
    kind: MovementKind,
    quantity: int,
    reason: str | None,
    by: UUID,
    at: datetime,
) -> StockMovement:
    assert dispense.batch_id is not None  # what has no batch moves no stock
    return StockMovement(
        # Of a dispense each kind of movement can be entered once.
        id=uuid5(dispense.id, kind),
        clinic_id=dispense.clinic_id,
        pharmacy_id=dispense.pharmacy_id,
        medicine_id=dispense.medicine_id,
        batch_id=dispense.batch_id,
        kind=kind,
        quantity=quantity,
        subject_id=dispense.id,
        reason=reason,
        by=by,
        at=at,
    )
