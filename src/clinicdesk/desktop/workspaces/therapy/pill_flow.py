"""Facts as pills, one after the other, in as many rows as they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
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
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def pills(self) -> tuple[Pill, ...]:
        """What is shown."""
        return self._pills

    def show_pills(self, pills: Sequence[Pill]) -> None:
        """Show others."""
        if tuple(pills) != self._pills:
            self._pills = tuple(pills)
            self.setAccessibleName(", ".join(pill.text for pill in pills))
            self.updateGeometry()
            self.update()

    def _places(self, room: int) -> Iterator[tuple[QRectF, Pill]]:
        left = top = 0
        for pill in self._pills:
            width = min(pill_size(self.design, pill).width(), room)
            if left and left + width > room:
                left, top = 0, top + PILL_HEIGHT + _GAP
            yield QRectF(left, top, width, PILL_HEIGHT), pill
            left += width + _GAP

    def heightForWidth(self, width: int) -> int:
        bottoms = [int(rect.bottom()) for rect, _ in self._places(width)]
        return max(bottoms, default=PILL_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, PILL_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        for rect, pill in self._places(self.width()):
            painter.setClipRect(rect)
            draw_pill(painter, self.design, rect, pill)
        painter.end()
