"""What leaves the pharmacy: the hand-over, the delivery, the next repeat."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.commands import (
    DeliverOrder,
    DispenseRepeat,
    HandOver,
    NoteCounselling,
)
from clinicdesk.contract.entities import (
    DispenseStatus,
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.core.overlay.checking import changed_dispenses
from clinicdesk.core.overlay.orders import open_order_in
from clinicdesk.core.overlay.rows import Pending, PrescriptionRows, touched, touched_item

_GIVEN: Final = frozenset({ItemStatus.CHECKED, ItemStatus.READY})
_UNFINISHED: Final = frozenset({ItemStatus.PENDING, ItemStatus.PICKING})
_OVER: Final = frozenset({ItemStatus.HANDED_OVER, ItemStatus.DECLINED, ItemStatus.CANCELLED})


def may_leave(rows: PrescriptionRows) -> bool:
    """Whether something is in the bag and no line is half done."""
    states = {item.status for item in rows.items.values()}
    return bool(states & _GIVEN) and not states & _UNFINISHED


def handed_over(
    pending: Pending, command: HandOver, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """All that is checked or ready goes to the person at the counter."""
    if not may_leave(rows) or header.paid_minor < header.total_minor:
        return rows
    return _gone(pending, command.collected_by, rows, header)


def delivered(
    pending: Pending, command: DeliverOrder, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """It has arrived at the patient's address."""
    order = open_order_in(rows.orders.values())
    if order is None or order.status is not OrderStatus.OUT_FOR_DELIVERY:
        return rows
    received = replace(order, received_by=command.received_by)
    taken = replace(rows, orders={**rows.orders, order.id: received})
    return _gone(pending, command.received_by, taken, header)


def counselled(
    pending: Pending, command: NoteCounselling, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """What the patient is to be told."""
    if header.counselling == command.text:
        return rows
    return replace(rows, prescription=touched(header, pending, counselling=command.text))


def repeated(
    pending: Pending, _command: DispenseRepeat, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """One more of its repeats is used; the new prescription is the server's to make."""
    if header.repeats_used >= header.repeats:
        return rows
    changed = touched(header, pending, repeats_used=header.repeats_used + 1)
    return replace(rows, prescription=changed)


def _gone(
    pending: Pending, collected_by: str, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    items = {
        key: _given(item, pending) if item.status in _GIVEN else item
        for key, item in rows.items.items()
    }
    given: set[UUID] = {key for key, item in items.items() if item is not rows.items[key]}
    dispenses = changed_dispenses(
        rows,
        given,
        status=DispenseStatus.HANDED_OVER,
        handed_over_at=pending.at,
        collected_by=collected_by,
    )
    over = all(item.status in _OVER for item in items.values())
    changed = touched(
        header,
        pending,
        status=PrescriptionStatus.COMPLETED if over else PrescriptionStatus.PAID,
        completed_at=pending.at if over else None,
        collected_by=collected_by if over else header.collected_by,
    )
    return replace(rows, prescription=changed, items=items, dispenses=dispenses)


def _given(item: PrescriptionItem, pending: Pending) -> PrescriptionItem:
    supplied = item.supplied + item.prepared
    waits = item.owing > 0 and supplied < item.quantity
    return touched_item(
        item,
        pending,
        status=ItemStatus.OWING if waits else ItemStatus.HANDED_OVER,
        supplied=supplied,
        prepared=0,
    )
