"""A menu in which what is off says why beside its words, where everybody reads it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painting import LEFT, draw_text, text_width
from clinicdesk.desktop.design.tokens import SPACE_6, TextRole

_RIGHT_PADDING: Final = 14
"""As the stylesheet has it for an item of a menu."""


class ReasonedMenu(QMenu):
    """Actions in columns: icon, words, why it is off, key."""

    def __init__(self, design: Design, parent: QWidget) -> None:
        super().__init__(parent)
        self._design = design
        self._reasons: dict[QAction, str] = {}
        self._from_right = 0

    def begin(self) -> None:
        """Let go of what it lists."""
        self._reasons.clear()
        self.clear()
        self.setMinimumWidth(0)

    def add(self, icon: str, words: str, key: str, reason: str) -> QAction:
        """Add an action; with a reason it is off."""
        action = self.addAction(self._design.icon(icon), f"{words}\t{key}")
        action.setEnabled(not reason)
        action.setToolTip(reason or words)
        action.setWhatsThis(reason)
        if reason:
            self._reasons[action] = reason
        return action

    def reason(self, action: QAction) -> str:
        """Why an action is off; empty when it is on."""
        return self._reasons.get(action, "")

    def measure(self) -> None:
        """Make room for the longest reason, once all actions are there."""
        self.ensurePolished()
        widths = [
            text_width(self._design, reason, TextRole.SECONDARY)
            for reason in self._reasons.values()
        ]
        widest = round(max(widths, default=0))
        keys = (action.text().partition("\t")[2] for action in self.actions())
        key_width = max(map(self.fontMetrics().horizontalAdvance, keys), default=0)
        self._from_right = _RIGHT_PADDING + key_width + SPACE_6 + widest
        if widest:
            self.setMinimumWidth(self.sizeHint().width() + widest + SPACE_6)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        ink = self._design.theme.second
        for action, reason in self._reasons.items():
            rect = QRectF(self.actionGeometry(action))
            rect.setLeft(rect.right() - self._from_right)
            draw_text(painter, self._design, rect, reason, TextRole.SECONDARY, ink, LEFT)
        painter.end()
