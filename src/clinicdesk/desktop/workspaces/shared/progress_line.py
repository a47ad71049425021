"""Paints how far a prescription has come: a line with a mark for each step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import draw_icon, draw_rounded, draw_text, text_width
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_3, TextRole, Theme, Tint, Tone
from clinicdesk.desktop.workspaces.shared.progress import Reached, Step

_DISC = 28
_ICON = 14
_LINE = 18
_HEIGHT = 2 * _LINE
_LEAST_RAIL = 12


class ProgressLine(PaintedWidget):
    """Shows `Step`s from left to right; screen readers hear them as one sentence."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._steps: tuple[Step, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show these."""
        self._steps = tuple(steps)
        said = (f"{step.word} {step.detail}".strip() for step in steps if _is_past(step))
        self.setAccessibleName(", ".join(said))
        self.changed_content()

    def _width_of(self, step: Step) -> int:
        words = text_width(self.design, step.word, TextRole.PILL)
        detail = text_width(self.design, step.detail, TextRole.SECONDARY)
        return _DISC + SPACE_2 + max(words, detail)

    def _rail_width(self) -> float:
        """How long the line between two steps is, so that all of them fill the width."""
        taken = sum(map(self._width_of, self._steps)) + 2 * SPACE_3 * (len(self._steps) - 1)
        return max(_LEAST_RAIL, (self.width() - taken) / max(1, len(self._steps) - 1))

    def _paint_step(self, painter: QPainter, left: float, step: Step) -> None:
        theme = self.design.theme
        tint = _tint(theme, step.reached)
        disc = QRectF(left, (_HEIGHT - _DISC) / 2, _DISC, _DISC)
        past = _is_past(step)
        draw_rounded(painter, disc, _DISC / 2, tint.weak, "" if past else theme.outline)
        corner = (_DISC - _ICON) / 2
        where = disc.topLeft() + QPointF(corner, corner)
        draw_icon(painter, self.design, step.icon, tint.ink, where, _ICON)
        top = 0 if step.detail else _LINE / 2
        words = QRectF(left + _DISC + SPACE_2, top, self.width(), _LINE)
        ink = theme.third if step.reached is Reached.LATER else theme.text
        draw_text(painter, self.design, words, step.word, TextRole.PILL, ink)
        below = words.translated(0, _LINE - 1)
        draw_text(painter, self.design, below, step.detail, TextRole.SECONDARY, theme.second)

    def sizeHint(self) -> QSize:
        widths = sum(map(self._width_of, self._steps))
        gaps = (2 * SPACE_3 + _LEAST_RAIL) * max(0, len(self._steps) - 1)
        return QSize(widths + gaps, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rail = self._rail_width()
        left = 0.0
        for place, step in enumerate(self._steps):
            if place:
                theme = self.design.theme
                ink = theme.accent if _is_past(step) else theme.outline
                line = QRectF(left - SPACE_3 - rail, _HEIGHT / 2 - 1, rail, 2)
                draw_rounded(painter, line, 1, ink)
            self._paint_step(painter, left, step)
            left += self._width_of(step) + 2 * SPACE_3 + rail
        painter.end()


def _is_past(step: Step) -> bool:
    return step.reached in (Reached.DONE, Reached.STOPPED)


def _tint(theme: Theme, reached: Reached) -> Tint:
    match reached:
        case Reached.DONE:
            return theme.tint(Tone.ACCENT)
        case Reached.STOPPED:
            return theme.tint(Tone.DANGER)
        case Reached.NEXT:
            return Tint(theme.text, theme.surface)
        case Reached.LATER:
            return Tint(theme.third, theme.surface)
