"""What a person can do about a refused command, and why not."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from clinicdesk.contract.commands import (
    AdjustStock,
    AnyCommand,
    CancelItem,
    CancelPrescription,
    CheckItem,
    DeclineItem,
    DeliverOrder,
    FulfillItems,
    HandOver,
    HoldItems,
    OfPrescription,
    OfSupplyOrder,
    PayOutRefund,
    ReceiveGoods,
    ReceiveStock,
    RejectOrder,
    ReturnToStock,
    ReviseDraft,
    ReviseSupplyOrder,
    SetPrice,
    SetReorder,
    SignAndSend,
    SubstituteItem,
    TakePayment,
    WriteDraft,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import Member
from clinicdesk.contract.problems import (
    Conflict,
    IllegalState,
    InvalidField,
    KeyMissing,
    Malformed,
    NoSuchRoute,
    PreconditionMissing,
    Problem,
    Stale,
    TooLarge,
)
from clinicdesk.core.conflict import is_ahead
from clinicdesk.core.live.link import Link
from clinicdesk.core.may import owed_refunds, why_not
from clinicdesk.core.may_order import why_not_supply
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxEntry

_SOON: Final = "You will see it here in a moment."
_AS_IT_IS: Final[tuple[type[Problem], ...]] = (
    InvalidField,
    KeyMissing,
    Malformed,
    NoSuchRoute,
    PreconditionMissing,
    TooLarge,
)
"""Refusals of what the command says: the same words are refused again."""


def why_not_again(entry: OutboxEntry, replica: Replica, member: Member, link: Link) -> str | None:
    """Why a refused command cannot simply be given again, in a sentence; None: it can.

    It is asked of the rows as they are now: what was refused because the prescription had been
    cancelled is not offered, what was refused because somebody else had changed it is.
    """
    if isinstance(entry.refusal, _AS_IT_IS):
        return "It would be refused again as it is: open it and change what was wrong."
    command = entry.command
    if isinstance(command, OfSupplyOrder):
        return _why_not_supply(entry, command, replica, member)
    if not isinstance(command, OfPrescription):
        return None
    if isinstance(command, SignAndSend) and isinstance(entry.refusal, Stale):
        return "The draft says something else by now: open it and read it, then sign it."
    if isinstance(command, WriteDraft):
        known = command.patient_id in replica.patients
        return None if known else "This patient is not on this desk."
    if _is_ahead(entry, command.prescription_id, replica):
        return _SOON
    rows = replica.rows_of(command.prescription_id)
    for item_id in _lines_of(command):
        if (why := why_not(type(command), rows, member, link, item_id)) is not None:
            return why
    if (why := why_not(type(command), rows, member, link)) is not None:
        return why
    if isinstance(command, TakePayment) and rows.prescription is not None:
        due = rows.prescription.total_minor - rows.prescription.paid_minor
        if command.amount_minor != due:
            return "Another amount is due by now: take the payment anew."
    if isinstance(command, PayOutRefund) and command.payment_id not in owed_refunds(rows):
        return "This refund is not owed any more."
    return None


def _why_not_supply(
    entry: OutboxEntry, command: OfSupplyOrder, replica: Replica, member: Member
) -> str | None:
    if isinstance(command, ReviseSupplyOrder) and isinstance(entry.refusal, Stale):
        return "The order says something else by now: open it and read it, then change it."
    order = replica.supply_orders.server_row(command.supply_order_id)
    refusal = entry.refusal
    if order is not None and isinstance(refusal, Stale) and refusal.current > order.version:
        return _SOON
    return why_not_supply(type(command), order, member)


def _is_ahead(entry: OutboxEntry, prescription_id: UUID, replica: Replica) -> bool:
    """Whether the refusal speaks of something that has not come here yet."""
    row = replica.prescriptions.server_row(prescription_id)
    refusal = entry.refusal
    return row is not None and isinstance(refusal, Stale | IllegalState) and is_ahead(refusal, row)


def can_be_changed(entry: OutboxEntry) -> bool:
    """Whether a person could say it otherwise than the server refused it."""
    says_something = isinstance(
        entry.command,
        WriteDraft
        | ReviseDraft
        | TakePayment
        | CheckItem
        | SubstituteItem
        | HoldItems
        | DeclineItem
        | CancelItem
        | FulfillItems
        | ReturnToStock
        | HandOver
        | DeliverOrder
        | CancelPrescription
        | RejectOrder
        | ReceiveStock
        | AdjustStock
        | SetReorder
        | SetPrice
        | WriteSupplier
        | WriteSupplyOrder
        | ReviseSupplyOrder
        | ReceiveGoods,
    )
    return says_something and isinstance(entry.refusal, (*_AS_IT_IS, Conflict))


def carries_typing(command: AnyCommand) -> bool:
    """Whether something that a person wrote would be lost with it."""
    return isinstance(
        command, WriteDraft | ReviseDraft | WriteSupplyOrder | ReviseSupplyOrder | ReceiveGoods
    )


def _lines_of(command: OfPrescription) -> list[UUID]:
    """The lines that it names, one or several."""
    one: UUID | None = getattr(command, "item_id", None)
    several: list[UUID] = getattr(command, "item_ids", [])
    return list(several) if one is None else [one]
