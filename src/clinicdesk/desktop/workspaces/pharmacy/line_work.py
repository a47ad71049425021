"""What is done to one line: checked by scan or by hand, put back, owed, replaced, declined."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from clinicdesk.contract.commands import CheckItem
from clinicdesk.contract.entities import ItemStatus, Prescription, PrescriptionItem, Verified
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.item_words import medicine_words
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.check_sheets import ByHandSheet, Check
from clinicdesk.desktop.workspaces.pharmacy.objections import Objections
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.pharmacy.reasons import (
    why_declined,
    why_held,
    why_rest_cancelled,
    why_returned,
)
from clinicdesk.desktop.workspaces.pharmacy.scanned_products import (
    Mismatch,
    batch_scanned,
    match,
    wanted_product,
)
from clinicdesk.desktop.workspaces.pharmacy.sheet_place import SheetPlace
from clinicdesk.desktop.workspaces.pharmacy.substitute_sheet import SubstituteSheet
from clinicdesk.desktop.workspaces.shared.reason_sheet import ReasonSheet
from clinicdesk.desktop.workspaces.shared.sheet import Work


class LineWork(QObject):
    """Carries out what is done to the current line of a `PrescriptionPane`.

    Each method asks nothing where nothing is to be asked, and is called only when it may be done.
    """

    def __init__(
        self,
        context: Context,
        pane: PrescriptionPane,
        place: SheetPlace,
        objections: Objections,
    ) -> None:
        super().__init__(pane)
        self._context = context
        self._desk = context.desk
        self._dispensing = context.desk.dispensing
        self._pane = pane
        self._place = place
        self._objections = objections
        self._checking = False
        self._scanned: list[ProductScan] = []
        made = (context.design, context.tasks)
        self._by_hand = place.add(ByHandSheet(*made, self._check_from_sheet))
        self._substitute = place.add(SubstituteSheet(*made, context.desk))
        self._decline = place.add(ReasonSheet(*made, why_declined(self._dispensing)))
        self._cancel_rest = place.add(ReasonSheet(*made, why_rest_cancelled(self._dispensing)))
        self._hold = place.add(ReasonSheet(*made, why_held(self._dispensing)))
        self._return = place.add(ReasonSheet(*made, why_returned(self._dispensing)))

    def take_product(self, scan: ProductScan) -> None:
        """A box was scanned: check its line with its batch, or stop.

        What is scanned while a check is being saved waits for it: the line may want no more.
        """
        if self._checking:
            self._scanned.append(scan)
            return
        prescription = self._pane.prescription
        if prescription is None:
            self._context.toast(
                self.tr("Open a prescription first: then this box is checked for its line."),
                Tone.WARNING,
                of_scan=True,
            )
            return
        if self._place.is_stopped():
            return
        why = self._dispensing.can(CheckItem, prescription.id)
        items = self._pane.items.items()
        found = match(scan, items, self._pane.current_item, self._pane.today())
        if isinstance(found, Mismatch) and (why is None or found.wanted):
            self._objections.show_stop(found, prescription)
            return
        if isinstance(found, Mismatch) or why is not None:
            self._context.toast(why or "", Tone.WARNING, of_scan=True)
            return
        self._check_scanned(scan, found.item, prescription)

    def check_by_hand(
        self, prescription: Prescription, item: PrescriptionItem, reason: str = ""
    ) -> None:
        """Ask why it is not scanned; of a checked line, undo that."""
        if item.status is ItemStatus.CHECKED:
            self.undo(prescription, item)
            return
        check = Check(prescription.id, item.id, wanted_product(item), verified=Verified.HAND)
        if self._objections.stopped(prescription, item.id):
            return
        open_units = item.quantity - item.supplied - item.prepared
        self._by_hand.begin(check, medicine_words(item), open_units, reason)
        self._place.open(self._by_hand, prescription)

    def undo(self, prescription: Prescription, item: PrescriptionItem) -> None:
        """Put back what was checked for the line."""
        work = self._dispensing.uncheck(prescription.id, item.id)
        self._place.submit(work, self.tr("undoing the check"))

    def owe(self, prescription: Prescription, item: PrescriptionItem) -> None:
        """What is not there is owed until stock comes."""
        rest = item.quantity - item.supplied - item.prepared - item.owing
        text = self.tr("%1 owing of %2.").replace("%1", str(rest))
        said = text.replace("%2", medicine_words(item))
        work = self._dispensing.owe(prescription.id, item.id)
        self._place.submit(work, self.tr("owing the rest"), said)

    def pick(self, prescription: Prescription, item: PrescriptionItem) -> None:
        """It is being fetched: colleagues see it."""
        work = self._dispensing.pick(prescription.id, [item.id])
        self._place.submit(work, self.tr("picking the line"))

    def substitute(
        self, prescription: Prescription, item: PrescriptionItem, reason: str = ""
    ) -> None:
        """Ask by which product."""
        self._substitute.prepare(item, reason)
        self._place.open(self._substitute, prescription)

    def hold(self, prescription: Prescription, item: PrescriptionItem, reason: str = "") -> None:
        """Ask why it is held; of a held line, go on with it."""
        if item.status is ItemStatus.ON_HOLD:
            work = self._dispensing.release(prescription.id, [item.id])
            self._place.submit(work, self.tr("going on with the line"))
            return
        self._hold.prepare(item.id, medicine_words(item), reason=reason)
        self._place.open(self._hold, prescription)

    def decline(self, prescription: Prescription, item: PrescriptionItem, reason: str = "") -> None:
        """Ask why it is declined, or why what is left of it is cancelled."""
        later = item.status in (ItemStatus.OWING, ItemStatus.RETURNED_TO_STOCK)
        sheet = self._cancel_rest if later else self._decline
        note = ""
        if not later and prescription.paid_minor:
            text = self.tr("%1 of what was paid is then owed back.")
            note = text.replace("%1", money(item.amount_minor, item.currency))
        sheet.prepare(item.id, medicine_words(item), note, reason)
        self._place.open(sheet, prescription)

    def put_back(
        self, prescription: Prescription, item: PrescriptionItem, reason: str = ""
    ) -> None:
        """Ask why it goes back to stock; of a line that went, begin it again."""
        if item.status is ItemStatus.RETURNED_TO_STOCK:
            work = self._dispensing.restart(prescription.id, [item.id])
            self._place.submit(work, self.tr("dispensing the line again"))
            return
        self._return.prepare(item.id, medicine_words(item), reason=reason)
        self._place.open(self._return, prescription)

    def _check_scanned(
        self, scan: ProductScan, item: PrescriptionItem, prescription: Prescription
    ) -> None:
        self._pane.choose_line(item.id)
        pharmacy, product = prescription.pharmacy_id, wanted_product(item)
        kept = pharmacy is not None and self._desk.stock.on_hand(pharmacy, product) is not None
        batch = None
        if kept and pharmacy is not None:
            found = batch_scanned(scan, self._desk.stock.batches(pharmacy, product))
            if isinstance(found, Mismatch):
                self._objections.show_stop(found, prescription)
                return
            batch = found
        check = Check(
            prescription.id,
            item.id,
            product,
            batch_id=None if batch is None else batch.id,
            batch_number=scan.batch,
            expiry=scan.expiry,
        )
        if not self._place.may(
            self._dispensing.can(CheckItem, prescription.id, item.id) or ""
        ) or self._objections.asked(check, medicine_words(item), prescription):
            return
        asking = self._place.asking
        if asking is not None:
            asking.leave()  # the box is in the hand now: what was asked before it is of no use
        self._checking = True
        self._place.submit(self._checked(check), self.tr("checking the line"))

    async def _checked(self, check: Check) -> Submitted | Denied:
        try:
            return await check.carry_out(self._dispensing)
        finally:
            self._checking = False
            QTimer.singleShot(0, self, self._take_next)

    def _take_next(self) -> None:
        if self._scanned:
            self.take_product(self._scanned.pop(0))

    def _check_from_sheet(self, check: Check) -> Work | None:
        """The reason for checking by hand is given: go on, or ask for another reason."""
        prescription, item = self._pane.prescription, self._pane.items.item_of(check.item_id)
        if (
            prescription is not None
            and item is not None
            and self._objections.asked(check, medicine_words(item), prescription)
        ):
            return None
        return check.carry_out(self._dispensing)
