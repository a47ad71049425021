"""Cancelling, by the prescriber or by the pharmacist who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.commands import CancelPrescription, Done
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM
from clinicdesk.contract.problems import Refusal
from clinicdesk.server.domain.prescribing.held import Held, hold, save
from clinicdesk.server.domain.prescribing.ledger import owed_back

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def cancel_prescription(
    tx: Transaction, actor: MemberActor, command: CancelPrescription, expected_version: int
) -> Done | Refusal:
    """Stop it. What was paid becomes a refund that the pharmacy owes."""
    before = await hold(tx, actor, "cancel_prescription", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    return await save(tx, actor, before, cancelled(before, command.reason, actor.member.id))


def cancelled(held: Held, reason: str, member_id: UUID) -> Held:
    """With its open lines cancelled, nothing left to pay, and the money owed back."""
    refunded = owed_back(held, None, held.header.paid_minor, member_id)
    header = replace(
        refunded.header,
        status=PrescriptionStatus.CANCELLED,
        total_minor=0,
        cancelled_at=held.now,
        cancel_reason=reason,
    )
    return replace(refunded, header=header, items=[_cancelled(item) for item in held.items])


def _cancelled(item: PrescriptionItem) -> PrescriptionItem:
    if PRESCRIPTION_ITEM.allows(item.status, "cancel_prescription", signed=True) is None:
        return item
    return replace(item, status=ItemStatus.CANCELLED)
