"""The pharmacy's order against a prescription: it opens with the payment and follows the work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.charges import apportioned
from clinicdesk.contract.codes import code_of
from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    DispatchOrder,
    RejectOrder,
    RerouteOrder,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM, PURCHASE_ORDER
from clinicdesk.core.overlay.lines import status_by_counts
from clinicdesk.core.overlay.money import settled_by_lines
from clinicdesk.core.overlay.rows import (
    WITHDRAWN,
    Pending,
    PrescriptionRows,
    touched,
    touched_item,
)
from clinicdesk.core.overlay.writing import repriced

_IN_HAND: Final = frozenset(
    {ItemStatus.PICKING, ItemStatus.CHECKED, ItemStatus.READY, ItemStatus.HANDED_OVER}
)
_NOT_BEGUN: Final = frozenset({OrderStatus.PENDING, OrderStatus.ACKNOWLEDGED})
_PREPARED: Final = frozenset({OrderStatus.READY, OrderStatus.OUT_FOR_DELIVERY})


def open_order_in(orders: Iterable[PurchaseOrder]) -> PurchaseOrder | None:
    """The order that is not over; None before the payment and while the prescriber has it back."""
    return next((o for o in orders if o.status not in PURCHASE_ORDER.terminal), None)


def sent_back(orders: Iterable[PurchaseOrder]) -> PurchaseOrder | None:
    """The order that a pharmacy sent back and that was not sent anywhere since; None: there is
    none."""
    held = list(orders)
    last = max(held, key=lambda order: order.created_at, default=None)
    if last is None or last.status is not OrderStatus.REJECTED or open_order_in(held) is not None:
        return None
    return last


def with_next_order(pending: Pending, rows: PrescriptionRows) -> PrescriptionRows:
    """With one more order, at the pharmacy that the prescription is at."""
    header = rows.prescription
    if header is None or header.pharmacy_id is None:
        return rows
    # Derived as the server derives it, so that the guess and the row are the same order.
    identity = uuid5(header.id, f"order {len(rows.orders) + 1}")
    order = PurchaseOrder(
        id=identity,
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        code=code_of("PO", identity),
        status=OrderStatus.PENDING,
        delivery=header.delivery,
        response=None,
        response_note=None,
        quoted_minor=None,
        currency=header.currency,
        created_at=pending.at,
        acknowledged_at=None,
        ready_at=None,
        dispatched_at=None,
        closed_at=None,
        received_by=None,
        updated_at=pending.at,
        updated_by=pending.by.id,
    )
    return replace(rows, orders={**rows.orders, order.id: order})


def follow(pending: Pending, before: PrescriptionRows, after: PrescriptionRows) -> PrescriptionRows:
    """`after`, with its order opened by the payment, or where the work has brought it."""
    was, header = before.prescription, after.prescription
    if header is None or was is None or after is before:
        return after
    if header.status is PrescriptionStatus.PAID and was.status is PrescriptionStatus.DRAFT:
        return after if after.orders else with_next_order(pending, after)
    order = open_order_in(after.orders.values())
    if order is None:
        return after
    status = _status(order, was, header, after.items.values())
    return after if status is order.status else _moved(pending, after, order, status)


def acknowledged(
    pending: Pending, _command: AcknowledgeOrder, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """The pharmacy will supply it."""
    return _by_command(pending, "acknowledge_order", OrderStatus.ACKNOWLEDGED, rows, header)


def rejected(
    pending: Pending, command: RejectOrder, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Sent back to the prescriber, while nothing is prepared; what was begun is left off."""
    if any(item.prepared or item.supplied for item in rows.items.values()):
        return rows
    sent = _by_command(
        pending,
        "reject_order",
        OrderStatus.REJECTED,
        rows,
        header,
        response=command.response,
        response_note=command.note,
        quoted_minor=command.quoted_minor,
    )
    return rows if sent is rows else replace(sent, items=_left_off(pending, rows.items))


def _left_off(
    pending: Pending, items: Mapping[UUID, PrescriptionItem]
) -> dict[UUID, PrescriptionItem]:
    return {
        key: touched_item(item, pending, status=status_by_counts(item))
        if PRESCRIPTION_ITEM.allows(item.status, "reject_order", signed=True) is not None
        else item
        for key, item in items.items()
    }


