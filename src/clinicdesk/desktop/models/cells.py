"""A small table that is made anew whenever what it shows changes, told cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.models.row_list import ID_ROLE

Index = QModelIndex | QPersistentModelIndex
CellRow = tuple[UUID, Sequence[CellContent]]
"""What the row is, and what its cells say."""

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CellsModel(QAbstractTableModel):
    """Rows of cells under headings; a heading of a column of numbers stands at the right."""

    def __init__(self, headings: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headings = tuple(headings)
        self._rows: list[CellRow] = []

    def show_rows(self, rows: Sequence[CellRow]) -> None:
        """Show these; where the things are the same, only what differs is painted anew."""
        fresh = [(row_id, tuple(cells)) for row_id, cells in rows]
        old = self._rows
        if fresh == old:
            return
        if [row_id for row_id, _ in fresh] == [row_id for row_id, _ in old]:
            self._rows = list(fresh)
            for place, (before, after) in enumerate(zip(old, fresh, strict=True)):
                if before != after:
                    last = self.index(place, len(self._headings) - 1)
                    self.dataChanged.emit(self.index(place, 0), last)
            return
        self.beginResetModel()
        self._rows = list(fresh)
        self.endResetModel()

    def id_at(self, place: int) -> UUID | None:
        """What a row is; None past the end."""
        return self._rows[place][0] if 0 <= place < len(self._rows) else None

    def place_of(self, row_id: UUID | None) -> int | None:
        """Where a thing is shown; None when it is not."""
        places = (place for place, (each, _) in enumerate(self._rows) if each == row_id)
        return next(places, None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row_id, cells = self._rows[index.row()]
        if role == ID_ROLE:
            return row_id
        cell = cells[index.column()]
        if role == CONTENT_ROLE:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            said = (cell.text, cell.tail, cell.second, cell.pill.text if cell.pill else "")
            return ", ".join(part for part in said if part)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and self._rows:
            return _RIGHT if self._rows[0][1][section].right else _LEFT
        return None
