"""What may be done with one line of a prescription now, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from clinicdesk.contract.commands import (
    CancelItem,
    CheckItem,
    Command,
    DeclineItem,
    FulfillItems,
    HoldItems,
    OweItem,
    PickItems,
    ReleaseItems,
    RestartItems,
    ReturnToStock,
    SubstituteItem,
    UncheckItem,
    name_of,
)
from clinicdesk.contract.entities import ItemStatus, Medicine, PrescriptionItem
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM
from clinicdesk.core.overlay import PrescriptionRows, is_last_line

OF_LINES: Final[frozenset[type[Command]]] = frozenset(
    {
        PickItems, CheckItem, UncheckItem, OweItem, HoldItems, ReleaseItems, SubstituteItem,
        DeclineItem, CancelItem, FulfillItems, ReturnToStock, RestartItems,
    }
)  # fmt: skip
"""Commands that are about lines."""

_STATES: Final[Mapping[ItemStatus, str]] = {
    ItemStatus.PENDING: "Nothing of this line has been checked yet.",
    ItemStatus.PICKING: "This line is being picked.",
    ItemStatus.CHECKED: "This line is checked already.",
    ItemStatus.READY: "This line is ready already.",
    ItemStatus.HANDED_OVER: "This line was handed over already.",
    ItemStatus.DECLINED: "This line was declined.",
    ItemStatus.CANCELLED: "This line was cancelled.",
    ItemStatus.ON_HOLD: "This line is on hold: release it first.",
    ItemStatus.OWING: "This line waits for stock.",
    ItemStatus.RETURNED_TO_STOCK: "This line went back to stock: start it again first.",
}

_SAID: Final[Mapping[tuple[ItemStatus, type[Command]], str]] = {
    (ItemStatus.PICKING, PickItems): "This line is being picked already.",
    (ItemStatus.CHECKED, DeclineItem): "This line is checked: undo the check first.",
    (ItemStatus.CHECKED, SubstituteItem): "This line is checked: undo the check first.",
    (ItemStatus.CHECKED, CancelItem): "This line is checked: undo the check first.",
    (ItemStatus.CHECKED, OweItem): "All of this line is checked; nothing is left to owe.",
    (ItemStatus.READY, UncheckItem): "This line is ready: return it to stock instead.",
    (ItemStatus.READY, HoldItems): "This line is ready: return it to stock first.",
    (ItemStatus.READY, SubstituteItem): "This line is ready: return it to stock first.",
    (ItemStatus.READY, DeclineItem): "This line is ready: return it to stock first.",
    (ItemStatus.READY, CancelItem): "This line is ready: return it to stock first.",
    (ItemStatus.ON_HOLD, HoldItems): "This line is on hold already.",
    (ItemStatus.OWING, OweItem): "The rest of this line is owing already.",
    (ItemStatus.OWING, DeclineItem): "The rest of this line is owing: cancel it instead.",
    (ItemStatus.OWING, FulfillItems): "This line waits for stock: check it when it has come.",
    (ItemStatus.OWING, UncheckItem): "Nothing of this line is in the hand.",
    (ItemStatus.PENDING, CancelItem): "This line was not begun: decline it instead.",
    (ItemStatus.PICKING, CancelItem): "This line was not finished: decline it instead.",
    (ItemStatus.RETURNED_TO_STOCK, DeclineItem): "This line went back to stock: cancel it instead.",
}

_NOTHING_HERE: Final = "This line is not on this desk any more."


def line_forbids(
    command: type[Command], rows: PrescriptionRows, item_id: UUID | None
) -> str | None:
    """Why the line does not allow `command`; with no line, why none of them does. None: it may."""
    if command not in OF_LINES:
        return None
    if item_id is None:
        whys = [_item_forbids(command, rows, item) for item in rows.items.values()]
        if not whys or None in whys:
            return None if whys else _NOTHING_HERE
        return whys[0] if len(set(whys)) == 1 else "No line is in a state for this."
    item = rows.items.get(item_id)
    return _NOTHING_HERE if item is None else _item_forbids(command, rows, item)


def _item_forbids(
    command: type[Command], rows: PrescriptionRows, item: PrescriptionItem
) -> str | None:
    if PRESCRIPTION_ITEM.allows(item.status, name_of(command), signed=True) is None:
        return _SAID.get((item.status, command)) or _STATES[item.status]
    if command is ReleaseItems or command is RestartItems:
        return None
    if command is UncheckItem and not item.prepared and item.status is not ItemStatus.PICKING:
        return "Nothing of this line is in the hand."
    if command in (DeclineItem, SubstituteItem) and item.prepared:
        return "Some of this line is checked: undo the check first."
    if command is DeclineItem and item.supplied:
        return "Some of this line was handed over: owe the rest, then cancel that."
    if command in (DeclineItem, CancelItem) and is_last_line(item.id, rows):
        return "This is the last line; cancel the prescription instead."
    return None


def still_wanted(item: PrescriptionItem) -> int:
    """Units of a line that may still be found: its rest, and what is owing."""
    return item.quantity - item.supplied - item.prepared


def product_mismatch(
    item: PrescriptionItem, medicine_id: UUID, scanned: Medicine | None
) -> str | None:
    """Why the product in the hand is not the line's, in a sentence; None: it is."""
    if medicine_id == (item.substitute_id or item.medicine_id):
        return None
    if scanned is None:
        return "The clinic's list has no such product: put it back, and scan the right one."
    name = f"{scanned.generic_name} {scanned.strength} {scanned.form} · {scanned.brand}"
    said = f"That is {name}, and line {item.line} is"
    if item.substitute_id is not None:
        return f"{said} to be dispensed as {item.substitute_brand}: put it back."
    same = (item.generic_name, item.strength, item.form)
    if (scanned.generic_name, scanned.strength, scanned.form) == same:
        return f"{said} {item.brand}: put it back, or substitute the line first with S."
    return f"{said} {item.generic_name} {item.strength} {item.form} · {item.brand}: put it back."
