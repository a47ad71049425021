"""A pill as data, measured and drawn: icon, word and tint, for widgets and delegates alike."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painting import LEFT, draw_icon, draw_rounded, draw_text, text_width
from clinicdesk.desktop.design.tokens import ICON_SMALL, TextRole, Tone

PILL_HEIGHT = 24
_PADDING = 10
_ICON_PADDING = 9
_GAP = 5
_END = 4
"""Of the padding at the right, what a text that is too long leaves free."""


@dataclass(frozen=True, slots=True)
class Pill:
    """What a pill says.

    Attributes:
        text: the word; a status is never told by colour alone.
        tone: tint; neutral has a border instead.
        icon: name of an icon, or empty.
    """

    text: str
    tone: Tone = Tone.NEUTRAL
    icon: str = ""


def pill_size(design: Design, pill: Pill) -> QSize:
    """Return the size of a pill in logical pixels."""
    width = text_width(design, pill.text, TextRole.PILL) + _PADDING
    width += _ICON_PADDING + ICON_SMALL + _GAP if pill.icon else _PADDING
    return QSize(width, PILL_HEIGHT)


def draw_pill(painter: QPainter, design: Design, rect: QRectF, pill: Pill) -> None:
    """Draw a pill over the whole of ``rect``."""
    theme = design.theme
    tint = theme.tint(pill.tone)
    border = theme.outline if pill.tone is Tone.NEUTRAL else ""
    draw_rounded(painter, rect, rect.height() / 2, tint.weak, border)
    left = rect.left() + _PADDING
    if pill.icon:
        left = rect.left() + _ICON_PADDING
        top = rect.top() + round((rect.height() - ICON_SMALL) / 2)
        draw_icon(painter, design, pill.icon, tint.ink, QPointF(left, top), ICON_SMALL)
        left += ICON_SMALL + _GAP
    words = QRectF(left, rect.top(), rect.right() - left, rect.height())
    text, room = pill.text, int(words.width()) - _END
    if text_width(design, text, TextRole.PILL) > room:
        metrics = design.fonts.metrics(TextRole.PILL)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    draw_text(painter, design, words, text, TextRole.PILL, tint.ink, LEFT)
