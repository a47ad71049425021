"""What the first page of a pharmacist counts, kept in step with the rows as they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import (
    Batch,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    StockLevel,
)
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.core.replica import Replica
from clinicdesk.core.stock import units_to_dispense
from clinicdesk.desktop.models.shelf_needs import expires_soon, is_low
from clinicdesk.desktop.models.tally import Tally

_STEP: Final = timedelta(minutes=30)
_STEPS: Final = 16
"""A curve goes back eight hours."""


class Stand(StrEnum):
    """Where a prescription stands for the counter."""

    UNPAID = "unpaid"
    DISPENSE = "dispense"
    READY = "ready"
    DONE = "done"  # today


@dataclass(frozen=True, slots=True)
class Wait:
    """The prescriptions that stand somewhere.

    Attributes:
        since: Since when the first of them has; None where there is none.
        curve: How many there were every half an hour, the present last.
    """

    count: int
    since: datetime | None
    curve: tuple[int, ...]


class PharmacyFigures(QObject):
    """Counts for one pharmacy, from the rows of this desk alone.

    Signals:
        changed: Some count may have another value.
    """

    changed = Signal()

    def __init__(
        self,
        replica: Replica,
        pharmacy_id: UUID | None,
        zone: tzinfo,
        now: Now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pharmacy_id = pharmacy_id
        self._zone = zone
        self._now = now
        self._day = self._today()
        self._replica = replica
        self._prescriptions = Tally(replica.prescriptions, self._stand_of, self)
        self._owing = Tally(replica.items, _is_owing, self)
        self._low = Tally(replica.stock_levels, self._is_low, self)
        self._batches = Tally(replica.batches, self._is_expiring, self)
        self._curves = self._look_back()
        for tally in (self._prescriptions, self._owing, self._low, self._batches):
            tally.changed.connect(self.changed)
        self.destroyed.connect(replica.prescriptions.subscribe(self._rows_came))
        self.destroyed.connect(replica.batches.subscribe(self._batches_came))

    def tick(self) -> None:
        """To be called twice a minute: curves move on, and another day may have begun."""
        self._curves = self._look_back()
        if (today := self._today()) != self._day:
            self._day = today
            self._prescriptions.recount()
            self._batches.recount()
            self._low.recount()

    def rows(self, stand: Stand) -> list[Prescription]:
        """The prescriptions that stand there, who came first before the others."""
        moment = _SINCE[stand]
        return sorted(
            self._prescriptions.rows_in(stand), key=lambda row: moment(row) or row.updated_at
        )

    def wait(self, stand: Stand) -> Wait:
        """How many stand there, since when, and how that became so."""
        if self._past_came:
            self._curves = self._look_back()
        rows = self.rows(stand)
        moment = _SINCE[stand]
        since = moment(rows[0]) if rows else None
        return Wait(len(rows), since, (*self._curves[stand][:-1], len(rows)))

    def owing(self) -> int:
        """Prescriptions with a line that waits for goods."""
        return len({item.prescription_id for item in self._owing.rows_in(True)})

    def due_minor(self) -> int:
        """What is still to be paid for all that waits for payment, in minor units."""
        unpaid = self._prescriptions.rows_in(Stand.UNPAID)
        return sum(max(0, row.total_minor - row.paid_minor) for row in unpaid)

    def low(self) -> list[StockLevel]:
        """What is to be ordered, the emptiest first."""
        return sorted(
            self._low.rows_in(True),
            key=lambda level: (self.left(level) / level.reorder_level, level.medicine_id.bytes),
        )

    def left(self, level: StockLevel) -> int:
        """Units that can still be dispensed: those that have expired are not among them."""
        return units_to_dispense(level, self._replica.batches.of(level.medicine_id), self._day)

    def expiring(self) -> list[Batch]:
        """Batches that expire soon or have, the first first."""
        return sorted(self._batches.rows_in(True), key=lambda batch: (batch.expiry, batch.number))

    def _rows_came(self, change: Change[Prescription]) -> None:
        # What comes of the past, as all of it does on a new desk, was there at earlier steps.
        past = self._now() - _STEP
        self._past_came |= change.reset or any(_first(row) < past for row in change.added)

    def _batches_came(self, change: Change[Batch]) -> None:
        if change.reset:
            self._low.recount()
            return
        touched = {row.medicine_id for row in (*change.added, *change.removed)}
        touched |= {new.medicine_id for _, new in change.updated}
        levels = self._replica.stock_levels
        self._low.look_again(level.id for each in touched for level in levels.of(each))

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()

    def _stand_of(self, row: Prescription) -> Stand | None:
        if row.signed_at is None:
            return None
        match row.status:
            case PrescriptionStatus.DRAFT:
                return Stand.UNPAID
            case PrescriptionStatus.PAID:
                return Stand.DISPENSE
            case PrescriptionStatus.FULFILLED:
                return Stand.READY
            case PrescriptionStatus.COMPLETED:
                done = row.completed_at
                if done is not None and done.astimezone(self._zone).date() == self._day:
                    return Stand.DONE
        return None

    def _is_low(self, level: StockLevel) -> bool | None:
        theirs = level.pharmacy_id == self._pharmacy_id
        return True if theirs and is_low(level, self.left(level)) else None

    def _is_expiring(self, batch: Batch) -> bool | None:
        theirs = batch.pharmacy_id == self._pharmacy_id
        return True if theirs and expires_soon(batch, self._day) else None

    def _look_back(self) -> dict[Stand, tuple[int, ...]]:
        """How many there were at each step, walked back from now: who came since was not there yet,
        who left since still was."""
        self._past_came = False
        now = self._now()
        begin = now - _STEP * (_STEPS - 1)
        moved = {stand: [0] * _STEPS for stand in Stand}
        for row in self._replica.prescriptions.values():
            if row.updated_at < begin:
                continue
            for stand in Stand:
                for moments, sign in ((_SINCE[stand], 1), (_LEFT[stand], -1)):
                    moment = moments(row)
                    if moment is not None and moment >= begin:
                        moved[stand][min(_STEPS - 1, int((moment - begin) / _STEP))] += sign
        curves = {}
        for stand, changes in moved.items():
            curve = [self._prescriptions.count(stand)]
            for change in reversed(changes[1:]):
                curve.append(max(0, curve[-1] - change))
            curves[stand] = tuple(reversed(curve))
        return curves


def _is_owing(item: PrescriptionItem) -> bool | None:
    return True if item.owing > 0 else None


def _first(row: Prescription) -> datetime:
    """When it first stood somewhere, as far as its row says."""
    return min(moment for moment in (row.signed_at, row.paid_at, row.updated_at) if moment)


def _gone(row: Prescription) -> datetime | None:
    return row.completed_at or row.cancelled_at


_SINCE: Final[dict[Stand, Callable[[Prescription], datetime | None]]] = {
    Stand.UNPAID: lambda row: row.signed_at,
    Stand.DISPENSE: lambda row: row.paid_at,
    Stand.READY: lambda row: row.fulfilled_at,
    Stand.DONE: lambda row: row.completed_at,
}
_LEFT: Final[dict[Stand, Callable[[Prescription], datetime | None]]] = {
    Stand.UNPAID: lambda row: row.paid_at or row.cancelled_at,
    Stand.DISPENSE: lambda row: row.fulfilled_at or _gone(row),
    Stand.READY: _gone,
    Stand.DONE: lambda _row: None,
}
