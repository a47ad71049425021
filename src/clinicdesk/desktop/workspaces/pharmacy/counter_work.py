"""What is done at the counter: each step asks what it must, saves a command and goes on."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    DeclineItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    TakePayment,
)
from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.hand_over_sheet import HandOverSheet
from clinicdesk.desktop.workspaces.pharmacy.offers import Offer
from clinicdesk.desktop.workspaces.pharmacy.payment_sheet import PaymentSheet
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.pharmacy.reason_sheets import CancelSheet, DeclineSheet
from clinicdesk.desktop.workspaces.pharmacy.refund_sheet import RefundSheet
from clinicdesk.desktop.workspaces.pharmacy.refunds_due import RefundsDue
from clinicdesk.desktop.workspaces.shared.company_words import rivals, warning_words
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work


class CounterWork(QObject):
    """Carries out the actions of a `PrescriptionPane`, by button and by key alike.

    A key whose action is off says why: nobody presses F10 in vain and wonders.

    Signals:
        at_rest: A sheet closed and the keyboard has no place of its own to go back to.
    """

    at_rest = Signal()

    def __init__(self, context: Context, pane: PrescriptionPane, refunds: RefundsDue) -> None:
        super().__init__(pane)
        self._context = context
        self._dispensing = context.desk.dispensing
        self._pane = pane
        self._refunds = refunds
        self._came_from: QWidget | None = None
        made = (context.design, context.tasks, self._dispensing)
        self._payment = PaymentSheet(*made)
        self._hand_over = HandOverSheet(*made)
        self._cancel = CancelSheet(*made)
        self._decline = DeclineSheet(*made)
        self._refund = RefundSheet(*made)
        self._sheets: tuple[Sheet, ...] = (
            self._payment, self._hand_over, self._cancel, self._decline, self._refund,
        )  # fmt: skip
        for sheet in self._sheets:
            pane.ui.sheet_row.addWidget(sheet)
            sheet.closed.connect(self._on_closed)
            sheet.done.connect(self._on_done)
            pane.being_there.watch(sheet)
        self._warned: tuple[UUID | None, set[UUID]] = (None, set())
        self._connect_buttons()

    def take_payment(self) -> None:
        """Ask for the amount received."""
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is not None and offers is not None and self._may(offers.take_payment):
            self._open(self._payment, prescription)

    def fulfil_line(self) -> None:
        """The current line lies in the bag; go on to the next that waits."""
        prescription, item = self._pane.prescription, self._pane.current_item
        if prescription is None or item is None:
            return
        why = self._dispensing.can(FulfillItems, prescription.id, item.id)
        if self._may(Offer(shown=True, why_off=why or "")):
            work = self._dispensing.fulfill(prescription.id, [item.id])
            self._submit(work, self.tr("fulfilling the line"))

    def fulfil_all(self) -> None:
        """Every line that waits lies in the bag."""
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is not None and offers is not None and self._may(offers.fulfil):
            work = self._dispensing.fulfill(prescription.id, self._pane.open_lines())
            self._submit(work, self.tr("fulfilling the lines"))

    def decline_line(self) -> None:
        """Ask why the current line is declined."""
        prescription, offers = self._pane.prescription, self._pane.offers
        item = self._pane.current_item
        if prescription is None or offers is None or not self._may(offers.decline):
            return
        if item is not None:
            self._decline.prepare(item)
            self._open(self._decline, prescription)

    def hand_over(self, collected_by: str = "") -> None:
        """Ask who collects, starting from `collected_by` or the patient."""
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is None or offers is None or not self._may(offers.hand_over):
            return
        patient = self._context.desk.replica.patients.get(prescription.patient_id)
        owed = self._refunds.amount(prescription.id)
        text = self.tr("%1 is owed back: pay it out while they are here.")
        warning = text.replace("%1", money(owed, prescription.currency)) if owed else ""
        name = collected_by or (patient.name if patient is not None else "")
        self._hand_over.prepare(name, warning)
        self._open(self._hand_over, prescription)

    def cancel(self) -> None:
        """Ask why it is cancelled."""
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is not None and offers is not None and self._may(offers.cancel):
            self._open(self._cancel, prescription)

    def pay_out(self) -> None:
        """Ask whether the refund was counted out; the oldest one first."""
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is None or offers is None or not self._may(offers.pay_out):
            return
        due = self._refunds.of(prescription.id)
        if due:
            self._refund.prepare(due[0])
            self._open(self._refund, prescription)

    def mend(self, command: AnyCommand) -> bool:
        """Ask again what a refused command was given upon, with the answers of then; False where
        nothing was asked. Its prescription is shown already."""
        match command:
            case TakePayment():
                self.take_payment()
            case HandOver():
                self.hand_over(command.collected_by)
            case CancelPrescription():
                self.cancel()
                self._cancel.fill(command.reason)
            case DeclineItem():
                self._pane.choose_line(command.item_id)
                self.decline_line()
                self._decline.fill(command.reason)
            case PayOutRefund():
                self.pay_out()
            case _:
                return False
        return True

    def look_again(self) -> None:
        """Something changed: leave a sheet that is not about what is shown, or of no use now."""
        for sheet in self._sheets:
            asked = sheet.prescription
            if asked is None or sheet.busy:
                continue
            shown = self._pane.prescription
            if shown is None or shown.id != asked.id:
                sheet.leave()
                continue
            why = self._dispensing.can(sheet.command, asked.id, sheet.item_id)
            if why is not None:
                sheet.leave()
                self._context.toast(why, Tone.WARNING)

    def _may(self, offer: Offer) -> bool:
        """Whether an action is on; why it is not is said."""
        if offer.why_off:
            self._context.toast(offer.why_off, Tone.WARNING)
        else:
            self._warn_of_rivals()
        return not offer.why_off

    def _warn_of_rivals(self) -> None:
        """Who begins to work on what a colleague has open is told so, once for each colleague."""
        desk, there = self._context.desk, self._pane.being_there
        people = rivals(desk, there.others())
        of, known = self._warned
        if of != there.open:
            known = set()
        fresh = [who for who in people if who.member not in known]
        if fresh:
            self._context.toast(warning_words(desk, fresh), Tone.WARNING)
        self._warned = (there.open, {who.member for who in people})

    def _open(self, sheet: Sheet, prescription: Prescription) -> None:
        if sheet.prescription is not None:
            return
        # A button may be gone, or its neighbour in its place, once the sheet has done its work.
        focused = QApplication.focusWidget()
        came_from = None if isinstance(focused, QAbstractButton) else focused
        for other in self._sheets:
            other.leave()
        self._came_from = came_from
        self._pane.ui.actions.hide()
        sheet.open_about(prescription)

    def _submit(self, work: Work, doing: str) -> None:
        self._context.tasks.start(work, doing=doing, on_done=lambda _: self._on_saved(), of=self)

    def _on_saved(self) -> None:
        self._pane.choose_open_line()
        if isinstance(QApplication.focusWidget(), QAbstractButton):
            self.at_rest.emit()  # where Space and Enter mean the next step again

    def _on_closed(self) -> None:
        self._pane.ui.actions.show()
        came_from, self._came_from = self._came_from, None
        if came_from is not None and came_from.isVisible() and came_from.isEnabled():
            came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.at_rest.emit()

    def _on_done(self, said: str) -> None:
        if said:
            self._context.toast(said, Tone.SUCCESS)
        self._pane.choose_open_line()

    def _connect_buttons(self) -> None:
        ui = self._pane.ui
        for button, run in (
            (ui.cancel_button, self.cancel),
            (ui.decline_button, self.decline_line),
            (ui.take_payment_button, self.take_payment),
            (ui.fulfil_button, self.fulfil_all),
            (ui.hand_over_button, lambda: self.hand_over()),
        ):
            # A click leaves the keyboard in the list.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(run)
        self._pane.refund_card.wanted.connect(self.pay_out)