def dispatched(
    pending: Pending, _command: DispatchOrder, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """It has left for the patient's address."""
    brought = replace(header, delivery=True, bin=None)
    return _by_command(pending, "dispatch_order", OrderStatus.OUT_FOR_DELIVERY, rows, brought)


def rerouted(
    pending: Pending, command: RerouteOrder, rows: PrescriptionRows, header: Prescription
) -> PrescriptionRows:
    """Sent on to another pharmacy at its prices, or to the same, which named its price."""
    last = sent_back(rows.orders.values())
    same = last is not None and last.pharmacy_id == command.pharmacy_id
    if last is None or (same and last.quoted_minor is None):
        return rows
    items = {
        key: touched_item(item, pending, **_afresh(item, pending, command.pharmacy_id))
        for key, item in rows.items.items()
    }
    if same and last.quoted_minor is not None:
        items = _quoted(items, last.quoted_minor)
    there = replace(header, pharmacy_id=command.pharmacy_id, bin=None)
    number = uuid5(header.id, f"order {len(rows.orders) + 1}")
    back, changed = settled_by_lines(pending, rows, items, there, number)
    return with_next_order(pending, replace(back, prescription=touched(changed, pending)))


def _afresh(item: PrescriptionItem, pending: Pending, pharmacy_id: UUID) -> dict[str, Any]:
    """At another pharmacy, as the prescriber wrote it: nothing promised, held or substituted."""
    if item.status in WITHDRAWN:
        return {"pharmacy_id": pharmacy_id}
    waited = item.status in (ItemStatus.ON_HOLD, ItemStatus.OWING)
    return {
        "pharmacy_id": pharmacy_id,
        "amount_minor": repriced(item, pending),
        "status": ItemStatus.PENDING if waited else item.status,
        "owing": 0,
        "hold_reason": None,
        "substitute_id": None,
        "substitute_brand": None,
        "substitution_reason": None,
        "prescribed_minor": None,
        "passed_over": 0,
    }


def _quoted(items: dict[UUID, PrescriptionItem], total: int) -> dict[UUID, PrescriptionItem]:
    """With amounts that come to what the pharmacy has named for all of it."""
    supplied = [item for item in items.values() if item.status not in WITHDRAWN]
    shares = apportioned(total, [item.amount_minor for item in supplied])
    named = {
        item.id: replace(item, amount_minor=share)
        for item, share in zip(supplied, shares, strict=True)
    }
    return {**items, **named}


def _by_command(
    pending: Pending,
    name: str,
    status: OrderStatus,
    rows: PrescriptionRows,
    header: Prescription,
    **changes: Any,
) -> PrescriptionRows:
    order = open_order_in(rows.orders.values())
    if order is None or PURCHASE_ORDER.allows(order.status, name, signed=True) is None:
        return rows
    changed = replace(rows, prescription=touched(header, pending))
    return _moved(pending, changed, order, status, **changes)


def _status(
    order: PurchaseOrder,
    was: Prescription,
    header: Prescription,
    items: Iterable[PrescriptionItem],
) -> OrderStatus:
    match header.status:
        case PrescriptionStatus.CANCELLED:
            return OrderStatus.CANCELLED
        case PrescriptionStatus.COMPLETED:
            delivered = order.status is OrderStatus.OUT_FOR_DELIVERY
            return OrderStatus.DELIVERED if delivered else OrderStatus.COLLECTED
        case PrescriptionStatus.FULFILLED:
            return order.status if order.status in _PREPARED else OrderStatus.READY
        case _:
            if order.status in _PREPARED and was.status is PrescriptionStatus.FULFILLED:
                return OrderStatus.DISPENSING
            begun = any(i.status in _IN_HAND or i.prepared or i.supplied for i in items)
            return OrderStatus.DISPENSING if order.status in _NOT_BEGUN and begun else order.status


def _moved(
    pending: Pending,
    rows: PrescriptionRows,
    order: PurchaseOrder,
    status: OrderStatus,
    **changes: Any,
) -> PrescriptionRows:
    at = pending.at
    times: dict[str, Any]
    if status in PURCHASE_ORDER.terminal:
        times = {"closed_at": at}
    elif status is OrderStatus.ACKNOWLEDGED:
        times = {"acknowledged_at": at}
    elif status is OrderStatus.READY:
        times = {"ready_at": at}
    elif status is OrderStatus.OUT_FOR_DELIVERY:
        times = {"dispatched_at": at}
    else:  # worked on again: it is neither ready nor on its way
        times = {"ready_at": None, "dispatched_at": None}
    moved = replace(
        order,
        version=order.version + 1,
        status=status,
        updated_at=at,
        updated_by=pending.by.id,
        **times,
        **changes,
    )
    return replace(rows, orders={**rows.orders, order.id: moved})
