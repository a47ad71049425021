"""Units that are in the hand: checked, put back, made ready, returned to the shelf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.commands import CheckItem, FulfillItems, ReturnToStock, UncheckItem
from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    ItemStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM
from clinicdesk.core.overlay.lines import each, settled, status_by_counts, worked_on
from clinicdesk.core.overlay.rows import (
    Pending,
    PrescriptionRows,
    rest_of,
    touched,
    touched_item,
)


def checked(
    pending: Pending, command: CheckItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Units of a line are in the hand; a line that is owed owes so much less."""
    item = rows.items.get(command.item_id)
    if item is None or command.dispense_id in rows.dispenses or header.pharmacy_id is None:
        return rows
    if PRESCRIPTION_ITEM.allows(item.status, "check_item", signed=True) is None:
        return rows
    rest = rest_of(item)
    if command.quantity > rest + item.owing:
        return rows
    owing = item.owing - max(0, command.quantity - rest)
    left = rest - min(rest, command.quantity)
    changed = touched_item(
        item,
        pending,
        prepared=item.prepared + command.quantity,
        owing=owing,
        status=ItemStatus.PICKING if left else ItemStatus.CHECKED,
    )
    dispense = _dispense(pending, command, header, item)
    return replace(
        rows,
        prescription=touched(header, pending),
        items={**rows.items, item.id: changed},
        dispenses={**rows.dispenses, dispense.id: dispense},
    )


def unchecked(
    pending: Pending, command: UncheckItem, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """What was checked of a line is put back."""

    def change(item: PrescriptionItem) -> PrescriptionItem:
        status = status_by_counts(replace(item, prepared=0))
        return touched_item(item, pending, prepared=0, status=status)

    items = each("uncheck_item", [command.item_id], rows, change)
    if items == rows.items:
        return rows
    dispenses = returned(rows, {command.item_id}, reason=None)
    return replace(rows, prescription=touched(header, pending), items=items, dispenses=dispenses)


def fulfilled(
    pending: Pending, command: FulfillItems, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Lines that are ready for the hand-over; what was not checked is taken as checked by hand."""

    def change(item: PrescriptionItem) -> PrescriptionItem:
        if item.status is ItemStatus.CHECKED:
            return touched_item(item, pending, status=ItemStatus.READY)
        prepared = item.quantity - item.supplied
        return touched_item(item, pending, status=ItemStatus.READY, prepared=prepared, owing=0)

    named = [rows.items[each] for each in command.item_ids if each in rows.items]
    if command.hand_reason is None and any(i.status is not ItemStatus.CHECKED for i in named):
        return rows
    items = each("fulfill_items", command.item_ids, rows, change)
    if items == rows.items:
        return rows
    in_bin = header if command.bin is None else replace(header, bin=command.bin)
    return settled(pending, items, rows, in_bin)


def returned_to_stock(
    pending: Pending, command: ReturnToStock, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Nobody came for the lines: their units go back to their batches."""
    items = each(
        "return_to_stock",
        command.item_ids,
        rows,
        lambda item: touched_item(
            item, pending, status=ItemStatus.RETURNED_TO_STOCK, prepared=0, owing=0
        ),
    )
    if items == rows.items:
        return rows
    gone = {item_id for item_id, item in items.items() if item is not rows.items[item_id]}
    bagged = any(item.status is ItemStatus.READY for item in items.values())
    reopened = replace(
        header,
        status=PrescriptionStatus.PAID,
        fulfilled_at=None,
        bin=header.bin if bagged else None,
    )
    changed = worked_on(pending, items, rows, reopened)
    return replace(changed, dispenses=returned(rows, gone, reason=command.reason))


def returned(
    rows: PrescriptionRows, item_ids: set[UUID], reason: str | None
) -> dict[UUID, Dispense]:
    """The dispenses with those of these lines returned that were prepared."""
    return changed_dispenses(rows, item_ids, status=DispenseStatus.RETURNED, return_reason=reason)


def changed_dispenses(
    rows: PrescriptionRows, item_ids: set[UUID], **changes: Any
) -> dict[UUID, Dispense]:
    """The dispenses with those of these lines changed that were prepared."""
    return {
        key: replace(each, version=each.version + 1, **changes)
        if each.item_id in item_ids and each.status is DispenseStatus.PREPARED
        else each
        for key, each in rows.dispenses.items()
    }


def _dispense(
    pending: Pending, command: CheckItem, header: Prescription, item: PrescriptionItem
) -> Dispense:
    assert header.pharmacy_id is not None  # only what was signed is checked
    product = pending.medicines.get(command.medicine_id)
    batch = None if command.batch_id is None else pending.batches.get(command.batch_id)
    return Dispense(
        id=command.dispense_id,
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        item_id=item.id,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        medicine_id=command.medicine_id,
        brand=item.brand if product is None else product.brand,
        manufacturer="" if product is None else product.manufacturer,
        batch_id=command.batch_id,
        batch_number=command.batch_number if batch is None else batch.number,
        expiry=command.expiry if batch is None else batch.expiry,
        quantity=command.quantity,
        status=DispenseStatus.PREPARED,
        verified=command.verified,
        hand_reason=command.hand_reason,
        checked_by=pending.by.id,
        checked_at=pending.at,
        handed_over_at=None,
        collected_by=None,
        return_reason=None,
    )
