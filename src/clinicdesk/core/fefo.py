"""Which batch is taken for a check at the counter, and how much of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Batch, PrescriptionItem
from clinicdesk.core.denial import Denied
from clinicdesk.core.may_line import still_wanted
from clinicdesk.core.stock import Stock


class Portion(Struct, frozen=True):
    """Units to check. `batch_id`: None where the pharmacy keeps no stock of the medicine."""

    batch_id: UUID | None
    quantity: int


def portion(
    stock: Stock,
    pharmacy_id: UUID,
    medicine_id: UUID,
    wanted: int,
    quantity: int | None,
    batch_id: UUID | None,
) -> Portion | Denied:
    """The units that are checked now.

    Args:
        wanted: Units of the line that may still be found.
        quantity: Units that the person says; None: what is wanted, as far as one batch goes.
        batch_id: The batch that was scanned; None: the one that expires first.
    """
    if quantity is not None and quantity > wanted:
        return Denied(f"Only {wanted} of this line are still to be dispensed.", "quantity")
    if stock.level(pharmacy_id, medicine_id) is None:
        return Portion(None, wanted if quantity is None else quantity)
    usable = stock.usable(pharmacy_id, medicine_id)
    asked = wanted if quantity is None else quantity
    if batch_id is None:
        return _first(stock, usable, asked, said=quantity is not None)
    named = next((b for b in stock.batches(pharmacy_id, medicine_id) if b.id == batch_id), None)
    if named is None:
        return Denied("This pharmacy has no such batch of the product.", "batch_id")
    if stock.expired(named):
        return Denied(
            f"Batch {named.number} expired on {named.expiry.day} {named.expiry:%b %Y}: "
            "take another one, and write this one off.",
            "batch_id",
        )
    return _of(named, stock.free(named.id), asked, said=quantity is not None)


def lacking(stock: Stock, items: Sequence[PrescriptionItem]) -> Denied | None:
    """The first of these lines that cannot be supplied whole, each with what those before it leave
    on the shelf; None: all of them can."""
    taken: Counter[UUID] = Counter()
    for item in items:
        if item.pharmacy_id is None:
            continue
        product, wanted = item.substitute_id or item.medicine_id, still_wanted(item)
        there = stock.dispensable(item.pharmacy_id, product)
        if there is not None and there - taken[product] < wanted:
            left = max(0, there - taken[product])
            rest = f"{left} of {wanted} in stock: check those, and owe the rest with O."
            said = rest if left else f"None of {wanted} in stock: owe them with O."
            return Denied(f"Line {item.line}: {said}", "item_ids")
        taken[product] += wanted
    return None


def _first(stock: Stock, usable: list[Batch], asked: int, *, said: bool) -> Portion | Denied:
    if not usable:
        return Denied(f"None of {asked} in stock: owe them with O.", "quantity")
    there = sum(stock.free(batch.id) for batch in usable)
    if said and asked > there:
        return Denied(f"{there} of {asked} in stock: owe the rest with O.", "quantity")
    first = usable[0]
    return _of(first, stock.free(first.id), asked, said=said)


def _of(batch: Batch, there: int, asked: int, *, said: bool) -> Portion | Denied:
    if there == 0:
        return Denied(f"Nothing is left of batch {batch.number}: take another one.", "batch_id")
    if said and asked > there:
        return Denied(
            f"Batch {batch.number} has {there} of {asked}: check those, then the rest from "
            "another batch.",
            "quantity",
        )
    return Portion(batch.id, min(asked, there))
