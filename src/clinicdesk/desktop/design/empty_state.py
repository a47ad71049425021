"""What a view shows instead of nothing: what this is, why it is empty, and the next step."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import draw_icon, draw_rounded
from clinicdesk.desktop.design.tokens import SPACE_1, SPACE_3, SPACE_4, TextRole, Tone

_DISC = 56
_ICON = 24
_READABLE_WIDTH = 340
# The words take all the width up to the readable one before the margins get any.
_GREEDY = 100


class _Disc(PaintedWidget):
    def __init__(self, design: Design, icon: str, tone: Tone) -> None:
        super().__init__(design)
        self.icon = icon
        self.tone = tone

    def sizeHint(self) -> QSize:
        return QSize(_DISC, _DISC)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.design.theme
        tint = theme.tint(self.tone)
        border = theme.line if self.tone is Tone.NEUTRAL else ""
        draw_rounded(painter, QRectF(self.rect()), _DISC / 2, tint.weak, border)
        corner = (_DISC - _ICON) / 2
        draw_icon(painter, self.design, self.icon, tint.ink, QPointF(corner, corner), _ICON)
        painter.end()


class EmptyState(QWidget):
    """An icon, a sentence, a second sentence and a button, in the middle of the space.

    It also serves for "loading", "offline and never loaded", "no permission" and "not found".

    Signals:
        next_step: the button was pressed.
    """

    next_step = Signal()

    def __init__(
        self,
        design: Design,
        icon: str,
        sentence: str,
        detail: str = "",
        action: str = "",
        *,
        key: str = "",
        tone: Tone = Tone.NEUTRAL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._disc = _Disc(design, icon, tone)
        self._sentence = paragraph(sentence, TextRole.STRONG)
        self._detail = paragraph(detail, TextRole.SECONDARY, "second")
        self._button = SecondaryButton(design, action, key=key)
        self._button.clicked.connect(self.next_step)
        # Not the labels: a button between them would let the column grow away from them.
        middle = QWidget()
        middle.setProperty("transparent", True)
        middle.setMaximumWidth(_READABLE_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(2)
        column.addWidget(self._disc, 0, centre)
        column.addSpacing(SPACE_3)
        for words in (self._sentence, self._detail):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(words)
        column.addSpacing(SPACE_3)
        self._below = QVBoxLayout()
        column.addLayout(self._below)
        column.addWidget(self._button, 0, centre)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        row.addStretch(1)
        row.addWidget(middle, _GREEDY)
        row.addStretch(1)
        self.say(icon, sentence, detail, action, tone=tone)

    def add_below(self, widget: QWidget) -> None:
        """Put something below the sentences: how far it is, for one."""
        self._below.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def say(
        self,
        icon: str,
        sentence: str,
        detail: str = "",
        action: str = "",
        *,
        tone: Tone = Tone.NEUTRAL,
    ) -> None:
        """Say something else."""
        self._disc.icon, self._disc.tone = icon, tone
        self._disc.update()
        self._sentence.setText(sentence)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(sentence)
