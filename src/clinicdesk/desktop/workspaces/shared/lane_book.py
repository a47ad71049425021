"""Keeps in which lane each prescription stands, by its own state, its lines and its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
)
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.workspaces.shared.lanes import Lane

if TYPE_CHECKING:
    from clinicdesk.core.replica import Replica

_NOBODY_WAITS: Final = frozenset(
    {ItemStatus.ON_HOLD, ItemStatus.HANDED_OVER, ItemStatus.DECLINED, ItemStatus.CANCELLED}
)
"""Beside what is owing, lines that nobody at the counter can go on with now."""


class LaneBook(QObject):
    """Answers the lane of any prescription at once, for lists of very many.

    Signals:
        moved: These prescriptions may stand in another lane, though their own row is the same: a
            set of identifiers.
        day_changed: Another day has begun in the clinic: what was done today is done earlier now.
    """

    moved = Signal(object)
    day_changed = Signal()

    def __init__(
        self, replica: Replica, zone: ZoneInfo, now: Now, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._replica = replica
        self._zone = zone
        self._now = now
        self._midnight = self._last_midnight()
        self._owing: set[UUID] = set()
        self._sent_back: set[UUID] = set()
        self._read_lines()
        self._read_orders()
        leaves = [
            replica.items.subscribe(self._on_items),
            replica.orders.subscribe(self._on_orders),
        ]

        def leave() -> None:
            for each in leaves:
                each()

        self._leave: Callable[[], None] = leave
        self.destroyed.connect(leave)

    def lane_of(self, prescription: Prescription) -> Lane | None:
        """Where it stands; None for a draft, which is its prescriber's alone, and for what was
        handed over before today."""
        if prescription.signed_at is None:
            return None
        match prescription.status:
            case PrescriptionStatus.DRAFT:
                return Lane.UNPAID
            case PrescriptionStatus.PAID:
                if prescription.id in self._sent_back:
                    return Lane.SENT_BACK
                return Lane.OWING if prescription.id in self._owing else Lane.DISPENSE
            case PrescriptionStatus.FULFILLED:
                return Lane.READY
            case PrescriptionStatus.COMPLETED:
                done = prescription.completed_at or prescription.updated_at
                return Lane.DONE if done >= self._midnight else None
            case PrescriptionStatus.CANCELLED:
                return Lane.CANCELLED

    def look_at_clock(self) -> None:
        """See whether another day has begun."""
        midnight = self._last_midnight()
        if midnight != self._midnight:
            self._midnight = midnight
            self.day_changed.emit()

    def _last_midnight(self) -> datetime:
        today = self._now().astimezone(self._zone).date()
        return datetime.combine(today, time(), self._zone)

    def _read_lines(self) -> None:
        owing = (item for item in self._replica.items.values() if item.status is ItemStatus.OWING)
        candidates = {item.prescription_id for item in owing}
        self._owing = {each for each in candidates if self._only_owing(each)}

    def _read_orders(self) -> None:
        rejected = (o for o in self._replica.orders.values() if o.status is OrderStatus.REJECTED)
        candidates = {order.prescription_id for order in rejected}
        self._sent_back = {each for each in candidates if self._is_sent_back(each)}

    def _only_owing(self, prescription_id: UUID) -> bool:
        states = {item.status for item in self._replica.items.of(prescription_id)}
        return ItemStatus.OWING in states and states <= _NOBODY_WAITS | {ItemStatus.OWING}

    def _is_sent_back(self, prescription_id: UUID) -> bool:
        orders = self._replica.orders.of(prescription_id)
        last = max(orders, key=lambda order: order.created_at, default=None)
        return last is not None and last.status is OrderStatus.REJECTED

    def _on_items(self, change: Change[PrescriptionItem]) -> None:
        if change.reset:
            before = self._owing
            self._read_lines()
            self._tell(before ^ self._owing)
        else:
            self._settle(self._owing, self._only_owing, _touched(change))

    def _on_orders(self, change: Change[PurchaseOrder]) -> None:
        if change.reset:
            before = self._sent_back
            self._read_orders()
            self._tell(before ^ self._sent_back)
        else:
            self._settle(self._sent_back, self._is_sent_back, _touched(change))

    def _settle(
        self, kept: set[UUID], holds: Callable[[UUID], bool], touched: Iterable[UUID]
    ) -> None:
        moved = {each for each in touched if holds(each) is not (each in kept)}
        kept ^= moved
        self._tell(moved)

    def _tell(self, moved: set[UUID]) -> None:
        if moved:
            self.moved.emit(moved)


def _touched(change: Change[PrescriptionItem] | Change[PurchaseOrder]) -> set[UUID]:
    rows: list[PrescriptionItem | PurchaseOrder] = [*change.added, *change.removed]
    rows += [new for _, new in change.updated]
    return {row.prescription_id for row in rows}
