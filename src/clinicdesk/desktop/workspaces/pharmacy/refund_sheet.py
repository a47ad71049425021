"""Pays out a refund: money leaves the till, so it is asked once more."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import PayOutRefund
from clinicdesk.contract.entities import Payment, Prescription
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.tokens import TextRole
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work


class RefundSheet(Sheet):
    """Shows the amount large; Enter says that the patient has it."""

    command = PayOutRefund

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._dispensing = dispensing
        self.setObjectName("refund_sheet")
        self._payment_id: UUID | None = None
        self._amount = label("", TextRole.COUNTER)
        self._amount.setObjectName("refund_amount")
        self.ui.body.addWidget(self._amount)
        self.ui.sheet_confirm.setObjectName("confirm_refund_button")
        self.note(self.tr("Count it out first, then record it."))

    def prepare(self, refund: Payment) -> None:
        """Say which refund; then `open_about`."""
        self._payment_id = refund.id
        self._amount.setText(money(refund.amount_minor, refund.currency))

    def fill(self, prescription: Prescription) -> None:
        """The keyboard is on the button."""
        self.name_it(
            self.tr("Pay out in cash"), prescription.code, self.tr("Record refund"), "banknote",
            Kind.PRIMARY,
        )  # fmt: skip

    def work(self, prescription: Prescription) -> Work | None:
        """The refund."""
        assert self._payment_id is not None  # `prepare` comes before
        return self._dispensing.pay_out_refund(prescription.id, self._payment_id)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("recording the refund")

    def outcome(self) -> str:
        """See Sheet."""
        return self.tr("%1 paid out.").replace("%1", self._amount.text())
