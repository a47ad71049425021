"""Which rows of a collection stand in each lane, kept in step change by change."""

from __future__ import annotations

from collections.abc import Callable, Hashable
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

    def _sort_all(self) -> None:
        lane_of = self._lane_of
        self._lanes = {}
        for row in self._rows.values():
            self._lanes.setdefault(lane_of(row), {})[row.id] = row

    def _on_change(self, change: Change[T]) -> None:
        before = self._counts()
        if change.reset:
            self._sort_all()
        for row in (*change.removed, *(old for old, _ in change.updated)):
            self._lanes.get(self._lane_of(row), {}).pop(row.id, None)
        for row in (*change.added, *(new for _, new in change.updated)):
            self._lanes.setdefault(self._lane_of(row), {})[row.id] = row
        if self._counts() != before:
            self.changed.emit()

    def _counts(self) -> dict[Hashable, int]:
        return {lane: len(rows) for lane, rows in self._lanes.items() if rows}
