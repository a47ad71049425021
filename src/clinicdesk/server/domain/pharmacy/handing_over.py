"""Handing over: what is checked or ready goes to the person at the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clinicdesk.contract.entities import DispenseStatus, ItemStatus
from clinicdesk.contract.money import format_money
from clinicdesk.contract.problems import Conflict
from clinicdesk.server.domain.pharmacy.at_work import finished, hold_to_dispense, numbered
from clinicdesk.server.domain.pharmacy.settling import completed
from clinicdesk.server.domain.pharmacy.telling import settle_notices
from clinicdesk.server.domain.prescribing import Held

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done, HandOver
    from clinicdesk.contract.entities import Dispense, PrescriptionItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_IN_THE_BAG: Final = frozenset({ItemStatus.CHECKED, ItemStatus.READY})
_UNDECIDED: Final = frozenset(
    {ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.RETURNED_TO_STOCK}
)
_WAITING: Final = frozenset({ItemStatus.OWING, ItemStatus.ON_HOLD})


async def hand_over(
    tx: Transaction, actor: MemberActor, command: HandOver, expected_version: int
) -> Done | Refusal:
    """Give all that is checked or ready to the person at the counter, and say who that was.

    COMPLETED when no line waits after it; what is owing or on hold is handed over another time.
    """
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    if refusal := stands_in_the_way(before):
        return refusal
    await settle_notices(tx, actor, before)  # who has it in their hands need not be told
    return await finished(tx, actor, before, handed_over(before, command.collected_by))


def stands_in_the_way(held: Held) -> Conflict | None:
    """Why nothing can be handed over of it yet."""
    header = held.header
    undecided = [item for item in held.items if item.status in _UNDECIDED]
    if undecided:
        return Conflict(
            detail=f"{numbered(undecided)} of {header.code} {'are' if undecided[1:] else 'is'} "
            "neither checked nor owing: check, owe, decline or put on hold first.",
            field="items",
        )
    if not any(item.status in _IN_THE_BAG for item in held.items):
        return Conflict(
            detail=f"Nothing of {header.code} is checked: check what is handed over first.",
            field="items",
        )
    due = header.total_minor - header.paid_minor
    if due > 0:
        return Conflict(
            detail=f"{format_money(due, header.currency)} is due on {header.code}; take the "
            "payment first.",
            field="paid_minor",
        )
    return None


def handed_over(held: Held, collected_by: str) -> Held:
    """With everything that was prepared of lines in the bag in the hands of who collected it."""
    going = {item.id for item in held.items if item.status in _IN_THE_BAG}
    items = [_given(item) if item.id in going else item for item in held.items]
    after = replace(
        held,
        header=replace(held.header, collected_by=collected_by, bin=None),
        items=items,
        dispenses=[
            _collected(held, dispense, collected_by)
            if dispense.item_id in going and dispense.status is DispenseStatus.PREPARED
            else dispense
            for dispense in held.dispenses
        ],
    )
    return after if any(item.status in _WAITING for item in items) else completed(after)


def _given(item: PrescriptionItem) -> PrescriptionItem:
    # A line that was made ready before units were counted has none prepared; all of it is there.
    units = item.prepared or item.quantity - item.supplied - item.owing
    status = ItemStatus.OWING if item.owing else ItemStatus.HANDED_OVER
    return replace(item, status=status, supplied=item.supplied + units, prepared=0)


def _collected(held: Held, dispense: Dispense, collected_by: str) -> Dispense:
    return replace(
        dispense,
        status=DispenseStatus.HANDED_OVER,
        handed_over_at=held.now,
        collected_by=collected_by,
    )
