"""A list of what was found, made anew with each answer: two-line rows beside their identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.models.row_list import ID_ROLE, spoken

Index = QModelIndex | QPersistentModelIndex
FoundRow = tuple[UUID, RowContent]


class FoundRows(QAbstractListModel):
    """Where the same things are found again, only what differs is painted anew."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[FoundRow] = []

    def show_rows(self, rows: Sequence[FoundRow]) -> None:
        """Show these, in their order."""
        fresh, old = list(rows), self._rows
        if [row_id for row_id, _ in fresh] == [row_id for row_id, _ in old]:
            self._rows = fresh
            for place, (before, after) in enumerate(zip(old, fresh, strict=True)):
                if before != after:
                    self.dataChanged.emit(self.index(place), self.index(place))
            return
        self.beginResetModel()
        self._rows = fresh
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

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row_id, content = self._rows[index.row()]
        match role:
            case _ if role == ID_ROLE:
                return row_id
            case _ if role == CONTENT_ROLE:
                return content
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return spoken(content)
        return None
