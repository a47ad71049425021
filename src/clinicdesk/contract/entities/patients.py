"""People in care."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from clinicdesk.contract.entities.row import Row


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
