"""What asks one thing before it is done, below what it is about.

It never covers the thing and never blocks the window. Enter does it, Escape leaves it.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.forms.sheet import Ui_Sheet
from clinicdesk.desktop.tasks import TaskOwner

Work = Coroutine[Any, Any, Submitted | Denied]


class Asking(QFrame):
    """The frame; subclasses add what is asked to `ui.body` and say what is done.

    Attributes:
        busy: What it asked for is being saved.

    Signals:
        closed: It was left, or its work is done.
        done: The work is saved: a short sentence for a toast, or an empty one.
    """

    closed = Signal()
    done = Signal(str)

    def __init__(self, design: Design, tasks: TaskOwner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.ui = Ui_Sheet()
        self.ui.setupUi(self)
        self.ui.sheet_close.dress(design, key="Esc")
        self.ui.sheet_close.clicked.connect(self.leave)
        self.ui.sheet_confirm.clicked.connect(self.confirm)
        self._design = design
        self._error = InlineError(design)
        self._error.setObjectName("sheet_error")
        self.ui.column.insertWidget(2, self._error)
        self.busy = False
        self.hide()

    def name_it(self, title: str, about: str, confirm: str, icon: str, kind: Kind) -> None:
        """Say what is asked, about what, and what the button does."""
        self.ui.sheet_title.setText(title)
        self.ui.sheet_about.setText(about)
        self.ui.sheet_confirm.setText(confirm)
        self.ui.sheet_confirm.dress(self._design, kind=kind, icon=icon, key="Enter")
        self.setAccessibleName(f"{title} {about}")

    def note(self, text: str) -> None:
        """Say something beside the buttons, or nothing."""
        self.ui.sheet_note.setText(text)

    def appear(self) -> None:
        """Show it, with the keyboard where something is to be typed."""
        self._error.show_error("")
        self.busy = False
        self.ui.sheet_confirm.setEnabled(True)
        self.show()
        self.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def say_why(self, sentence: str) -> None:
        """Say why it was refused when it was given before; it has appeared."""
        self._error.show_error(sentence)

    def leave(self) -> None:
        """Go away without doing anything."""
        if not self.isHidden():
            self.hide()
            self.forget()
            self.closed.emit()

    def confirm(self) -> None:
        """Do it, once; what is wrong is said here and what was typed stays."""
        work = None if self.busy else self.asked()
        if work is None:
            return
        self.busy = True
        self.ui.sheet_confirm.setEnabled(False)
        self._error.show_error("")
        self._tasks.start(
            work, doing=self.doing(), on_done=self._on_done, on_problem=self._on_problem, of=self
        )

    def first_field(self) -> QWidget:
        """Where the keyboard goes."""
        return self.ui.sheet_confirm

    def asked(self) -> Work | None:
        """The command, on its way; None when what was typed is not right, which is then shown."""
        raise NotImplementedError

    def doing(self) -> str:
        """What goes on, to stand after "while"."""
        raise NotImplementedError

    def outcome(self) -> str:
        """What to say once it is saved."""
        return ""

    def forget(self) -> None:
        """It is about nothing any more."""

    def _on_done(self, _submitted: Submitted) -> None:
        self.busy = False
        said = self.outcome()
        self.leave()
        self.done.emit(said)

    def _on_problem(self, sentence: str) -> None:
        self.busy = False
        self.ui.sheet_confirm.setEnabled(True)
        self._error.show_error(sentence)
        self.first_field().setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.leave()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.confirm()
            case _:
                super().keyPressEvent(event)
