"""Fetching lines from the shelves."""

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
from clinicdesk.server.domain.prescribing import Held

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done, PickItems
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def pick_items(
    tx: Transaction, actor: MemberActor, command: PickItems, expected_version: int
) -> Done | Refusal:
    """Somebody is fetching these lines: for the colleagues to see."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    items = lines(before, "pick_items", command.item_ids)
    if not isinstance(items, list):
        return items
    picked = [replace(item, status=ItemStatus.PICKING) for item in items]
    return await finished(tx, actor, before, with_lines(before, picked))
