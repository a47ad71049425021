"""What the shelves of a pharmacy need, kept in step with the rows as they change."""

from __future__ import annotations

from datetime import date, tzinfo
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import (
    Batch,
    StockLevel,
)
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.core.replica import Replica
from clinicdesk.core.stock import units_to_dispense
from clinicdesk.desktop.models.shelf_needs import expires_soon, is_low
from clinicdesk.desktop.models.tally import Tally


class ShelfFigures(QObject):
    """What is low and what expires at one pharmacy, from the rows of this desk alone.

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
        self._low = Tally(replica.stock_levels, self._is_low, self)
        self._batches = Tally(replica.batches, self._is_expiring, self)
        for tally in (self._low, self._batches):
            tally.changed.connect(self.changed)
        self.destroyed.connect(replica.batches.subscribe(self._batches_came))

    def tick(self) -> None:
        """To be called twice a minute: another day may have begun."""
        if (today := self._today()) != self._day:
            self._day = today
            self._batches.recount()
            self._low.recount()

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

    def _is_low(self, level: StockLevel) -> bool | None:
        theirs = level.pharmacy_id == self._pharmacy_id
        return True if theirs and is_low(level, self.left(level)) else None

    def _is_expiring(self, batch: Batch) -> bool | None:
        theirs = batch.pharmacy_id == self._pharmacy_id
        return True if theirs and expires_soon(batch, self._day) else None
