"""A short list of things that can be opened, made anew whenever what it shows changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.models.row_list import ID_ROLE, spoken

Index = QModelIndex | QPersistentModelIndex
Line = tuple[UUID, RowContent]
"""What is opened, and what is shown of it."""


class LinesModel(QAbstractListModel):
    """The lines as they are now; equal ones are left alone, so that nothing flickers."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these."""
        fresh = list(lines)
        if fresh == self._lines:
            return
        if [each for each, _ in fresh] == [each for each, _ in self._lines]:
            self._lines = fresh
            self.dataChanged.emit(self.index(0), self.index(len(fresh) - 1))
            return
        self.beginResetModel()
        self._lines = fresh
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._lines):
            return None
        thing, content = self._lines[index.row()]
        if role == ID_ROLE:
            return thing
        if role == CONTENT_ROLE:
            return content
        spoken_roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        return spoken(content) if role in spoken_roles else None


class LinesCard(Card):
    """A card with such a list; where there is nothing, why, and what is to be done then.

    Args of ``__init__``:
        nothing: What stands there instead of a list.

    Signals:
        wanted: The identifier of a line that was clicked or on which Enter was pressed.
    """

    wanted = Signal(object)

    def __init__(self, design: Design, title: str, nothing: EmptyState) -> None:
        super().__init__(design, title, padded=False)
        self.head.setContentsMargins(14, 13, 14, 3)
        self.lines = LinesModel()
        self.list = RowList()
        self.list.dress(design)
        self.list.setModel(self.lines)
        self.list.setAccessibleName(title)
        self.list.clicked.connect(self._open)
        self.list.activated.connect(self._open)
        self.nothing = nothing
        self.fill(self.list)
        self.body.addWidget(nothing, 1)
        self.show_lines(())

    def show_lines(self, lines: Sequence[Line], count: int = 0) -> None:
        """Show these of so many."""
        self.lines.show_lines(lines)
        self.list.setVisible(bool(lines))
        self.nothing.setVisible(not lines)
        self.set_note(f"{count:,}" if count else "")

    def _open(self, index: QModelIndex) -> None:
        thing = index.data(ID_ROLE)
        if thing is not None:
            self.wanted.emit(thing)
