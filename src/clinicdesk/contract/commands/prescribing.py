"""What a prescriber does."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field

from clinicdesk.contract.commands.command import MAX_ITEMS, Days, OfPrescription, Quantity
from clinicdesk.contract.text import WRITTEN, Line, Note, Reason

Dose = Annotated[str, Meta(min_length=1, max_length=60, pattern=WRITTEN)]
Repeats = Annotated[int, Meta(ge=0, le=11)]


class DraftItem(Struct, frozen=True, kw_only=True):
    """A line as the prescriber writes it; the server adds its name and price."""

    id: UUID
    medicine_id: UUID
    dose: Dose
    route: Annotated[str, Meta(min_length=1, max_length=40)]
    frequency: Annotated[str, Meta(min_length=1, max_length=12)]
    days: Days | None
    quantity: Quantity
    instructions: Line


Items = Annotated[list[DraftItem], Meta(max_length=MAX_ITEMS)]


class Override(Struct, frozen=True, kw_only=True):
    """Why a finding that asks for a reason does not stop the person.

    Attributes:
        key: `contract.safety.Finding.key`.
    """

    key: Annotated[str, Meta(min_length=1, max_length=300)]
    reason: Reason


Overrides = Annotated[list[Override], Meta(max_length=100)]


class WriteDraft(OfPrescription, frozen=True, kw_only=True, tag="write_draft"):
    """Begin a prescription. Visible to its prescriber alone until it is signed."""

    patient_id: UUID
    pharmacy_id: UUID | None
    note: Note | None
    items: Items
    repeats: Repeats = 0


class ReviseDraft(OfPrescription, frozen=True, kw_only=True, tag="revise_draft"):
    """Replace what an unsigned draft says."""

    pharmacy_id: UUID | None
    note: Note | None
    items: Items
    repeats: Repeats = 0


class SignAndSend(OfPrescription, frozen=True, kw_only=True, tag="sign_and_send"):
    """Sign: the lines are frozen, priced by the pharmacy's list, and the pharmacy sees it."""

    pharmacy_id: UUID
    delivery: bool = False
    overrides: Overrides = field(default_factory=list)


class CancelPrescription(OfPrescription, frozen=True, kw_only=True, tag="cancel_prescription"):
    """Stop it. What was paid becomes a refund, which the pharmacy owes until it is paid out."""

    reason: Reason


class RerouteOrder(OfPrescription, frozen=True, kw_only=True, tag="reroute_order"):
    """Send what a pharmacy sent back to another one; or to the same, when it made a quote, which is
    taken by that. Amounts follow the prices there."""

    pharmacy_id: UUID
