"""Rows of the outbox, with the heading of their group above the first of each."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.design.delegate import Index
from clinicdesk.desktop.design.painting import RIGHT, colour, draw_text, text_width
from clinicdesk.desktop.design.row_delegate import RowDelegate
from clinicdesk.desktop.design.tokens import ROW_PADDING, SPACE_2, TextRole, Tone

HEADING_ROLE = CONTENT_ROLE + 1
_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the first row of a group: its name and count, and a note at the right."""

    text: str
    count: int
    note: str = ""
    tone: Tone = Tone.NEUTRAL


class OutboxDelegate(RowDelegate):
    """Paints a row, and above it the heading that the model gives it, if any."""

    def _heading(self, index: Index) -> Heading | None:
        heading: Heading | None = index.data(HEADING_ROLE)
        return heading

    def _paint_heading(self, painter: QPainter, rect: QRectF, heading: Heading) -> None:
        design, theme = self.design, self.design.theme
        painter.fillRect(rect, colour(theme.raised))
        edge = QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1)
        painter.fillRect(edge, colour(theme.line))
        words = rect.adjusted(ROW_PADDING, 0, -ROW_PADDING, 0)
        ink = theme.text if heading.tone is Tone.NEUTRAL else self.ink(heading.tone)
        taken = self.paint_line(painter, words, heading.text, TextRole.PILL, ink)
        count = words.adjusted(taken + SPACE_2, 0, 0, 0)
        number = str(heading.count)
        self.paint_line(painter, count, number, TextRole.SECONDARY, theme.second)
        left = taken + SPACE_2 + text_width(design, number, TextRole.SECONDARY) + 2 * SPACE_2
        room = words.adjusted(left, 0, 0, 0)
        note = self.elided(heading.note, TextRole.SECONDARY, int(room.width()))
        draw_text(painter, design, room, note, TextRole.SECONDARY, theme.second, RIGHT)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        if self._heading(index) is not None:
            size.setHeight(size.height() + _HEIGHT)
        return size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        heading = self._heading(index)
        if heading is None:
            super().paint(painter, option, index)
            return
        rect = option.rect
        place = QRectF(rect.left(), rect.top(), rect.width(), _HEIGHT)
        self._paint_heading(painter, place, heading)
        below = QStyleOptionViewItem(option)
        below.rect = rect.adjusted(0, _HEIGHT, 0, 0)
        super().paint(painter, below, index)
