"""A small round-ended button for a fact one can follow: a phone number, "Open patient"."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.key_cap import draw_key_cap, key_cap_size
from clinicdesk.desktop.design.painted import PaintedButton
from clinicdesk.desktop.design.painting import draw_focus_ring, draw_rounded, draw_text
from clinicdesk.desktop.design.pill import Pill, draw_pill, pill_size
from clinicdesk.desktop.design.tokens import TextRole, Tone

_KEYED_HEIGHT = 28
_KEY_GAP = 6
_KEY_LEFT = 5


class Chip(PaintedButton):
    """A pill that can be clicked.

    Args of ``__init__``:
        key: the key that does the same, shown before its words; binding it is the view's business.
    """

    def __init__(
        self, design: Design, pill: Pill, parent: QWidget | None = None, *, key: str = ""
    ) -> None:
        super().__init__(design, parent)
        self._pill = pill
        self._key = key
        self.setAccessibleDescription(key)
        self.setText(pill.text)
        self.setAccessibleName(pill.text)

    @property
    def pill(self) -> Pill:
        """What it says now."""
        return self._pill

    def show_pill(self, pill: Pill) -> None:
        """Say something else."""
        if pill == self._pill:
            return
        self._pill = pill
        self.setText(pill.text)
        self.setAccessibleName(pill.text)
        self.changed_content()

    def _room_for_key(self) -> int:
        return key_cap_size(self.design, self._key).width() + _KEY_GAP

    def _paint_face(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        if not self._key:
            draw_pill(painter, self.design, rect, self._pill)
            return
        theme = self.design.theme
        tint = theme.tint(self._pill.tone)
        border = theme.outline if self._pill.tone is Tone.NEUTRAL else tint.ink
        draw_rounded(painter, rect, radius, tint.weak, border)
        cap = key_cap_size(self.design, self._key)
        where = QRectF(rect.left() + _KEY_LEFT, 0, cap.width(), cap.height())
        where.moveTop(rect.top() + round((rect.height() - cap.height()) / 2))
        draw_key_cap(painter, self.design, where, self._key)
        words = rect.adjusted(_KEY_LEFT + self._room_for_key(), 0, 0, 0)
        draw_text(painter, self.design, words, self._pill.text, TextRole.PILL, tint.ink)

    def sizeHint(self) -> QSize:
        size = pill_size(self.design, self._pill)
        if self._key:
            size.setWidth(size.width() + self._room_for_key())
            size.setHeight(_KEYED_HEIGHT)
        return size

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        radius = rect.height() / 2
        self._paint_face(painter, rect, radius)
        if self.shows_focus:
            draw_focus_ring(painter, self.design, rect, radius)
        elif self.underMouse():
            tint = self.design.theme.tint(self._pill.tone)
            draw_rounded(painter, rect, radius, border=tint.ink)
        painter.end()
