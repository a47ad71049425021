"""The chosen prescription: whose it is, its lines, and what is done with it next."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from clinicdesk.contract.entities import (
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
)
from clinicdesk.core.clock import Now
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.settling import settle_layouts
from clinicdesk.desktop.design.tokens import TextRole, Tone
from clinicdesk.desktop.forms.pharmacy_prescription import Ui_PharmacyPrescription
from clinicdesk.desktop.models.prescription_items import PrescriptionItems
from clinicdesk.desktop.printing.desk_printing import DeskPrinting
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.action_bar import ActionBar
from clinicdesk.desktop.workspaces.pharmacy.counselling_card import CounsellingCard
from clinicdesk.desktop.workspaces.pharmacy.deed_menu import DeedMenu
from clinicdesk.desktop.workspaces.pharmacy.deeds import Deed
from clinicdesk.desktop.workspaces.pharmacy.findings_card import FindingsCard
from clinicdesk.desktop.workspaces.pharmacy.line_cells import LineCells
from clinicdesk.desktop.workspaces.pharmacy.offers import Offer, OfferMaker, Offers
from clinicdesk.desktop.workspaces.pharmacy.order_bar import OrderBar
from clinicdesk.desktop.workspaces.pharmacy.refund_card import RefundCard
from clinicdesk.desktop.workspaces.pharmacy.refusal_banner import RefusalBanner
from clinicdesk.desktop.workspaces.pharmacy.tell_card import TellCard
from clinicdesk.desktop.workspaces.shared.allergy_pill import allergy_list, by_severity
from clinicdesk.desktop.workspaces.shared.being_there import BeingThere
from clinicdesk.desktop.workspaces.shared.company_words import rivals, show_company
from clinicdesk.desktop.workspaces.shared.findings_watch import FindingsWatch
from clinicdesk.desktop.workspaces.shared.item_table import ItemTable
from clinicdesk.desktop.workspaces.shared.notices_read import read_what_is_seen
from clinicdesk.desktop.workspaces.shared.order_words import standing_look
from clinicdesk.desktop.workspaces.shared.patient_head import PatientHead
from clinicdesk.desktop.workspaces.shared.prescription_facts import PrescriptionFacts, pending_here
from clinicdesk.desktop.workspaces.shared.progress import steps_of
from clinicdesk.desktop.workspaces.shared.progress_line import ProgressLine
from clinicdesk.desktop.workspaces.shared.refunds_due import RefundsDue

_AROUND_A_ROW = 24
_TO_BE_DISPENSED = (PrescriptionStatus.DRAFT, PrescriptionStatus.PAID)
_OVER = (PrescriptionStatus.COMPLETED, PrescriptionStatus.CANCELLED)


class PrescriptionPane(QFrame):
    """Shows one prescription as the rows here tell it, this desk's own unsent work included.

    It only shows; `counter_work` does what the buttons say.

    Attributes:
        table: The lines. refund_card: Money that is owed back. tell_card: Whom to call.
        findings: What the safety rules say of the lines. counselling: What the patient is told.
        being_there: Who else has it open. menu: Everything that can be done.

    Signals:
        wanted: Something is to be done by a button: its `Deed`.
        dismissed: A refusal was read: the outbox entry's identifier.
        history_wanted: All prescriptions of this patient are asked for: the patient's identifier.
        refreshed: Everything is said as it stands now.
    """

    wanted = Signal(object)
    dismissed = Signal(object)
    history_wanted = Signal(object)
    refreshed = Signal()
    _became_due = Signal()

    def __init__(
        self,
        context: Context,
        refunds: RefundsDue,
        printing: DeskPrinting,
        now: Now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._desk = context.desk
        self._refunds = refunds
        self._now = now
        self._shown: UUID | None = None
        self._turning = False
        self._maker = OfferMaker(context.desk, printing, self)
        self._offers: Offers | None = None
        self._shelf: list[int | None] = []
        self._due = False
        # Not by a timer: that comes after what stands there by then has been painted.
        self._became_due.connect(self._refresh_if_due, Qt.ConnectionType.QueuedConnection)
        self.ui = Ui_PharmacyPrescription()
        self.ui.setupUi(self)
        self._cells = cells = LineCells(context.desk, context.zone, now, self._current_id, self)
        self.items = PrescriptionItems(context.desk.replica.items, parent=self, cells=cells)
        self.findings = FindingsWatch(context, self)
        self.findings.changed.connect(self._show_findings)
        self.menu = DeedMenu(context.design, lambda: self.offers, self)
        self.menu.wanted.connect(self.wanted)
        self._make_head()
        self._make_content()
        self._actions = ActionBar(self.ui, context, now, self.menu, self)
        self._actions.wanted.connect(self.wanted)
        self.being_there = BeingThere(context.desk.presence, self)
        self.being_there.changed.connect(self._show_company)
        read_what_is_seen(context, self.being_there)

    @property
    def prescription(self) -> Prescription | None:
        """What is shown, as it stands now; None when it is nothing or not here any more."""
        return self._desk.replica.prescriptions.get(self._shown)

    @property
    def current_item(self) -> PrescriptionItem | None:
        """The line that the keyboard is on."""
        place = self.table.current_place()
        return None if place is None else self.items.item_at(place)

    @property
    def offers(self) -> Offers | None:
        """What can be done now; None while nothing is shown."""
        prescription = self.prescription
        if prescription is None:
            return None
        if self._offers is None:
            items = self.items.items()
            self._offers = self._maker.offers(prescription, items, self.current_item)
        return self._offers

    def today(self) -> date:
        """The clinic's day."""
        return self._now().astimezone(self._context.zone).date()

    def open_lines(self) -> list[UUID]:
        """The lines that wait for the pharmacist's hands now."""
        return self._maker.open_lines(self.items.items())

    def show_prescription(self, prescription_id: UUID | None) -> None:
        """Show another prescription, from its top, with its first open line chosen."""
        self._shown = prescription_id
        self._turning = True  # everything is said once, when it is known which line is chosen
        try:
            self.being_there.show_prescription(prescription_id)
            self.items.show_prescription(prescription_id)
            self.table.choose(None)
            self.choose_open_line()
        finally:
            self._turning = False
        self.refresh()
        self.ui.prescription_scroll.verticalScrollBar().setValue(0)

    def choose_open_line(self) -> None:
        """Go to the first line that waits, from the current one on; else stay."""
        open_lines = set(self.open_lines())
        here = self.table.current_place() or 0
        places = [*range(here, self.items.rowCount()), *range(here)]
        for place in places:
            item = self.items.item_at(place)
            if item is not None and item.id in open_lines:
                self.table.choose(place)
                return
        if self.table.current_place() is None and self.items.rowCount():
            self.table.choose(0)

    def choose_line(self, item_id: UUID) -> None:
        """Go to a line, if it is there."""
        for place in range(self.items.rowCount()):
            item = self.items.item_at(place)
            if item is not None and item.id == item_id:
                self.table.choose(place)

    def shelf_differs(self) -> bool:
        """Whether more or less of what is shown lies on the shelf than is said."""
        return self._on_shelf() != self._shelf

    def refresh_later(self) -> None:
        """Say everything again at the end of this turn: a frame, or a key, changes many things."""
        self._offers = None  # a key that comes before the end asks for them anew
        if not self._due:
            self._due = True
            self._became_due.emit()

    def refresh(self) -> None:
        """Say everything again: rows, clock, connection or outbox have changed."""
        self._due = False
        prescription = self.prescription
        if prescription is not None:
            self._say(prescription)
        self.refreshed.emit()
        self.table.settle()
        settle_layouts()

    def _refresh_if_due(self) -> None:
        if self._due:
            self.refresh()

    def _say(self, prescription: Prescription) -> None:
        self._show_head(prescription)
        self._shelf = self._on_shelf()
        self.items.refresh()
        self.table.offer_next(prescription.status in _TO_BE_DISPENSED)
        self.findings.show_prescription(prescription, self.items.items())
        self.counselling.show_prescription(prescription)
        self._banner.show_prescription(prescription.id)
        self._show_findings()
        self._show_allergies(prescription)
        self._show_note(prescription)
        steps = steps_of(prescription, self._context.zone, self._now())
        self._progress.show_steps(steps)
        self._progress_card.setVisible(prescription.status in _OVER)
        if self.table.current_place() is None:
            self.choose_open_line()  # the lines have only now come, or were written anew
        self._say_offers(prescription)

    def _say_offers(self, prescription: Prescription) -> None:
        """Say what can be done now, wherever it is offered."""
        self._offers = None
        offers = self.offers
        assert offers is not None, "it is shown"
        order = self._order(prescription)
        self._actions.say(prescription, self.current_item, order, offers)
        self._order_bar.say(order, offers, self._now())
        self._show_refund(prescription, offers[Deed.PAY_OUT])
        patient = self._desk.replica.patients.get(prescription.patient_id)
        self.tell_card.say(patient, shown=offers[Deed.TELL].shown)

    def show_table_row(self) -> None:
        """Scroll until the current line is seen."""
        rect = self.table.visualRect(self.table.currentIndex())
        if rect.isValid():
            corner = self.table.viewport().mapTo(self.ui.prescription_page, rect.topLeft())
            for y in (corner.y() + rect.height(), corner.y()):
                self.ui.prescription_scroll.ensureVisible(corner.x(), y, 0, _AROUND_A_ROW)

    def _on_shelf(self) -> list[int | None]:
        return [self._cells.in_stock(item) for item in self.items.items()]

    def _current_id(self) -> UUID | None:
        item = self.current_item
        return None if item is None else item.id

    def _order(self, prescription: Prescription) -> PurchaseOrder | None:
        """The one that is open, otherwise the last."""
        orders = self._desk.replica.orders.of(prescription.id)
        return max(orders, key=lambda order: order.created_at, default=None)

    def _show_findings(self) -> None:
        prescription = self.prescription
        if prescription is not None:
            answered = self._desk.safety.answered(prescription.id)
            prescriber = self._prescriber(prescription)
            found, to_check = self.findings.findings(), set(self.open_lines())
            if prescription.status in _OVER:  # what matters then is what somebody answered
                found = [finding for finding in found if finding.key in answered]
            self._findings_card.say(found, answered, prescriber, to_check)

    def _show_head(self, prescription: Prescription) -> None:
        replica = self._desk.replica
        now = self._now()
        patient = replica.patients.get(prescription.patient_id)
        if patient is not None:
            today = now.astimezone(self._context.zone).date()
            self.head.show_patient(patient, replica.allergies.of(patient.id), today)
        pending = pending_here(self._desk, prescription.id)
        look = standing_look(prescription, self._desk.orders)
        prescriber = self._prescriber(prescription)
        self._facts.show_prescription(prescription, look, prescriber, pending, now)

    def _show_company(self) -> None:
        """Who else has it open; somebody who could do the same work at once is a warning."""
        others = self.being_there.others()
        tone = Tone.WARNING if rivals(self._desk, others) else Tone.NEUTRAL
        show_company(self.head.company, self._desk, others, self._context.zone, self._now(), tone)

    def _prescriber(self, prescription: Prescription) -> str:
        found = self._desk.replica.practitioners.get(prescription.practitioner_id)
        return found.name if found is not None else self.tr("Prescriber not here yet")

    def _show_refund(self, prescription: Prescription, offer: Offer) -> None:
        self.refund_card.setVisible(offer.shown)
        owed = self._refunds.amount(prescription.id)
        self.refund_card.say(money(owed, prescription.currency), offer.why_off)

    def _show_allergies(self, prescription: Prescription) -> None:
        """Several allergies have not all room in the head: then they are told here as well."""
        held = by_severity(self._desk.replica.allergies.of(prescription.patient_id))
        self._allergies.setVisible(len(held) > 1)
        names = ", ".join(allergy.substance for allergy in held)
        title = self.tr("Allergies: %1").replace("%1", names)
        self._allergies.say(title, allergy_list(held).replace("\n", " · "))

    def _show_note(self, prescription: Prescription) -> None:
        note = prescription.note or ""
        self._note_card.setVisible(bool(note))
        self._note.setText(note)
        author = self.tr("Note from %1").replace("%1", self._prescriber(prescription))
        self._note_card.set_title(author)
        reason = prescription.cancel_reason or ""
        self._reason_card.setVisible(bool(reason))
        self._reason.setText(reason)

    def _make_head(self) -> None:
        design = self._context.design
        link = Pill(self.tr("History"), icon="history")
        self.head = PatientHead(design, link)
        self.head.link.setToolTip(self.tr("All prescriptions of this patient"))
        self.head.patient_wanted.connect(self.history_wanted)
        self.head.copied.connect(
            lambda number: self._context.toast(self.tr("Copied: %1").replace("%1", number))
        )
        self._facts = PrescriptionFacts(design, self._context.zone, self._context.painted)
        self.head.aside.addWidget(self._facts)
        self.ui.head_row.addWidget(self.head)

    def _make_content(self) -> None:
        design, content = self._context.design, self.ui.content
        self._banner = RefusalBanner(self._context, self._now)
        self._banner.understood.connect(self.dismissed)
        self._banner.findings_missed.connect(self.findings.ask_again)
        self._allergies = Banner(design, Tone.DANGER)
        self.refund_card = RefundCard(design)
        self.refund_card.wanted.connect(lambda: self.wanted.emit(Deed.PAY_OUT))
        self.tell_card = TellCard(design)
        self.tell_card.wanted.connect(lambda: self.wanted.emit(Deed.TELL))
        self.table = ItemTable()
        self.table.setObjectName("items_table")
        self.table.setAccessibleName(self.tr("Lines of the prescription"))
        self.table.dress(design, self.items, batches=True)
        self.table.selectionModel().currentChanged.connect(self._on_line)
        lines = Card(design, padded=False)
        lines.fill(self.table)
        self._reason_card = Card(design, self.tr("Why it was cancelled"))
        self._reason = paragraph("", TextRole.BODY, "second")
        self._reason_card.body.addWidget(self._reason)
        self._note_card = Card(design, self.tr("Note"))
        self._note_card.setObjectName("note_card")
        self._note = paragraph("", TextRole.BODY, "second")
        self._note_card.body.addWidget(self._note)
        self._progress = ProgressLine(design)
        self._progress_card = Card(design)
        self._progress_card.body.addWidget(self._progress)
        self._findings_card = FindingsCard(design)
        self.counselling = CounsellingCard(self._context)
        self._order_bar = OrderBar(design, self._context.zone)
        self._order_bar.wanted.connect(self.wanted)
        for part in (
            self._banner, self._allergies, self.refund_card, self.tell_card, lines,
            self._findings_card, self._reason_card, self._note_card, self.counselling,
            self._order_bar, self._progress_card,
        ):  # fmt: skip
            content.addWidget(part)
        content.addStretch(1)

    def _on_line(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        if self._turning:
            return
        prescription = self.prescription
        if self._due or prescription is None:
            self._offers = None
        else:
            self.items.refresh()
            self._say_offers(prescription)
        self.show_table_row()
