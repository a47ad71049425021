"""The dialog for a sign-in that has ended while somebody worked: the password alone."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.avatar import Avatar
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.forms.sign_in_again import Ui_SignInAgain
from clinicdesk.desktop.sign_in.passphrase import fit_height


class SignInAgainDialog(QDialog):
    """Opened with `open()` over the desk, which stays as it is.

    Signals:
        submitted: The password that was typed.
    """

    submitted = Signal(str)

    def __init__(
        self,
        design: Design,
        person: tuple[str, str],
        place: str,
        parent: QWidget | None = None,
    ) -> None:
        """Make it for a person.

        Args:
            person: Name and identifier of the member. place: the clinic and the server.
        """
        super().__init__(parent)
        self.ui = Ui_SignInAgain()
        self.ui.setupUi(self)
        ui = self.ui
        name, member_id = person
        ui.person_row.insertWidget(0, Avatar(design, name, member_id, 40))
        ui.person_name.setText(name)
        ui.person_place.setText(place)
        ui.again_password.dress(design)
        self._block = FieldBlock(design, self.tr("Password"), ui.again_password)
        ui.fields.insertWidget(2, self._block)
        ui.again_later.dress(design)
        ui.again_later.clicked.connect(self.reject)
        ui.again_button.dress(design, kind=Kind.PRIMARY, icon="log-in", key="Enter")
        ui.again_button.clicked.connect(self._submit)
        fit_height(self)
        ui.again_password.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_error(self, sentence: str) -> None:
        """Say why it did not work."""
        self._allow(True)
        self._block.set_error(sentence)
        fit_height(self)
        self.ui.again_password.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ui.again_password.selectAll()

    def _submit(self) -> None:
        if not self.ui.again_password.text():
            self.show_error(self.tr("Type your password."))
            return
        self._block.set_error("")
        self._allow(False)
        self.submitted.emit(self.ui.again_password.text())

    def _allow(self, on: bool) -> None:
        self._block.setEnabled(on)
        self.ui.again_button.setEnabled(on)
