"""A pharmacy's order against one prescription: it opens when that is paid and follows it.

Pure: the commands a pharmacist gives on the order itself stand in `ordering`. Orders are numbered
by the prescription, so that both ends derive the same identifier for the same order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.codes import code_of
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    PrescriptionStatus,
    PurchaseOrder,
)
from clinicdesk.contract.lifecycles import PURCHASE_ORDER
from clinicdesk.contract.problems import Conflict

if TYPE_CHECKING:
    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.server.domain.prescribing import Held

CODE_PREFIX: Final = "PO"

_IN_HAND: Final = frozenset(
    {ItemStatus.PICKING, ItemStatus.CHECKED, ItemStatus.READY, ItemStatus.HANDED_OVER}
)
_NOT_BEGUN: Final = frozenset({OrderStatus.PENDING, OrderStatus.ACKNOWLEDGED})
_PREPARED: Final = frozenset({OrderStatus.READY, OrderStatus.OUT_FOR_DELIVERY})


def order_id(prescription_id: UUID, number: int) -> UUID:
    """The identifier of the prescription's first order (1), second (2) and so on."""
    return uuid5(prescription_id, f"order {number}")


def open_order(held: Held) -> PurchaseOrder | None:
    """The order that is being worked on; None before the payment and after a rejection."""
    return next((o for o in held.orders if o.status not in PURCHASE_ORDER.terminal), None)


def last_order(held: Held) -> PurchaseOrder | None:
    """The order that was made last, whatever became of it."""
    return max(held.orders, key=lambda order: order.created_at, default=None)


def opened(held: Held) -> Held:
    """With the order that the payment makes; as it is when it has had one."""
    return held if held.orders else reopened(held)


def reopened(held: Held) -> Held:
    """With its next order, at the pharmacy that it is at now."""
    header = held.header
    assert header.pharmacy_id is not None  # it was signed
    identity = order_id(header.id, len(held.orders) + 1)
    order = PurchaseOrder(
        id=identity,
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        code=code_of(CODE_PREFIX, identity),
        status=OrderStatus.PENDING,
        delivery=header.delivery,
        response=None,
        response_note=None,
        quoted_minor=None,
        currency=header.currency,
        created_at=held.now,
        acknowledged_at=None,
        ready_at=None,
        dispatched_at=None,
        closed_at=None,
        received_by=None,
        updated_at=held.now,
        updated_by=header.updated_by,
    )
    return replace(held, orders=[*held.orders, order])


def follow(before: Held, after: Held) -> Held:
    """`after`, with its open order where the header and the lines have brought it."""
    order = open_order(after)
    if order is None:
        return after
    status = _status(order, before, after)
    return after if status is order.status else with_order(after, moved(order, status, after))


def stands_against(held: Held) -> Conflict | None:
    """Why nothing is dispensed of it now: the pharmacy has sent it back, or it is on its way."""
    order = open_order(held)
    if order is not None and order.status is OrderStatus.OUT_FOR_DELIVERY:
        return Conflict(
            detail=f"{held.header.code} is on its way to the patient. Record its delivery, or "
            "return it to stock when it comes back."
        )
    last = last_order(held)
    if order is None and last is not None and last.status is OrderStatus.REJECTED:
        return Conflict(
            detail=f"{held.header.code} was sent back to the prescriber ({last.code}). It can be "
            "dispensed once they have sent it to a pharmacy again."
        )
    return None


def moved(order: PurchaseOrder, status: OrderStatus, held: Held) -> PurchaseOrder:
    """The order in another state, with the time at which it came to it."""
    now = held.now
    changed = replace(order, status=status)
    if status in PURCHASE_ORDER.terminal:
        return replace(changed, closed_at=now)
    if status is OrderStatus.ACKNOWLEDGED:
        return replace(changed, acknowledged_at=now)
    if status is OrderStatus.READY:
        return replace(changed, ready_at=now)
    if status is OrderStatus.OUT_FOR_DELIVERY:
        return replace(changed, dispatched_at=now)
    # Back among those that are worked on: it is neither ready nor on its way.
    return replace(changed, ready_at=None, dispatched_at=None)


def with_order(held: Held, order: PurchaseOrder) -> Held:
    """With this order in the place of the one with its identifier."""
    return replace(held, orders=[order if o.id == order.id else o for o in held.orders])


def _status(order: PurchaseOrder, before: Held, after: Held) -> OrderStatus:
    status = after.header.status
    if status is PrescriptionStatus.CANCELLED:
        return OrderStatus.CANCELLED
    if status is PrescriptionStatus.COMPLETED:
        return OrderStatus.COLLECTED
    if status is PrescriptionStatus.FULFILLED:
        return order.status if order.status in _PREPARED else OrderStatus.READY
    if order.status in _PREPARED and before.header.status is PrescriptionStatus.FULFILLED:
        return OrderStatus.DISPENSING
    if order.status in _NOT_BEGUN and any(map(_begun, after.items)):
        return OrderStatus.DISPENSING
    return order.status


def _begun(item: PrescriptionItem) -> bool:
    return item.status in _IN_HAND or item.prepared > 0 or item.supplied > 0
