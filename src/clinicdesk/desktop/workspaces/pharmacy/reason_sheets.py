"""What takes something away asks why: the prescriber reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import CancelPrescription, DeclineItem
from clinicdesk.contract.entities import Prescription, PrescriptionItem
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.models.item_words import medicine_words
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.reason_sheet import ReasonSheet
from clinicdesk.desktop.workspaces.shared.sheet import Work


class CancelSheet(ReasonSheet):
    """Cancels a prescription; what was paid is owed back from then on."""

    command = CancelPrescription

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, _who_reads(), parent)
        self._dispensing = dispensing
        self.setObjectName("cancel_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_cancel_button")

    def usual_reasons(self) -> list[str]:
        """What is chosen most often."""
        return [
            self.tr("Not collected"),
            self.tr("Out of stock"),
            self.tr("Patient does not want it"),
            self.tr("Sent twice"),
        ]

    def open_about(self, prescription: Prescription, reason: str = "") -> None:
        """Appear, saying what it will cost."""
        self.name_it(
            self.tr("Cancel this prescription?"), prescription.code,
            self.tr("Cancel prescription"), "ban", Kind.DESTROY,
        )  # fmt: skip
        paid = prescription.paid_minor
        text = self.tr("%1 was paid; it is owed back until you pay it out.")
        self.note(text.replace("%1", money(paid, prescription.currency)) if paid else "")
        super().open_about(prescription, reason)

    def carry_out(self, prescription: Prescription, reason: str) -> Work:
        """The cancellation."""
        return self._dispensing.cancel(prescription.id, reason)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("cancelling the prescription")

    def outcome(self) -> str:
        """See Sheet."""
        return self.tr("Cancelled. The prescriber is told.")


class DeclineSheet(ReasonSheet):
    """Takes one line out of what is supplied."""

    command = DeclineItem

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, _who_reads(), parent)
        self._dispensing = dispensing
        self.setObjectName("decline_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_decline_button")
        self.field.setObjectName("decline_reason_field")

    def usual_reasons(self) -> list[str]:
        """What is chosen most often."""
        return [
            self.tr("Out of stock"),
            self.tr("Patient does not want it"),
            self.tr("Has enough at home"),
        ]

    def prepare(self, item: PrescriptionItem) -> None:
        """Say which line; then `open_about`."""
        self.item_id = item.id
        self.name_it(
            self.tr("Decline this line?"), medicine_words(item), self.tr("Decline line"),
            "package-x", Kind.DESTROY,
        )  # fmt: skip
        text = self.tr("%1 of what was paid is then owed back.")
        self.note(text.replace("%1", money(item.amount_minor, item.currency)))

    def carry_out(self, prescription: Prescription, reason: str) -> Work:
        """The line's refusal."""
        assert self.item_id is not None  # `prepare` comes before
        return self._dispensing.decline(prescription.id, self.item_id, reason)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("declining the line")

    def outcome(self) -> str:
        """See Sheet."""
        return self.tr("Declined. The prescriber is told.")


def _who_reads() -> str:
    return QCoreApplication.translate("ReasonSheet", "The prescriber reads this")
