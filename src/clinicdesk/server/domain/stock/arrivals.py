"""Units that come onto the shelves, in batches: of a delivery, or without an order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import MovementKind, StockMovement
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.stock.shelves import open_shelves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.stock.allocation import Shelf
    from clinicdesk.server.domain.stock.surroundings import Surroundings

_QUERIES = load_queries("clinicdesk.server.domain.stock", "arrivals.sql")

MOST_UNITS: Final = 1_000_000_000
"""On one shelf: what the database's counting holds, with room to spare."""
LONGEST_LIFE: Final = timedelta(days=20 * 366)
"""An expiry that is further off is a slip of the hand: no medicine keeps so long."""


class Arrival(Struct, frozen=True, kw_only=True):
    """Units of one batch.

    Attributes:
        batch_id: Of the batch, if it is new; one that is known by its number and expiry grows.
        number: Without blanks around it.
        cost_minor: Of a pack.
        field: Where in the command it stands: "", or "goods[2].".
    """

    batch_id: UUID
    medicine_id: UUID
    number: str
    expiry: date
    units: int
    cost_minor: int
    field: str = ""


class _Known(Struct, frozen=True):
    id: UUID
    medicine_id: UUID
    number: str
    expiry: date


def unfit(arrivals: Sequence[Arrival], shelf: Shelf, today: date) -> InvalidField | None:
    """The first that may not come onto a shelf, as the field that is wrong."""
    there = {medicine_id: level.on_hand for medicine_id, level in shelf.levels.items()}
    for arrival in arrivals:
        if wrong := _unfit_batch(arrival, today):
            return wrong
        there[arrival.medicine_id] = there.get(arrival.medicine_id, 0) + arrival.units
        if there[arrival.medicine_id] > MOST_UNITS:
            return InvalidField(
                detail=f"With these {arrival.units} units the shelf would have more than "
                f"{MOST_UNITS}; look at the quantity again.",
                field=f"{arrival.field}{'packs' if arrival.field else 'quantity'}",
            )
    return None


async def bring_in(
    tx: Transaction,
    actor: MemberActor,
    pharmacy_id: UUID,
    arrivals: Sequence[Arrival],
    around: Surroundings,
    delivery_id: UUID,
    subject_id: UUID | None = None,
) -> list[UUID] | Conflict:
    """Write them, after their shelves were locked; the batch that each went into. A delivery that
    was entered before is refused: it is counted once, whichever command brings it.

    Args:
        tx: In which nothing else is locked afterwards.
        actor: Whose hands they are.
        pharmacy_id: Where.
        arrivals: Which `unfit` has nothing against.
        around: The clinic.
        delivery_id: Which delivery they are, in this order.
        subject_id: The order to a supplier that they came of.
    """
    clinic_id = actor.member.clinic_id
    await open_shelves(tx, clinic_id, pharmacy_id, {a.medicine_id for a in arrivals})
    batches = {(a.medicine_id, a.number, a.expiry): a for a in arrivals}
    key = {
        "clinic_id": clinic_id,
        "pharmacy_id": pharmacy_id,
        "currency": around.currency,
        "batches": msgspec.json.encode([_batch(a) for a in batches.values()]).decode(),
    }
    await tx.execute(_QUERIES["enter_batches"], key)
    await tx.execute(_QUERIES["cost_batches"], key)
    entered_before = Conflict(
        detail="These goods were entered already, and are on the shelf. Look at the stock "
        "there before you enter more.",
        field="batch_id" if subject_id is None else "delivery_id",
    )
    if await _entered(tx, clinic_id, delivery_id):
        return entered_before
    known = {
        (k.medicine_id, k.number, k.expiry): k.id
        for k in await tx.all(_QUERIES["find_batches"], key, into=_Known)
    }
    gone_into: list[UUID] = []
    for arrival in arrivals:
        batch_id = known.get((arrival.medicine_id, arrival.number, arrival.expiry))
        if batch_id is None:
            return Conflict(
                detail=f"The identifier of batch {arrival.number} is already in use; make a new "
                "one.",
                field=f"{arrival.field}batch_id",
            )
        gone_into.append(batch_id)
    movements = [
        StockMovement(
            id=_movement_id(delivery_id, place),
            clinic_id=clinic_id,
            pharmacy_id=pharmacy_id,
            medicine_id=arrival.medicine_id,
            batch_id=batch_id,
            kind=MovementKind.RECEIVED,
            quantity=arrival.units,
            subject_id=subject_id,
            reason=None,
            by=actor.member.id,
            at=around.now,
        )
        for place, (arrival, batch_id) in enumerate(zip(arrivals, gone_into, strict=True))
    ]
    entered = await tx.execute(
        _QUERIES["enter_movements"], {"movements": msgspec.json.encode(movements).decode()}
    )
    return gone_into if entered == len(movements) else entered_before


async def batch_version(tx: Transaction, actor: MemberActor, batch_id: UUID) -> int:
    """The batch's version now."""
    key = {"clinic_id": actor.member.clinic_id, "id": batch_id}
    version: int = await tx.value(_QUERIES["batch_version"], key)
    return version


async def _entered(tx: Transaction, clinic_id: UUID, delivery_id: UUID) -> bool:
    first = {"clinic_id": clinic_id, "id": _movement_id(delivery_id, 0)}
    return bool(await tx.value(_QUERIES["entered"], first))


def _movement_id(delivery_id: UUID, place: int) -> UUID:
    """The identifier of what the n-th goods of a delivery are entered as."""
    return uuid5(delivery_id, f"goods {place}")


def _unfit_batch(arrival: Arrival, today: date) -> InvalidField | None:
    if not arrival.number or not arrival.number.isprintable():
        return InvalidField(
            detail="The batch number is empty or holds a character that no label has; scan it "
            "again, or write it down as it is printed.",
            field=f"{arrival.field}number",
        )
    if arrival.expiry < today:
        return InvalidField(
            detail=f"Batch {arrival.number} expired on {arrival.expiry:%d %b %Y}: it may not come "
            "onto the shelf. Send it back.",
            field=f"{arrival.field}expiry",
        )
    if arrival.expiry > today + LONGEST_LIFE:
        return InvalidField(
            detail=f"Batch {arrival.number} would keep until {arrival.expiry:%d %b %Y}; look at "
            "the expiry on the pack again.",
            field=f"{arrival.field}expiry",
        )
    return None


def _batch(arrival: Arrival) -> dict[str, object]:
    return {
        "id": arrival.batch_id,
        "medicine_id": arrival.medicine_id,
        "number": arrival.number,
        "expiry": arrival.expiry,
        "cost_minor": arrival.cost_minor,
    }
