"""Takes a payment in cash: what is due, what was received, what goes back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from clinicdesk.contract.commands import TakePayment
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.labels import label, set_ink
from clinicdesk.desktop.design.tokens import SPACE_1, SPACE_6, TextRole
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_FIELD_WIDTH = 190


class PaymentSheet(Sheet):
    """Enter on its own records the exact amount; of a larger one the change is shown at once."""

    command = TakePayment

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._dispensing = dispensing
        self.setObjectName("payment_sheet")
        self._due = 0
        self._due_label = label("", TextRole.COUNTER)
        self._due_label.setObjectName("amount_due")
        self._change_word = label("", TextRole.PILL, "second")
        self._change_label = label("", TextRole.COUNTER)
        self._change_label.setObjectName("change_due")
        self._field = QLineEdit()
        self._field.setObjectName("received_field")
        self._field.setMaxLength(20)
        self._field.setFixedWidth(_FIELD_WIDTH)
        self._field.setFont(design.fonts.font(TextRole.NAME))
        self._field.textChanged.connect(self._reckon)
        self._block = FieldBlock(design, self.tr("Received"), self._field)
        self._block.setFixedWidth(_FIELD_WIDTH)
        self.ui.sheet_confirm.setObjectName("record_payment_button")
        self._arrange()

    def fill(self, prescription: Prescription) -> None:
        """The exact amount stands in the field, chosen, so that typing replaces it."""
        self._due = self._dispensing.amount_due(prescription.id)
        currency = prescription.currency
        self.name_it(
            self.tr("Cash payment"), prescription.code, self.tr("Record payment"), "banknote",
            Kind.PRIMARY,
        )  # fmt: skip
        self._due_label.setText(money(self._due, currency))
        self._field.setText(amount_text(self._due, currency))
        self._reckon()

    def first_field(self) -> QWidget:
        """The amount received."""
        return self._field

    def work(self, prescription: Prescription) -> Work | None:
        """The payment, of what is due; the change stays at the counter."""
        sentence = self._wrong_with(prescription)
        self._block.set_error(sentence)
        return None if sentence else self._dispensing.take_payment(prescription.id, self._due)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("recording the payment")

    def outcome(self) -> str:
        """The change once more: it is what the hands do next."""
        prescription = self._prescription
        change = self._change()
        if prescription is None or not change:
            return ""
        text = self.tr("Paid. Give back %1.")
        return text.replace("%1", money(change, prescription.currency))

    def _received(self) -> int | None:
        if self._prescription is None:
            return None
        return read_amount(self._field.text(), self._prescription.currency)

    def _change(self) -> int | None:
        received = self._received()
        return None if received is None else received - self._due

    def _wrong_with(self, prescription: Prescription) -> str:
        change = self._change()
        if change is None:
            example = amount_text(self._due, prescription.currency)
            text = self.tr("Received: write an amount, like %1.")
            return text.replace("%1", example)
        if change < 0:
            return self.tr("Received: it has to cover the amount due.")
        return ""

    def _reckon(self) -> None:
        """Show the change, or what is missing, as it is typed; refusals wait for Enter."""
        self._block.set_error("")
        prescription, change = self._prescription, self._change()
        if prescription is None:
            return
        short = change is not None and change < 0
        self._change_word.setText(self.tr("Missing") if short else self.tr("Change"))
        shown = "–" if change is None else money(abs(change), prescription.currency)
        self._change_label.setText(shown)
        set_ink(self._change_label, "danger" if short else "success" if change else "third")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE_6 + SPACE_6)
        row.addLayout(
            _counted(label(self.tr("Amount due"), TextRole.PILL, "second"), self._due_label)
        )
        row.addWidget(self._block)
        row.addLayout(_counted(self._change_word, self._change_label))
        row.addStretch(1)
        self.ui.body.addLayout(row)


def _counted(word: QLabel, amount: QLabel) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(SPACE_1 - 2)
    column.addWidget(word)
    column.addWidget(amount, 0, Qt.AlignmentFlag.AlignLeft)
    column.addStretch(1)
    return column
