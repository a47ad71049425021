"""Prescriptions, their lines and their ledger."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from clinicdesk.contract.entities.formulary import Schedule
from clinicdesk.contract.entities.row import Row
from clinicdesk.contract.text import Currency, Minor


class PrescriptionStatus(StrEnum):
    """The states of `lifecycles.PRESCRIPTION`."""

    DRAFT = "DRAFT"
    PAID = "PAID"
    FULFILLED = "FULFILLED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class ItemStatus(StrEnum):
    """The states of `lifecycles.PRESCRIPTION_ITEM`."""

    PENDING = "PENDING"
    PICKING = "PICKING"
    CHECKED = "CHECKED"
    READY = "READY"
    HANDED_OVER = "HANDED_OVER"
    ON_HOLD = "ON_HOLD"
    OWING = "OWING"
    DECLINED = "DECLINED"
    RETURNED_TO_STOCK = "RETURNED_TO_STOCK"
    CANCELLED = "CANCELLED"


class PaymentKind(StrEnum):
    """Which way the money went."""

    PAYMENT = "payment"
    REFUND = "refund"


class PaymentMethod(StrEnum):
    """How it was paid."""

    CASH = "cash"


class PaymentStatus(StrEnum):
    """Where an entry of the ledger stands."""

    PENDING = "PENDING"
    """A refund that is owed to the patient and not yet paid out."""
    COMPLETED = "COMPLETED"


class Prescription(Row, frozen=True, kw_only=True):
    """An order for medicines by one practitioner for one patient (FHIR MedicationRequest group)."""

    code: str  # "RX-7F3K2"
    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID | None  # sees it once it is signed
    status: PrescriptionStatus
    signed_at: datetime | None  # freezes the lines
    note: str | None  # clinical
    item_count: int
    controlled: bool  # a line is of a controlled schedule
    total_minor: Minor  # of the lines that are neither declined nor cancelled
    paid_minor: Minor  # payments less refunds, those still owed included
    currency: Currency
    created_at: datetime
    paid_at: datetime | None
    fulfilled_at: datetime | None
    completed_at: datetime | None
    collected_by: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None  # clinical
    updated_at: datetime
    updated_by: UUID  # member
    repeats: int = 0  # how often it may be dispensed again
    repeats_used: int = 0
    repeat_of: UUID | None = None  # the prescription that this one dispenses again
    valid_until: date | None = None  # the last day on which it may be dispensed; set when signed
    delivery: bool = False  # the patient wants it brought
    bin: str | None = None  # where the bag waits
    counselling: str | None = None  # clinical: what the pharmacist tells the patient
    seal: str | None = (
        None  # what its QR code says (`contract.seal`); set by the server when signed
    )


class PrescriptionItem(Row, frozen=True, kw_only=True):
    """One medicine of a prescription. Its name and price are those of the moment it was written."""

    prescription_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID | None
    signed_at: datetime | None
    line: int  # 1, 2, 3 ... as written
    medicine_id: UUID
    generic_name: str
    strength: str
    form: str
    brand: str
    schedule: Schedule
    dose: str
    route: str
    frequency: str  # a code of `sig.FREQUENCIES`
    days: int | None
    quantity: int  # authorised, in units
    instructions: str
    amount_minor: Minor
    currency: Currency
    status: ItemStatus
    supplied: int  # handed over so far, never above `quantity`
    decline_reason: str | None
    updated_at: datetime
    updated_by: UUID
    prepared: int = 0  # checked and not yet handed over, in units
    owing: int = 0  # promised for when stock comes, in units
    hold_reason: str | None = None
    substitute_id: UUID | None = None  # the product of the same generic that is dispensed instead
    substitute_brand: str | None = None
    substitution_reason: str | None = None
    prescribed_minor: Minor | None = None  # what the line cost before it was substituted
    passed_over: int = 0  # units that lay there when the rest was owed, and were left there


class Payment(Row, frozen=True, kw_only=True):
    """One entry of the ledger. Never changed, but for a refund that is paid out."""

    prescription_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID
    kind: PaymentKind
    method: PaymentMethod
    status: PaymentStatus
    amount_minor: Minor
    currency: Currency
    received_by: UUID  # member
    created_at: datetime
    settled_at: datetime | None
