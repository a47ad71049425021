"""The box in the hand, held against the shelf: which batch it is of, or why it stays here."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.boxes import is_box_of
from clinicdesk.core.denial import Denied
from clinicdesk.core.stock import Stock


class Box(Struct, frozen=True):
    """What is printed on it; None: it does not say, or was not scanned."""

    number: str | None = None
    expiry: date | None = None


def batch_in_hand(
    stock: Stock, pharmacy_id: UUID, medicine_id: UUID, named: UUID | None, box: Box
) -> UUID | Denied | None:
    """The batch that is taken from; None: the one that expires first, or none is kept.

    Args:
        named: The batch that somebody chose; its box says the same, or it is refused.
    """
    if box.expiry is not None and stock.has_expired(box.expiry):
        day = f"{box.expiry.day} {box.expiry:%b %Y}"
        return Denied(f"The box expired on {day}: take another one, and put it aside.", "expiry")
    if box == Box() or stock.level(pharmacy_id, medicine_id) is None:
        return named
    batches = stock.batches(pharmacy_id, medicine_id)
    fitting = [batch.id for batch in batches if is_box_of(batch, box.number, box.expiry)]
    if named is None and fitting:
        return fitting[0]
    if named in fitting or (named is not None and named not in {b.id for b in batches}):
        return named
    return Denied(
        f"{_said(box)}, and no such batch is on the shelf: receive it into stock first, or take a "
        "box of a batch that is there.",
        "batch_id",
    )


def _said(box: Box) -> str:
    batch = box.number and f"batch {box.number}"
    expiry = box.expiry and f"expiry {box.expiry.day} {box.expiry:%b %Y}"
    return "The box says " + ", ".join(part for part in (batch, expiry) if part)
