"""At the counter: taking payments, and paying refunds out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.commands import Done, PayOutRefund, TakePayment
from clinicdesk.contract.entities import PaymentKind, PaymentStatus, PrescriptionStatus
from clinicdesk.contract.money import format_money
from clinicdesk.contract.problems import Conflict, InvalidField, NotFound, Refusal
from clinicdesk.server.domain.pharmacy.at_work import expired
from clinicdesk.server.domain.pharmacy.orders import open_order, opened, stands_against
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
    """Record money received. The prescription is PAID once the ledger covers its total, and then
    the pharmacy has an order to dispense it."""
    before = await hold(tx, actor, "take_payment", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if refusal := _not_now(before) or _wrong_amount(before, command) or _taken(before, command):
        return refusal
    after = received(
        before, command.payment_id, command.method, command.amount_minor, actor.member.id
    )
    return await save(tx, actor, before, paid_when_covered(after))


def paid_when_covered(held: Held) -> Held:
    """PAID, and with the pharmacy's order, once the ledger covers the total."""
    header = held.header
    if header.status is not PrescriptionStatus.DRAFT or header.paid_minor < header.total_minor:
        return held
    paid = replace(header, status=PrescriptionStatus.PAID, paid_at=held.now)
    return opened(replace(held, header=paid))


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


def _not_now(held: Held) -> Conflict | None:
    if refusal := expired(held, "take_payment"):
        return refusal
    sent_back = stands_against(held) if open_order(held) is None else None
    header = held.header
    if sent_back is None and header.paid_at is not None and header.paid_minor >= header.total_minor:
        return Conflict(detail=f"Nothing is due on {header.code}.", field="amount_minor")
    return sent_back


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
