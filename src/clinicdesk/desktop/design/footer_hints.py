"""The foot of a window: the keys of this screen, and one note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.key_cap import draw_key_cap, key_cap_size
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import LEFT, RIGHT, colour, draw_text, text_width
from clinicdesk.desktop.design.tokens import FOOTER_HEIGHT, SPACE_4, TextRole

_KEY_GAP = 3
_WORD_GAP = 5
_HINT_GAP = 18


@dataclass(frozen=True, slots=True)
class Hint:
    """Keys ("Up", "Down", "Enter", "Ctrl+K") and what they do, in a word or two."""

    keys: tuple[str, ...]
    text: str


class FooterHints(PaintedWidget):
    """Paints as many hints as fit, first ones first, and a note at the right end."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._hints: tuple[Hint, ...] = ()
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_hints(self, hints: Sequence[Hint]) -> None:
        """Show the keys of another screen."""
        self._hints = tuple(hints)
        spoken = (f"{' '.join(hint.keys)} {hint.text}" for hint in self._hints)
        self.setAccessibleName(", ".join(spoken))
        self.update()

    def set_note(self, note: str) -> None:
        """Show a short state at the right: "Counter 2 · label printer ready"."""
        self._note = note
        self.setAccessibleDescription(note)
        self.update()

    def _hint_width(self, hint: Hint) -> int:
        caps = sum(key_cap_size(self.design, key).width() + _KEY_GAP for key in hint.keys)
        return caps - _KEY_GAP + _WORD_GAP + text_width(self.design, hint.text, TextRole.SECONDARY)

    def _paint_hint(self, painter: QPainter, hint: Hint, left: int) -> None:
        for key in hint.keys:
            size = key_cap_size(self.design, key)
            top = 1 + (self.height() - size.height()) // 2
            draw_key_cap(painter, self.design, QRectF(QPointF(left, top), size), key)
            left += size.width() + _KEY_GAP
        words = QRectF(left - _KEY_GAP + _WORD_GAP, 1, self.width(), self.height() - 1)
        ink = self.design.theme.second
        draw_text(painter, self.design, words, hint.text, TextRole.SECONDARY, ink, LEFT)

    def sizeHint(self) -> QSize:
        return QSize(400, FOOTER_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, FOOTER_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.design.theme
        painter.fillRect(self.rect(), colour(theme.surface))
        painter.fillRect(0, 0, self.width(), 1, colour(theme.line))
        metrics = self.design.fonts.metrics(TextRole.SECONDARY)
        room = self.width() // 2
        note = metrics.elidedText(self._note, Qt.TextElideMode.ElideRight, room)
        end = self.width() - SPACE_4 - text_width(self.design, note, TextRole.SECONDARY)
        where = QRectF(0, 1, self.width() - SPACE_4, self.height() - 1)
        draw_text(painter, self.design, where, note, TextRole.SECONDARY, theme.second, RIGHT)
        left = SPACE_4
        for hint in self._hints:
            width = self._hint_width(hint)
            if left + width + SPACE_4 > end:
                break
            self._paint_hint(painter, hint, left)
            left += width + _HINT_GAP
        painter.end()
