"""What commands are applied to: the rows of one aggregate, as far as a desk holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from clinicdesk.contract.commands import AnyCommand
from clinicdesk.contract.entities import (
    Batch,
    Dispense,
    ItemStatus,
    Medicine,
    Member,
    PatientNotice,
    Payment,
    Prescription,
    PrescriptionItem,
    PurchaseOrder,
    Row,
    SafetyFinding,
    SupplyOrder,
    SupplyOrderLine,
)

Flat = dict[tuple[str, UUID], Row]
"""Rows of any kinds, by kind and identifier."""

WITHDRAWN: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})
"""A line in one of these is not supplied any more."""

PARTS: Final[Mapping[str, str]] = {
    "prescription_item": "items",
    "payment": "payments",
    "dispense": "dispenses",
    "safety_finding": "findings",
    "purchase_order": "orders",
    "patient_notice": "notices",
}
"""What hangs on a prescription, and its name in `PrescriptionRows` and `PrescriptionDetail`."""


class PrescriptionRows(Struct, frozen=True):
    """One prescription with what hangs on it."""

    prescription: Prescription | None
    items: dict[UUID, PrescriptionItem]
    payments: dict[UUID, Payment]
    dispenses: dict[UUID, Dispense] = field(default_factory=dict)
    findings: dict[UUID, SafetyFinding] = field(default_factory=dict)
    orders: dict[UUID, PurchaseOrder] = field(default_factory=dict)
    notices: dict[UUID, PatientNotice] = field(default_factory=dict)


class SupplyRows(Struct, frozen=True):
    """One order to a supplier with its lines."""

    order: SupplyOrder | None
    lines: dict[UUID, SupplyOrderLine]


class Pending(Struct, frozen=True):
    """A command that was given and whose effect has not come back.

    Attributes:
        by: Who gave it. at: When. medicines: Those that it names, at the price that holds for them.
        currency: The clinic's, for a prescription that has no line yet.
        batches: Those that it names, as far as this desk holds them.
    """

    command: AnyCommand
    by: Member
    at: datetime
    medicines: dict[UUID, Medicine]
    currency: str
    batches: dict[UUID, Batch] = field(default_factory=dict)


def touched(prescription: Prescription, pending: Pending, **changes: Any) -> Prescription:
    """The header as the command leaves it."""
    return replace(
        prescription,
        version=prescription.version + 1,
        updated_at=pending.at,
        updated_by=pending.by.id,
        **changes,
    )


def touched_item(item: PrescriptionItem, pending: Pending, **changes: Any) -> PrescriptionItem:
    """A line as the command leaves it."""
    return replace(
        item,
        version=item.version + 1,
        updated_at=pending.at,
        updated_by=pending.by.id,
        **changes,
    )


def rest_of(item: PrescriptionItem) -> int:
    """Units that are authorised, and neither handed over nor prepared nor promised."""
    return item.quantity - item.supplied - item.prepared - item.owing


def flat_prescription(rows: PrescriptionRows) -> Flat:
    """The rows by kind and identifier."""
    found: Flat = {}
    if rows.prescription is not None:
        found["prescription", rows.prescription.id] = rows.prescription
    for kind, part in PARTS.items():
        found |= {(kind, row_id): row for row_id, row in getattr(rows, part).items()}
    return found


def flat_supply(rows: SupplyRows) -> Flat:
    """The rows by kind and identifier."""
    found: Flat = {("supply_order_line", line.id): line for line in rows.lines.values()}
    if rows.order is not None:
        found["supply_order", rows.order.id] = rows.order
    return found
