"""Stopping a prescription asks why: the pharmacy reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.commands import CancelPrescription
from clinicdesk.core.prescribing import Prescribing
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.workspaces.shared.reason_sheet import WhyAsked


def why_stopped(prescribing: Prescribing) -> WhyAsked:
    """What a prescriber is asked."""
    return WhyAsked(
        name="cancel",
        command=CancelPrescription,
        carry_out=lambda prescription, _line, reason: prescribing.cancel(prescription.id, reason),
        title=QCoreApplication.translate("ReasonSheet", "Cancel this prescription?"),
        confirm=QCoreApplication.translate("ReasonSheet", "Cancel prescription"),
        icon="ban",
        kind=Kind.DESTROY,
        who_reads=QCoreApplication.translate("ReasonSheet", "The pharmacy reads this"),
        usual=(
            QCoreApplication.translate("ReasonSheet", "Replaced by another"),
            QCoreApplication.translate("ReasonSheet", "Dose to be reviewed"),
            QCoreApplication.translate("ReasonSheet", "Patient has enough"),
            QCoreApplication.translate("ReasonSheet", "Wrong patient"),
        ),
        doing=QCoreApplication.translate("ReasonSheet", "cancelling the prescription"),
        close=QCoreApplication.translate("ReasonSheet", "Keep it"),
    )
