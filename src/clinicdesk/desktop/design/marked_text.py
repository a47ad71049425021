"""Facts one after the other, of which some are marked: what differs between two versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import draw_rounded, draw_text, text_width
from clinicdesk.desktop.design.tokens import TextRole, Tone

_LINE = 21
_MARK_HEIGHT = 19
_MARK_PADDING = 5
_MARK_RADIUS = 5
_BETWEEN = 12
"""Between two facts; within it the dot that parts them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words; `marked` where another version says something else."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    left: int
    top: int
    width: int
    text: str
    marked: bool
    begins: bool


class MarkedText(PaintedWidget):
    """Wraps between facts, and within a fact that is longer than a line.

    A marked fact is bolder than its neighbours and stands on a tint.
    """

    def __init__(
        self, design: Design, facts: Sequence[Fact] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(design, parent)
        self._facts: tuple[Fact, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Say something else."""
        self._facts = tuple(facts)
        self.setAccessibleName(" · ".join(fact.text for fact in facts))
        self.changed_content()

    def _runs(self, width: int) -> list[_Run]:
        runs: list[_Run] = []
        left = top = 0
        for fact in self._facts:
            begins = True
            for words in self._fitting(fact, width):
                wide = self._wide(words, fact.marked)
                if left and left + _BETWEEN * begins + wide > width:
                    left, top = 0, top + _LINE
                elif left:
                    left += _BETWEEN * begins
                runs.append(_Run(left, top, wide, words, fact.marked, begins and left > 0))
                left += wide
                begins = False
        return runs

    def _fitting(self, fact: Fact, width: int) -> list[str]:
        """The fact in pieces of one line at most."""
        pieces: list[str] = []
        for word in fact.text.split():
            longer = f"{pieces[-1]} {word}" if pieces else word
            if pieces and self._wide(longer, fact.marked) <= width:
                pieces[-1] = longer
            else:
                pieces.append(word)
        return pieces

    def _wide(self, words: str, marked: bool) -> int:
        role = TextRole.PILL if marked else TextRole.SECONDARY
        return text_width(self.design, words, role) + 2 * _MARK_PADDING * marked

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        runs = self._runs(max(1, width))
        return runs[-1].top + _LINE if runs else 0

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _LINE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.design.theme
        tint = theme.tint(Tone.WARNING)
        for run in self._runs(self.width()):
            if run.begins:
                dot = QRectF(run.left - _BETWEEN, run.top, _BETWEEN, _LINE)
                draw_text(
                    painter, self.design, dot.adjusted(4, 0, 0, 0), "·", TextRole.SECONDARY,
                    theme.third,
                )  # fmt: skip
            where = QRectF(run.left, run.top, run.width, _LINE)
            if run.marked:
                mark = QRectF(run.left, run.top + 1, run.width, _MARK_HEIGHT)
                draw_rounded(painter, mark, _MARK_RADIUS, tint.weak)
                words = where.adjusted(_MARK_PADDING, 0, 0, 0)
                draw_text(painter, self.design, words, run.text, TextRole.PILL, tint.ink)
            else:
                draw_text(painter, self.design, where, run.text, TextRole.SECONDARY, theme.second)
        painter.end()
