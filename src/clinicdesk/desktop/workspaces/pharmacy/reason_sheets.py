"""What takes something away asks why: the prescriber reads it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.commands import CancelPrescription, DeclineItem
from clinicdesk.contract.entities import Prescription, PrescriptionItem
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_2
from clinicdesk.desktop.models.item_words import medicine_words
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.pharmacy.sheet import Sheet, Work

_REASON_LENGTH = 300
_SHORTEST = 3


class ReasonSheet(Sheet):
    """A line to write, and the usual reasons to click or to reach with Tab."""

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, dispensing, parent)
        self._field = QLineEdit()
        self._field.setObjectName("reason_field")
        self._field.setMaxLength(_REASON_LENGTH)
        self._field.setPlaceholderText(self.tr("The prescriber reads this"))
        self._block = FieldBlock(design, self.tr("Reason"), self._field)
        self._field.textChanged.connect(lambda: self._block.set_error(""))
        self.ui.body.addWidget(self._block)
        usual = QHBoxLayout()
        usual.setSpacing(SPACE_2)
        for reason in self.usual_reasons():
            chip = Chip(design, Pill(reason))
            chip.clicked.connect(lambda _checked=False, reason=reason: self.fill(reason))
            usual.addWidget(chip)
        usual.addStretch(1)
        self.ui.body.addLayout(usual)

    def usual_reasons(self) -> list[str]:
        """What is chosen most often."""
        return []

    def open_about(self, prescription: Prescription) -> None:
        """Appear with an empty line."""
        super().open_about(prescription)
        self._field.clear()

    def first_field(self) -> QWidget:
        """The reason."""
        return self._field

    def work(self, prescription: Prescription) -> Work | None:
        """The command, with the reason; a reason that says nothing is refused here already."""
        reason = self._field.text().strip()
        if len(reason) < _SHORTEST:
            self._block.set_error(self.tr("Reason: write at least a word."))
            return None
        return self.carry_out(prescription, reason)

    def carry_out(self, _prescription: Prescription, _reason: str) -> Work:
        """The command, on its way."""
        raise NotImplementedError

    def fill(self, reason: str) -> None:
        """Put a reason into the line, to be sent or changed."""
        self._field.setText(reason)
        self._field.setFocus()


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
        super().__init__(design, tasks, dispensing, parent)
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

    def open_about(self, prescription: Prescription) -> None:
        """Appear, saying what it will cost."""
        self.name_it(
            self.tr("Cancel this prescription?"), prescription.code,
            self.tr("Cancel prescription"), "ban", Kind.DESTROY,
        )  # fmt: skip
        self.ui.sheet_close.setText(self.tr("Keep it"))
        paid = prescription.paid_minor
        text = self.tr("%1 was paid; it is owed back until you pay it out.")
        self.note(text.replace("%1", money(paid, prescription.currency)) if paid else "")
        super().open_about(prescription)

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
        super().__init__(design, tasks, dispensing, parent)
        self.setObjectName("decline_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_decline_button")
        self._field.setObjectName("decline_reason_field")

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
        self.ui.sheet_close.setText(self.tr("Keep it"))
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
