"""What is done with lines before they are in the bag: picked, owed, held, substituted, dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.commands import (
    CancelItem,
    DeclineItem,
    HoldItems,
    OweItem,
    PickItems,
    ReleaseItems,
    RestartItems,
    SubstituteItem,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Medicine,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM, is_fulfilled
from clinicdesk.contract.money import line_amount
from clinicdesk.core.overlay.money import is_last_line, settled_by_lines
from clinicdesk.core.overlay.rows import (
    Pending,
    PrescriptionRows,
    rest_of,
    touched,
    touched_item,
)

Change = Callable[[PrescriptionItem], PrescriptionItem]


def each(
    command: str, item_ids: Iterable[UUID], rows: PrescriptionRows, change: Change
) -> dict[UUID, PrescriptionItem]:
    """The lines with these changed; as they are unless the command is lawful on each of them."""
    items = dict(rows.items)
    for item_id in item_ids:
        item = items.get(item_id)
        if item is None or not PRESCRIPTION_ITEM.allows(item.status, command, signed=True):
            return dict(rows.items)
        items[item_id] = change(item)
    return items


def settled(
    pending: Pending,
    items: dict[UUID, PrescriptionItem],
    rows: PrescriptionRows,
    header: Prescription,
) -> PrescriptionRows:
    """After work on lines: fulfilled once each of them is settled, and completed where all that
    was to be handed over has been."""
    if items == rows.items and header == rows.prescription:
        return rows
    changed = touched(header, pending)
    if is_fulfilled(items.values()):
        changed = replace(changed, fulfilled_at=pending.at)
        if any(item.status is ItemStatus.READY for item in items.values()):
            changed = replace(changed, status=PrescriptionStatus.FULFILLED)
        else:
            changed = completed(pending, changed)
    return replace(rows, prescription=changed, items=items)


def completed(pending: Pending, header: Prescription) -> Prescription:
    """Everything was handed over that will be."""
    return replace(
        header,
        status=PrescriptionStatus.COMPLETED,
        fulfilled_at=header.fulfilled_at or pending.at,
        completed_at=pending.at,
        bin=None,
    )


def worked_on(
    pending: Pending,
    items: dict[UUID, PrescriptionItem],
    rows: PrescriptionRows,
    header: Prescription,
) -> PrescriptionRows:
    """After work on lines that settles none of them."""
    if items == rows.items:
        return rows
    return replace(rows, prescription=touched(header, pending), items=items)


def picked(
    pending: Pending, command: PickItems, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Somebody fetches the lines."""
    items = each(
        "pick_items",
        command.item_ids,
        rows,
        lambda item: touched_item(item, pending, status=ItemStatus.PICKING),
    )
    return worked_on(pending, items, rows, header)


def owed(
    pending: Pending, command: OweItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """The rest of a line is promised for when stock comes."""

    def change(item: PrescriptionItem) -> PrescriptionItem:
        status = ItemStatus.CHECKED if item.prepared else ItemStatus.OWING
        owing, left = item.owing + rest_of(item), command.in_stock
        passed_over = item.passed_over if left is None else left
        return touched_item(item, pending, status=status, owing=owing, passed_over=passed_over)

    return worked_on(pending, each("owe_item", [command.item_id], rows, change), rows, header)


def put_on_hold(
    pending: Pending, command: HoldItems, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Nothing is done with the lines for now."""
    items = each(
        "hold_items",
        command.item_ids,
        rows,
        lambda item: touched_item(
            item, pending, status=ItemStatus.ON_HOLD, hold_reason=command.reason
        ),
    )
    return worked_on(pending, items, rows, header)


def released(
    pending: Pending, command: ReleaseItems, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Where the lines were before they were put on hold, as their counts tell."""

    def change(item: PrescriptionItem) -> PrescriptionItem:
        return touched_item(item, pending, status=status_by_counts(item), hold_reason=None)

    items = each("release_items", command.item_ids, rows, change)
    return worked_on(pending, items, rows, header)


def status_by_counts(item: PrescriptionItem) -> ItemStatus:
    """The state of an open line that its counts tell of."""
    if item.prepared:
        return ItemStatus.PICKING if rest_of(item) else ItemStatus.CHECKED
    return ItemStatus.OWING if item.owing and not rest_of(item) else ItemStatus.PENDING


def restarted(
    pending: Pending, command: RestartItems, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Lines that went back to the shelf are wanted after all."""
    items = each(
        "restart_items",
        command.item_ids,
        rows,
        lambda item: touched_item(item, pending, status=ItemStatus.PENDING),
    )
    return worked_on(pending, items, rows, header)


def substituted(
    pending: Pending, command: SubstituteItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Another product in the place of the prescribed one, at its price; or that one again."""
    product = pending.medicines.get(command.medicine_id)
    item = rows.items.get(command.item_id)
    if product is None or item is None or item.prepared:
        return rows

    def change(item: PrescriptionItem) -> PrescriptionItem:
        if command.medicine_id == item.medicine_id:
            return touched_item(item, pending, **_as_prescribed(item))
        return touched_item(item, pending, **_with_substitute(item, product, command.reason))

    items = each("substitute_item", [item.id], rows, change)
    if items == rows.items:
        return rows
    back, changed = settled_by_lines(pending, rows, items, header, item.id, header.version)
    return replace(back, prescription=touched(changed, pending))


def _as_prescribed(item: PrescriptionItem) -> dict[str, Any]:
    amount = item.amount_minor if item.supplied else prescribed_amount(item)
    return {
        "substitute_id": None,
        "substitute_brand": None,
        "substitution_reason": None,
        "prescribed_minor": None,
        "amount_minor": amount,
        "passed_over": 0,
    }


def _with_substitute(item: PrescriptionItem, product: Medicine, reason: str) -> dict[str, Any]:
    amount = line_amount(product.price_minor, product.pack_size, item.quantity)
    return {
        "substitute_id": product.id,
        "substitute_brand": product.brand,
        "substitution_reason": reason,
        "prescribed_minor": prescribed_amount(item),
        "amount_minor": item.amount_minor if item.supplied else amount,
        "passed_over": 0,
    }


def prescribed_amount(item: PrescriptionItem) -> int:
    """What the line cost before it was substituted."""
    return item.amount_minor if item.prescribed_minor is None else item.prescribed_minor


def declined(
    pending: Pending, command: DeclineItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """A line of which nothing is supplied."""
    item = rows.items.get(command.item_id)
    if item is None or item.prepared or item.supplied:
        return rows
    dropped = ("decline_item", ItemStatus.DECLINED, command.reason)
    return _withdrawn(pending, item, dropped, rows, header)


def cancelled_line(
    pending: Pending, command: CancelItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """What is left of a line is not supplied any more; what was handed over stays paid for."""
    item = rows.items.get(command.item_id)
    if item is None:
        return rows
    dropped = ("cancel_item", ItemStatus.CANCELLED, command.reason)
    return _withdrawn(pending, item, dropped, rows, header)


def _withdrawn(
    pending: Pending,
    item: PrescriptionItem,
    dropped: tuple[str, ItemStatus, str],
    rows: PrescriptionRows,
    header: Prescription,
) -> PrescriptionRows:
    command, status, reason = dropped
    if is_last_line(item.id, rows):
        return rows
    items = each(
        command,
        [item.id],
        rows,
        lambda item: touched_item(item, pending, status=status, owing=0, decline_reason=reason),
    )
    if items == rows.items:
        return rows
    back, lowered = settled_by_lines(pending, rows, items, header, item.id)
    return settled(pending, items, back, lowered)
