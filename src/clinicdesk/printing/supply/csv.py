"""An order to a supplier as CSV, for the program of whoever delivers it."""

from __future__ import annotations

from typing import Final

from clinicdesk.contract.money import MINOR_DIGITS
from clinicdesk.printing.cells import harmless, iso, table
from clinicdesk.printing.facts import SupplyFacts
from clinicdesk.printing.supply.lines import Ordered, day_of, is_draft, ordered

HEADINGS: Final = (
    "Order", "Ordered on", "Ordered by", "Pharmacy", "Licence", "Pharmacy address", "Supplier",
    "No", "Code", "GTIN", "Medicine", "Brand", "Manufacturer", "Pack size", "Unit", "Packs",
    "Cost of a pack", "Cost", "Currency",
)  # fmt: skip


def render_csv(facts: SupplyFacts) -> bytes:
    """One row for each line, in UTF-8 below one line of headings; each row says of which order.

    The day is the clinic's own, in ISO 8601. Amounts have a point and no sign of the currency; one
    that is not known is empty.
    """
    pharmacy, order = facts.pharmacy, facts.order
    head = [
        *map(harmless, (f"{order.code} (draft)" if is_draft(facts) else order.code,)),
        iso(day_of(facts)),
        *map(
            harmless,
            (
                facts.ordered_by, pharmacy.name, pharmacy.licence_number, pharmacy.address,
                facts.supplier.name,
            ),
        ),
    ]  # fmt: skip
    return table(HEADINGS, [[*head, *_cells(line, order.currency)] for line in ordered(facts)])


def _cells(line: Ordered, currency: str) -> list[str | int]:
    names = (line.code, line.gtin, line.medicine, line.brand, line.manufacturer)
    return [
        line.number,
        *map(harmless, names),
        line.pack_size,
        harmless(line.unit),
        line.packs,
        _amount(line.cost_minor, currency),
        _amount(line.sum_minor, currency),
        currency,
    ]


def _amount(minor: int | None, currency: str) -> str:
    """`1250.50`, as programs read it."""
    if minor is None:
        return ""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, fraction = divmod(minor, 10**digits)
    return f"{whole}.{fraction:0{digits}d}" if digits else str(whole)
