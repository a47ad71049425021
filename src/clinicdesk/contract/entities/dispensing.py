"""What is prepared for a patient, from which batch; and a pharmacy's order to do so."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from clinicdesk.contract.entities.row import Row
from clinicdesk.contract.text import Currency, Minor


class DispenseStatus(StrEnum):
    """The states of `lifecycles.DISPENSE`."""

    PREPARED = "PREPARED"
    HANDED_OVER = "HANDED_OVER"
    RETURNED = "RETURNED"


class Verified(StrEnum):
    """How the pharmacist made sure that it is the product of the line."""

    SCAN = "scan"
    HAND = "hand"


class Dispense(Row, frozen=True, kw_only=True):
    """Units of one product and batch, prepared for one line (FHIR MedicationDispense).

    A line that is supplied from two batches, or on two days, has two. What labels and registers say
    of product, batch and expiry is taken from here.
    """

    prescription_id: UUID
    item_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID
    medicine_id: UUID  # the product in the hand: the substitute where there is one
    brand: str
    manufacturer: str
    batch_id: UUID | None  # None where the pharmacy keeps no stock of it here
    batch_number: str | None  # of the batch; without one as the box said, if it did
    expiry: date | None  # likewise
    quantity: int  # in units
    status: DispenseStatus
    verified: Verified
    hand_reason: str | None  # why it was not scanned
    checked_by: UUID  # member
    checked_at: datetime
    handed_over_at: datetime | None
    collected_by: str | None
    return_reason: str | None


class OrderStatus(StrEnum):
    """The states of `lifecycles.PURCHASE_ORDER`."""

    PENDING = "PENDING"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    DISPENSING = "DISPENSING"
    READY = "READY"
    COLLECTED = "COLLECTED"
    OUT_FOR_DELIVERY = "OUT_FOR_DELIVERY"
    DELIVERED = "DELIVERED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class OrderResponse(StrEnum):
    """Why a pharmacy sends an order back."""

    OUT_OF_STOCK = "out_of_stock"
    QUOTE = "quote"  # it can be had, at another price
    CANNOT_SUPPLY = "cannot_supply"


class PurchaseOrder(Row, frozen=True, kw_only=True):
    """A pharmacy's order against one prescription: made when it is paid, anew when re-routed."""

    prescription_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID  # stays when the prescription goes to another pharmacy
    code: str  # "PO-7F3K2", derived from its identifier
    status: OrderStatus
    delivery: bool
    response: OrderResponse | None
    response_note: str | None
    quoted_minor: Minor | None  # what the whole prescription would cost there
    currency: Currency
    created_at: datetime
    acknowledged_at: datetime | None
    ready_at: datetime | None
    dispatched_at: datetime | None
    closed_at: datetime | None  # collected, delivered, rejected or cancelled
    received_by: str | None  # who took the delivery in
    updated_at: datetime
    updated_by: UUID


class NoticeStatus(StrEnum):
    """How far a message to a patient has come."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    TOLD = "TOLD"  # by a person: on the telephone, or at the counter


class NoticeKind(StrEnum):
    """What a patient is told."""

    OWING_READY = "owing_ready"  # what was owing has come


class PatientNotice(Row, frozen=True, kw_only=True):
    """A message to a patient, queued once for each `kind` and `subject_id`.

    Whoever tells the patient themselves settles it with `tell_patient`.
    """

    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID
    prescription_id: UUID
    kind: NoticeKind
    subject_id: UUID  # the goods that came and the prescription they are for, made into one
    status: NoticeStatus
    created_at: datetime
    told_at: datetime | None = None
    told_by: UUID | None = None  # member
