"""What an order's lines say, the same in every form it is written in."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from clinicdesk.contract.entities import SupplyOrderLine, SupplyOrderStatus
from clinicdesk.printing.facts import SupplyFacts
from clinicdesk.printing.words import local_day


class Ordered(Struct, frozen=True):
    """One line.

    Attributes:
        medicine, brand: As it was ordered. code, gtin, manufacturer, unit: As the list has them.
        pack_size: Units in a pack.
        cost_minor, sum_minor: Of a pack and of all of them, as expected; None: not known.
    """

    number: int
    code: str
    gtin: str
    medicine: str
    brand: str
    manufacturer: str
    pack_size: int
    unit: str
    packs: int
    cost_minor: int | None
    sum_minor: int | None


def ordered(facts: SupplyFacts) -> list[Ordered]:
    """The lines, numbered."""
    return [
        _ordered(facts, number, line)
        for number, line in enumerate(sorted(facts.lines, key=lambda line: line.line), 1)
    ]


def total_minor(lines: list[Ordered]) -> int:
    """What is expected to be paid for all of them whose cost is known."""
    return sum(line.sum_minor or 0 for line in lines)


def is_draft(facts: SupplyFacts) -> bool:
    """Whether it is no order yet."""
    return facts.order.status is SupplyOrderStatus.DRAFT


def day_of(facts: SupplyFacts) -> date:
    """The day of the order in the clinic's zone; of a draft, the day it was begun."""
    order = facts.order
    return local_day(order.submitted_at or order.created_at, facts.clinic.zone)


def _ordered(facts: SupplyFacts, number: int, line: SupplyOrderLine) -> Ordered:
    product = facts.medicines.get(line.medicine_id)
    medicine, _dot, brand = line.description.partition(" · ")
    cost = line.cost_minor or None  # nothing costs nothing: it was not known
    return Ordered(
        number=number,
        code=product.code if product else "",
        gtin=(product.gtin if product else None) or "",
        medicine=medicine,
        brand=brand,
        manufacturer=product.manufacturer if product else "",
        pack_size=line.pack_size,
        unit=product.pack_unit if product else "",
        packs=line.packs_ordered,
        cost_minor=cost,
        sum_minor=None if cost is None else cost * line.packs_ordered,
    )
