"""Which row of a table the pointer is over: Qt itself only knows the cell."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtGui import QCursor, QMouseEvent
from PySide6.QtWidgets import QTableView


class RowHover(QObject):
    """Follows the pointer over a table and has both rows painted when it changes.

    Attributes:
        row: The row under the pointer; -1 when there is none.
    """

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.row = -1
        view.viewport().installEventFilter(self)
        view.verticalScrollBar().valueChanged.connect(self._scrolled)

    def _move_to(self, row: int) -> None:
        if row != self.row:
            before, self.row = self.row, row
            self._repaint(before)
            self._repaint(row)

    def _repaint(self, row: int) -> None:
        if row >= 0:
            view = self._view
            width, height = view.viewport().width(), view.rowHeight(row)
            view.viewport().update(QRect(0, view.rowViewportPosition(row), width, height))

    def _scrolled(self) -> None:
        viewport = self._view.viewport()
        if viewport.underMouse():
            self._move_to(self._row_at(viewport.mapFromGlobal(QCursor.pos())))

    def _row_at(self, place: QPoint) -> int:
        return self._view.rowAt(place.y())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseMove:
            self._move_to(self._row_at(event.position().toPoint()))
        elif event.type() is QEvent.Type.Leave:
            self._move_to(-1)
        return False
