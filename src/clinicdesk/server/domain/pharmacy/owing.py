"""Owing: what is not there now is promised to the patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    line,
    product_of,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.preparing import rest
from clinicdesk.server.domain.pharmacy.serving import on_shelf
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
    passed_over = await _passed_over(tx, actor, before, item, command.in_stock)
    return await finished(tx, actor, before, with_lines(before, [owed(item, passed_over)]))


def owed(item: PrescriptionItem, passed_over: int = 0) -> PrescriptionItem:
    """The line with its rest owing, although so many units lie there that nobody was promised."""
    status = ItemStatus.CHECKED if item.prepared else ItemStatus.OWING
    return replace(item, owing=item.owing + rest(item), status=status, passed_over=passed_over)


async def _passed_over(
    tx: Transaction, actor: MemberActor, held: Held, item: PrescriptionItem, in_stock: int | None
) -> int:
    """What of the shelf was left where it is: what the desk knew of, less what was promised."""
    assert held.header.pharmacy_id is not None  # it was signed
    product = product_of(item)
    there = await on_shelf(tx, actor, held.header.pharmacy_id, [product], besides=item.id)
    shelf = there[product]
    return shelf.free if in_stock is None else max(0, in_stock - shelf.promised)
