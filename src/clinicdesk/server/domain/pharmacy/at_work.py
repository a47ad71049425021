"""What all dispensing commands begin and end with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.commands import name_of
from clinicdesk.contract.entities import ItemStatus
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM
from clinicdesk.contract.problems import Conflict, IllegalState, InvalidField, NotFound, Refusal
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.pharmacy.orders import follow, stands_against
from clinicdesk.server.domain.pharmacy.serving import begins_to_wait, give_out
from clinicdesk.server.domain.prescribing import Held, hold, write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clinicdesk.contract.commands import Done, OfPrescription
    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_WHILE_VALID: Final = frozenset(
    {
        "take_payment", "pick_items", "check_item", "substitute_item", "fulfill_items",
        "restart_items", "hand_over", "dispense_repeat", "acknowledge_order", "reroute_order",
        "dispatch_order",
    }
)  # fmt: skip
"""What is not done any more once a prescription has expired; the rest puts away or pays back.

Owing is no part of it: what is left of a line that was begun is owed before it can be cancelled.
"""


async def hold_to_dispense(
    tx: Transaction, actor: MemberActor, command: OfPrescription, expected_version: int
) -> Held | Refusal:
    """Lock and read, as `hold`; refuses too what was sent back, is on its way, or has expired."""
    held = await hold(tx, actor, name_of(command), command.prescription_id, expected_version)
    if not isinstance(held, Held):
        return held
    return stands_against(held) or expired(held, name_of(command)) or held


async def finished(
    tx: Transaction, actor: MemberActor, before: Held, after: Held, *, unwanted: bool = False
) -> Done | Refusal:
    """Write it, with the pharmacy's order where the prescription has brought it, and give goods
    that lie there to the lines that wait for them from now on.

    Args:
        unwanted: What goes back onto the shelves, and what was promised to lines that nobody picks
            any more, is not wanted here: others may wait for it. A prescriber, who sees no shelf,
            leaves that to the pharmacy's next command.
    """
    version = await write(tx, actor, before, follow(before, after))
    if not isinstance(version, int):
        return version
    waiting = begins_to_wait(before, after)
    goods = dict.fromkeys(map(product_of, waiting + (_left(before, after) if unwanted else [])), 0)
    for movement in after.movements if unwanted else ():
        goods[movement.medicine_id] = goods.get(movement.medicine_id, 0) + movement.quantity
    pharmacy_id = after.header.pharmacy_id
    if goods and pharmacy_id is not None and pharmacy_id == actor.member.pharmacy_id:
        given = await give_out(tx, actor, pharmacy_id, goods)
        if not isinstance(given, dict):
            return given
        version = given.get(after.header.id, version)
    return await done(tx, actor, version)


def _left(before: Held, after: Held) -> list[PrescriptionItem]:
    """The lines that were being picked and are not any more, or as another product."""
    picked = _picked(after).keys()
    return [item for key, item in _picked(before).items() if key not in picked]


def _picked(held: Held) -> dict[tuple[UUID, UUID], PrescriptionItem]:
    picking = (item for item in held.items if item.status is ItemStatus.PICKING)
    return {(item.id, product_of(item)): item for item in picking}


def product_of(item: PrescriptionItem) -> UUID:
    """What is dispensed for the line: its substitute where it has one."""
    return item.substitute_id or item.medicine_id


def expired(held: Held, command: str) -> Conflict | None:
    """Why the command comes too late, by the calendar of the clinic's zone."""
    until = held.header.valid_until
    if command not in _WHILE_VALID or until is None or held.today <= until:
        return None
    return Conflict(
        detail=f"{held.header.code} expired on {until:%d %b %Y}: the patient needs a new one."
    )


def line(held: Held, command: str, item_id: UUID) -> PrescriptionItem | NotFound | IllegalState:
    """The line that the command is about, when it is in a state for it."""
    item = next((item for item in held.items if item.id == item_id), None)
    if item is None:
        return NotFound(detail=f"{held.header.code} has no such line.", entity="prescription_item")
    return not_now(held, command, item) or item


def lines(
    held: Held, command: str, item_ids: Sequence[UUID]
) -> list[PrescriptionItem] | InvalidField | IllegalState:
    """The lines that the command is about, when each is in a state for it."""
    known = {item.id: item for item in held.items}
    found: dict[UUID, PrescriptionItem] = {}
    for index, item_id in enumerate(item_ids):
        if item_id not in known or item_id in found:
            said = "is named twice" if item_id in found else f"is no line of {held.header.code}"
            return InvalidField(detail=f"Item {index + 1} {said}.", field=f"item_ids[{index}]")
        found[item_id] = known[item_id]
    for item in found.values():
        if refusal := not_now(held, command, item):
            return refusal
    return list(found.values())


def not_now(held: Held, command: str, item: PrescriptionItem) -> IllegalState | None:
    """The refusal of a command that the state of the line does not allow."""
    if PRESCRIPTION_ITEM.allows(item.status, command, signed=held.signed) is not None:
        return None
    return held.not_possible(command, item)


def with_lines(held: Held, changed: Iterable[PrescriptionItem]) -> Held:
    """With these lines in the place of those with their identifiers."""
    new = {item.id: item for item in changed}
    return replace(held, items=[new.get(item.id, item) for item in held.items])


def numbered(items: Sequence[PrescriptionItem]) -> str:
    """ "Line 1", "Lines 1 and 2", "Lines 1, 2 and 3"."""
    numbers = [str(item.line) for item in items]
    if len(numbers) == 1:
        return f"Line {numbers[0]}"
    return f"Lines {', '.join(numbers[:-1])} and {numbers[-1]}"
