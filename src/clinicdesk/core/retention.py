"""What of the working set may leave the desk, and what has to be fetched because it left too soon.

By the rule of `contract.working_set`, over the rows as the server said them. All of it works in
slices, for a clinic has tens of thousands of prescriptions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from clinicdesk.contract.entities import (
    Dispense,
    PatientNotice,
    Payment,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PurchaseOrder,
    Row,
    SafetyFinding,
    StockLevel,
    SupplyOrderLine,
)
from clinicdesk.contract.frames import Item
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.working_set import is_settled
from clinicdesk.core.collection import Collection
from clinicdesk.core.overlay import PARTS
from clinicdesk.core.slices import in_slices

_MOST: Final = 4000
_PARTS: Final = (
    PrescriptionItem, Payment, Dispense, SafetyFinding, PurchaseOrder, PatientNotice,
)  # fmt: skip


async def settled_families(
    prescriptions: Collection[Prescription], payments: Collection[Payment], before: datetime
) -> set[UUID]:
    """The prescriptions whose families were settled before a moment."""
    due: set[UUID] = set()
    async for some in in_slices(payments.server_values(), _MOST):
        due.update(each.prescription_id for each in some if each.status is PaymentStatus.PENDING)
    settled: set[UUID] = set()
    async for slice_ in in_slices(prescriptions.server_values(), _MOST):
        settled.update(each.id for each in slice_ if is_settled(each, (), before))
    return settled - due


def family_of(row: Row) -> UUID | None:
    """The prescription of the family that a row belongs to; None: of none."""
    if isinstance(row, Prescription):
        return row.id
    return row.prescription_id if isinstance(row, _PARTS) else None


def aggregate_of(row: Row) -> UUID:
    """What commands name that change the row: its family, its order, its medicine or itself."""
    match row:
        case SupplyOrderLine():
            return row.supply_order_id
        case StockLevel():
            return row.medicine_id
        case _:
            return family_of(row) or row.id


def rows_of_family(found: PrescriptionDetail) -> list[tuple[str, Row]]:
    """The rows of an answer, each with its kind."""
    rows: list[tuple[str, Row]] = [("prescription", found.prescription)]
    for kind, part in PARTS.items():
        rows += [(kind, row) for row in getattr(found, part)]
    return rows


class Expected:
    """Rows that left while an answer was on its way: it may still have them, and they stay away."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, UUID], int] = {}

    def note(self, items: Iterable[Item]) -> None:
        """Keep in mind what a frame took away."""
        self._left.update(((item.kind, item.id), item.v) for item in items if item.gone)

    def has_left(self, kind: str, row: Row) -> bool:
        """Whether the row of an answer has left since."""
        return self._left.get((kind, row.id), 0) >= row.version


def families_in_part(
    fresh: Iterable[tuple[Item, Row | None]],
    prescriptions: Collection[Prescription],
    settled_before: datetime | None,
) -> set[UUID]:
    """The families of which a frame brings a part while the rest is not here.

    A family that was let go comes back when the log changes one of its rows, and the log brings
    that row alone. An item without its prescription is such a part; so is a
    prescription that is new here and was written before the moment up to which families leave.
    """
    if settled_before is None:
        return set()
    brought = [
        (family, row)
        for _item, row in fresh
        if row is not None and (family := family_of(row)) is not None
    ]
    heads = {family: row for family, row in brought if isinstance(row, Prescription)}
    return {
        family
        for family, _row in brought
        if prescriptions.server_row(family) is None
        and ((head := heads.get(family)) is None or head.created_at < settled_before)
    }
