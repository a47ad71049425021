"""The list of two-line rows that stays quick with 50,000 of them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.row_delegate import RowDelegate
from clinicdesk.desktop.design.tokens import ROW_HEIGHT
from clinicdesk.desktop.design.views import dress_view


class RowList(QTableView):
    """Shows the first column of a model as rows of ``RowContent``.

    It is a table of one column because QListView lays out every row again at each change: with
    50,000 rows 60 ms, where this takes one. In a form promote a QTableView to it
    (header ``clinicdesk.desktop.design.row_list``) and call ``dress`` once.

    Attributes:
        glow: makes rows shine after a change.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.glow = Glow(self)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)

    def dress(self, design: Design) -> None:
        """Give it its looks."""
        dress_view(self, design)
        self.setItemDelegate(RowDelegate(design, self.glow))

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        model = self.model()
        # In a table Home and End move within the row; in a list they reach its ends.
        if model is not None and model.rowCount():
            if action is QAbstractItemView.CursorAction.MoveHome:
                return model.index(0, 0)
            if action is QAbstractItemView.CursorAction.MoveEnd:
                return model.index(model.rowCount() - 1, 0)
        return super().moveCursor(action, modifiers)
