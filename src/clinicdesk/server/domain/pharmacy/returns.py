"""Nobody collected it: units go back to their batches, and may be wanted again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.commands import name_of
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    lines,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.preparing import with_put_back
from clinicdesk.server.domain.pharmacy.shelves import lock_what_goes_back
from clinicdesk.server.domain.prescribing import Held, hold

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from clinicdesk.contract.commands import Done, RestartItems, ReturnToStock
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def return_to_stock(
    tx: Transaction, actor: MemberActor, command: ReturnToStock, expected_version: int
) -> Done | Refusal:
    """Put back what was prepared of lines, also when it came back from a delivery."""
    before = await hold(tx, actor, name_of(command), command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    items = lines(before, "return_to_stock", command.item_ids)
    if not isinstance(items, list):
        return items
    await lock_what_goes_back(tx, before, command.item_ids)
    after = returned(before, command.item_ids, command.reason, actor.member.id)
    return await finished(tx, actor, before, after, unwanted=True)


async def restart_items(
    tx: Transaction, actor: MemberActor, command: RestartItems, expected_version: int
) -> Done | Refusal:
    """Lines that were returned to stock wait for the pharmacist again."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    items = lines(before, "restart_items", command.item_ids)
    if not isinstance(items, list):
        return items
    again = [replace(item, status=ItemStatus.PENDING) for item in items]
    return await finished(tx, actor, before, with_lines(before, again))


def returned(held: Held, item_ids: Collection[UUID], reason: str, by: UUID) -> Held:
    """With these lines back in stock, and nothing promised of them: not fulfilled any more."""
    back = with_put_back(held, item_ids, reason, by)
    lying = [
        replace(item, status=ItemStatus.RETURNED_TO_STOCK, owing=0)
        for item in back.items
        if item.id in item_ids
    ]
    after = with_lines(back, lying)
    bagged = any(item.status is ItemStatus.READY for item in after.items)
    header = replace(
        held.header,
        status=PrescriptionStatus.PAID,
        fulfilled_at=None,
        bin=held.header.bin if bagged else None,
    )
    return replace(after, header=header)
