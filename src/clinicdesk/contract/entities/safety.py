"""The rules that a prescription is held against, what they found, and the keys that seal it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities.row import Row


class Tier(StrEnum):
    """What a finding asks of a person."""

    STOP = "stop"  # it may not be done
    OVERRIDE = "override"  # only with a reason, which the other end reads
    INFORMATION = "information"


class FindingKind(StrEnum):
    """What a rule looks at."""

    ALLERGY = "allergy"
    INTERACTION = "interaction"
    DUPLICATE = "duplicate"
    DOSE = "dose"


class Stage(StrEnum):
    """Where a finding was met."""

    PRESCRIBING = "prescribing"
    DISPENSING = "dispensing"


class RuleKind(StrEnum):
    """What a rule says of its subject."""

    CLASS = "class"  # the subject, an ingredient, belongs to the class `other`
    CROSS_REACTION = "cross_reaction"  # who is allergic to the class `subject` may be to `other`
    INTERACTION = "interaction"  # `subject` and `other`, ingredients or classes, taken together
    DOSE = "dose"  # the most of the ingredient `subject` by `route`


class RuleLevel(StrEnum):
    """How grave: DDInter's words, and one above them."""

    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"
    UNKNOWN = "unknown"


class RuleSet(Row, frozen=True, kw_only=True):
    """The clinic's safety rules. A change of many rules is one change of this row."""

    name: str
    revision: int
    rule_count: int
    updated_at: datetime


class SafetyRule(Struct, frozen=True, kw_only=True):
    """One rule. Desks fetch rules in pages by revision. Names are in lower case."""

    id: UUID
    clinic_id: UUID
    rule_set_id: UUID
    revision: int
    kind: RuleKind
    subject: str
    other: str  # "" for a dose
    level: RuleLevel
    text: str  # what happens and what to do, in a sentence for a clinician
    source: str  # "clinicdesk", "DDInter"
    route: str  # of a dose; "" for any
    max_single_ug: int | None
    max_daily_ug: int | None
    from_age_months: int | None
    to_age_months: int | None  # up to, not including
    withdrawn: bool


class SafetyFinding(Row, frozen=True, kw_only=True):
    """A finding that somebody met when they signed or dispensed, with the reason they gave.

    Of findings that need a reason each is kept; those that only inform are reckoned anew.
    """

    prescription_id: UUID
    item_id: UUID
    patient_id: UUID
    practitioner_id: UUID
    pharmacy_id: UUID | None
    signed_at: datetime | None
    stage: Stage
    kind: FindingKind
    tier: Tier
    key: str  # what it is about, the same at both ends: `contract.safety.Finding.key`
    summary: str
    reason: str
    by: UUID  # member
    at: datetime


class SealKey(Row, frozen=True, kw_only=True):
    """A public key that the clinic's prescriptions are sealed with (`contract.seal`)."""

    kid: str
    public_key: str  # Ed25519, 32 bytes in unpadded URL-safe base 64
    active: bool
    created_at: datetime
