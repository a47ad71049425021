"""What a command makes of a prescription: which effect is whose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    AnyCommand,
    CancelItem,
    CancelPrescription,
    CheckItem,
    DeclineItem,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    HoldItems,
    NoteCounselling,
    OweItem,
    PayOutRefund,
    PickItems,
    RejectOrder,
    ReleaseItems,
    RerouteOrder,
    RestartItems,
    ReturnToStock,
    ReviseDraft,
    SignAndSend,
    SubstituteItem,
    TakePayment,
    TellPatient,
    UncheckItem,
    WriteDraft,
    name_of,
)
from clinicdesk.contract.entities import OrderStatus, Prescription
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.core.overlay import checking, leaving, lines, money, orders, writing
from clinicdesk.core.overlay.orders import follow, open_order_in, sent_back
from clinicdesk.core.overlay.rows import Pending, PrescriptionRows

Effect = Callable[..., PrescriptionRows]


def project(pending: Pending, rows: PrescriptionRows) -> PrescriptionRows:
    """The rows as they will most likely be once the server has carried out the command."""
    command = pending.command
    if isinstance(command, WriteDraft):
        return rows if rows.prescription is not None else writing.written(pending, command)
    prescription = rows.prescription
    effect = EFFECTS.get(type(command))
    if effect is None or prescription is None or not _lawful(prescription, command):
        return rows
    if type(command) in _AT_WORK and not _is_at_work(type(command), rows):
        return rows
    return follow(pending, rows, effect(pending, command, rows, prescription))


def _lawful(prescription: Prescription, command: AnyCommand) -> bool:
    signed = prescription.signed_at is not None
    return PRESCRIPTION.allows(prescription.status, name_of(command), signed=signed) is not None


def _is_at_work(command: type[AnyCommand], rows: PrescriptionRows) -> bool:
    """Whether the pharmacy has it: not the prescriber again, and nobody who brings it."""
    orders = list(rows.orders.values())
    if sent_back(orders) is not None:
        return False
    order = open_order_in(orders)
    away = order is not None and order.status is OrderStatus.OUT_FOR_DELIVERY
    return command is TakePayment or not away


EFFECTS: Final[dict[type[Any], Effect]] = {
    ReviseDraft: writing.revised,
    SignAndSend: writing.signed,
    CancelPrescription: money.cancelled,
    RerouteOrder: orders.rerouted,
    TakePayment: money.paid,
    PayOutRefund: money.paid_out,
    PickItems: lines.picked,
    CheckItem: checking.checked,
    UncheckItem: checking.unchecked,
    OweItem: lines.owed,
    HoldItems: lines.put_on_hold,
    ReleaseItems: lines.released,
    SubstituteItem: lines.substituted,
    DeclineItem: lines.declined,
    CancelItem: lines.cancelled_line,
    FulfillItems: checking.fulfilled,
    ReturnToStock: checking.returned_to_stock,
    RestartItems: lines.restarted,
    HandOver: leaving.handed_over,
    NoteCounselling: leaving.counselled,
    TellPatient: leaving.told,
    DispenseRepeat: leaving.repeated,
    AcknowledgeOrder: orders.acknowledged,
    RejectOrder: orders.rejected,
    DispatchOrder: orders.dispatched,
    DeliverOrder: leaving.delivered,
}

_AT_WORK: Final = frozenset(EFFECTS) - {
    ReviseDraft, SignAndSend, CancelPrescription, RerouteOrder, PayOutRefund, DispenseRepeat,
    NoteCounselling, TellPatient, ReturnToStock, AcknowledgeOrder, RejectOrder, DispatchOrder,
    DeliverOrder,
}  # fmt: skip
"""Refused while the prescriber has the order back, and, but for the payment, while it is on its
way."""
