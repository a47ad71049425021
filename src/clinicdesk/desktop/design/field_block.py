"""A field of a form: what it is, the control, and below it a hint or what is wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.labels import label, paragraph
from clinicdesk.desktop.design.stylesheet import restyle
from clinicdesk.desktop.design.tokens import TextRole


class FieldBlock(QWidget):
    """A labelled control with room for one error.

    Args of ``__init__``:
        name: the label, already translated; it is the control's accessible name too.
        hint: a line below the control while nothing is wrong.
        optional: the word for "may stay empty", shown beside the label; empty for what is needed.
        keeps_room: keep a line free for the error, so that nothing moves when there is one.

    Attributes:
        control: the wrapped widget.
    """

    def __init__(
        self,
        design: Design,
        name: str,
        control: QWidget,
        *,
        hint: str = "",
        optional: str = "",
        keeps_room: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._error = InlineError(design, keeps_room=keeps_room)
        self._hint = paragraph(hint, TextRole.SECONDARY, "third")
        self._hint.setVisible(bool(hint))
        caption = label(name, TextRole.PILL, "second")
        caption.setBuddy(control)
        control.setAccessibleName(name)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(caption)
        head.addWidget(label(optional, TextRole.SECONDARY, "third"))
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(control)
        column.addWidget(self._hint)
        column.addWidget(self._error)
        column.addStretch(1)

    def error(self) -> str:
        """Return the error shown, or an empty text."""
        return self._error.text()

    def set_error(self, sentence: str) -> None:
        """Say what is wrong with the field, or nothing any more."""
        self._error.show_error(sentence)
        self._hint.setVisible(bool(self._hint.text()) and not sentence)
        self.control.setAccessibleDescription(sentence)
        if self.control.property("invalid") != bool(sentence):
            self.control.setProperty("invalid", bool(sentence))
            restyle(self.control)
