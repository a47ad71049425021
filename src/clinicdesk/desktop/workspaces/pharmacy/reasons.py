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


def _tr(text: str) -> str:
    return QCoreApplication.translate("ReasonSheet", text)


def why_cancelled(dispensing: Dispensing) -> WhyAsked:
    """The whole prescription is stopped; what was paid is owed back from then on."""
    return WhyAsked(
        name="cancel",
        command=CancelPrescription,
        carry_out=lambda prescription, _line, reason: dispensing.cancel(prescription.id, reason),
        title=_tr("Cancel this prescription?"),
        confirm=_tr("Cancel prescription"),
        icon="ban",
        kind=Kind.DESTROY,
        who_reads=_tr("The prescriber reads this"),
        usual=(
            _tr("Not collected"),
            _tr("Out of stock"),
            _tr("Patient does not want it"),
            _tr("Sent twice"),
        ),
        doing=_tr("cancelling the prescription"),
        outcome=_tr("Cancelled. The prescriber is told."),
        close=_tr("Keep it"),
    )


def why_declined(dispensing: Dispensing) -> WhyAsked:
    """One line is taken out of what is supplied."""
    return WhyAsked(
        name="decline",
        command=DeclineItem,
        carry_out=_on_line(dispensing.decline),
        title=_tr("Decline this line?"),
        confirm=_tr("Decline line"),
        icon="package-x",
        kind=Kind.DESTROY,
        who_reads=_tr("The prescriber reads this"),
        usual=(
            _tr("Out of stock"),
            _tr("Patient does not want it"),
            _tr("Has enough at home"),
        ),
        doing=_tr("declining the line"),
        outcome=_tr("Declined. The prescriber is told."),
        close=_tr("Keep it"),
    )


def why_rest_cancelled(dispensing: Dispensing) -> WhyAsked:
    """What is owing, or was put back, will not be supplied any more."""
    return WhyAsked(
        name="cancel_rest",
        command=CancelItem,
        carry_out=_on_line(dispensing.cancel_item),
        title=_tr("Cancel what is left of this line?"),
        confirm=_tr("Cancel the rest"),
        icon="package-x",
        kind=Kind.DESTROY,
        who_reads=_tr("The prescriber reads this"),
        usual=(
            _tr("Cannot be had"),
            _tr("Patient does not want it any more"),
            _tr("Got it elsewhere"),
        ),
        doing=_tr("cancelling the rest"),
        outcome=_tr("Cancelled. The prescriber is told."),
        close=_tr("Keep it"),
    )


def why_held(dispensing: Dispensing) -> WhyAsked:
    """Nothing is done with a line until something is settled."""
    return WhyAsked(
        name="hold",
        command=HoldItems,
        carry_out=_on_lines(dispensing.hold),
        title=_tr("Put this line on hold?"),
        confirm=_tr("Hold"),
        icon="pause",
        kind=Kind.PRIMARY,
        who_reads=_tr("Your colleagues read this"),
        usual=(
            _tr("Asking the prescriber"),
            _tr("Patient comes back later"),
            _tr("Stock comes today"),
        ),
        doing=_tr("putting the line on hold"),
        outcome=_tr("On hold. H goes on with it."),
    )


def why_returned(dispensing: Dispensing) -> WhyAsked:
    """What lies ready goes back to its batch."""
    return WhyAsked(
        name="return",
        command=ReturnToStock,
        carry_out=_on_lines(dispensing.return_to_stock),
        title=_tr("Return this line to stock?"),
        confirm=_tr("Return to stock"),
        icon="undo-2",
        kind=Kind.PRIMARY,
        who_reads=_tr("Stands in the stock's ledger"),
        usual=(
            _tr("Not collected"),
            _tr("Patient does not want it"),
            _tr("Wrong product in the bag"),
        ),
        doing=_tr("returning the line to stock"),
        outcome=_tr("Back in stock. R dispenses it again, D cancels it."),
    )


def reasons_by_hand() -> tuple[str, ...]:
    """Why a product was not scanned."""
    return (
        _tr("Barcode cannot be read"),
        _tr("Has no barcode"),
        _tr("Scanner does not work"),
        _tr("Loose units, counted"),
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
