"""What a desk asks for beside its working set: prescriptions that it does not hold, ledgers."""

from __future__ import annotations

from msgspec import Struct, field

from clinicdesk.contract.entities import (
    Dispense,
    PatientNotice,
    Payment,
    Prescription,
    PrescriptionItem,
    PurchaseOrder,
    SafetyFinding,
    StockMovement,
)
from clinicdesk.contract.safety import CheckedLine


class PrescriptionDetail(Struct, frozen=True, kw_only=True):
    """A family (`working_set.FAMILY`), as far as the reader sees it."""

    prescription: Prescription
    items: list[PrescriptionItem]
    payments: list[Payment]
    dispenses: list[Dispense] = field(default_factory=list)
    findings: list[SafetyFinding] = field(default_factory=list)
    orders: list[PurchaseOrder] = field(default_factory=list)
    notices: list[PatientNotice] = field(default_factory=list)


class PrescriptionPage(Struct, frozen=True, kw_only=True):
    """Newest first. `next_after`: give it as `after` for the next page; None on the last."""

    prescriptions: list[Prescription]
    next_after: str | None


class CurrentMedicines(Struct, frozen=True, kw_only=True):
    """What a patient takes now, whoever prescribed it: what safety checks look at.

    It tells neither who wrote it nor what for.
    """

    lines: list[CheckedLine]


class MovementPage(Struct, frozen=True, kw_only=True):
    """The ledger of a medicine at a pharmacy, newest first; as `PrescriptionPage`."""

    movements: list[StockMovement]
    next_after: str | None
