"""What is done at the counter: each step asks what it must, saves a command and goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelItem,
    CancelPrescription,
    CheckItem,
    DeclineItem,
    DeliverOrder,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    HoldItems,
    PayOutRefund,
    RejectOrder,
    ReturnToStock,
    SubstituteItem,
    TakePayment,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    Verified,
)
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.models.item_words import medicine_words, product_words
from clinicdesk.desktop.printing.desk_printing import DeskPrinting
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.check_sheets import Bagging
from clinicdesk.desktop.workspaces.pharmacy.deeds import OF_A_LINE, Deed
from clinicdesk.desktop.workspaces.pharmacy.hand_over_sheet import DeliveredSheet, HandOverSheet
from clinicdesk.desktop.workspaces.pharmacy.line_work import LineWork
from clinicdesk.desktop.workspaces.pharmacy.objections import Objections
from clinicdesk.desktop.workspaces.pharmacy.payment_sheet import PaymentSheet
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.pharmacy.ready_sheet import ReadySheet
from clinicdesk.desktop.workspaces.pharmacy.reasons import why_cancelled
from clinicdesk.desktop.workspaces.pharmacy.refund_sheet import RefundSheet
from clinicdesk.desktop.workspaces.pharmacy.repeat_sheet import RepeatSheet
from clinicdesk.desktop.workspaces.pharmacy.send_back_sheet import SendBackSheet
from clinicdesk.desktop.workspaces.pharmacy.sheet_place import SheetPlace
from clinicdesk.desktop.workspaces.shared.reason_sheet import ReasonSheet
from clinicdesk.desktop.workspaces.shared.refunds_due import RefundsDue
from clinicdesk.desktop.workspaces.shared.sheet import Work

_NOT_CHECKED: Final = frozenset({ItemStatus.PENDING, ItemStatus.PICKING})
_AskOfLine: TypeAlias = Callable[[Prescription, PrescriptionItem, str], None]
_BECOMES_READY: Final = _NOT_CHECKED | {ItemStatus.CHECKED}


class CounterWork(QObject):
    """Carries out the deeds of a `PrescriptionPane`, by button and by key alike.

    A key whose deed is off says why: nobody presses F10 in vain and wonders.

    Signals:
        at_rest: A sheet closed and the keyboard has no place of its own to go back to.
        prescription_wanted: Another one is to be shown: its identifier.
    """

    at_rest = Signal()
    prescription_wanted = Signal(object)

    def __init__(
        self,
        context: Context,
        pane: PrescriptionPane,
        refunds: RefundsDue,
        printing: DeskPrinting,
    ) -> None:
        super().__init__(pane)
        self._context = context
        self._desk = context.desk
        self._pane = pane
        self._refunds = refunds
        self._awaited: tuple[UUID, UUID] | None = None
        dispensing, orders = context.desk.dispensing, context.desk.orders
        self._place = place = SheetPlace(context, pane)
        place.at_rest.connect(self.at_rest)
        made = (context.design, context.tasks)
        self._payment = place.add(PaymentSheet(*made, dispensing))
        self._hand_over = place.add(HandOverSheet(*made, dispensing))
        self._objections = Objections(context, pane, place)
        self._ready = place.add(ReadySheet(*made, self._ready_from_sheet))
        self._cancel = place.add(ReasonSheet(*made, why_cancelled(dispensing)))
        self._refund = place.add(RefundSheet(*made, dispensing))
        self._send_back = place.add(SendBackSheet(*made, orders))
        self._delivered = place.add(DeliveredSheet(*made, orders))
        self._early = place.add(RepeatSheet(*made, self._opened_repeat))
        self._lines = LineWork(context, pane, place, self._objections)
        self._of_line: dict[Deed, Callable[[Prescription, PrescriptionItem], None]] = {
            Deed.CHECK: self._lines.check_by_hand,
            Deed.UNDO: self._lines.undo,
            Deed.OWE: self._lines.owe,
            Deed.PICK: self._lines.pick,
            Deed.SUBSTITUTE: self._lines.substitute,
            Deed.HOLD: self._lines.hold,
            Deed.DECLINE: self._lines.decline,
            Deed.RETURN: self._lines.put_back,
        }
        self._of_whole: dict[Deed, Callable[[Prescription], None]] = {
            Deed.TAKE_PAYMENT: partial(self._ask, self._payment),
            Deed.READY: self._make_ready,
            Deed.HAND_OVER: self._ask_collector,
            Deed.CANCEL: self._ask_cancel,
            Deed.PAY_OUT: self._pay_out,
            Deed.TELL: self._tell_patient,
            Deed.ACKNOWLEDGE: self._acknowledge,
            Deed.SEND_BACK: self._ask_send_back,
            Deed.BRING: self._bring,
            Deed.REPEAT: self._repeat,
            Deed.LABELS: lambda prescription: printing.print_labels(prescription.id),
            Deed.PRINT: lambda prescription: printing.print_prescription(prescription.id),
        }
        pane.wanted.connect(self.do)

    def do(self, deed: Deed) -> None:
        """Do it to what is shown, or say why not."""
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is None or offers is None or self._place.is_stopped():
            return
        item = self._pane.current_item
        if deed is Deed.CHECK and item is not None and item.status is ItemStatus.CHECKED:
            deed = Deed.UNDO
        if not self._place.may(offers[deed].why_off):
            return
        if deed in OF_A_LINE:
            if item is not None:
                self._of_line[deed](prescription, item)
        else:
            self._of_whole[deed](prescription)

    def take_product(self, scan: ProductScan) -> None:
        """A box was scanned while this prescription is shown."""
        self._lines.take_product(scan)

    def mend(self, command: AnyCommand) -> bool:
        """Ask again what a refused command was given upon, with the answers of then; False where
        nothing was asked. Its prescription is shown already."""
        match command:
            case TakePayment():
                self.do(Deed.TAKE_PAYMENT)
            case HandOver() | DeliverOrder():
                self._mend_hand_over(command)
            case CancelPrescription():
                self._cancel.prepare(reason=command.reason)
                self._open(self._cancel, Deed.CANCEL)
            case PayOutRefund():
                self.do(Deed.PAY_OUT)
            case FulfillItems():
                self.do(Deed.READY)
            case RejectOrder():
                self._mend_send_back(command)
            case _:
                return self._mend_line(command)
        return True

    def look_again(self) -> None:
        """Something changed: leave a sheet that is not about what is shown, or of no use now."""
        self._place.look_again()
        self._go_to_repeat()

    def _ask(self, sheet: PaymentSheet, prescription: Prescription) -> None:
        self._place.open(sheet, prescription)

    def _ask_send_back(self, prescription: Prescription, given: RejectOrder | None = None) -> None:
        self._send_back.prepare(given)
        self._place.open(self._send_back, prescription)

    def _open(self, sheet: ReasonSheet, deed: Deed) -> None:
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is None or offers is None:
            return
        if self._place.may(offers[deed].why_off):
            self._place.open(sheet, prescription)

    def _make_ready(self, prescription: Prescription) -> None:
        """Ask for the bin, and for a reason where something was not checked."""
        items = self._pane.items.items()
        lines = [item.id for item in items if item.status in _BECOMES_READY]
        unchecked = [item.id for item in items if item.status in _NOT_CHECKED]
        if self._objections.stopped(prescription, *unchecked):
            return
        self._ready.prepare(lines, unchecked)
        self._place.open(self._ready, prescription)

    def _ready_from_sheet(self, bagging: Bagging) -> Work | None:
        """Where the bag waits is said: go on, or ask why findings are no obstacle."""
        prescription = self._pane.prescription
        if prescription is not None and self._objections.asked(
            bagging, prescription.code, prescription
        ):
            return None
        return bagging.carry_out(self._desk.dispensing)

    def _ask_collector(self, prescription: Prescription, given: str = "") -> None:
        owed = self._refunds.amount(prescription.id)
        items = self._pane.items.items()
        later = sum(item.owing for item in items)
        held = [medicine_words(item) for item in items if item.status is ItemStatus.ON_HOLD]
        words = []
        others = [product_words(i) for i in items if i.prepared and i.substitute_id is not None]
        if others:
            words.append(self.tr("In the bag: %1.").replace("%1", ", ".join(others)))
        if held:
            words.append(self.tr("On hold, stays here: %1.").replace("%1", ", ".join(held)))
        if owed:
            text = self.tr("%1 is owed back: pay it out while they are here.")
            words.append(text.replace("%1", money(owed, prescription.currency)))
        if later:
            which = ", ".join(product_words(item) for item in items if item.owing)
            text = self.tr("%n unit(s) of %1 are owing: tell them when to come.", "", later)
            words.append(text.replace("%1", which))
        if prescription.counselling:
            words.append(self.tr("Tell them: %1").replace("%1", prescription.counselling))
        self._pane.counselling.save_now()
        self._hand_over.prepare(self._patient(prescription), "\n".join(words), given)
        self._place.open(self._hand_over, prescription)

    def _ask_cancel(self, prescription: Prescription) -> None:
        paid = prescription.paid_minor
        text = self.tr("%1 was paid; it is owed back until you pay it out.")
        note = text.replace("%1", money(paid, prescription.currency)) if paid else ""
        self._cancel.prepare(note=note)
        self._place.open(self._cancel, prescription)

    def _pay_out(self, prescription: Prescription) -> None:
        """Ask whether the refund was counted out; the oldest one first."""
        due = self._refunds.of(prescription.id)
        if due:
            self._refund.prepare(due[0])
            self._place.open(self._refund, prescription)

    def _tell_patient(self, prescription: Prescription) -> None:
        work = self._desk.dispensing.tell_patient(prescription.id)
        said = self.tr("Noted: the patient was told.")
        self._place.submit(work, self.tr("noting that the patient was told"), said)

    def _acknowledge(self, prescription: Prescription) -> None:
        work = self._desk.orders.acknowledge(prescription.id)
        said = self.tr("Acknowledged. The prescriber sees it.")
        self._place.submit(work, self.tr("acknowledging the order"), said)

    def _bring(self, prescription: Prescription) -> None:
        """It leaves; when it has left, ask who took it in."""
        order = self._desk.orders.open_order(prescription.id)
        if order is not None and order.status is OrderStatus.OUT_FOR_DELIVERY:
            self._delivered.prepare(self._patient(prescription), "")
            self._place.open(self._delivered, prescription)
            return
        work = self._desk.orders.dispatch(prescription.id)
        said = self.tr("On its way. T again when it has arrived.")
        self._place.submit(work, self.tr("dispatching the order"), said)

    def _repeat(self, prescription: Prescription) -> None:
        """Open it; while what was last given should still last, ask first."""
        early = self._desk.dispensing.early_repeat(prescription.id, self._context.zone)
        if early is not None:
            self._early.prepare(early)
            self._place.open(self._early, prescription)
            return
        said = self.tr("The repeat waits for payment.")
        self._place.submit(
            self._opened_repeat(prescription.id), self.tr("opening the repeat"), said
        )

    async def _opened_repeat(self, prescription_id: UUID) -> Submitted | Denied:
        """The repeat is shown as soon as it is here: its payment comes next."""
        given = await self._desk.dispensing.dispense_repeat(prescription_id)
        entry = self._desk.outbox.entry(given.op_id) if isinstance(given, Submitted) else None
        if entry is not None and isinstance(entry.command, DispenseRepeat):
            self._awaited = (prescription_id, entry.command.repeat_id)
        return given

    def _go_to_repeat(self) -> None:
        if self._awaited is None:
            return
        of, repeat_id = self._awaited
        shown = self._pane.prescription
        busy_with = self._place.asking
        if shown is None or shown.id != of or busy_with not in (None, self._early):
            self._awaited = None  # the person has gone on to something else
        elif repeat_id in self._desk.replica.prescriptions:
            self._awaited = None
            self.prescription_wanted.emit(repeat_id)

    def _mend_hand_over(self, command: HandOver | DeliverOrder) -> None:
        prescription, offers = self._pane.prescription, self._pane.offers
        if prescription is None or offers is None:
            return
        if isinstance(command, DeliverOrder):
            self.do(Deed.BRING)
        elif self._place.may(offers[Deed.HAND_OVER].why_off):
            self._ask_collector(prescription, command.collected_by)

    def _mend_send_back(self, command: RejectOrder) -> None:
        prescription, offers = self._pane.prescription, self._pane.offers
        if (
            prescription is not None
            and offers is not None
            and self._place.may(offers[Deed.SEND_BACK].why_off)
        ):
            self._ask_send_back(prescription, command)

    def _mend_line(self, command: AnyCommand) -> bool:
        """As `mend`, of a command about a line: go to it, and ask what it was given with. What was
        scanned is scanned again."""
        lines = self._lines
        ask: _AskOfLine
        match command:
            case CheckItem(item_id=item_id, verified=Verified.HAND, hand_reason=reason):
                ask = lines.check_by_hand
            case CheckItem(item_id=item_id):
                self._pane.choose_line(item_id)
                return True
            case SubstituteItem(item_id=item_id, reason=reason):
                ask = lines.substitute
            case DeclineItem(item_id=item_id, reason=reason):
                ask = lines.decline
            case CancelItem(item_id=item_id, reason=reason):
                ask = lines.decline
            case HoldItems(item_ids=[item_id, *_], reason=reason):
                ask = lines.hold
            case ReturnToStock(item_ids=[item_id, *_], reason=reason):
                ask = lines.put_back
            case _:
                return False
        self._pane.choose_line(item_id)
        prescription, item = self._pane.prescription, self._pane.current_item
        if prescription is None or item is None:
            return False
        # Some keys undo what is done already: it is asked again only while it may be done.
        why = self._desk.dispensing.can(type(command), prescription.id, item.id)
        if self._place.may(why or ""):
            ask(prescription, item, reason or "")
        return True

    def _patient(self, prescription: Prescription) -> str:
        patient = self._desk.replica.patients.get(prescription.patient_id)
        return "" if patient is None else patient.name
