"""The amounts of lines that are sent to a pharmacy: by its prices, or by what it quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.charges import apportioned, total_charged
from clinicdesk.contract.entities import ItemStatus
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.problems import Conflict
from clinicdesk.server.domain.prescribing.lines import GREATEST_AMOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.server.domain.prescribing.held import Held
    from clinicdesk.server.domain.prescribing.lines import Product

WITHDRAWN: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})
"""A line in one of these costs nothing any more."""


def repriced(held: Held, products: Mapping[UUID, Product]) -> Held | Conflict:
    """With each line at the price that its product has in `products`.

    A line whose product is not there any more keeps its amount.
    """
    items: list[PrescriptionItem] = []
    for index, item in enumerate(held.items):
        product = products.get(item.medicine_id)
        if product is None or item.status in WITHDRAWN:
            items.append(item)
            continue
        if product.currency != item.currency:
            return Conflict(
                detail=f"Line {item.line}, {item.generic_name}, is priced in {product.currency} "
                f"there, not {item.currency}; choose another pharmacy.",
                field=f"items[{index}].medicine_id",
            )
        amount = line_amount(product.price_minor, product.pack_size, item.quantity)
        items.append(replace(item, amount_minor=amount))
    if total_charged(items) > GREATEST_AMOUNT:
        return Conflict(detail="The prescription costs more there than can be recorded.")
    return with_amounts(held, items)


def quoted(held: Held, total_minor: int) -> Held:
    """With amounts that come to the total, each line's part in proportion to what it was."""
    open_lines = [item for item in held.items if item.status not in WITHDRAWN]
    shares = apportioned(total_minor, [item.amount_minor for item in open_lines])
    amounts = {item.id: share for item, share in zip(open_lines, shares, strict=True)}
    items = [
        replace(item, amount_minor=amounts.get(item.id, item.amount_minor)) for item in held.items
    ]
    return with_amounts(held, items)


def with_amounts(held: Held, items: list[PrescriptionItem]) -> Held:
    """With these lines, and the total that they come to."""
    return replace(held, header=replace(held.header, total_minor=total_charged(items)), items=items)
