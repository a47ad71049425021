"""The clinic, its staff and what it offers."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from clinicdesk.contract.entities.row import Row
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
