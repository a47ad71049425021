"""What a member may do with a prescription now, and why not: for greying out and for saying why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    AnyCommand,
    CancelPrescription,
    Command,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    HandOver,
    NoteCounselling,
    OfPrescription,
    PayOutRefund,
    RejectOrder,
    RerouteOrder,
    ReturnToStock,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    TellPatient,
    name_of,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Member,
    NoticeStatus,
    OrderStatus,
    PatientNotice,
    PaymentKind,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Role,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION, PURCHASE_ORDER
from clinicdesk.core.live.link import Link
from clinicdesk.core.may_line import OF_LINES, line_forbids
from clinicdesk.core.overlay import PrescriptionRows, may_leave, open_order_in, sent_back
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
    (PrescriptionStatus.DRAFT, "pay_out_refund"): "Nothing was paid yet.",
    (PrescriptionStatus.DRAFT, "dispense_repeat"): "It has not been dispensed yet.",
    (PrescriptionStatus.PAID, "dispense_repeat"): "It is not handed over yet.",
    (PrescriptionStatus.PAID, "dispatch_order"): "Some lines are not ready yet.",
    (PrescriptionStatus.PAID, "deliver_order"): "It has not left yet.",
    (PrescriptionStatus.FULFILLED, "dispense_repeat"): "It is not handed over yet.",
    (PrescriptionStatus.FULFILLED, "fulfill_items"): "All lines are ready already.",
    (PrescriptionStatus.FULFILLED, "decline_item"): "All lines are settled; cancel it instead.",
    (PrescriptionStatus.FULFILLED, "reject_order"): "It is ready: return it to stock first.",
    (PrescriptionStatus.FULFILLED, "acknowledge_order"): "It is ready already.",
}

_AFTER_PAYMENT: Final = OF_LINES | {
    HandOver, NoteCounselling, TellPatient, AcknowledgeOrder, RejectOrder, DispatchOrder,
    DeliverOrder,
}  # fmt: skip
"""What a pharmacy does once it is paid for."""

_AT_WORK: Final = (_AFTER_PAYMENT | {TakePayment}) - {
    NoteCounselling, TellPatient, ReturnToStock,
}  # fmt: skip
_WHILE_VALID: Final = frozenset(
    {
        "take_payment", "pick_items", "check_item", "substitute_item", "fulfill_items",
        "restart_items", "hand_over", "dispense_repeat", "acknowledge_order", "reroute_order",
        "dispatch_order",
    }
)  # fmt: skip
_WHILE_AWAY: Final = frozenset(
    {DeliverOrder, ReturnToStock, NoteCounselling, TellPatient, TakePayment}
)
"""What is done while it is on its way to the patient."""


def why_not(
    command: type[Command],
    rows: PrescriptionRows,
    member: Member,
    link: Link,
    item_id: UUID | None = None,
    today: date | None = None,
) -> str | None:
    """Why `member` may not give `command` on this prescription now; None: they may.

    `item_id`: A command about lines is asked for this one; without it, for any of them.
    `today`: The day in the clinic's zone; without it nothing has expired.
    """
    return (
        _role_forbids(command, member)
        or _state_forbids(command, rows)
        or _order_forbids(command, rows)
        or _expiry_forbids(command, rows, today)
        or line_forbids(command, rows, item_id)
        or _money_forbids(command, rows)
        or _counts_forbid(command, rows)
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
    if command in (SignAndSend, HandOver, DeliverOrder) and prescription.controlled:
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


def _state_forbids(command: type[Command], rows: PrescriptionRows) -> str | None:
    prescription = rows.prescription
    if prescription is None:
        return "This prescription is not on this desk any more."
    signed = prescription.signed_at is not None
    if PRESCRIPTION.allows(prescription.status, name_of(command), signed=signed) is None:
        return _state_sentence(prescription, command, signed)
    return None


def _state_sentence(prescription: Prescription, command: type[Command], signed: bool) -> str:
    status = prescription.status
    if status in _STATE_SENTENCES:
        return _STATE_SENTENCES[status]
    if signed and command in (ReviseDraft, SignAndSend):
        return "It is signed, so its lines cannot be changed; cancel it and write a new one."
    if not signed and (command is TakePayment or command in _AFTER_PAYMENT):
        return "It is not signed yet."
    if status is PrescriptionStatus.DRAFT and command in _AFTER_PAYMENT:
        return "It is waiting for payment."
    if status is PrescriptionStatus.FULFILLED and command in OF_LINES:
        return _WAITING_SENTENCES.get((status, name_of(command)), "All lines are ready already.")
    said = _WAITING_SENTENCES.get((status, name_of(command)))
    return said or "This is not possible in its present state."


def _order_forbids(command: type[Command], rows: PrescriptionRows) -> str | None:
    orders = list(rows.orders.values())
    order = open_order_in(orders)
    back = sent_back(orders)
    if command is RerouteOrder:
        return None if back is not None else "The pharmacy has not sent it back."
    if back is not None and command in _AT_WORK:
        return "It was sent back to the prescriber."
    on_order = command in (AcknowledgeOrder, RejectOrder, DispatchOrder, DeliverOrder)
    if order is None:
        return "It has no order." if on_order else None
    if command is CancelPrescription or command is PayOutRefund:
        return None
    if order.status is OrderStatus.OUT_FOR_DELIVERY and command not in _WHILE_AWAY:
        return "It is on its way to the patient."
    if not on_order:
        return None
    if PURCHASE_ORDER.allows(order.status, name_of(command), signed=True) is not None:
        return None
    return _order_sentence(command, order.status)


def _order_sentence(command: type[Command], status: OrderStatus) -> str:
    if command is AcknowledgeOrder and status is OrderStatus.ACKNOWLEDGED:
        return "The order is accepted already."
    if command in (AcknowledgeOrder, RejectOrder):
        return "The order is being dispensed already."
    if command is DispatchOrder:
        return "Some lines are not ready yet."
    return "It has not left yet."


def _expiry_forbids(
    command: type[Command], rows: PrescriptionRows, today: date | None
) -> str | None:
    prescription = rows.prescription
    until = None if prescription is None else prescription.valid_until
    if today is None or until is None or today <= until or name_of(command) not in _WHILE_VALID:
        return None
    return f"It expired on {until.day} {until:%b %Y}: the patient needs a new one."


def _money_forbids(command: type[Command], rows: PrescriptionRows) -> str | None:
    prescription = rows.prescription
    if command is SignAndSend and not rows.items:
        return "It has no medicine yet."
    if command is PayOutRefund and not owed_refunds(rows):
        return "No refund is owed."
    if prescription is None:
        return None
    due = prescription.total_minor - prescription.paid_minor
    paid = prescription.status is not PrescriptionStatus.DRAFT
    if command is TakePayment and paid and due <= 0:
        return "It is paid already."
    if command in (HandOver, DispatchOrder, DeliverOrder) and due > 0:
        return "Something is still to be paid: take the payment first."
    return None


def _counts_forbid(command: type[Command], rows: PrescriptionRows) -> str | None:
    prescription = rows.prescription
    if command is HandOver and not may_leave(rows):
        undecided = {ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.RETURNED_TO_STOCK}
        if any(item.status in undecided for item in rows.items.values()):
            return "Some lines are not ready yet."
        return "Nothing is ready to be handed over."
    if command is CancelPrescription and any(i.supplied for i in rows.items.values()):
        return "Some of it was handed over: the counter declines what is left, line by line."
    if command is TellPatient and not queued_notices(rows.notices.values()):
        return "There is nothing to tell the patient."
    if command is RejectOrder:
        return _why_not_back(rows.items.values())
    if (
        command is DispenseRepeat
        and prescription is not None
        and prescription.repeats_used >= prescription.repeats
    ):
        return "No repeat is left." if prescription.repeats else "It has no repeats."
    return None


def _why_not_back(items: Iterable[PrescriptionItem]) -> str | None:
    held = list(items)
    if any(item.supplied for item in held):
        return "Some of it was handed over: decline or cancel what is left, line by line."
    if any(item.prepared for item in held):
        return "Some of it is prepared already: put it back first."
    return None


def queued_notices(notices: Iterable[PatientNotice]) -> list[PatientNotice]:
    """What the patient is to be told and nobody has told them."""
    return [notice for notice in notices if notice.status is NoticeStatus.QUEUED]


def owed_refunds(rows: PrescriptionRows) -> list[UUID]:
    """The refunds that the patient has not had yet, by their identifiers."""
    return [
        payment.id
        for payment in rows.payments.values()
        if payment.kind is PaymentKind.REFUND and payment.status is PaymentStatus.PENDING
    ]
