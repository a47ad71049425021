"""Stopping a prescription asks why: the pharmacy reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.commands import CancelPrescription
from clinicdesk.core.prescribing import Prescribing
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.workspaces.shared.reason_sheet import WhyAsked


def why_stopped(prescribing: Prescribing) -> WhyAsked:
    """What a prescriber is asked."""
    tr = QCoreApplication.translate
    return WhyAsked(
        name="cancel",
        command=CancelPrescription,
        carry_out=lambda prescription, _line, reason: prescribing.cancel(prescription.id, reason),
        title=tr("ReasonSheet", "Cancel this prescription?"),
        confirm=tr("ReasonSheet", "Cancel prescription"),
        icon="ban",
        kind=Kind.DESTROY,
        who_reads=tr("ReasonSheet", "The pharmacy reads this"),
        usual=(
            tr("ReasonSheet", "Replaced by another"),
            tr("ReasonSheet", "Dose to be reviewed"),
            tr("ReasonSheet", "Patient has enough"),
            tr("ReasonSheet", "Wrong patient"),
        ),
        doing=tr("ReasonSheet", "cancelling the prescription"),
        close=tr("ReasonSheet", "Keep it"),
    )
