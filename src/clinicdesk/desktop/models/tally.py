"""How many rows of a collection stand in each lane, kept in step change by change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import Row
from clinicdesk.core.collection import Change, Collection

T = TypeVar("T", bound=Row)


class Tally(QObject, Generic[T]):
    """Counts rows by lane; a lane of None is not counted.

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
        self._counts: Counter[Hashable] = Counter()
        self._count_all()
        self._unsubscribe = rows.subscribe(self._on_change)
        self.destroyed.connect(self._unsubscribe)

    def count(self, lane: Hashable) -> int:
        """How many rows stand in `lane`."""
        return self._counts[lane]

    def recount(self) -> None:
        """Count again: `lane_of` would answer differently now."""
        self._count_all()
        self.changed.emit()

    def _count_all(self) -> None:
        self._counts = Counter(map(self._lane_of, self._rows.values()))

    def _on_change(self, change: Change[T]) -> None:
        before = Counter(self._counts)
        if change.reset:
            self._count_all()
        for row in change.removed:
            self._counts[self._lane_of(row)] -= 1
        for old, new in change.updated:
            self._counts[self._lane_of(old)] -= 1
            self._counts[self._lane_of(new)] += 1
        for row in change.added:
            self._counts[self._lane_of(row)] += 1
        if self._counts != before:
            self.changed.emit()
