"""What a pharmacist is asked a reason for, and who reads it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.commands import (
    CancelItem,
    CancelPrescription,
    DeclineItem,
    HoldItems,
    ReturnToStock,
)
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.workspaces.shared.reason_sheet import WhyAsked
from clinicdesk.desktop.workspaces.shared.sheet import Work


def why_cancelled(dispensing: Dispensing) -> WhyAsked:
    """The whole prescription is stopped; what was paid is owed back from then on."""
    return WhyAsked(
        name="cancel",
        command=CancelPrescription,
        carry_out=lambda prescription, _line, reason: dispensing.cancel(prescription.id, reason),
        title=QCoreApplication.translate("ReasonSheet", "Cancel this prescription?"),
        confirm=QCoreApplication.translate("ReasonSheet", "Cancel prescription"),
        icon="ban",
        kind=Kind.DESTROY,
        who_reads=QCoreApplication.translate("ReasonSheet", "The prescriber reads this"),
        usual=(
            QCoreApplication.translate("ReasonSheet", "Not collected"),
            QCoreApplication.translate("ReasonSheet", "Out of stock"),
            QCoreApplication.translate("ReasonSheet", "Patient does not want it"),
            QCoreApplication.translate("ReasonSheet", "Sent twice"),
        ),
        doing=QCoreApplication.translate("ReasonSheet", "cancelling the prescription"),
        outcome=QCoreApplication.translate("ReasonSheet", "Cancelled. The prescriber is told."),
        close=QCoreApplication.translate("ReasonSheet", "Keep it"),
    )


def why_declined(dispensing: Dispensing) -> WhyAsked:
    """One line is taken out of what is supplied."""
    return WhyAsked(
        name="decline",
        command=DeclineItem,
        carry_out=_on_line(dispensing.decline),
        title=QCoreApplication.translate("ReasonSheet", "Decline this line?"),
        confirm=QCoreApplication.translate("ReasonSheet", "Decline line"),
        icon="package-x",
        kind=Kind.DESTROY,
        who_reads=QCoreApplication.translate("ReasonSheet", "The prescriber reads this"),
        usual=(
            QCoreApplication.translate("ReasonSheet", "Out of stock"),
            QCoreApplication.translate("ReasonSheet", "Patient does not want it"),
            QCoreApplication.translate("ReasonSheet", "Has enough at home"),
        ),
        doing=QCoreApplication.translate("ReasonSheet", "declining the line"),
        outcome=QCoreApplication.translate("ReasonSheet", "Declined. The prescriber is told."),
        close=QCoreApplication.translate("ReasonSheet", "Keep it"),
    )


def why_rest_cancelled(dispensing: Dispensing) -> WhyAsked:
    """What is owing, or was put back, will not be supplied any more."""
    return WhyAsked(
        name="cancel_rest",
        command=CancelItem,
        carry_out=_on_line(dispensing.cancel_item),
        title=QCoreApplication.translate("ReasonSheet", "Cancel what is left of this line?"),
        confirm=QCoreApplication.translate("ReasonSheet", "Cancel the rest"),
        icon="package-x",
        kind=Kind.DESTROY,
        who_reads=QCoreApplication.translate("ReasonSheet", "The prescriber reads this"),
        usual=(
            QCoreApplication.translate("ReasonSheet", "Cannot be had"),
            QCoreApplication.translate("ReasonSheet", "Patient does not want it any more"),
            QCoreApplication.translate("ReasonSheet", "Got it elsewhere"),
        ),
        doing=QCoreApplication.translate("ReasonSheet", "cancelling the rest"),
        outcome=QCoreApplication.translate("ReasonSheet", "Cancelled. The prescriber is told."),
        close=QCoreApplication.translate("ReasonSheet", "Keep it"),
    )


def why_held(dispensing: Dispensing) -> WhyAsked:
    """Nothing is done with a line until something is settled."""
    return WhyAsked(
        name="hold",
        command=HoldItems,
        carry_out=_on_lines(dispensing.hold),
        title=QCoreApplication.translate("ReasonSheet", "Put this line on hold?"),
        confirm=QCoreApplication.translate("ReasonSheet", "Hold"),
        icon="pause",
        kind=Kind.PRIMARY,
        who_reads=QCoreApplication.translate(
            "ReasonSheet", "Your colleagues and the prescriber read this"
        ),
        usual=(
            QCoreApplication.translate("ReasonSheet", "Asking the prescriber"),
            QCoreApplication.translate("ReasonSheet", "Patient comes back later"),
            QCoreApplication.translate("ReasonSheet", "Stock comes today"),
        ),
        doing=QCoreApplication.translate("ReasonSheet", "putting the line on hold"),
        outcome=QCoreApplication.translate("ReasonSheet", "On hold. H goes on with it."),
    )


def why_returned(dispensing: Dispensing) -> WhyAsked:
    """What lies ready goes back to its batch."""
    return WhyAsked(
        name="return",
        command=ReturnToStock,
        carry_out=_on_lines(dispensing.return_to_stock),
        title=QCoreApplication.translate("ReasonSheet", "Return this line to stock?"),
        confirm=QCoreApplication.translate("ReasonSheet", "Return to stock"),
        icon="undo-2",
        kind=Kind.PRIMARY,
        who_reads=QCoreApplication.translate("ReasonSheet", "Your colleagues read this"),
        usual=(
            QCoreApplication.translate("ReasonSheet", "Not collected"),
            QCoreApplication.translate("ReasonSheet", "Patient does not want it"),
            QCoreApplication.translate("ReasonSheet", "Wrong product in the bag"),
        ),
        doing=QCoreApplication.translate("ReasonSheet", "returning the line to stock"),
        outcome=QCoreApplication.translate(
            "ReasonSheet", "Back in stock. R dispenses it again, D cancels it."
        ),
    )


def reasons_by_hand() -> tuple[str, ...]:
    """Why a product was not scanned."""
    return (
        QCoreApplication.translate("ReasonSheet", "Barcode cannot be read"),
        QCoreApplication.translate("ReasonSheet", "Has no barcode"),
        QCoreApplication.translate("ReasonSheet", "Scanner does not work"),
        QCoreApplication.translate("ReasonSheet", "Loose units, counted"),
    )


def _on_line(
    work: Callable[[UUID, UUID, str], Work],
) -> Callable[[Prescription, UUID | None, str], Work]:
    def carry_out(prescription: Prescription, line: UUID | None, reason: str) -> Work:
        assert line is not None  # the sheet was prepared for a line
        return work(prescription.id, line, reason)

    return carry_out


def _on_lines(
    work: Callable[[UUID, list[UUID], str], Work],
) -> Callable[[Prescription, UUID | None, str], Work]:
    return _on_line(lambda prescription, line, reason: work(prescription, [line], reason))
