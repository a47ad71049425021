"""One sentence about what is wrong, where it is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import ICON_SMALL, TextRole, Tone


class InlineError(QWidget):
    """An icon and a sentence in red; takes no space while there is nothing to say.

    Args of ``__init__``:
        keeps_room: keep the room of one line free instead, so that nothing moves when it speaks.
    """

    def __init__(
        self, design: Design, parent: QWidget | None = None, *, keeps_room: bool = False
    ) -> None:
        super().__init__(parent)
        self._words = paragraph("", TextRole.SECONDARY, "danger")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        icon = IconLabel(design, "triangle-alert", Tone.DANGER, ICON_SMALL, height=17)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        if keeps_room:
            policy = self.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            self.setSizePolicy(policy)
        self.hide()

    def text(self) -> str:
        """Return what it says now."""
        return self._words.text()

    def show_error(self, sentence: str) -> None:
        """Say it, or be gone when empty."""
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))
