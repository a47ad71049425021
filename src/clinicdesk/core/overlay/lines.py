"""What is done with lines before they are in the bag: picked, owed, held, substituted, dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM, is_fulfilled
from clinicdesk.contract.money import line_amount
from clinicdesk.core.overlay.money import is_last_line, owed_back
from clinicdesk.core.overlay.rows import (
    Pending,
    PrescriptionRows,
    rest_of,
    total_of,
    touched,
    touched_item,
)

Change = Callable[[PrescriptionItem], PrescriptionItem]


def each(
    command: str, item_ids: Iterable[UUID], rows: PrescriptionRows, change: Change
) -> dict[UUID, PrescriptionItem]:
    """The lines with those of them changed on which the command is lawful."""
    items = dict(rows.items)
    for item_id in item_ids:
        item = items.get(item_id)
        if item is not None and PRESCRIPTION_ITEM.allows(item.status, command, signed=True):
            items[item_id] = change(item)
    return items


def settled(
    pending: Pending,
    items: dict[UUID, PrescriptionItem],
    rows: PrescriptionRows,
    header: Prescription,
) -> PrescriptionRows:
    """After work on lines: fulfilled once each of them is settled."""
    if items == rows.items and header == rows.prescription:
        return rows
    complete = is_fulfilled(items.values())
    changed = touched(
        header,
        pending,
        status=PrescriptionStatus.FULFILLED if complete else header.status,
        fulfilled_at=pending.at if complete else header.fulfilled_at,
    )
    return replace(rows, prescription=changed, items=items)


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
        return touched_item(item, pending, status=status, owing=item.owing + rest_of(item))

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
    if product is None or item is None:
        return rows
    undone = command.medicine_id == item.medicine_id
    prescribed = item.amount_minor if item.prescribed_minor is None else item.prescribed_minor
    amount = line_amount(product.price_minor, product.pack_size, item.quantity)

    def change(item: PrescriptionItem) -> PrescriptionItem:
        if undone:
            return touched_item(
                item,
                pending,
                substitute_id=None,
                substitute_brand=None,
                substitution_reason=None,
                prescribed_minor=None,
                amount_minor=prescribed,
            )
        return touched_item(
            item,
            pending,
            substitute_id=product.id,
            substitute_brand=product.brand,
            substitution_reason=command.reason,
            prescribed_minor=prescribed,
            amount_minor=amount,
        )

    items = each("substitute_item", [item.id], rows, change)
    if items == rows.items:
        return rows
    cause = f"substitution {item.id} {items[item.id].version}"
    return _cheaper(pending, cause, items, rows, header)


def declined(
    pending: Pending, command: DeclineItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """A line that is not supplied."""
    if is_last_line(command.item_id, rows):
        return rows
    items = each(
        "decline_item",
        [command.item_id],
        rows,
        lambda item: touched_item(
            item, pending, status=ItemStatus.DECLINED, decline_reason=command.reason
        ),
    )
    if items == rows.items:
        return rows
    return _dropped(pending, command.item_id, items, rows, header)


def cancelled_line(
    pending: Pending, command: CancelItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """What is left of a line is not supplied any more; what was handed over stays paid for."""

    def change(item: PrescriptionItem) -> PrescriptionItem:
        if not item.supplied:
            return touched_item(
                item,
                pending,
                status=ItemStatus.CANCELLED,
                owing=0,
                decline_reason=command.reason,
            )
        return touched_item(
            item,
            pending,
            status=ItemStatus.HANDED_OVER,
            owing=0,
            decline_reason=command.reason,
            amount_minor=line_amount(item.amount_minor, item.quantity, item.supplied),
        )

    items = each("cancel_item", [command.item_id], rows, change)
    if items == rows.items:
        return rows
    return _dropped(pending, command.item_id, items, rows, header)


def _dropped(
    pending: Pending,
    item_id: UUID,
    items: dict[UUID, PrescriptionItem],
    rows: PrescriptionRows,
    header: Prescription,
) -> PrescriptionRows:
    lowered = replace(header, total_minor=total_of(items))
    excess = lowered.paid_minor - lowered.total_minor
    back = owed_back(pending, f"refund {item_id}", excess, rows, lowered)
    assert back.prescription is not None
    return settled(pending, items, back, back.prescription)


def _cheaper(
    pending: Pending,
    cause: str,
    items: dict[UUID, PrescriptionItem],
    rows: PrescriptionRows,
    header: Prescription,
) -> PrescriptionRows:
    """The total follows; what was paid above it is owed back."""
    changed = replace(header, total_minor=total_of(items))
    excess = changed.paid_minor - changed.total_minor
    back = owed_back(pending, f"refund {cause}", excess, rows, changed)
    assert back.prescription is not None
    return replace(back, prescription=touched(back.prescription, pending), items=items)
