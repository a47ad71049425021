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
    FOOTER_HEIGHT,
    RADIUS_CARD,
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
# It covers the footer and a part of the margin below the workspace's row of buttons.
_HEIGHT = FOOTER_HEIGHT + SPACE_2


class Toast(QFrame):
    """Lies on the foot of its host, where nothing can be pressed; stays while pointed at.

    Signals:
        acted: the action's button was pressed ("Undo", "View").
        gone: it went away, by itself or by hand.
    """

    acted = Signal()
    gone = Signal()

    def __init__(self, design: Design, host: QWidget) -> None:
        super().__init__(host)
        self._design = design
        self._host = host
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
        key = QShortcut(QKeySequence(ACTION_KEY), host)
        key.activated.connect(self._press)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, 0, SPACE_2, 0)
        row.setSpacing(SPACE_3)
        for part in (self._icon, self._text, self._action, close):
            row.addWidget(part)
        row.setStretchFactor(self._text, 1)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.go)
        design.changed.connect(self.update)
        host.installEventFilter(self)
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
        self.show()
        self.raise_()
        self._settle()
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
        room = self._host.width() - 2 * SPACE_4
        self._text.setWordWrap(False)
        width, height = self.sizeHint().width(), _HEIGHT
        if width > room:  # a long sentence is read whole, over two lines
            self._text.setWordWrap(True)
            width = room
            height = max(_HEIGHT, self.heightForWidth(width))
        left = (self._host.width() - width) // 2
        self.setGeometry(left, self._host.height() - height, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() is QEvent.Type.Resize and self.isVisible():
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
