"""How many prescriptions stand in each lane of the counter, since when, and how that became so.

The rule is the queue's own (`shared.lane_book`): a number here is the number of the lane it opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import ItemStatus, Prescription, PrescriptionStatus
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.models.in_order import InOrder
from clinicdesk.desktop.models.tally import Tally
from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from clinicdesk.desktop.workspaces.shared.refunds_due import RefundsDue

if TYPE_CHECKING:
    from clinicdesk.core.replica import Replica

_STEP: Final = timedelta(minutes=30)
_STEPS: Final = 16
"""A curve goes back eight hours."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The prescriptions of a lane.

    Attributes:
        since: Since when the first of them has stood there; None where there is none.
        curve: How many there were every half an hour, the present last; empty where nobody can
            tell: when a debt of goods ended is not written on the prescription.
    """

    count: int
    since: datetime | None
    curve: tuple[int, ...]


class QueueFigures(QObject):
    """Counts from the rows of this desk alone, kept in step with them as they change.

    Signals:
        changed: Some count may have another value.
    """

    changed = Signal()

    def __init__(
        self, replica: Replica, lanes: LaneBook, now: Now, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._replica = replica
        self._lanes = lanes
        self._now = now
        self._prescriptions = Tally(replica.prescriptions, lanes.lane_of, self)
        self._standing: InOrder[Prescription] = InOrder(replica.prescriptions, self._place)
        self._refunds = RefundsDue(replica.payments, self)
        self._curves = self._look_back()
        self._prescriptions.changed.connect(self.changed)
        self._refunds.changed.connect(self.changed)
        lanes.moved.connect(self._on_moved)
        lanes.day_changed.connect(self._standing.look_again)
        lanes.day_changed.connect(self._prescriptions.recount)
        self.destroyed.connect(self._standing.leave)
        self.destroyed.connect(replica.prescriptions.subscribe(self._rows_came))

    def tick(self) -> None:
        """To be called twice a minute: curves move on, and another day may have begun."""
        self._lanes.look_at_clock()
        self._curves = self._look_back()

    def count(self, lane: Lane) -> int:
        """How many stand in a lane."""
        return len(self._refunds) if lane is Lane.REFUND else self._prescriptions.count(lane)

    def wait(self, lane: Lane) -> Wait:
        """How many stand there, since when, and how that became so."""
        if self._past_came:
            self._curves = self._look_back()
        count, first = self._prescriptions.count(lane), self._standing.first_key((lane,))
        since = None if first is None else first[1]
        curve = self._curves.get(lane)
        return Wait(count, since, (*curve[:-1], count) if curve else ())

    def owed(self) -> int:
        """For how many products somebody waits to whom they are owing."""
        lines = (
            line
            for row in self._prescriptions.rows_in(Lane.OWING)
            for line in self._replica.items.of(row.id)
            if line.status is ItemStatus.OWING
        )
        return len({line.substitute_id or line.medicine_id for line in lines})

    def due_minor(self) -> int:
        """What is still to be paid for all that waits for payment, in minor units."""
        unpaid = self._prescriptions.rows_in(Lane.UNPAID)
        return sum(max(0, row.total_minor - row.paid_minor) for row in unpaid)

    def refunds_minor(self) -> int:
        """What is owed back to patients, in minor units."""
        return sum(self._refunds.amount(each) for each in self._refunds)

    def _place(self, row: Prescription) -> tuple[Any, ...] | None:
        lane = self._lanes.lane_of(row)
        return None if lane is None else (lane, self._lanes.since(row))

    def _on_moved(self, prescription_ids: set[UUID]) -> None:
        self._past_came = True
        self._standing.look_again(prescription_ids)
        self._prescriptions.look_again(prescription_ids)
        self.changed.emit()  # some may stand there since another moment

    def _rows_came(self, change: Change[Prescription]) -> None:
        # What comes of the past, as all of it does on a new desk, was there at earlier steps.
        past = self._now() - _STEP
        self._past_came |= change.reset or any(_first(row) < past for row in change.added)

    def _look_back(self) -> dict[Lane, tuple[int, ...]]:
        """How many there were at each step, walked back from now: who came since was not there yet,
        who left since still was."""
        self._past_came = False
        begin = self._now() - _STEP * (_STEPS - 1)
        moved = {lane: [0] * _STEPS for lane in _SINCE}
        for row in self._replica.prescriptions.values():
            if row.updated_at < begin:
                continue
            for lane in _SINCE:
                for moment, sign in ((self._came(row, lane), 1), (self._left(row, lane), -1)):
                    if moment is not None and moment >= begin:
                        moved[lane][min(_STEPS - 1, int((moment - begin) / _STEP))] += sign
        curves = {}
        for lane, changes in moved.items():
            curve = [self._prescriptions.count(lane)]
            for change in reversed(changes[1:]):
                curve.append(max(0, curve[-1] - change))
            curves[lane] = tuple(reversed(curve))
        return curves

    def _came(self, row: Prescription, lane: Lane) -> datetime | None:
        here = self._lanes.lane_of(row) is lane
        return self._lanes.since(row) if here else _SINCE[lane](row)

    def _left(self, row: Prescription, lane: Lane) -> datetime | None:
        paid = lane is Lane.DISPENSE and row.status is PrescriptionStatus.PAID
        if paid and self._lanes.lane_of(row) is not lane:  # owing now, or sent back
            return self._lanes.since(row)
        return _LEFT[lane](row)


def _first(row: Prescription) -> datetime:
    """When it first stood somewhere, as far as its row says."""
    return min(moment for moment in (row.signed_at, row.paid_at, row.updated_at) if moment)


def _gone(row: Prescription) -> datetime | None:
    return row.completed_at or row.cancelled_at


_SINCE: Final[dict[Lane, Callable[[Prescription], datetime | None]]] = {
    Lane.UNPAID: lambda row: row.signed_at,
    Lane.DISPENSE: lambda row: row.paid_at,
    Lane.READY: lambda row: row.fulfilled_at,
    Lane.DONE: lambda row: row.completed_at,
}
_LEFT: Final[dict[Lane, Callable[[Prescription], datetime | None]]] = {
    Lane.UNPAID: lambda row: row.paid_at or row.cancelled_at,
    Lane.DISPENSE: lambda row: row.fulfilled_at or _gone(row),
    Lane.READY: _gone,
    Lane.DONE: lambda _row: None,
}
