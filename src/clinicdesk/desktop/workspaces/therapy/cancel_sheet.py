"""Stopping a prescription asks why: the pharmacy reads it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from clinicdesk.contract.entities import Prescription
from clinicdesk.core.outbox import Submitted
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.forms.therapy_cancel import Ui_TherapyCancel
from clinicdesk.desktop.workspace import Context

_SHORTEST = 3


class CancelSheet(QFrame):
    """Below the prescription it is about, so that one still sees whom it is for.

    Signals:
        closed: It was left, or its work is done.
    """

    closed = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._prescription: Prescription | None = None
        self._busy = False
        design = context.design
        self.ui = Ui_TherapyCancel()
        self.ui.setupUi(self)
        self._error = InlineError(design)
        self._error.setObjectName("cancel_error")
        self.ui.reason_column.addWidget(self._error)
        for reason in self._usual_reasons():
            chip = Chip(design, Pill(reason))
            chip.clicked.connect(lambda _checked=False, reason=reason: self._take(reason))
            self.ui.usual.addWidget(chip)
        self.ui.usual.addStretch(1)
        self.ui.keep_button.dress(design, key="Esc")
        self.ui.confirm_cancel_button.dress(design, kind=Kind.DESTROY, icon="ban", key="Enter")
        self.ui.keep_button.clicked.connect(self.leave)
        self.ui.confirm_cancel_button.clicked.connect(self.confirm)
        self.ui.reason_field.textChanged.connect(lambda: self._error.show_error(""))
        self.hide()

    def open_about(self, prescription: Prescription, reason: str = "") -> None:
        """Appear for a prescription, with the keyboard in the reason that was given before."""
        self._prescription = prescription
        self._busy = False
        self._error.show_error("")
        self.ui.reason_field.setText(reason)
        self.ui.cancel_about.setText(prescription.code)
        self.show()
        self.ui.reason_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Go away without doing anything."""
        if not self.isHidden():
            self.hide()
            self._prescription = None
            self.closed.emit()

    def confirm(self) -> None:
        """Cancel it, once."""
        prescription = self._prescription
        reason = self.ui.reason_field.text().strip()
        if prescription is None or self._busy:
            return
        if len(reason) < _SHORTEST:
            self._refuse(self.tr("Write at least a word: the pharmacy reads why."))
            return
        self._busy = True
        self._context.tasks.start(
            self._context.desk.prescribing.cancel(prescription.id, reason),
            doing=self.tr("cancelling the prescription"),
            on_done=self._done,
            on_problem=self._refuse,
            of=self,
        )

    def _usual_reasons(self) -> list[str]:
        return [
            self.tr("Replaced by another"),
            self.tr("Dose to be reviewed"),
            self.tr("Patient has enough"),
            self.tr("Wrong patient"),
        ]

    def _take(self, reason: str) -> None:
        self.ui.reason_field.setText(reason)
        self.ui.reason_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self, _submitted: Submitted) -> None:
        self._busy = False
        self.leave()

    def _refuse(self, sentence: str) -> None:
        self._busy = False
        self._error.show_error(sentence)
        self.ui.reason_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape:
                self.leave()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self.ui.keep_button.hasFocus():
                    self.leave()
                else:
                    self.confirm()
            case _:
                super().keyPressEvent(event)
