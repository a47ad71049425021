"""A status: icon, word and tint."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.pill import Pill, draw_pill, pill_size


class StatusPill(PaintedWidget):
    """Shows one ``Pill``; screen readers hear its word."""

    def __init__(self, design: Design, pill: Pill, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._pill = pill
        self._silent = False
        self.setAccessibleName(pill.text)

    @property
    def pill(self) -> Pill | None:
        """What it says now; None when it says nothing."""
        return None if self._silent else self._pill

    def show_pill(self, pill: Pill | None) -> None:
        """Say something else, or nothing: then its room stays, and nothing beside it moves."""
        if pill == self.pill:
            return
        self._silent = pill is None
        self.setAccessibleName("" if pill is None else pill.text)
        if pill is None:
            self.update()
        else:
            self._pill = pill
            self.changed_content()

    def sizeHint(self) -> QSize:
        return pill_size(self.design, self._pill)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._silent:
            return
        painter = QPainter(self)
        draw_pill(painter, self.design, QRectF(self.rect()), self._pill)
        painter.end()
