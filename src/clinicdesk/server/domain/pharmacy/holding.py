"""On hold: nothing is done with a line until what keeps it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    lines,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.checking import waiting
from clinicdesk.server.domain.pharmacy.preparing import rest
from clinicdesk.server.domain.prescribing import Held

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done, HoldItems, ReleaseItems
    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def hold_items(
    tx: Transaction, actor: MemberActor, command: HoldItems, expected_version: int
) -> Done | Refusal:
    """Put lines on hold, with the reason. What is checked of them stays in the hand."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    items = lines(before, "hold_items", command.item_ids)
    if not isinstance(items, list):
        return items
    held = [replace(item, status=ItemStatus.ON_HOLD, hold_reason=command.reason) for item in items]
    return await finished(tx, actor, before, with_lines(before, held), unwanted=True)


async def release_items(
    tx: Transaction, actor: MemberActor, command: ReleaseItems, expected_version: int
) -> Done | Refusal:
    """Go on with lines that were on hold, where they were."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    items = lines(before, "release_items", command.item_ids)
    if not isinstance(items, list):
        return items
    return await finished(tx, actor, before, with_lines(before, map(released, items)))


def released(item: PrescriptionItem) -> PrescriptionItem:
    """The line where it was: checked, begun, owing or not begun."""
    if item.prepared:
        status = ItemStatus.PICKING if rest(item) else ItemStatus.CHECKED
    else:
        status = waiting(item)
    return replace(item, status=status, hold_reason=None)
