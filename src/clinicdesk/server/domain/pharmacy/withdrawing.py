"""What will not be supplied: a line that is declined, and the rest of one that is cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem
from clinicdesk.contract.problems import Conflict
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    line,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.settling import settled
from clinicdesk.server.domain.prescribing import Held, settled_by_lines

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.contract.commands import CancelItem, DeclineItem, Done
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_WITHDRAWN: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})


async def decline_item(
    tx: Transaction, actor: MemberActor, command: DeclineItem, expected_version: int
) -> Done | Refusal:
    """Leave a line out, with the reason. What was paid for it is owed back."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    item = line(before, "decline_item", command.item_id)
    if not isinstance(item, PrescriptionItem):
        return item
    if refusal := _begun(item) or _nothing_left(before, item):
        return refusal
    after = declined(before, item.id, command.reason, actor.member.id)
    return await finished(tx, actor, before, settled(after), unwanted=True)


async def cancel_item(
    tx: Transaction, actor: MemberActor, command: CancelItem, expected_version: int
) -> Done | Refusal:
    """Nothing more of a line is supplied, with the reason. What was paid for that is owed back."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    item = line(before, "cancel_item", command.item_id)
    if not isinstance(item, PrescriptionItem):
        return item
    if refusal := _nothing_left(before, item):
        return refusal
    after = rest_cancelled(before, item.id, command.reason, actor.member.id)
    return await finished(tx, actor, before, settled(after), unwanted=True)


def declined(held: Held, item_id: UUID, reason: str, member_id: UUID) -> Held:
    """Without the line: the total is lower, and what was paid above it is owed back."""
    return _withdrawn(held, item_id, ItemStatus.DECLINED, reason, member_id)


def rest_cancelled(held: Held, item_id: UUID, reason: str, member_id: UUID) -> Held:
    """Without what is left of the line: it costs what its units handed over are of it."""
    return _withdrawn(held, item_id, ItemStatus.CANCELLED, reason, member_id)


def _withdrawn(held: Held, item_id: UUID, status: ItemStatus, reason: str, member_id: UUID) -> Held:
    lines = [
        replace(item, status=status, owing=0, decline_reason=reason)
        for item in held.items
        if item.id == item_id
    ]
    return settled_by_lines(with_lines(held, lines), item_id, member_id)


def _begun(item: PrescriptionItem) -> Conflict | None:
    """Why a line cannot be left out as a whole any more."""
    if item.prepared:
        return Conflict(
            detail=f"{item.prepared} of line {item.line} are checked; put them back first.",
            field="item_id",
        )
    if item.supplied:
        return Conflict(
            detail=f"{item.supplied} of line {item.line} were handed over; owe the rest with O, "
            "then cancel that.",
            field="item_id",
        )
    return None


def _nothing_left(held: Held, item: PrescriptionItem) -> Conflict | None:
    """A prescription of which nothing is supplied is cancelled as a whole."""
    others = [other for other in held.items if other.id != item.id]
    supplies = any(other.supplied or other.status not in _WITHDRAWN for other in others)
    if supplies or item.supplied:
        return None
    return Conflict(
        detail=f"This is the last line of {held.header.code}; cancel the prescription instead.",
        field="item_id",
    )
