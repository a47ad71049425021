"""The dialog that asks those who work in several clinics which one they mean."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from clinicdesk.contract.session import ClinicChoice
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.forms.clinic_choice import Ui_ClinicChoice
from clinicdesk.desktop.sign_in.passphrase import fit_height


class ClinicDialog(QDialog):
    """One button for each clinic; Escape goes back to the form.

    Signals:
        chosen: The identifier of a clinic.
    """

    chosen = Signal(object)

    def __init__(
        self, design: Design, clinics: Sequence[ClinicChoice], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.ui = Ui_ClinicChoice()
        self.ui.setupUi(self)
        self.ui.clinic_back.dress(design, key="Esc")
        self.ui.clinic_back.clicked.connect(self.reject)
        self.buttons = [SecondaryButton(design, each.name, icon="hospital") for each in clinics]
        for clinic, button in zip(clinics, self.buttons, strict=True):
            button.clicked.connect(partial(self.chosen.emit, clinic.id))
            self.ui.clinics.addWidget(button)
        fit_height(self)
        self.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)


async def choose_clinic(
    design: Design, clinics: Sequence[ClinicChoice], over: QWidget
) -> UUID | None:
    """The clinic that the person means; None when they go back."""
    dialog = ClinicDialog(design, clinics, over)
    answer: asyncio.Future[UUID | None] = asyncio.get_running_loop().create_future()

    def take(clinic_id: UUID | None) -> None:
        if not answer.done():
            answer.set_result(clinic_id)

    dialog.chosen.connect(take)
    dialog.rejected.connect(partial(take, None))
    dialog.open()
    try:
        return await answer
    finally:
        dialog.accept()
        dialog.deleteLater()
