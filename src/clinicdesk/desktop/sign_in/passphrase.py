"""The dialog that makes the passphrase file, or opens it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.forms.passphrase import Ui_Passphrase


class PassphraseDialog(QDialog):
    """Asks for a passphrase: twice for a new file, once for one that is there.

    It is opened with `open()` and stays until its owner accepts it, so that a wrong passphrase is
    said where it was typed.

    Signals:
        submitted: The passphrase that was typed.
    """

    submitted = Signal(str)

    def __init__(self, design: Design, *, new: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._new = new
        self.ui = Ui_Passphrase()
        self.ui.setupUi(self)
        ui = self.ui
        for field in (ui.passphrase_field, ui.passphrase_again):
            field.dress(design)
        self._first = FieldBlock(design, self.tr("Passphrase"), ui.passphrase_field)
        self._again = FieldBlock(design, self.tr("The same once more"), ui.passphrase_again)
        ui.fields.insertWidget(2, self._first)
        ui.fields.insertWidget(3, self._again)
        self._again.setVisible(new)
        ui.passphrase_later.dress(design)
        ui.passphrase_later.clicked.connect(self.reject)
        ui.passphrase_accept.dress(design, kind=Kind.PRIMARY, icon="key-round")
        ui.passphrase_accept.clicked.connect(self._submit)
        self._word()
        fit_height(self)
        ui.passphrase_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_busy(self, busy: bool) -> None:
        """Switch the form off while the passphrase is tried."""
        for part in (self._first, self._again, self.ui.passphrase_accept):
            part.setEnabled(not busy)

    def show_error(self, sentence: str) -> None:
        """Say why the passphrase did not work."""
        self.show_busy(False)
        self._first.set_error(sentence)
        fit_height(self)
        self.ui.passphrase_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ui.passphrase_field.selectAll()

    def _word(self) -> None:
        ui = self.ui
        if self._new:
            title = self.tr("Keep the sign-in in a passphrase file")
            text = self.tr(
                "Your sign-in is sealed in a file on this computer. Only this passphrase opens it: "
                "you will be asked for it each time clinicdesk starts, and nobody can recover it."
            )
            later, accept = self.tr("Not now"), self.tr("Make the file")
        else:
            title = self.tr("Open your passphrase file")
            text = self.tr("Your sign-in on this computer is sealed with a passphrase.")
            later, accept = self.tr("Sign in without it"), self.tr("Open")
        self.setWindowTitle(title)
        ui.title.setText(title)
        ui.explanation.setText(text)
        ui.passphrase_later.setText(later)
        ui.passphrase_accept.setText(accept)

    def _submit(self) -> None:
        ui = self.ui
        self._first.set_error("")
        self._again.set_error("")
        if self._new and ui.passphrase_field.text() != ui.passphrase_again.text():
            self._again.set_error(self.tr("The two are not the same."))
            fit_height(self)
            ui.passphrase_again.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.show_busy(True)
        self.submitted.emit(ui.passphrase_field.text())


def fit_height(dialog: QDialog) -> None:
    """Make a dialog as high as its words need at its width; Qt alone never asks them again."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        dialog.resize(dialog.width(), layout.totalHeightForWidth(dialog.width()))
