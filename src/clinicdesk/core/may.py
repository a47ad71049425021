"""What a member may do with a prescription now, and why not: for greying out and for saying why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    Command,
    DeclineItem,
    FulfillItems,
    HandOver,
    OfPrescription,
    PayOutRefund,
    SignAndSend,
    name_of,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Member,
    PaymentKind,
    PaymentStatus,
    Prescription,
    PrescriptionStatus,
    Role,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION, PRESCRIPTION_ITEM
from clinicdesk.core.live.link import Link
from clinicdesk.core.overlay import PrescriptionRows, is_last_line
from clinicdesk.core.replica import Replica

_ROLE_NAMES: Final = {
    Role.ADMIN: "administrators",
    Role.RECEPTION: "the front desk",
    Role.THERAPIST: "therapists",
    Role.PHARMACIST: "pharmacists",
}

_STATE_SENTENCES: Final[Mapping[PrescriptionStatus, str]] = {
    PrescriptionStatus.COMPLETED: "It has been handed over already.",
    PrescriptionStatus.CANCELLED: "It was cancelled.",
}

_WAITING_SENTENCES: Final[Mapping[tuple[PrescriptionStatus, str], str]] = {
    (PrescriptionStatus.DRAFT, "fulfill_items"): "It is waiting for payment.",
    (PrescriptionStatus.DRAFT, "decline_item"): "It is waiting for payment.",
    (PrescriptionStatus.DRAFT, "hand_over"): "It is waiting for payment.",
    (PrescriptionStatus.DRAFT, "pay_out_refund"): "Nothing was paid yet.",
    (PrescriptionStatus.PAID, "take_payment"): "It is paid already.",
    (PrescriptionStatus.PAID, "hand_over"): "Some lines are not ready yet.",
    (PrescriptionStatus.FULFILLED, "take_payment"): "It is paid already.",
    (PrescriptionStatus.FULFILLED, "fulfill_items"): "All lines are ready already.",
    (PrescriptionStatus.FULFILLED, "decline_item"): "All lines are settled; cancel it instead.",
}


def why_not(
    command: type[Command],
    rows: PrescriptionRows,
    member: Member,
    link: Link,
    item_id: UUID | None = None,
) -> str | None:
    """Why `member` may not give `command` on this prescription now; None: they may."""
    return (
        _role_forbids(command, member)
        or _state_forbids(command, rows, item_id)
        or _money_forbids(command, rows)
        or (None if link.reachable else needs_server_now(command, rows))
    )


def needs_server(command: AnyCommand, replica: Replica) -> str | None:
    """Why a command must not wait in the outbox for a server; None when it is safe to queue."""
    if not isinstance(command, OfPrescription):
        return None
    return needs_server_now(type(command), replica.rows_of(command.prescription_id))


def needs_server_now(command: type[Command], rows: PrescriptionRows) -> str | None:
    """As `needs_server`, before the command is made."""
    prescription = rows.prescription
    if prescription is None:
        return None
    if command in (SignAndSend, HandOver) and prescription.controlled:
        return (
            "A line is a controlled medicine, which the server has to record at once: "
            "this needs the connection to the server."
        )
    if command is PayOutRefund or (command is CancelPrescription and prescription.paid_minor > 0):
        return "Money is to be refunded: this needs the connection to the server."
    return None


def _role_forbids(command: type[Command], member: Member) -> str | None:
    roles = COMMANDS[name_of(command)]
    if member.active and member.role in roles:
        return None
    names = [_ROLE_NAMES[role] for role in sorted(roles)]
    return f"Only {' and '.join(names)} can do this."


def _state_forbids(
    command: type[Command], rows: PrescriptionRows, item_id: UUID | None
) -> str | None:
    prescription = rows.prescription
    if prescription is None:
        return "This prescription is not on this desk any more."
    name = name_of(command)
    signed = prescription.signed_at is not None
    if PRESCRIPTION.allows(prescription.status, name, signed=signed) is None:
        return _state_sentence(prescription, name, signed)
    if command in (FulfillItems, DeclineItem) and item_id is not None:
        item = rows.items.get(item_id)
        if item is None:
            return "This line is not on this desk any more."
        if PRESCRIPTION_ITEM.allows(item.status, name, signed=True) is None:
            return _item_sentence(item.status)
        if command is DeclineItem and is_last_line(item_id, rows):
            return "This is the last line; cancel the prescription instead."
    return None


def _state_sentence(prescription: Prescription, name: str, signed: bool) -> str:
    status = prescription.status
    if status in _STATE_SENTENCES:
        return _STATE_SENTENCES[status]
    if signed and name in ("revise_draft", "sign_and_send"):
        return "It is signed, so its lines cannot be changed; cancel it and write a new one."
    if not signed and name in ("take_payment", "fulfill_items", "decline_item", "hand_over"):
        return "It is not signed yet."
    return _WAITING_SENTENCES.get((status, name), "This is not possible in its present state.")


def _item_sentence(status: ItemStatus) -> str:
    return {
        ItemStatus.READY: "This line is ready already.",
        ItemStatus.HANDED_OVER: "This line was handed over already.",
        ItemStatus.DECLINED: "This line was declined.",
        ItemStatus.CANCELLED: "This line was cancelled.",
        ItemStatus.ON_HOLD: "This line is on hold.",
        ItemStatus.OWING: "This line waits for stock.",
    }.get(status, "This is not possible for this line now.")


def _money_forbids(command: type[Command], rows: PrescriptionRows) -> str | None:
    if command is SignAndSend and not rows.items:
        return "It has no medicine yet."
    if command is PayOutRefund and not owed_refunds(rows):
        return "No refund is owed."
    return None


def owed_refunds(rows: PrescriptionRows) -> list[UUID]:
    """The refunds that the patient has not had yet, by their identifiers."""
    return [
        payment.id
        for payment in rows.payments.values()
        if payment.kind is PaymentKind.REFUND and payment.status is PaymentStatus.PENDING
    ]
