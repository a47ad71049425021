"""What a person can do, as values. Each is sent with an identity and takes effect exactly once.

A command names its aggregate (here always a prescription): commands of one aggregate keep their
order, others do not wait for them. `ROUTES` says under which method and path each travels;
identifiers that the path carries are not repeated in the body.
"""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from clinicdesk.contract.entities import PaymentMethod
from clinicdesk.contract.text import Currency, Line, Name, Note, Reason

Quantity = Annotated[int, Meta(ge=1, le=10_000)]
Days = Annotated[int, Meta(ge=1, le=730)]
Dose = Annotated[str, Meta(min_length=1, max_length=60)]
PaidMinor = Annotated[int, Meta(ge=0, le=100_000_000_000)]

MAX_ITEMS: Final = 30


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


class Command(Struct, frozen=True, kw_only=True, tag_field="command"):
    """What every command has: the aggregate it changes, which is also the order it keeps."""

    prescription_id: UUID


class WriteDraft(Command, frozen=True, kw_only=True, tag="write_draft"):
    """Begin a prescription. Visible to its prescriber alone until it is signed."""

    patient_id: UUID
    pharmacy_id: UUID | None
    note: Note | None
    items: Items


class ReviseDraft(Command, frozen=True, kw_only=True, tag="revise_draft"):
    """Replace what an unsigned draft says."""

    pharmacy_id: UUID | None
    note: Note | None
    items: Items


class SignAndSend(Command, frozen=True, kw_only=True, tag="sign_and_send"):
    """Sign: the lines are frozen and the pharmacy sees it."""

    pharmacy_id: UUID


class TakePayment(Command, frozen=True, kw_only=True, tag="take_payment"):
    """Record money received at the counter. PAID once the ledger covers the total."""

    payment_id: UUID
    method: PaymentMethod
    amount_minor: PaidMinor
    currency: Currency


class FulfillItems(Command, frozen=True, kw_only=True, tag="fulfill_items"):
    """The pharmacist has checked these lines against what lies in the bag."""

    item_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_ITEMS)]


class DeclineItem(Command, frozen=True, kw_only=True, tag="decline_item"):
    """A line will not be supplied; what was paid for it becomes a refund that is owed."""

    item_id: UUID
    reason: Reason


class HandOver(Command, frozen=True, kw_only=True, tag="hand_over"):
    """All that is ready goes to the person at the counter."""

    collected_by: Name


class CancelPrescription(Command, frozen=True, kw_only=True, tag="cancel_prescription"):
    """Stop it. What was paid becomes a refund, which the pharmacy owes until it is paid out."""

    reason: Reason


class PayOutRefund(Command, frozen=True, kw_only=True, tag="pay_out_refund"):
    """The refund that was owed has been given to the patient."""

    payment_id: UUID


AnyCommand = (
    WriteDraft
    | ReviseDraft
    | SignAndSend
    | TakePayment
    | FulfillItems
    | DeclineItem
    | HandOver
    | CancelPrescription
    | PayOutRefund
)


class Route(Struct, frozen=True):
    """Where a command travels. `creates`: no `If-Match`, since there is nothing yet to match."""

    method: str
    path: str
    creates: bool = False


ROUTES: Final[dict[type[Command], Route]] = {
    WriteDraft: Route("POST", "/api/prescriptions", creates=True),
    ReviseDraft: Route("PUT", "/api/prescriptions/{prescription_id}"),
    SignAndSend: Route("POST", "/api/prescriptions/{prescription_id}/sign"),
    TakePayment: Route("POST", "/api/prescriptions/{prescription_id}/payments"),
    FulfillItems: Route("POST", "/api/prescriptions/{prescription_id}/fulfill"),
    DeclineItem: Route("POST", "/api/prescriptions/{prescription_id}/items/{item_id}/decline"),
    HandOver: Route("POST", "/api/prescriptions/{prescription_id}/hand-over"),
    CancelPrescription: Route("POST", "/api/prescriptions/{prescription_id}/cancel"),
    PayOutRefund: Route(
        "POST", "/api/prescriptions/{prescription_id}/refunds/{payment_id}/pay-out"
    ),
}


def name_of(command: Command | type[Command]) -> str:
    """The command's name on the wire and in the lifecycles: `hand_over`."""
    tag = (command if isinstance(command, type) else type(command)).__struct_config__.tag
    assert isinstance(tag, str)  # every command class names its tag
    return tag


def path_of(command: Command) -> str:
    """The path with the command's own identifiers in it."""
    path = ROUTES[type(command)].path
    for field in command.__struct_fields__:
        path = path.replace("{" + field + "}", str(getattr(command, field)))
    return path


class Done(Struct, frozen=True, kw_only=True):
    """A command took effect.

    Attributes:
        version: Of the prescription afterwards: what the next command on it must match.
        seq: The clinic's log when it took effect; a desk at or past it has seen it.
        epoch: The history of the log in which it is there (`contract.frames.Head`): a `seq` says
            nothing to a desk that follows another one. Empty in what is stored: each answer names
            the history that it is given in.
    """

    op_id: UUID
    version: int
    seq: int
    epoch: str = ""
