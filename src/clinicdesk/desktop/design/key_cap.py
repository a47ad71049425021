"""A key as it looks on a keyboard, for hints beside what the key does."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import (
    CENTRE,
    colour,
    draw_icon,
    draw_rounded,
    draw_text,
    text_width,
)
from clinicdesk.desktop.design.tokens import TextRole

KEY_HEIGHT = 18
_RADIUS = 4
_PADDING = 5
_ARROW = 12
# Noto Sans has no arrows, and a fallback font's would differ from desk to desk.
_ARROWS = {"Up": "arrow-up", "Down": "arrow-down", "Left": "arrow-left", "Right": "arrow-right"}


def key_cap_size(design: Design, key: str) -> QSize:
    """Return the size of a cap in logical pixels."""
    if key in _ARROWS:
        return QSize(KEY_HEIGHT, KEY_HEIGHT)
    width = text_width(design, _shown(key), TextRole.KEY) + 2 * _PADDING
    return QSize(max(KEY_HEIGHT, width), KEY_HEIGHT)


def draw_key_cap(
    painter: QPainter, design: Design, rect: QRectF, key: str, ink: str = "", bare: bool = False
) -> None:
    """Draw a cap.

    Args:
        key: "F6", "Ctrl+K", "Enter", or an arrow: "Up", "Down", "Left", "Right".
        ink: colour of the letters; without it that of secondary text.
        bare: on a filled button: no ground, and a border in the colour of the letters.
    """
    theme = design.theme
    ink = ink or theme.second
    if bare:
        painter.setOpacity(0.75)
        draw_rounded(painter, rect, _RADIUS, border=ink)
        painter.setOpacity(1.0)
    else:
        draw_rounded(painter, rect, _RADIUS, theme.raised, theme.outline)
        # The lower edge is twice as strong: that is what makes a box a key.
        painter.setPen(colour(theme.outline))
        y = rect.bottom() - 1.5
        painter.drawLine(QPointF(rect.left() + 2, y), QPointF(rect.right() - 2, y))
    face = rect if bare else rect.adjusted(0, 0, 0, -1)
    if key in _ARROWS:
        corner = QPointF(
            rect.left() + round((rect.width() - _ARROW) / 2),
            face.top() + round((face.height() - _ARROW) / 2),
        )
        draw_icon(painter, design, _ARROWS[key], ink, corner, _ARROW)
    else:
        draw_text(painter, design, face, _shown(key), TextRole.KEY, ink, CENTRE)


def _shown(key: str) -> str:
    return key if len(key) == 1 else key.replace("+", " ")


class KeyCap(PaintedWidget):
    """One key cap as a widget, for where no button carries it."""

    def __init__(self, design: Design, key: str, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._key = key
        self.setAccessibleName(key)

    def sizeHint(self) -> QSize:
        return key_cap_size(self.design, self._key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_key_cap(painter, self.design, QRectF(self.rect()), self._key)
        painter.end()
