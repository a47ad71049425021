"""Who else is at the same thing: small avatars and a few words, at the right end of a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.avatar import draw_avatar
from clinicdesk.desktop.design.content import Face
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import LEFT, draw_rounded, draw_text, text_width
from clinicdesk.desktop.design.pill import PILL_HEIGHT
from clinicdesk.desktop.design.tokens import SPACE_2, TextRole, Tone

_HEIGHT = PILL_HEIGHT
_FACE = 20
_RING = 2
_STEP = 20
_MOST_FACES = 3
_LEAST_WORDS = 48
_INSET = 2
_END = 8
_SLACK = 2
"""Widths are rounded; without it a text that fits may be cut."""


class Company(PaintedWidget):
    """Takes the room that its line has left; people come and go without moving anything.

    Where the words have no room, the avatars stand alone and the tooltip says the rest.
    """

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._faces: tuple[Face, ...] = ()
        self._words = ""
        self._tone = Tone.NEUTRAL
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def words(self) -> str:
        """What it says now; empty when nobody else is there."""
        return self._words

    @property
    def tone(self) -> Tone:
        """How much it matters."""
        return self._tone

    def show_people(
        self, faces: Sequence[Face], words: str, whole: str, tone: Tone = Tone.NEUTRAL
    ) -> None:
        """Show these people; none of them, nothing.

        Args:
            whole: Who is there since when, for the tooltip and for readers.
            tone: Neutral is quiet; a warning lies on its tint.
        """
        self._faces, self._words, self._tone = tuple(faces), words, tone
        self.setToolTip(whole)
        self.setAccessibleName(words)
        self.setAccessibleDescription(whole)
        self.changed_content()

    def _faces_width(self) -> int:
        shown = min(len(self._faces), _MOST_FACES)
        return _FACE + (shown - 1) * _STEP if shown else 0

    def sizeHint(self) -> QSize:
        return QSize(self._faces_width() + 2 * _INSET if self._faces else 0, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._faces:
            return
        faces = self._faces_width()
        words = text_width(self.design, self._words, TextRole.PILL) + _SLACK
        room = self.width() - _INSET - faces - SPACE_2 - _END
        shown = min(words, room) if room >= min(words, _LEAST_WORDS) else 0
        width = _INSET + faces + (SPACE_2 + shown + _END if shown else _INSET)
        whole = QRectF(self.width() - width, 0, width, _HEIGHT)
        painter = QPainter(self)
        tint = self.design.theme.tint(self._tone)
        warns = self._tone is not Tone.NEUTRAL
        if warns:
            draw_rounded(painter, whole, _HEIGHT / 2, tint.weak)
        ground = tint.weak if warns else self.design.theme.surface
        self._paint_faces(painter, whole.left() + _INSET, ground)
        if shown:
            left = whole.left() + _INSET + faces + SPACE_2
            metrics = self.design.fonts.metrics(TextRole.PILL)
            text = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, int(shown))
            place = QRectF(left, 0, whole.right() - left, _HEIGHT)
            draw_text(painter, self.design, place, text, TextRole.PILL, tint.ink, LEFT)
        painter.end()

    def _paint_faces(self, painter: QPainter, left: float, ground: str) -> None:
        """Each over the next, parted by a ring of the ground."""
        placed = list(enumerate(self._faces[:_MOST_FACES]))
        for place, face in reversed(placed):
            square = QRectF(left + place * _STEP, _INSET, _FACE, _FACE)
            ring = square.adjusted(-_RING, -_RING, _RING, _RING)
            draw_rounded(painter, ring, ring.height() / 2, ground)
            draw_avatar(painter, self.design, square, face.letters, face.person_id)
