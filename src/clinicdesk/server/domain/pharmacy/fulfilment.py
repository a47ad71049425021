"""Behind the counter: lines that are made ready, and lines that will not be supplied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clinicdesk.contract.commands import DeclineItem, Done, FulfillItems
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM, is_fulfilled
from clinicdesk.contract.problems import Conflict, InvalidField, NotFound, Refusal
from clinicdesk.server.domain.prescribing import Held, hold, owed_back, save

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_WITHDRAWN: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})


async def fulfill_items(
    tx: Transaction, actor: MemberActor, command: FulfillItems, expected_version: int
) -> Done | Refusal:
    """Mark lines as checked and ready. FULFILLED when no line waits any more."""
    before = await hold(tx, actor, "fulfill_items", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    if refusal := _not_theirs(before, command.item_ids):
        return refusal
    wanted = set(command.item_ids)
    for item in before.items:
        lawful = PRESCRIPTION_ITEM.allows(item.status, "fulfill_items", signed=before.signed)
        if item.id in wanted and lawful is None:
            return before.not_possible("fulfill_items", item)
    items = [
        replace(item, status=ItemStatus.READY) if item.id in wanted else item
        for item in before.items
    ]
    return await save(tx, actor, before, fulfilled_if_settled(replace(before, items=items)))


async def decline_item(
    tx: Transaction, actor: MemberActor, command: DeclineItem, expected_version: int
) -> Done | Refusal:
    """Leave a line out, with the reason. What was paid for it is owed back."""
    before = await hold(tx, actor, "decline_item", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    item = next((item for item in before.items if item.id == command.item_id), None)
    if item is None:
        return NotFound(
            detail=f"{before.header.code} has no such line.", entity="prescription_item"
        )
    if PRESCRIPTION_ITEM.allows(item.status, "decline_item", signed=before.signed) is None:
        return before.not_possible("decline_item", item)
    if all(other.status in _WITHDRAWN for other in before.items if other.id != item.id):
        return Conflict(
            detail=f"This is the last line of {before.header.code}; "
            "cancel the prescription instead.",
            field="item_id",
        )
    after = declined(before, item.id, command.reason, actor.member.id)
    return await save(tx, actor, before, fulfilled_if_settled(after))


def declined(held: Held, item_id: UUID, reason: str, member_id: UUID) -> Held:
    """Without the line: the total is lower, and what was paid above it is owed back."""
    items = [
        replace(item, status=ItemStatus.DECLINED, decline_reason=reason)
        if item.id == item_id
        else item
        for item in held.items
    ]
    total = sum(item.amount_minor for item in items if item.status not in _WITHDRAWN)
    lowered = replace(held, header=replace(held.header, total_minor=total), items=items)
    return owed_back(lowered, item_id, held.header.paid_minor - total, member_id)


def fulfilled_if_settled(held: Held) -> Held:
    """FULFILLED once every line is settled and one of them at least supplies something."""
    if not is_fulfilled(held.items):
        return held
    header = replace(held.header, status=PrescriptionStatus.FULFILLED, fulfilled_at=held.now)
    return replace(held, header=header)


def _not_theirs(held: Held, item_ids: list[UUID]) -> InvalidField | None:
    lines = {item.id for item in held.items}
    seen: set[UUID] = set()
    for index, item_id in enumerate(item_ids):
        if item_id not in lines or item_id in seen:
            said = "is named twice" if item_id in seen else f"is no line of {held.header.code}"
            return InvalidField(detail=f"Item {index + 1} {said}.", field=f"item_ids[{index}]")
        seen.add(item_id)
    return None
