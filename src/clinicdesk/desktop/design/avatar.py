"""Initials on a colour that belongs to one person on every desk and in every session."""

from __future__ import annotations

import unicodedata
from math import floor
from zlib import crc32

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import colour, draw_rounded
from clinicdesk.desktop.design.tokens import TextRole, Theme, Tint

_TITLES = {"dr", "mr", "mrs", "ms", "miss", "prof", "shri", "smt", "डॉ"}


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, without a title.

    Combining marks are left out: of "राजेश शर्मा" the letters are "रश".
    """
    words = [word for word in name.split() if word.rstrip(".").casefold() not in _TITLES]
    chosen = words[:1] + words[1:][-1:]
    letters = (next((c for c in word if unicodedata.category(c)[0] == "L"), "") for word in chosen)
    return "".join(letters).upper()


def person_tint(theme: Theme, person_id: str) -> Tint:
    """Return the tint that belongs to an id, the same in every process."""
    return theme.people[crc32(person_id.encode()) % len(theme.people)]


def draw_avatar(
    painter: QPainter, design: Design, rect: QRectF, letters: str, person_id: str
) -> None:
    """Draw an avatar that fills the square ``rect``."""
    tint = person_tint(design.theme, person_id)
    draw_rounded(painter, rect, rect.height() / 2, tint.weak)
    line = design.fonts.line(letters, TextRole.STRONG, max(9, round(rect.height() * 0.36)))
    painter.setPen(colour(tint.ink))
    left = rect.left() + (rect.width() - line.width) / 2
    baseline = rect.top() + (rect.height() - line.height) / 2 + line.ascent
    corner = QPointF(floor(left + 0.5), floor(baseline + 0.5) - line.ascent)
    for glyphs in line.glyphs:
        painter.drawGlyphRun(corner, glyphs)


class Avatar(PaintedWidget):
    """The avatar of a person; readers hear the whole name."""

    def __init__(
        self,
        design: Design,
        name: str,
        person_id: str,
        size: int = 28,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, parent)
        self._size = size
        self._letters, self._person_id = "", ""
        self.set_person(name, person_id)

    def set_person(self, name: str, person_id: str) -> None:
        """Show another person."""
        self.setAccessibleName(name)
        letters = initials(name)
        if (letters, person_id) != (self._letters, self._person_id):
            self._letters, self._person_id = letters, person_id
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_avatar(painter, self.design, QRectF(self.rect()), self._letters, self._person_id)
        painter.end()
