"""A number that is a link: what it counts, what is to be known of it, and how it became so."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedButton
from clinicdesk.desktop.design.painting import (
    colour,
    draw_focus_ring,
    draw_rounded,
    draw_text,
    text_width,
)
from clinicdesk.desktop.design.tokens import RADIUS_CARD, SPACE_2, SPACE_4, TextRole, Tone

_HEIGHT = 124
_TITLE_TOP = 14
_TITLE_HEIGHT = 20
_COUNT_HEIGHT = 38
_CURVE_HEIGHT = 28
_LEAST_SPAN = 6
"""A curve's height is at least so many, so that one more is no mountain."""


class CounterCard(PaintedButton):
    """A card that is pressed to see what it counts.

    Args of ``__init__``:
        title: what is counted, already translated. tone: of the number and its curve.
    """

    def __init__(
        self, design: Design, title: str, tone: Tone, parent: QWidget | None = None
    ) -> None:
        super().__init__(design, parent)
        self._title = title
        self._tone = tone
        self._count = 0
        self._detail = ""
        self._curve: tuple[int, ...] = ()
        self._foot = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_count(0, "", ())

    @property
    def count(self) -> int:
        """The number that it shows."""
        return self._count

    def show_count(self, count: int, detail: str, curve: Sequence[int], foot: str = "") -> None:
        """Show a number, what is to be known of it, and what it was every half an hour; or `foot`
        where nobody can tell what it was."""
        self._count = count
        self._detail = detail
        self._curve = tuple(curve)
        self._foot = foot
        said = f"{self._title}: {count}"
        self.setAccessibleName(", ".join(part for part in (said, detail, foot) if part))
        self.update()

    def _paint_curve(self, painter: QPainter, rect: QRectF, ink: str) -> None:
        low, high = min(self._curve), max(self._curve)
        spare = max(0, _LEAST_SPAN - (high - low))
        low -= min(low, spare // 2)
        span = max(_LEAST_SPAN, high - low)
        step = rect.width() / (len(self._curve) - 1)
        points = [
            QPointF(
                rect.left() + step * place, rect.bottom() - rect.height() * (value - low) / span
            )
            for place, value in enumerate(self._curve)
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(ink), 1.75))
        painter.drawPolyline(QPolygonF(points))

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.design.theme
        whole = QRectF(self.rect()).adjusted(0, 0, 0, -1)
        if not theme.dark:
            draw_rounded(painter, QRectF(self.rect()), RADIUS_CARD, theme.shadow)
        ground = theme.raised if self.underMouse() else theme.surface
        draw_rounded(painter, whole, RADIUS_CARD, ground, theme.line)
        ink = theme.tint(self._tone).ink if self._count else theme.second
        line = QRectF(
            whole.left() + SPACE_4, _TITLE_TOP, whole.width() - 2 * SPACE_4, _TITLE_HEIGHT
        )
        draw_text(painter, self.design, line, self._title, TextRole.STRONG, theme.second)
        number = QRectF(line.left(), line.bottom(), line.width(), _COUNT_HEIGHT)
        text = f"{self._count:,}"
        draw_text(painter, self.design, number, text, TextRole.COUNTER, ink)
        if self._detail:
            left = text_width(self.design, text, TextRole.COUNTER) + SPACE_2 + 2
            rest = number.adjusted(left, 6, 0, 6)
            metrics = self.design.fonts.metrics(TextRole.SECONDARY)
            elided = metrics.elidedText(
                self._detail, Qt.TextElideMode.ElideRight, int(rest.width())
            )
            draw_text(painter, self.design, rest, elided, TextRole.SECONDARY, theme.second)
        bottom = whole.bottom() - 14
        below = QRectF(line.left(), bottom - _CURVE_HEIGHT, line.width(), _CURVE_HEIGHT)
        if len(self._curve) > 1 and any(self._curve):
            self._paint_curve(painter, below, ink)
        elif self._foot:
            metrics = self.design.fonts.metrics(TextRole.SECONDARY)
            foot = metrics.elidedText(self._foot, Qt.TextElideMode.ElideRight, int(below.width()))
            draw_text(painter, self.design, below, foot, TextRole.SECONDARY, theme.second)
        if self.shows_focus:
            draw_focus_ring(painter, self.design, whole, RADIUS_CARD)
        painter.end()
