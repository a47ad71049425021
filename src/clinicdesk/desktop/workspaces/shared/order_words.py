"""Orders to a pharmacy, in words."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import (
    OrderResponse,
    OrderStatus,
    Prescription,
    PrescriptionStatus,
    PurchaseOrder,
)
from clinicdesk.core.ordering import Ordering
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import Look, money, prescription_look

_SAYS_MORE = {
    PrescriptionStatus.PAID: frozenset({OrderStatus.ACKNOWLEDGED, OrderStatus.DISPENSING}),
    PrescriptionStatus.FULFILLED: frozenset({OrderStatus.OUT_FOR_DELIVERY}),
    PrescriptionStatus.COMPLETED: frozenset({OrderStatus.DELIVERED}),
}


def response_word(response: OrderResponse) -> str:
    """Why a pharmacy sends an order back."""
    match response:
        case OrderResponse.OUT_OF_STOCK:
            return QCoreApplication.translate("Order", "Out of stock")
        case OrderResponse.QUOTE:
            return QCoreApplication.translate("Order", "Another price")
        case OrderResponse.CANNOT_SUPPLY:
            return QCoreApplication.translate("Order", "Cannot supply it")


def answer_words(order: PurchaseOrder) -> str:
    """What the pharmacy answered: "Another price, ₹ 512.00: only the brand can be had"."""
    if order.response is None:
        return ""
    said = response_word(order.response)
    if order.quoted_minor is not None:
        said = f"{said}, {money(order.quoted_minor, order.currency)}"
    note = order.response_note
    return f"{said}: {note}" if note and not is_only_the_word(order.response, note) else said


def is_only_the_word(response: OrderResponse, note: str) -> bool:
    """Whether nothing was written beside the answer itself."""
    return note == response_word(response)


def order_look(status: OrderStatus) -> Look:
    """How the state of an order is shown."""
    match status:
        case OrderStatus.PENDING:
            return Look("circle-dot", QCoreApplication.translate("Order", "New"), Tone.INFO)
        case OrderStatus.ACKNOWLEDGED:
            return Look("check", QCoreApplication.translate("Order", "Acknowledged"), Tone.INFO)
        case OrderStatus.DISPENSING:
            return Look("package", QCoreApplication.translate("Order", "Dispensing"), Tone.INFO)
        case OrderStatus.READY:
            return Look("package-check", QCoreApplication.translate("Order", "Ready"), Tone.ACCENT)
        case OrderStatus.COLLECTED:
            return Look(
                "check-check", QCoreApplication.translate("Order", "Collected"), Tone.SUCCESS
            )
        case OrderStatus.OUT_FOR_DELIVERY:
            return Look("truck", QCoreApplication.translate("Order", "On its way"), Tone.ACCENT)
        case OrderStatus.DELIVERED:
            return Look(
                "check-check", QCoreApplication.translate("Order", "Delivered"), Tone.SUCCESS
            )
        case OrderStatus.REJECTED:
            return Look("undo-2", QCoreApplication.translate("Order", "Sent back"), Tone.WARNING)
        case OrderStatus.CANCELLED:
            return Look("ban", QCoreApplication.translate("Order", "Cancelled"), Tone.DANGER)


def order_moment(order: PurchaseOrder) -> datetime:
    """When it came to its state."""
    match order.status:
        case OrderStatus.PENDING:
            return order.created_at
        case OrderStatus.ACKNOWLEDGED:
            reached = order.acknowledged_at
        case OrderStatus.DISPENSING:
            return order.updated_at  # nothing changes an order but its steps
        case OrderStatus.READY:
            reached = order.ready_at
        case OrderStatus.OUT_FOR_DELIVERY:
            reached = order.dispatched_at
        case _:
            reached = order.closed_at
    return reached or order.updated_at


def standing_look(prescription: Prescription, orders: Ordering) -> Look:
    """How a prescription stands, in the same words wherever it is named: its order's where they
    are more exact than its own."""
    order = telling_order(prescription, orders)
    return prescription_look(prescription) if order is None else order_look(order.status)


def telling_order(prescription: Prescription, orders: Ordering) -> PurchaseOrder | None:
    """Its order at the pharmacy, where that is more exact than the prescription's own state."""
    wanted = _SAYS_MORE.get(prescription.status)
    if wanted is None:
        return None
    order = orders.last_order(prescription.id)
    return order if order is not None and order.status in wanted else None
