"""Owing: what is not there now is promised to the patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    line,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.preparing import rest
from clinicdesk.server.domain.prescribing import Held

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done, OweItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def owe_item(
    tx: Transaction, actor: MemberActor, command: OweItem, expected_version: int
) -> Done | Refusal:
    """The rest of a line is owed until stock comes; what is checked of it can be handed over."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    item = line(before, "owe_item", command.item_id)
    if not isinstance(item, PrescriptionItem):
        return item
    return await finished(tx, actor, before, with_lines(before, [owed(item)]))


def owed(item: PrescriptionItem) -> PrescriptionItem:
    """The line with its rest owing."""
    status = ItemStatus.CHECKED if item.prepared else ItemStatus.OWING
    return replace(item, owing=item.owing + rest(item), status=status)
