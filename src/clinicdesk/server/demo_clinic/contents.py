"""The kinds of content of a demo clinic. They refer to each other by position in `DemoClinic`."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct

from clinicdesk.contract.entities import Role, Severity, Sex, Specialization


class ClinicSeed(Struct, frozen=True, kw_only=True):
    """The clinic and its settings, in the words of `contract.entities.Clinic`."""

    key: str
    name: str
    address: str
    phone: str
    email: str
    country: str  # ISO 3166-1 alpha-2
    zone: str  # IANA
    currency: str
    working_hours: dict[str, str]
    appointment_minutes: int
    advance_booking_days: int
    cancellation_hours: int
    reminder_hours: list[int]
    tax_basis_points: int
    formulary_name: str


class ServiceSeed(Struct, frozen=True, kw_only=True):
    """Something that the clinic books; `price_minor` is in the clinic's currency."""

    name: str
    description: str
    specialization: Specialization
    duration_minutes: int
    price_minor: int
    capacity: int


class PractitionerSeed(Struct, frozen=True, kw_only=True):
    """`field` is what they prescribe in; "" for those who treat without prescribing."""

    name: str
    specialization: Specialization
    field: str
    qualification: str
    registration_number: str
    phone: str


class PharmacySeed(Struct, frozen=True, kw_only=True):
    """`weight`: how large a share of the prescriptions goes there."""

    name: str
    licence_number: str
    address: str
    phone: str
    weight: int


class SupplierSeed(Struct, frozen=True, kw_only=True):
    """A wholesaler that the pharmacies order from."""

    name: str
    phone: str
    email: str
    address: str


class BatchSeed(Struct, frozen=True, kw_only=True):
    """A delivery of one medicine.

    Attributes:
        expires_in_days: From the clinic's day; negative when it has expired.
        received_days_ago: When it came.
        received: In units: what is left, and what the planned prescriptions took.
        cost_minor: Of a pack.
    """

    number: str
    expires_in_days: int
    received_days_ago: int
    received: int
    cost_minor: int


class ShelfSeed(Struct, frozen=True, kw_only=True):
    """A medicine that a pharmacy keeps. Positions are those in `DemoClinic`."""

    pharmacy: int
    medicine: int
    place: str
    reorder_level: int
    reorder_packs: int
    batches: tuple[BatchSeed, ...]


class PriceSeed(Struct, frozen=True, kw_only=True):
    """What a pack costs at a pharmacy from a day on, which may still be to come."""

    pharmacy: int
    medicine: int
    price_minor: int
    begins_in_days: int


class SupplyLineSeed(Struct, frozen=True, kw_only=True):
    """Packs of a medicine that are on their way."""

    medicine: int
    packs: int


class SupplySeed(Struct, frozen=True, kw_only=True):
    """An order to a supplier that has been acknowledged and not delivered."""

    pharmacy: int
    supplier: int
    ordered_days_ago: int
    expected_in_days: int
    lines: tuple[SupplyLineSeed, ...]


class StaffSeed(Struct, frozen=True, kw_only=True):
    """Someone who signs in, by `email`. Practitioners are among them, as therapists."""

    name: str
    role: Role
    email: str
    practitioner: int | None = None
    pharmacy: int | None = None


class AllergySeed(Struct, frozen=True):
    """`substance`: an ingredient or a class of them, in lower case."""

    substance: str
    reaction: str
    severity: Severity
    kind: str  # "medicine", "food" or "environment"
    atc: str = ""  # WHO ATC group where the class is one


class PatientSeed(Struct, frozen=True, kw_only=True):
    """A person in care. `phone` is E.164; `name_local` it in Devanagari, where that is on file."""

    index: int
    name: str
    name_local: str | None
    sex: Sex
    birth_date: date
    phone: str
    email: str | None
    address: str
    allergies: tuple[AllergySeed, ...]


class Target(StrEnum):
    """How far a planned prescription has come. SIGNED is with the pharmacy and unpaid;
    PART_FULFILLED is paid, some of its lines ready and others not; FULFILLED waits to be collected.
    """

    DRAFT = "draft"
    SIGNED = "signed"
    PAID = "paid"
    PART_FULFILLED = "part_fulfilled"
    FULFILLED = "fulfilled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PlannedLine(Struct, frozen=True, kw_only=True):
    """One medicine. `quantity` and `ready` are in the medicine's `pack_unit`s.

    Attributes:
        medicine: Position in `DemoClinic.medicines`.
        ready: How much the pharmacy has made ready (and, when completed, handed over): all or 0.
        decline_reason: Why the pharmacy supplies none of it; "" when it does.
    """

    medicine: int
    dose: str
    frequency: str
    days: int | None
    quantity: int
    instructions: str
    ready: int = 0
    decline_reason: str = ""


class PrescriptionPlan(Struct, frozen=True, kw_only=True):
    """A prescription to write and to bring to its target.

    Attributes:
        pharmacy: None for a draft that has not chosen one.
        written_minutes_ago, reached_minutes_ago: When it was begun, and when it came to its target.
        cancelled_from: The target it had reached before it was cancelled.
        cancelled_by: "prescriber" or "pharmacist".
    """

    patient: int
    practitioner: int
    pharmacy: int | None
    reason: str
    lines: tuple[PlannedLine, ...]
    target: Target
    written_minutes_ago: int
    reached_minutes_ago: int
    collected_by: str = ""
    cancelled_from: Target | None = None
    cancelled_by: str = ""
    cancel_reason: str = ""
