"""Facts as pills, one after the other, in as many rows as they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.pill import PILL_HEIGHT, Pill, draw_pill, pill_size

_GAP = 6


class PillFlow(PaintedWidget):
    """Shows pills; keeps the height of one row where there are none, so that nothing jumps."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._pills: tuple[Pill, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(PILL_HEIGHT)

    def pills(self) -> tuple[Pill, ...]:
        """What is shown."""
        return self._pills

    def show_pills(self, pills: Sequence[Pill]) -> None:
        """Show others."""
        if tuple(pills) != self._pills:
            self._pills = tuple(pills)
            self.setAccessibleName(", ".join(pill.text for pill in pills))
            self._settle()
            self.update()

    def _settle(self) -> None:
        bottoms = [int(rect.bottom()) for rect, _ in self._places()]
        self.setFixedHeight(max(bottoms, default=PILL_HEIGHT))

    def _places(self) -> Iterator[tuple[QRectF, Pill]]:
        left = top = 0
        for pill in self._pills:
            width = min(pill_size(self.design, pill).width(), self.width())
            if left and left + width > self.width():
                left, top = 0, top + PILL_HEIGHT + _GAP
            yield QRectF(left, top, width, PILL_HEIGHT), pill
            left += width + _GAP

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, PILL_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._settle()
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for rect, pill in self._places():
            painter.setClipRect(rect)
            draw_pill(painter, self.design, rect, pill)
        painter.end()
