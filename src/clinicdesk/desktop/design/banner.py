"""Something the user should know here and now, with what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Button, IconButton
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.tokens import (
    ICON_LARGE,
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
    Tone.ACCENT: "info",
    Tone.SUCCESS: "circle-check",
    Tone.WARNING: "triangle-alert",
    Tone.DANGER: "shield-alert",
}


class Banner(QFrame):
    """Icon, title, a sentence and at most one action.

    Information lies on a plain card; a warning or danger has the tint and border of its tone.

    Args of ``__init__``:
        stacked: the action stands below the words, for a banner that is narrow.

    Signals:
        acted: the action's button was pressed.
        dismissed: the user closed it (only when made ``dismissible``).
    """

    acted = Signal()
    dismissed = Signal()

    def __init__(
        self,
        design: Design,
        tone: Tone = Tone.INFO,
        title: str = "",
        text: str = "",
        *,
        action: str = "",
        icon: str = "",
        dismissible: bool = False,
        stacked: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._design = design
        self._tone = tone
        self._icon = IconLabel(design, icon or _ICONS[tone], tone, ICON_LARGE - 2, height=19)
        self._title = paragraph(title, TextRole.STRONG)
        self._text = paragraph(text, TextRole.SECONDARY, "second")
        self._action = Button()
        self._action.dress(design, compact=True)
        self._action.clicked.connect(self.acted)
        close = IconButton(design, "x", self.tr("Dismiss"))
        close.setVisible(dismissible)
        close.clicked.connect(self.hide)
        close.clicked.connect(self.dismissed)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._title)
        words.addWidget(self._text)
        if stacked:
            words.addSpacing(SPACE_2)
            words.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_4, SPACE_3, SPACE_3, SPACE_3 + 1)
        row.setSpacing(SPACE_3)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        if not stacked:
            row.addWidget(self._action)
        row.addWidget(close)
        row.setSpacing(SPACE_2 + 3)
        self.say(title, text, action)
        design.changed.connect(self.update)

    def say(self, title: str, text: str = "", action: str = "") -> None:
        """Say something else in the same tone."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(f"{title} {text}".strip())

    def set_tone(self, tone: Tone, icon: str = "") -> None:
        """Give it another weight."""
        self._tone = tone
        self._icon.show_icon(icon or _ICONS[tone], tone)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        rect = QRectF(self.rect())
        tint = theme.tint(self._tone)
        if self._tone in (Tone.WARNING, Tone.DANGER):
            draw_rounded(painter, rect, RADIUS_CARD, tint.weak, tint.ink)
        else:
            draw_rounded(painter, rect, RADIUS_CARD, theme.surface, theme.line)
        painter.end()
