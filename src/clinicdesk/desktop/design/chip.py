"""A small round-ended button for a fact one can follow: a phone number, "Open patient"."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedButton
from clinicdesk.desktop.design.painting import draw_focus_ring, draw_rounded
from clinicdesk.desktop.design.pill import Pill, draw_pill, pill_size


class Chip(PaintedButton):
    """A pill that can be clicked."""

    def __init__(self, design: Design, pill: Pill, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._pill = pill
        self.show_pill(pill)

    @property
    def pill(self) -> Pill:
        """What it says now."""
        return self._pill

    def show_pill(self, pill: Pill) -> None:
        """Say something else."""
        self._pill = pill
        self.setText(pill.text)
        self.setAccessibleName(pill.text)
        self.changed_content()

    def sizeHint(self) -> QSize:
        return pill_size(self.design, self._pill)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        draw_pill(painter, self.design, rect, self._pill)
        if self.shows_focus:
            draw_focus_ring(painter, self.design, rect, radius)
        elif self.underMouse():
            tint = self.design.theme.tint(self._pill.tone)
            draw_rounded(painter, rect, radius, border=tint.ink)
        painter.end()
