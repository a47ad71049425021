"""The mark of the product, at the head of the rail and on the sign-in page."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import draw_icon, draw_rounded


class BrandMark(PaintedWidget):
    """A pulse on the accent."""

    def __init__(self, design: Design, size: int = 32, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._size = size
        self.setAccessibleName("clinicdesk")

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.design.theme
        draw_rounded(painter, QRectF(self.rect()), self._size / 4, theme.accent)
        icon = round(self._size * 0.6)
        corner = round((self._size - icon) / 2)
        draw_icon(painter, self.design, "activity", theme.on_accent, QPointF(corner, corner), icon)
        painter.end()
