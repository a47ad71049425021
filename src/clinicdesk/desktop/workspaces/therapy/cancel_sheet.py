"""Stopping a prescription asks why: the pharmacy reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import CancelPrescription
from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.reason_sheet import ReasonSheet
from clinicdesk.desktop.workspaces.shared.sheet import Work


class CancelSheet(ReasonSheet):
    """Below the prescription it is about, so that one still sees whom it is for."""

    command = CancelPrescription

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        who_reads = QCoreApplication.translate("ReasonSheet", "The pharmacy reads this")
        super().__init__(context.design, context.tasks, who_reads, parent)
        self._prescribing = context.desk.prescribing
        self.setObjectName("cancel_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_cancel_button")

    def usual_reasons(self) -> list[str]:
        """What is chosen most often."""
        return [
            self.tr("Replaced by another"),
            self.tr("Dose to be reviewed"),
            self.tr("Patient has enough"),
            self.tr("Wrong patient"),
        ]

    def open_about(self, prescription: Prescription, reason: str = "") -> None:
        """Appear with the keyboard in the reason."""
        self.name_it(
            self.tr("Cancel this prescription?"), prescription.code,
            self.tr("Cancel prescription"), "ban", Kind.DESTROY,
        )  # fmt: skip
        super().open_about(prescription, reason)

    def carry_out(self, prescription: Prescription, reason: str) -> Work:
        """The cancellation."""
        return self._prescribing.cancel(prescription.id, reason)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("cancelling the prescription")
