"""A field for a whole number that a wheel cannot change by accident."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget

_TEXT_INDENT = 9


class NumberField(QSpinBox):
    """A spin box for quantities and days; forms may promote a QSpinBox to it.

    The wheel scrolls the page instead: a quantity must not change because a hand passed over it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt drops the stylesheet's left padding where the arrows are styled too.
        self.lineEdit().setTextMargins(_TEXT_INDENT, 0, 0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
