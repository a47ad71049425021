"""A prescription that leaves this pharmacy under somebody's eyes goes with a word."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Prescription, PrescriptionStatus
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.being_there import BeingThere


def tell_what_leaves(context: Context, there: BeingThere) -> None:
    """Say that the prescription that is seen went to another pharmacy, from now on.

    Which one it is, this desk is not told. What is over leaves too, once it is old: without a word.
    """

    def look(change: Change[Prescription]) -> None:
        for gone in change.removed:
            if gone.id != there.open or gone.status is not PrescriptionStatus.PAID:
                continue
            text = QCoreApplication.translate(
                "PharmacyWorkspace", "%1 went to another pharmacy: its prescriber sent it there."
            )
            context.toast(text.replace("%1", gone.code), Tone.INFO)

    there.destroyed.connect(context.desk.replica.prescriptions.subscribe(look))
