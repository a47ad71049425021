"""At the counter: taking the payment, handing over, paying a refund out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.commands import Done, HandOver, PayOutRefund, TakePayment
from clinicdesk.contract.entities import (
    ItemStatus,
    PaymentKind,
    PaymentStatus,
    PrescriptionStatus,
)
from clinicdesk.contract.money import format_money
from clinicdesk.contract.problems import Conflict, InvalidField, NotFound, Refusal
from clinicdesk.server.domain.prescribing import (
    REFUND_ID_VERSION,
    Held,
    hold,
    received,
    save,
)

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def take_payment(
    tx: Transaction, actor: MemberActor, command: TakePayment, expected_version: int
) -> Done | Refusal:
    """Record money received. The prescription is PAID once the ledger covers its total."""
    before = await hold(tx, actor, "take_payment", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if refusal := _wrong_amount(before, command) or _taken(before, command):
        return refusal
    after = received(
        before, command.payment_id, command.method, command.amount_minor, actor.member.id
    )
    if after.header.paid_minor >= after.header.total_minor:
        header = replace(after.header, status=PrescriptionStatus.PAID, paid_at=before.now)
        after = replace(after, header=header)
    return await save(tx, actor, before, after)


async def hand_over(
    tx: Transaction, actor: MemberActor, command: HandOver, expected_version: int
) -> Done | Refusal:
    """Give all that is ready to the person at the counter, and say who that was."""
    before = await hold(tx, actor, "hand_over", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    items = [
        replace(item, status=ItemStatus.HANDED_OVER, supplied=item.quantity)
        if item.status is ItemStatus.READY
        else item
        for item in before.items
    ]
    header = replace(
        before.header,
        status=PrescriptionStatus.COMPLETED,
        completed_at=before.now,
        collected_by=command.collected_by,
    )
    return await save(tx, actor, before, replace(before, header=header, items=items))


async def pay_out_refund(
    tx: Transaction, actor: MemberActor, command: PayOutRefund, expected_version: int
) -> Done | Refusal:
    """Record that a refund which was owed has been given to the patient."""
    before = await hold(tx, actor, "pay_out_refund", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    refund = next((entry for entry in before.payments if entry.id == command.payment_id), None)
    if refund is None or refund.kind is not PaymentKind.REFUND:
        return NotFound(detail=f"{before.header.code} owes no such refund.", entity="payment")
    if refund.status is not PaymentStatus.PENDING:
        return before.not_possible("pay_out_refund", refund)
    settled = replace(refund, status=PaymentStatus.COMPLETED, settled_at=before.now)
    payments = [settled if entry.id == refund.id else entry for entry in before.payments]
    return await save(tx, actor, before, replace(before, payments=payments))


def _taken(held: Held, command: TakePayment) -> InvalidField | Conflict | None:
    if command.payment_id.version == REFUND_ID_VERSION:
        return InvalidField(
            detail="The payment's identifier is of the kind that refunds have; make a random one.",
            field="payment_id",
        )
    if any(entry.id == command.payment_id for entry in held.payments):
        return Conflict(
            detail="The payment's identifier is already in use; make a new one.",
            field="payment_id",
        )
    return None


def _wrong_amount(held: Held, command: TakePayment) -> InvalidField | None:
    header = held.header
    if command.currency != header.currency:
        return InvalidField(
            detail=f"{header.code} is paid in {header.currency}, not {command.currency}.",
            field="currency",
        )
    outstanding = header.total_minor - header.paid_minor
    least = min(1, outstanding)
    if least <= command.amount_minor <= outstanding:
        return None
    return InvalidField(
        detail=f"{format_money(outstanding, header.currency)} is outstanding on {header.code}; "
        "the payment must be that or a part of it.",
        field="amount_minor",
    )
