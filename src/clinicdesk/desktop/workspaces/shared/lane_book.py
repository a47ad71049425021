"""Keeps in which lane each prescription stands and since when: by its own state, its lines, its
order and what its patient was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, time
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import (
    ItemStatus,
    NoticeKind,
    OrderStatus,
    Prescription,
    PrescriptionStatus,
)
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.workspaces.shared.lanes import Lane, Turn

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from clinicdesk.core.replica import Replica

_NOBODY_WAITS: Final = frozenset(
    {ItemStatus.ON_HOLD, ItemStatus.HANDED_OVER, ItemStatus.DECLINED, ItemStatus.CANCELLED}
)
"""Beside what is owing, lines that nobody at the counter can go on with now."""

_RANK: Final = {status: rank for rank, status in enumerate(PrescriptionStatus)}
_MOMENT_OF: Final = {
    PrescriptionStatus.DRAFT: attrgetter("signed_at"),
    PrescriptionStatus.PAID: attrgetter("paid_at"),
    PrescriptionStatus.FULFILLED: attrgetter("fulfilled_at"),
    PrescriptionStatus.COMPLETED: attrgetter("completed_at"),
    PrescriptionStatus.CANCELLED: attrgetter("cancelled_at"),
}

Moments = dict[UUID, datetime]
"""Since when something holds, of the prescriptions for which it does."""


class LaneBook(QObject):
    """Answers the lane of any prescription at once, for lists of very many.

    Signals:
        moved: These prescriptions may stand in another lane or since another moment, though their
            own row is the same: a set of identifiers.
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
        self._owing = self._read_owing()
        self._sent_back = self._read_sent_back()
        self._came = self._read_came()
        self._held = self._read_held()
        leaves = [
            replica.items.subscribe(self._on_items),
            replica.orders.subscribe(self._on_orders),
            replica.dispenses.subscribe(self._on_goods),
            replica.patient_notices.subscribe(self._on_goods),
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

    def since(self, prescription: Prescription) -> datetime:
        """Since when it has stood there: what is owing since it is owed, what was sent back since
        then, and what came for somebody who had gone home since it came."""
        moment: datetime | None = None
        if prescription.status is PrescriptionStatus.PAID:
            for moments in (self._sent_back, self._owing, self._came):
                if (moment := moments.get(prescription.id)) is not None:
                    return moment
        moment = _MOMENT_OF[prescription.status](prescription)
        return moment or prescription.updated_at

    def turn(self, prescription: Prescription) -> Turn | None:
        """Why somebody at the counter goes on with it; None where it waits for others, or for its
        patient alone to pay or to collect it."""
        match self.lane_of(prescription):
            case Lane.DISPENSE:
                return self._turn_to_dispense(prescription)
            case Lane.READY if prescription.delivery and not self._on_its_way(prescription.id):
                return Turn.DISPATCH
        return None

    def order(self, prescription: Prescription) -> tuple[int, int, float]:
        """Who is served first: of what is paid for whose turn it is, and then the longest wait;
        elsewhere the newest."""
        moment = self.since(prescription).timestamp()
        if prescription.status is not PrescriptionStatus.PAID:
            return _RANK[prescription.status], 0, -moment
        return _RANK[prescription.status], self.turn(prescription) or 0, moment

    def look_at_clock(self) -> None:
        """See whether another day has begun."""
        midnight = self._last_midnight()
        if midnight != self._midnight:
            self._midnight = midnight
            self.day_changed.emit()

    def _turn_to_dispense(self, prescription: Prescription) -> Turn:
        if prescription.id in self._came:
            return Turn.CAME
        if prescription.id in self._held:
            return Turn.HELD
        if self.since(prescription) < self._midnight:
            return Turn.LEFT_OVER
        return Turn.TO_BRING if prescription.delivery else Turn.AT_COUNTER

    def _on_its_way(self, prescription_id: UUID) -> bool:
        orders = self._replica.orders.of(prescription_id)
        return any(order.status is OrderStatus.OUT_FOR_DELIVERY for order in orders)

    def _last_midnight(self) -> datetime:
        today = self._now().astimezone(self._zone).date()
        return datetime.combine(today, time(), self._zone)

    def _read_owing(self) -> Moments:
        owing = (item for item in self._replica.items.values() if item.status is ItemStatus.OWING)
        return _those(self._owing_since, {item.prescription_id for item in owing})

    def _read_sent_back(self) -> Moments:
        rejected = (o for o in self._replica.orders.values() if o.status is OrderStatus.REJECTED)
        return _those(self._sent_back_since, {order.prescription_id for order in rejected})

    def _read_came(self) -> Moments:
        notices = self._replica.patient_notices.values()
        return _those(self._came_at, {notice.prescription_id for notice in notices})

    def _read_held(self) -> Moments:
        held = (item for item in self._replica.items.values() if item.status is ItemStatus.ON_HOLD)
        return _those(self._held_since, {item.prescription_id for item in held})

    def _owing_since(self, prescription_id: UUID) -> datetime | None:
        lines = self._replica.items.of(prescription_id)
        owing = [line.updated_at for line in lines if line.status is ItemStatus.OWING]
        others = {line.status for line in lines} - {ItemStatus.OWING}
        return min(owing) if owing and others <= _NOBODY_WAITS else None

    def _held_since(self, prescription_id: UUID) -> datetime | None:
        lines = self._replica.items.of(prescription_id)
        held = [line.updated_at for line in lines if line.status is ItemStatus.ON_HOLD]
        alone = {line.status for line in lines} <= _NOBODY_WAITS
        return min(held) if held and alone else None

    def _sent_back_since(self, prescription_id: UUID) -> datetime | None:
        orders = self._replica.orders.of(prescription_id)
        last = max(orders, key=lambda order: order.created_at, default=None)
        if last is None or last.status is not OrderStatus.REJECTED:
            return None
        return last.closed_at or last.updated_at

    def _came_at(self, prescription_id: UUID) -> datetime | None:
        """When the patient was called to what came; until they took something of it."""
        notices = self._replica.patient_notices.of(prescription_id)
        calls = [each.created_at for each in notices if each.kind is NoticeKind.OWING_READY]
        if not calls:
            return None
        called = max(calls)
        taken = (each.handed_over_at for each in self._replica.dispenses.of(prescription_id))
        return called if all(each is None or each <= called for each in taken) else None

    def _on_items(self, change: Change[Any]) -> None:
        if change.reset:
            self._take_over(self._owing, self._read_owing())
            self._take_over(self._held, self._read_held())
        else:
            self._settle(self._owing, self._owing_since, _touched(change))
            self._settle(self._held, self._held_since, _touched(change))

    def _on_orders(self, change: Change[Any]) -> None:
        if change.reset:
            self._take_over(self._sent_back, self._read_sent_back())
        else:
            self._settle(self._sent_back, self._sent_back_since, _touched(change))

    def _on_goods(self, change: Change[Any]) -> None:
        if change.reset:
            self._take_over(self._came, self._read_came())
        else:
            self._settle(self._came, self._came_at, _touched(change))

    def _take_over(self, kept: Moments, fresh: Moments) -> None:
        moved = {each for each in kept.keys() | fresh.keys() if kept.get(each) != fresh.get(each)}
        kept.clear()
        kept.update(fresh)
        self._tell(moved)

    def _settle(
        self, kept: Moments, find: Callable[[UUID], datetime | None], touched: Iterable[UUID]
    ) -> None:
        moved = set()
        for each in touched:
            moment = find(each)
            if moment == kept.get(each):
                continue
            moved.add(each)
            if moment is None:
                del kept[each]
            else:
                kept[each] = moment
        self._tell(moved)

    def _tell(self, moved: set[UUID]) -> None:
        if moved:
            self.moved.emit(moved)


def _those(find: Callable[[UUID], datetime | None], candidates: Iterable[UUID]) -> Moments:
    found = ((each, find(each)) for each in candidates)
    return {each: moment for each, moment in found if moment is not None}


def _touched(change: Change[Any]) -> set[UUID]:
    rows = (*change.added, *change.removed, *(new for _, new in change.updated))
    return {row.prescription_id for row in rows}
