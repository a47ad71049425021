"""A short word that comes and goes by itself, with a way back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Button, IconButton
from clinicdesk.desktop.design.labels import IconLabel, label
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.tokens import (
    RADIUS_CARD,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    SPACE_4,
    TextRole,
    Tone,
)

_ICONS = {
    Tone.NEUTRAL: "info",
    Tone.INFO: "info",
    Tone.ACCENT: "bell",
    Tone.SUCCESS: "circle-check",
    Tone.WARNING: "triangle-alert",
    Tone.DANGER: "circle-x",
}
SHOWN_FOR_MS = 6000
ACTION_KEY = "Alt+Z"
_HEIGHT = 38
_NARROWEST = 300
_ROUND_LINES = 3


class Toast(QFrame):
    """Lies on a bar, in the room between two of its parts; stays while pointed at.

    There it covers nothing of a workspace, nor the keys in the footer. A sentence that needs more
    room takes it from the part at the left; the one at the right always stays in sight.

    Args of ``__init__``:
        bar: may stand within a layout; the toast lies over it, beside it in the same parent.
        between: two children of the bar, from left to right.

    Signals:
        acted: the action's button was pressed ("Undo", "View").
        gone: it went away, by itself or by hand.
    """

    acted = Signal()
    gone = Signal()

    def __init__(self, design: Design, bar: QWidget, between: tuple[QWidget, QWidget]) -> None:
        super().__init__(bar.parentWidget())
        self._design = design
        self._bar = bar
        self._between = between
        self._tone = Tone.NEUTRAL
        self._icon = IconLabel(design, "info", Tone.NEUTRAL)
        self._text = label("", TextRole.STRONG)
        self._action = Button()
        self._action.dress(design, key=ACTION_KEY, compact=True)
        self._action.clicked.connect(self.acted)
        self._action.clicked.connect(self.go)
        close = IconButton(design, "x", self.tr("Dismiss"))
        close.clicked.connect(self.go)
        # It is gone before anybody could tab to it.
        key = QShortcut(QKeySequence(ACTION_KEY), bar)
        key.activated.connect(self._press)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_3, _ROUND_LINES, SPACE_1, _ROUND_LINES)
        row.setSpacing(SPACE_2)
        for part in (self._icon, self._text, self._action, close):
            row.addWidget(part)
        row.setStretchFactor(self._text, 1)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.go)
        design.changed.connect(self.update)
        for neighbour in between:
            neighbour.installEventFilter(self)
        self.hide()

    def say(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        action: str = "",
        milliseconds: int = SHOWN_FOR_MS,
    ) -> None:
        """Show a text; one that is shown already is replaced."""
        self._tone = tone
        self._icon.show_icon(_ICONS[tone], tone)
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(text)
        self._settle()
        self.show()
        self.raise_()
        self._clock.start(milliseconds)

    def go(self) -> None:
        """Take it away."""
        self._clock.stop()
        if self.isVisible():
            self.hide()
            self.gone.emit()

    def _press(self) -> None:
        if self._action.isVisible():
            self._action.click()

    def _settle(self) -> None:
        before, after = self._between
        end = after.x() - SPACE_3
        room = end - (before.x() + before.width() + SPACE_3)
        self._text.setWordWrap(False)
        width, height = self.sizeHint().width(), _HEIGHT
        left = end - room + (room - width) // 2
        if width > room:  # a long sentence is read whole, over two lines
            width = self._narrow(room, min(width, end - SPACE_4))
            height = max(_HEIGHT, self.heightForWidth(width))
            left = end - width
        top = max(SPACE_1 // 2, (self._bar.height() - height) // 2)
        at = self._bar.pos()
        self.setGeometry(at.x() + left, at.y() + top, width, height)

    def _narrow(self, room: int, widest: int) -> int:
        """The least width with which the lines of a long text stay on the bar, as far as it can."""
        self._text.setWordWrap(True)
        tried = (min(max(room, _NARROWEST), widest), (room + widest) // 2)
        fit = (width for width in tried if self.heightForWidth(width) < self._bar.height())
        return next(fit, widest)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize) and self.isVisible():
            self._settle()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._clock.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.isVisible():
            self._clock.start(SHOWN_FOR_MS)
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        rect = QRectF(self.rect())
        border = theme.outline if self._tone is Tone.NEUTRAL else theme.tint(self._tone).ink
        draw_rounded(painter, rect, RADIUS_CARD, theme.raised, border)
        painter.end()
