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
    TellPatient,
)
from clinicdesk.contract.entities import (
    DispenseStatus,
    ItemStatus,
    NoticeStatus,
    OrderStatus,
    PatientNotice,
    Prescription,
    PrescriptionItem,
)
from clinicdesk.core.overlay.checking import changed_dispenses
from clinicdesk.core.overlay.lines import completed
from clinicdesk.core.overlay.orders import open_order_in
from clinicdesk.core.overlay.rows import Pending, PrescriptionRows, touched, touched_item

_GIVEN: Final = frozenset({ItemStatus.CHECKED, ItemStatus.READY})
_UNDECIDED: Final = frozenset(
    {ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.RETURNED_TO_STOCK}
)
_WAITING: Final = frozenset({ItemStatus.OWING, ItemStatus.ON_HOLD})


def may_leave(rows: PrescriptionRows) -> bool:
    """Whether something is in the bag and of each other line it is decided what becomes of it."""
    states = {item.status for item in rows.items.values()}
    return bool(states & _GIVEN) and not states & _UNDECIDED


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
    if order is None or order.status is not OrderStatus.OUT_FOR_DELIVERY or not may_leave(rows):
        return rows
    received = replace(order, received_by=command.received_by)
    taken = replace(rows, orders={**rows.orders, order.id: received})
    return _gone(pending, command.received_by, taken, header)


def counselled(
    pending: Pending, command: NoteCounselling, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """What the patient is to be told."""
    text = command.text.strip() or None
    if header.counselling == text:
        return rows
    return replace(rows, prescription=touched(header, pending, counselling=text))


def told(
    pending: Pending, _command: TellPatient, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """The patient knows what waits for them."""
    notices = _told(pending, rows)
    if notices == rows.notices:
        return rows
    return replace(rows, prescription=touched(header, pending), notices=notices)


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
    changed = touched(header, pending, collected_by=collected_by, bin=None)
    if not any(item.status in _WAITING for item in items.values()):
        changed = completed(pending, changed)
    return replace(
        rows,
        prescription=changed,
        items=items,
        dispenses=dispenses,
        notices=_told(pending, rows),  # who has it in their hands need not be told
    )


def _told(pending: Pending, rows: PrescriptionRows) -> dict[UUID, PatientNotice]:
    """All that was queued for the patient, as told to them."""
    return {
        key: replace(
            notice,
            version=notice.version + 1,
            status=NoticeStatus.TOLD,
            told_at=pending.at,
            told_by=pending.by.id,
        )
        if notice.status is NoticeStatus.QUEUED
        else notice
        for key, notice in rows.notices.items()
    }


def _given(item: PrescriptionItem, pending: Pending) -> PrescriptionItem:
    # A line that was made ready before units were counted has none prepared; all of it is there.
    units = item.prepared or item.quantity - item.supplied - item.owing
    return touched_item(
        item,
        pending,
        status=ItemStatus.OWING if item.owing else ItemStatus.HANDED_OVER,
        supplied=item.supplied + units,
        prepared=0,
    )
