"""Very many things in an order that is kept, so that a change costs no look at the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Generic, TypeVar
from uuid import UUID

from clinicdesk.contract.entities import Row
from clinicdesk.core.collection import Change, Collection
from clinicdesk.desktop.models.sorted_rows import SortedRows, SortKey

T = TypeVar("T", bound=Row)

_ONE_BY_ONE: Final = 4096
"""So many changes at once cost more one by one than to sort everything again."""


class InOrder(Generic[T]):
    """The rows of a collection by a key; equal ones by their identifiers.

    Told of a change it only remembers which rows to look at when somebody reads it.
    """

    def __init__(self, rows: Collection[T], key_of: Callable[[T], SortKey | None]) -> None:
        """Sort all rows for which `key_of` answers a key; it may look at more than the row, if
        `look_again` says so when that would come to another answer. Call `leave` in the end."""
        self._rows = rows
        self._key_of = key_of
        self._sorted = SortedRows()
        self._changed: set[UUID] | None = None  # None: everything
        self.leave = rows.subscribe(self._on_change)

    def __len__(self) -> int:
        self._settle()
        return len(self._sorted)

    def rows(self, most: int | None = None) -> Iterator[T]:
        """The rows from the first on, no more than `most`."""
        self._settle()
        found = map(self._rows.get, self._sorted.first(most))
        return (row for row in found if row is not None)

    def first_key(self, beginning: SortKey) -> SortKey | None:
        """The first key that begins so."""
        self._settle()
        return self._sorted.first_key(beginning)

    def look_again(self, row_ids: Iterable[UUID] | None = None) -> None:
        """The key of these rows, or of all, may be another."""
        if row_ids is None:
            self._changed = None
        elif self._changed is not None:
            self._changed.update(row_ids)
            if len(self._changed) > _ONE_BY_ONE:
                self._changed = None

    def _on_change(self, change: Change[T]) -> None:
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        self.look_again(None if change.reset else [row.id for row in rows])

    def _settle(self) -> None:
        changed, self._changed = self._changed, set()
        if changed is None:
            keys = ((self._key_of(row), row.id) for row in self._rows.values())
            self._sorted = SortedRows((key, row_id) for key, row_id in keys if key is not None)
            return
        for row_id in changed:
            row = self._rows.get(row_id)
            key = None if row is None else self._key_of(row)
            if key is None:
                self._sorted.remove(row_id)
            else:
                self._sorted.put(row_id, key)
