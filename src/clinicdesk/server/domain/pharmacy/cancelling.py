"""Cancelling, by the prescriber or by the pharmacist who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM
from clinicdesk.contract.problems import Conflict
from clinicdesk.server.domain.pharmacy.at_work import finished
from clinicdesk.server.domain.pharmacy.preparing import with_put_back
from clinicdesk.server.domain.pharmacy.shelves import lock_what_goes_back
from clinicdesk.server.domain.prescribing import Held, hold, settled_by_lines

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.contract.commands import CancelPrescription, Done
    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def cancel_prescription(
    tx: Transaction, actor: MemberActor, command: CancelPrescription, expected_version: int
) -> Done | Refusal:
    """Stop it. What was prepared goes back to stock; what was paid becomes a refund owed."""
    before = await hold(tx, actor, "cancel_prescription", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if any(item.supplied for item in before.items):
        return Conflict(
            detail=f"A part of {before.header.code} was handed over: decline or cancel what is "
            "left of it, line by line."
        )
    # A prescriber may not lock a shelf; row-level security passes it over, and `save` locks it.
    await lock_what_goes_back(tx, before, [item.id for item in before.items])
    after = cancelled(before, command.reason, actor.member.id)
    return await finished(tx, actor, before, after, unwanted=True)


def cancelled(held: Held, reason: str, member_id: UUID) -> Held:
    """With its open lines cancelled, nothing left to pay or to hand over, the money owed back."""
    back = with_put_back(held, {item.id for item in held.items}, reason, member_id)
    stopped = replace(back, items=[_cancelled(item) for item in back.items])
    refunded = settled_by_lines(stopped, None, member_id)
    header = replace(
        refunded.header,
        status=PrescriptionStatus.CANCELLED,
        cancelled_at=held.now,
        cancel_reason=reason,
        bin=None,
    )
    return replace(refunded, header=header)


def _cancelled(item: PrescriptionItem) -> PrescriptionItem:
    if PRESCRIPTION_ITEM.allows(item.status, "cancel_prescription", signed=True) is None:
        return item
    return replace(item, status=ItemStatus.CANCELLED, owing=0)
