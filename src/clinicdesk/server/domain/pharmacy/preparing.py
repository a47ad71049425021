"""Units of a line: which are still to be found, which are in the hand, and how they go back.

Of a line's `quantity` some units are supplied, some prepared, some owing; the others are its rest.
Pure: what the shelves lose and gain is noted in `Held.movements`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import Dispense, DispenseStatus, ItemStatus, Verified
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.pharmacy.at_work import with_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.server.domain.prescribing import Held
    from clinicdesk.server.domain.stock import Portion


class Packed(Struct, frozen=True, kw_only=True):
    """What a dispense takes from the formulary."""

    id: UUID
    generic_name: str
    strength: str
    form: str
    brand: str
    manufacturer: str


class Check(Struct, frozen=True, kw_only=True):
    """How somebody made sure of units.

    Attributes:
        dispense_id: Of the first portion; those of the others are derived from it.
        batch_number, expiry: As the box says: they stand for a batch where none is kept.
    """

    dispense_id: UUID
    verified: Verified
    hand_reason: str | None
    by: UUID
    batch_number: str | None = None
    expiry: date | None = None


def rest(item: PrescriptionItem) -> int:
    """Units that nobody has found or promised yet."""
    return item.quantity - item.supplied - item.prepared - item.owing


def wanted(item: PrescriptionItem) -> int:
    """Units that may still be found: the rest, and what is owing."""
    return item.quantity - item.supplied - item.prepared


def with_prepared(
    held: Held,
    item: PrescriptionItem,
    product: Packed,
    portions: Sequence[Portion],
    check: Check,
) -> Held:
    """With these portions in the hand for the line: out of their batches, and CHECKED when that
    is all of it that is not owing. What was owing is found last."""
    found = sum(portion.quantity for portion in portions)
    owing = item.owing - max(0, found - rest(item))
    counted = replace(item, prepared=item.prepared + found, owing=owing)
    status = ItemStatus.PICKING if rest(counted) else ItemStatus.CHECKED
    dispenses = [
        _dispense(held, item, product, portion, check, place)
        for place, portion in enumerate(portions)
    ]
    return replace(
        with_lines(held, [replace(counted, status=status)]),
        dispenses=[*held.dispenses, *dispenses],
        movements=[*held.movements, *stock.taken(dispenses, check.by, held.now)],
    )


def with_put_back(held: Held, item_ids: Collection[UUID], reason: str | None, by: UUID) -> Held:
    """Without anything in the hand for these lines: it is in its batches again."""
    going = in_hand(held, item_ids)
    back = [
        replace(dispense, status=DispenseStatus.RETURNED, return_reason=reason)
        for dispense in going
    ]
    new = {dispense.id: dispense for dispense in back}
    lines = [replace(item, prepared=0) for item in held.items if item.id in item_ids]
    return replace(
        with_lines(held, lines),
        dispenses=[new.get(dispense.id, dispense) for dispense in held.dispenses],
        movements=[*held.movements, *stock.put_back(going, reason, by, held.now)],
    )


def in_hand(held: Held, item_ids: Collection[UUID]) -> list[Dispense]:
    """What is prepared for these lines and not handed over."""
    return [
        dispense
        for dispense in held.dispenses
        if dispense.item_id in item_ids and dispense.status is DispenseStatus.PREPARED
    ]


def _dispense(
    held: Held,
    item: PrescriptionItem,
    product: Packed,
    portion: Portion,
    check: Check,
    place: int,
) -> Dispense:
    header, batch = held.header, portion.batch
    assert header.pharmacy_id is not None  # it was signed
    identity = uuid5(check.dispense_id, str(place)) if place else check.dispense_id
    return Dispense(
        id=identity,
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        item_id=item.id,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        medicine_id=product.id,
        brand=product.brand,
        manufacturer=product.manufacturer,
        batch_id=batch.id if batch else None,
        batch_number=batch.number if batch else check.batch_number,
        expiry=batch.expiry if batch else check.expiry,
        quantity=portion.quantity,
        status=DispenseStatus.PREPARED,
        verified=check.verified,
        hand_reason=check.hand_reason,
        checked_by=check.by,
        checked_at=held.now,
        handed_over_at=None,
        collected_by=None,
        return_reason=None,
    )
