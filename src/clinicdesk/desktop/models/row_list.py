"""A sorted, filtered list over one collection, told of every change row by row.

A proxy model over 50,000 rows costs a second per keystroke; this keeps its own sorted list and
narrows it as the text grows. Rows are found by identity, so a live change never moves what a person
has selected.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from clinicdesk.contract.entities import Row
from clinicdesk.core.collection import Change, Collection
from clinicdesk.core.folding import fold
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.models.sorted_rows import SortedRows, SortKey

T = TypeVar("T", bound=Row)
Index = QModelIndex | QPersistentModelIndex

ID_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The row's identifier."""

ROW_BY_ROW: Final = 256
"""A change of more rows is told as a reset, which costs less than so many single moves."""


@dataclass(slots=True)
class _Kept:
    """A lane as it was sorted when it was left, and the rows to look at when it is come back to."""

    rows: SortedRows
    late: set[UUID] = field(default_factory=set)


class RowListModel(QAbstractListModel, Generic[T]):
    """Shows the rows that a lane and a text let through, in order.

    The functions given must depend on their row alone, except `content` and `words`, for which
    `refresh` says that they would answer differently now.

    Attributes:
        rows: The collection underneath.
    """

    def __init__(
        self,
        rows: Collection[T],
        *,
        order: Callable[[T], SortKey],
        content: Callable[[T], RowContent],
        words: Callable[[T], str],
        lane: Callable[[T], bool] | None = None,
        name: Hashable = None,
        parent: QObject | None = None,
    ) -> None:
        """Show all of `rows`, or those of `lane`, until another lane or a text is set.

        Args:
            order: What to sort by; equal rows keep the order of their identifiers.
            content: What the delegate paints; kept until the row changes or `refresh` is called.
            words: What the text filter looks in.
            name: Of the lane, as `set_lane` has it.
        """
        super().__init__(parent)
        self.rows = rows
        self._order_of = order
        self._content_of = content
        self._words_of = words
        self._lane: Callable[[T], bool] = lane or _every
        self._among: Callable[[], Iterable[T]] = rows.values
        self._name = name
        self._text: tuple[str, ...] = ()
        self._kept: dict[Hashable, _Kept] = {}
        self._sorted = SortedRows()
        self._words: dict[UUID, str] = {}
        self._contents: dict[UUID, RowContent] = {}
        self._fill(rows.values())
        self._unsubscribe = rows.subscribe(self._changed)
        self.destroyed.connect(self._unsubscribe)

    def set_lane(
        self,
        accepts: Callable[[T], bool],
        among: Callable[[], Iterable[T]] | None = None,
        *,
        name: Hashable = None,
    ) -> None:
        """Show only the rows that `accepts` answers True for.

        Args:
            among: Answers all rows that can be accepted, each once, where they are known to be
                few; without it every row is asked.
            name: Where people come back to this lane often: it is kept as it is sorted under its
                name, and only what has changed since is looked at.
        """
        self._lane = accepts
        self._among = among or self.rows.values
        self._name = name
        kept = None if self._text else self._kept.get(name)
        if kept is None:
            self._refill()
            return
        self.beginResetModel()
        self._sorted = kept.rows
        for row_id in kept.late:
            row = self.rows.get(row_id)
            if row is not None and self._lane(row):
                self._sorted.put(row_id, self._order_of(row))
            else:
                self._sorted.remove(row_id)
        kept.late.clear()
        self.endResetModel()

    def set_order(self, order: Callable[[T], SortKey]) -> None:
        """Sort by something else."""
        self._order_of = order
        self._kept.clear()
        self._refill()

    def set_text(self, text: str) -> None:
        """Show only the rows whose words contain each word of `text`, whatever case and accents."""
        words = tuple(fold(text).split())
        if words == self._text:
            return
        narrower = _narrows(self._text, words)
        self._text = words
        if narrower:
            # Other rows than those of the lane, even when they are the same: the lane may be kept.
            narrowed = SortedRows(
                (key, row_id)
                for row_id in self._sorted.first()
                if self._matches(row_id) and (key := self._sorted.key_of(row_id)) is not None
            )
            if len(narrowed) == len(self._sorted):
                self._sorted = narrowed
            else:
                self.beginResetModel()
                self._sorted = narrowed
                self.endResetModel()
        else:
            self._refill()

    def row_at(self, place: int) -> T | None:
        """The row shown at a place from the top; None past the end."""
        return self.rows.get(self._sorted.at(place)) if 0 <= place < len(self._sorted) else None

    def place_of(self, row_id: UUID | None) -> int | None:
        """Where a row is shown; None when it is not."""
        return None if row_id is None else self._sorted.place_of(row_id)

    def refresh(self, row_ids: Iterable[UUID] | None = None) -> None:
        """Ask `content` again for these rows, or for all: something beside the row has changed."""
        if row_ids is None:
            self._contents.clear()
            self._words.clear()
            if self._sorted:
                self.dataChanged.emit(self.index(0), self.index(len(self._sorted) - 1))
            return
        for row_id in row_ids:
            self._contents.pop(row_id, None)
            self._words.pop(row_id, None)
            self._repaint(row_id)

    def look_again(self, row_ids: Iterable[UUID]) -> None:
        """Ask the lane, the order and `content` again for these rows: something beside them has
        changed."""
        touched = set(row_ids)
        self._touch(touched)
        for row_id in touched:
            self._forget(row_id)
            row = self.rows.get(row_id)
            if row is not None:
                self._update(row)

    def _changed(self, change: Change[T]) -> None:
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        if change.reset or len(rows) > ROW_BY_ROW:
            self._kept.clear()
            self._contents.clear()
            self._words.clear()
            self._refill()
            return
        self._touch({row.id for row in rows})
        for row in change.removed:
            self._forget(row.id)
            self._take_out(row.id)
        for _, row in change.updated:
            self._forget(row.id)
            self._update(row)
        for row in change.added:
            self._update(row)

    def _touch(self, row_ids: set[UUID]) -> None:
        """These rows have to be looked at in the lanes that are not shown."""
        for name, kept in list(self._kept.items()):
            if kept.rows is not self._sorted:
                kept.late |= row_ids
                if len(kept.late) > ROW_BY_ROW:
                    del self._kept[name]

    def _update(self, row: T) -> None:
        old, accepted = self._sorted.key_of(row.id), self._accepts(row)
        if old is None:
            if accepted:
                self._put_in(row)
        elif not accepted:
            self._take_out(row.id)
        else:
            if (new := self._order_of(row)) != old:
                self._move(row.id, old, new)
            self._repaint(row.id)

    def _put_in(self, row: T) -> None:
        key = self._order_of(row)
        place = self._sorted.place_for(row.id, key)
        self.beginInsertRows(QModelIndex(), place, place)
        self._sorted.put(row.id, key)
        self.endInsertRows()

    def _take_out(self, row_id: UUID) -> None:
        place = self.place_of(row_id)
        if place is None:
            return
        self.beginRemoveRows(QModelIndex(), place, place)
        self._sorted.remove(row_id)
        self.endRemoveRows()

    def _move(self, row_id: UUID, old: SortKey, new: SortKey) -> None:
        start = self._sorted.place_for(row_id, old)
        end = self._sorted.place_for(row_id, new)
        # Qt counts the destination before the row is taken away, and refuses a move to where it is.
        moved = end not in (start, start + 1)
        if moved:
            self.beginMoveRows(QModelIndex(), start, start, QModelIndex(), end)
        self._sorted.put(row_id, new)
        if moved:
            self.endMoveRows()

    def _repaint(self, row_id: UUID) -> None:
        place = self.place_of(row_id)
        if place is not None:
            index = self.index(place)
            self.dataChanged.emit(index, index)

    def _forget(self, row_id: UUID) -> None:
        self._contents.pop(row_id, None)
        self._words.pop(row_id, None)

    def _refill(self) -> None:
        self.beginResetModel()
        self._fill(self._among())
        self.endResetModel()

    def _fill(self, rows: Iterable[T]) -> None:
        order = self._order_of
        accepted = filter(self._accepts if self._text else self._lane, rows)
        self._sorted = SortedRows([(order(row), row.id) for row in accepted])
        if self._name is not None and not self._text:
            self._kept[self._name] = _Kept(self._sorted)

    def _accepts(self, row: T) -> bool:
        return self._lane(row) and (not self._text or self._matches(row.id))

    def _matches(self, row_id: UUID) -> bool:
        words = self._words.get(row_id)
        if words is None:
            row = self.rows.get(row_id)
            words = self._words[row_id] = fold(self._words_of(row)) if row is not None else ""
        return all(word in words for word in self._text)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._sorted)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == ID_ROLE:
            return row.id
        if role not in (
            CONTENT_ROLE,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        content = self._contents.get(row.id)
        if content is None:
            content = self._contents[row.id] = self._content_of(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return content.company_words or None
        return content if role == CONTENT_ROLE else spoken(content)

    def roleNames(self) -> Mapping[int, bytes]:  # type: ignore[override]
        return {ID_ROLE: b"id", CONTENT_ROLE: b"content"}


def spoken(content: RowContent) -> str:
    """A row as a screen reader says it: every fact that the row shows, in reading order."""
    pill = content.pill.text if content.pill is not None else content.corner
    parts = (
        content.primary, content.tail, content.secondary, content.status, pill,
        content.company_words,
    )  # fmt: skip
    return ", ".join(part for part in parts if part)


def _every(_row: object) -> bool:
    return True


def _narrows(old: tuple[str, ...], new: tuple[str, ...]) -> bool:
    """Whether every row that `new` lets through was let through by `old`."""
    return all(any(word in longer for longer in new) for word in old)
