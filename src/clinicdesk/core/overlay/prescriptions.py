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
    UncheckItem,
    WriteDraft,
    name_of,
)
from clinicdesk.contract.entities import Prescription
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.core.overlay import checking, leaving, lines, money, orders, writing
from clinicdesk.core.overlay.orders import follow, sent_back
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
    if type(command) in _DISPENSING and sent_back(rows.orders.values()) is not None:
        return rows
    return follow(pending, rows, effect(pending, command, rows, prescription))


def _lawful(prescription: Prescription, command: AnyCommand) -> bool:
    signed = prescription.signed_at is not None
    return PRESCRIPTION.allows(prescription.status, name_of(command), signed=signed) is not None


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
    DispenseRepeat: leaving.repeated,
    AcknowledgeOrder: orders.acknowledged,
    RejectOrder: orders.rejected,
    DispatchOrder: orders.dispatched,
    DeliverOrder: leaving.delivered,
}

_DISPENSING: Final = frozenset(EFFECTS) - {
    CancelPrescription, RerouteOrder, PayOutRefund, DispenseRepeat, ReviseDraft, SignAndSend,
}  # fmt: skip
"""Refused while the prescriber has the order back."""
