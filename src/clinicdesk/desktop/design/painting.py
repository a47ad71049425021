"""The strokes that widgets and item delegates share, so that both look the same.

Rectangles are in logical pixels. Borders of one pixel lie inside their rectangle.
"""

from __future__ import annotations

from functools import cache
from math import floor

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.tokens import FOCUS_WIDTH, TextRole

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter


@cache
def colour(name: str) -> QColor:
    """Return a token's colour, parsed once."""
    return QColor(name)


@cache
def _pen(name: str, width: float) -> QPen:
    return QPen(colour(name), width) if name else QPen(Qt.PenStyle.NoPen)


@cache
def _brush(name: str) -> QBrush:
    return QBrush(colour(name)) if name else QBrush(Qt.BrushStyle.NoBrush)


def draw_rounded(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: str = "",
    border: str = "",
    border_width: float = 1.0,
) -> None:
    """Fill and border a rounded rectangle, sharp at every density; either may be left out."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_pen(border, border_width))
    painter.setBrush(_brush(fill))
    inset = border_width / 2 if border else 0.0
    inner = rect.adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(inner, radius - inset, radius - inset)


def draw_focus_ring(painter: QPainter, design: Design, rect: QRectF, radius: float) -> None:
    """Draw the ring that says "the keyboard acts here", along the inside of ``rect``."""
    draw_rounded(painter, rect, radius, border=design.theme.focus, border_width=FOCUS_WIDTH)


def draw_text(
    painter: QPainter,
    design: Design,
    rect: QRectF,
    text: str,
    role: TextRole,
    ink: str,
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """Draw one line of text as it is, vertically centred; elide it first if it may be too long.

    The baseline follows from the role alone. Qt would move it with the letters: a Hindi name would
    stand higher than the number beside it.
    """
    line = design.fonts.line(text, role)
    left = rect.left()
    if align != LEFT:
        spare = rect.width() - line.width
        left += spare if align == RIGHT else spare / 2
    baseline = rect.top() + (rect.height() + design.fonts.metrics(role).capHeight()) / 2
    painter.setPen(colour(ink))
    corner = QPointF(floor(left + 0.5), floor(baseline + 0.5) - line.ascent)
    for glyphs in line.glyphs:
        painter.drawGlyphRun(corner, glyphs)


def text_width(design: Design, text: str, role: TextRole) -> int:
    """Return the width of one line in logical pixels."""
    return design.fonts.line(text, role).width


def draw_icon(
    painter: QPainter, design: Design, name: str, ink: str, top_left: QPointF, size: int
) -> None:
    """Draw a tinted icon at the density of what is being painted on."""
    device = painter.device()
    density = device.devicePixelRatio() if device is not None else 1.0
    painter.drawPixmap(top_left, design.icons.pixmap(name, ink, size, density))


def centred(rect: QRectF, size: QSizeF) -> QRectF:
    """Return a rectangle of ``size`` in the middle of ``rect``, on whole pixels."""
    left = round(rect.x() + (rect.width() - size.width()) / 2)
    top = round(rect.y() + (rect.height() - size.height()) / 2)
    return QRectF(left, top, size.width(), size.height())
