"""The search bar's results as rows: a heading before each group."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from clinicdesk.desktop.shell.finding import Found, FoundGroup

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
FOUND_ROLE = Qt.ItemDataRole.UserRole + 1
"""A row's `Found`, or the text of a heading."""


class FoundModel(QAbstractListModel):
    """Headings and results; only results can be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Found | str] = []

    def set_groups(self, groups: Sequence[FoundGroup]) -> None:
        """Show other results."""
        self.beginResetModel()
        self._rows = []
        for group in groups:
            self._rows += [group.title, *group.results]
        self.endResetModel()

    def found(self, row: int) -> Found | None:
        """The result in a row; None for a heading."""
        row_of = self._rows[row] if 0 <= row < len(self._rows) else None
        return row_of if isinstance(row_of, Found) else None

    def row_of(self, key: str) -> int:
        """Where a result stands; -1 when it is gone."""
        for row, each in enumerate(self._rows):
            if isinstance(each, Found) and each.key == key:
                return row
        return -1

    def next_result(self, row: int, step: int) -> int:
        """The next result below (1) or above (-1), round the end; -1 when there is none."""
        count = len(self._rows)
        for distance in range(1, count + 1):
            candidate = (row + step * distance) % count
            if isinstance(self._rows[candidate], Found):
                return candidate
        return -1

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.found(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == FOUND_ROLE:
            return row
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(part for part in (row.text, row.tail, row.second) if part)
        return None
