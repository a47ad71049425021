"""The rows a desk may hold, as they travel.

A body on the wire is the database row in JSON, cut to the fields below and to the view of who
reads it (`access`). Fields that a view hides arrive as null, hence the `| None` on them. Every row
carries the keys that decide who sees it, also where a parent has them, so that one row alone says
its audience.

Times are UTC. Money is in minor units. `version` starts at 1 and grows by one with each change of
the row. Names follow FHIR R5 where it has one (Patient, Practitioner, AllergyIntolerance,
MedicationRequest).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.text import Currency, Minor


class Role(StrEnum):
    """What a member of staff is to the clinic; decides workspaces, views and commands."""

    ADMIN = "admin"
    RECEPTION = "reception"
    THERAPIST = "therapist"
    PHARMACIST = "pharmacist"


class Specialization(StrEnum):
    """A practitioner's field, named as the clinic's own documents name it."""

    SPEECH_LANGUAGE = "slp"
    OCCUPATIONAL = "ot"
    PHYSIOTHERAPY = "pt"
    GENERAL_PRACTICE = "gp"
    SPECIALIST = "specialist"


class Sex(StrEnum):
    """FHIR administrative gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """FHIR AllergyIntolerance.reaction.severity."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Schedule(StrEnum):
    """The Indian Drugs and Cosmetics Rules' schedule; X and H1 are controlled here."""

    OTC = "OTC"
    H = "H"
    H1 = "H1"
    X = "X"

    @property
    def controlled(self) -> bool:
        """Whether supply must be recorded by the server at the moment it happens."""
        return self in (Schedule.H1, Schedule.X)


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


class Row(Struct, frozen=True, kw_only=True):
    """What every row has.

    Attributes:
        id: UUIDv7, made by whoever creates the row (a desk without a server included).
        clinic_id: The tenant. Nothing ever crosses it.
        version: For optimistic locking; the newest version of a row wins at a desk.
    """

    id: UUID
    clinic_id: UUID
    version: int


class Clinic(Row, frozen=True, kw_only=True):
    """The clinic and its settings. `id` equals `clinic_id`."""

    name: str
    address: str
    phone: str
    email: str
    country: str  # ISO 3166-1 alpha-2
    zone: str  # IANA time zone: the times that people see
    currency: Currency
    working_hours: dict[str, str]  # "monday": "09:00-18:00" or "closed"
    appointment_minutes: int
    advance_booking_days: int
    cancellation_hours: int
    reminder_hours: list[int]
    tax_basis_points: int  # 1800 is 18 %


class Service(Row, frozen=True, kw_only=True):
    """What the clinic offers and books."""

    name: str
    description: str
    specialization: Specialization
    duration_minutes: int
    price_minor: Minor
    currency: Currency
    capacity: int  # more than one: a group
    active: bool


class Member(Row, frozen=True, kw_only=True):
    """A member of staff in one clinic. The account that signs in may be a member of several."""

    account_id: UUID
    name: str
    role: Role
    practitioner_id: UUID | None
    pharmacy_id: UUID | None
    active: bool


class Practitioner(Row, frozen=True, kw_only=True):
    """A person who treats and prescribes."""

    name: str
    specialization: Specialization
    qualification: str
    registration_number: str
    phone: str
    active: bool


class Pharmacy(Row, frozen=True, kw_only=True):
    """A dispensary that prescriptions are sent to."""

    name: str
    licence_number: str
    address: str
    phone: str
    active: bool


class Patient(Row, frozen=True, kw_only=True):
    """A person in care. `practitioner_ids`: the care team; `pharmacy_ids`: who supplied them."""

    number: str  # "P-004182", unique in the clinic
    name: str
    name_local: str | None  # the name in its own script, where it has another
    sex: Sex
    birth_date: date
    phone: str | None
    email: str | None
    address: str | None
    practitioner_ids: list[UUID]
    pharmacy_ids: list[UUID]
    created_at: datetime
    updated_at: datetime


class Allergy(Row, frozen=True, kw_only=True):
    """FHIR AllergyIntolerance. Clinical: the front desk does not see it."""

    patient_id: UUID
    practitioner_ids: list[UUID]
    pharmacy_ids: list[UUID]
    substance: str  # an ingredient or a class of them, in lower case: "penicillins"
    reaction: str
    severity: Severity
    active: bool
    recorded_at: datetime


class Formulary(Row, frozen=True, kw_only=True):
    """The clinic's list of medicines. A change of many medicines is one change of this row.

    Desks that hold the list fetch what changed since the `revision` they have.
    """

    name: str
    currency: Currency
    revision: int
    medicine_count: int
    updated_at: datetime


class Medicine(Struct, frozen=True, kw_only=True):
    """A product to prescribe. Desks fetch it in pages by revision; the log names its list only."""

    id: UUID
    clinic_id: UUID
    formulary_id: UUID
    revision: int  # of the formulary in which this product last changed
    code: str  # stable within the formulary: a second import changes nothing
    generic_name: str
    strength: str
    form: str
    route: str
    brand: str
    manufacturer: str
    pack_size: int  # units in a pack: tablets, millilitres, doses
    pack_unit: str
    price_minor: Minor  # of a pack
    currency: Currency
    schedule: Schedule
    ingredients: list[str]  # lower case, for allergy checks
    discontinued: bool
    default_dose: str
    default_frequency: str
    default_days: int | None


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


ENTITIES: dict[str, type[Row]] = {
    "clinic": Clinic,
    "service": Service,
    "member": Member,
    "practitioner": Practitioner,
    "pharmacy": Pharmacy,
    "patient": Patient,
    "allergy": Allergy,
    "formulary": Formulary,
    "prescription": Prescription,
    "prescription_item": PrescriptionItem,
    "payment": Payment,
}
"""Kind on the wire, which is also the table's name, to its type; referenced kinds come first."""
