"""Which rows of a collection stand in each lane, kept in step change by change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import Row
from clinicdesk.core.collection import Change, Collection

T = TypeVar("T", bound=Row)


class Tally(QObject, Generic[T]):
    """Sorts rows into lanes and counts them; a lane of None is not counted.

    A list model that shows `rows_in` a lane has to be made afterwards: who subscribes to a
    collection first is told first.

    Signals:
        changed: Some count has another value.
    """

    changed = Signal()

    def __init__(
        self,
        rows: Collection[T],
        lane_of: Callable[[T], Hashable | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._lane_of = lane_of
        self._lanes: dict[Hashable, dict[UUID, T]] = {}
        self._lane_by_row: dict[UUID, Hashable] = {}
        self._sort_all()
        self._unsubscribe = rows.subscribe(self._on_change)
        self.destroyed.connect(self._unsubscribe)

    def count(self, lane: Hashable) -> int:
        """How many rows stand in `lane`."""
        return len(self._lanes.get(lane, ()))

    def rows_in(self, lane: Hashable) -> list[T]:
        """The rows of a lane, in no particular order; no row of another has to be looked at."""
        return list(self._lanes.get(lane, {}).values())

    def recount(self) -> None:
        """Count again: `lane_of` would answer differently now."""
        self._sort_all()
        self.changed.emit()

    def look_again(self, row_ids: Iterable[UUID]) -> None:
        """`lane_of` may answer differently for these rows: something beside them has changed."""
        before = self._counts()
        for row_id in row_ids:
            row = self._rows.get(row_id)
            if row is not None:
                self._take_out(row_id)
                self._put_in(row)
        if self._counts() != before:
            self.changed.emit()

    def _sort_all(self) -> None:
        lane_of = self._lane_of
        self._lanes = {}
        self._lane_by_row = {}
        for row in self._rows.values():
            lane = self._lane_by_row[row.id] = lane_of(row)
            self._lanes.setdefault(lane, {})[row.id] = row

    def _put_in(self, row: T) -> None:
        lane = self._lane_by_row[row.id] = self._lane_of(row)
        self._lanes.setdefault(lane, {})[row.id] = row

    def _take_out(self, row_id: UUID) -> None:
        lane = self._lane_by_row.pop(row_id, None)
        self._lanes.get(lane, {}).pop(row_id, None)

    def _on_change(self, change: Change[T]) -> None:
        before = self._counts()
        if change.reset:
            self._sort_all()
        for row in (*change.removed, *(old for old, _ in change.updated)):
            self._take_out(row.id)
        for row in (*change.added, *(new for _, new in change.updated)):
            self._put_in(row)
        if self._counts() != before:
            self.changed.emit()

    def _counts(self) -> dict[Hashable, int]:
        return {lane: len(rows) for lane, rows in self._lanes.items() if rows}
