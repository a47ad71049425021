"""A choice whose rows are wider than itself, and stay within its window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QComboBox, QWidget

_ROWS_WIDTH: Final = 460


class PharmacyChoice(QComboBox):
    """In a form promote a QComboBox to it.

    It stands at the lower right of the editor, where a list that dropped down as wide as its rows
    would lie over the edge of the window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view().setMinimumWidth(_ROWS_WIDTH)

    def showPopup(self) -> None:
        super().showPopup()
        rows, window = self.view().window(), self.window()
        here = QRect(self.mapToGlobal(QPoint(0, 0)), self.size())
        edge = QRect(window.mapToGlobal(QPoint(0, 0)), window.size())
        rows.move(within(rows.geometry(), here, edge))


def within(rows: QRect, choice: QRect, window: QRect) -> QPoint:
    """Where rows stand that would go beyond a window: against its right edge, above the choice."""
    left = max(window.left(), min(rows.left(), window.right() - rows.width() + 1))
    if rows.bottom() <= window.bottom():
        return QPoint(left, rows.top())
    return QPoint(left, max(window.top(), choice.top() - rows.height()))
