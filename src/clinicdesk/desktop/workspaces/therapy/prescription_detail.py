"""One prescription of a therapist: whose, what, how far it has come, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from clinicdesk.contract.commands import CancelPrescription
from clinicdesk.contract.entities import OrderStatus, Prescription
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.core.clock import utc_now
from clinicdesk.core.conflict import DraftConflict, conflict_of
from clinicdesk.core.remedies import carries_typing
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.command_words import command_words
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.labels import line, paragraph
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_3, TextRole, Tone
from clinicdesk.desktop.forms.therapy_prescription import Ui_TherapyPrescription
from clinicdesk.desktop.models.prescription_items import PrescriptionItems
from clinicdesk.desktop.printing.desk_printing import DeskPrinting
from clinicdesk.desktop.wording import date_text, moment_text
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.being_there import BeingThere
from clinicdesk.desktop.workspaces.shared.company_words import show_company
from clinicdesk.desktop.workspaces.shared.conflict_settling import settle_refused
from clinicdesk.desktop.workspaces.shared.conflict_words import refused_sentence
from clinicdesk.desktop.workspaces.shared.findings_watch import NOT_SUPPLIED, FindingsWatch
from clinicdesk.desktop.workspaces.shared.item_table import ItemTable
from clinicdesk.desktop.workspaces.shared.notices_read import read_what_is_seen
from clinicdesk.desktop.workspaces.shared.order_words import answer_words, standing_look
from clinicdesk.desktop.workspaces.shared.patient_head import PatientHead
from clinicdesk.desktop.workspaces.shared.prescription_facts import PrescriptionFacts
from clinicdesk.desktop.workspaces.shared.progress import steps_of
from clinicdesk.desktop.workspaces.shared.progress_line import ProgressLine
from clinicdesk.desktop.workspaces.shared.reason_sheet import ReasonSheet
from clinicdesk.desktop.workspaces.therapy.drafts import is_draft
from clinicdesk.desktop.workspaces.therapy.order_line import OrderLine
from clinicdesk.desktop.workspaces.therapy.pill_flow import PillFlow
from clinicdesk.desktop.workspaces.therapy.reroute_sheet import RerouteSheet
from clinicdesk.desktop.workspaces.therapy.safety_answers import unsent_answers, what_was_found
from clinicdesk.desktop.workspaces.therapy.safety_record import SafetyRecord
from clinicdesk.desktop.workspaces.therapy.stopping import why_stopped


class PrescriptionDetail(QFrame):
    """Shows one prescription as the rows tell it, with this desk's own unsent work.

    Signals:
        continue_wanted: The draft that is shown is to be written on: identifier.
        patient_wanted: The patient is to be shown: identifier.
        at_rest: A question was answered: the keyboard may go back to the list.
        offers_changed: `can_cancel` or `can_print` says something else.
    """

    continue_wanted = Signal(object)
    patient_wanted = Signal(object)
    at_rest = Signal()
    offers_changed = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._desk = context.desk
        self._shown: UUID | None = None
        self._offers = (False, False)
        self._refusal: OutboxEntry | None = None
        self._printing = DeskPrinting(context, self)
        self.ui = Ui_TherapyPrescription()
        self.ui.setupUi(self)
        self.items = PrescriptionItems(context.desk.replica.items, parent=self)
        self._findings = FindingsWatch(context, self)
        self._findings.changed.connect(self._show_safety)
        self._make_head()
        self._make_content()
        why = why_stopped(context.desk.prescribing)
        self.sheet = ReasonSheet(context.design, context.tasks, why)
        self.sheet.closed.connect(self._sheet_closed)
        self.ui.sheet_place.addWidget(self.sheet)
        self.reroute_sheet = RerouteSheet(context)
        self.reroute_sheet.closed.connect(self._sheet_closed)
        self.reroute_sheet.done.connect(lambda said: context.toast(said, Tone.SUCCESS))
        self.ui.sheet_place.addWidget(self.reroute_sheet)
        self._dress_actions()
        self._being_there = BeingThere(context.desk.presence, self)
        self._being_there.watch(self.sheet)
        self._being_there.changed.connect(self._show_company)
        read_what_is_seen(context, self._being_there)
        # A frame changes several collections: everything is said once, when all have told.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.refresh)
        self._follow()

    @property
    def prescription(self) -> Prescription | None:
        """What is shown, as it stands now; None when it is nothing or not here any more."""
        return self._desk.replica.prescriptions.get(self._shown)

    @property
    def can_cancel(self) -> bool:
        """Whether what is shown can be cancelled now."""
        return self.prescription is not None and self.ui.cancel_button.isEnabled()

    @property
    def can_print(self) -> bool:
        """Whether what is shown can be put on paper: a draft cannot."""
        shown = self.prescription
        return shown is not None and not is_draft(shown) and self.ui.print_button.isEnabled()

    def show_prescription(self, prescription_id: UUID | None) -> None:
        """Show another one, from its top."""
        if prescription_id != self._shown:
            self.sheet.leave()
            self.reroute_sheet.leave()
            self.ui.detail_scroll.verticalScrollBar().setValue(0)
        self._shown = prescription_id
        self._being_there.show_prescription(prescription_id)
        self.items.show_prescription(prescription_id)
        self.refresh()

    def refresh(self) -> None:
        """Say everything again."""
        prescription = self.prescription
        if prescription is None:
            return
        replica, now = self._desk.replica, utc_now()
        patient = replica.patients.get(prescription.patient_id)
        if patient is not None:
            today = now.astimezone(self._context.zone).date()
            self.head.show_patient(patient, replica.allergies.of(patient.id), today)
        pending = self._desk.outbox.pending(prescription.id)
        self._facts.show_prescription(
            prescription,
            standing_look(prescription, self._desk.orders),
            self._prescriber(prescription),
            pending,
            now,
        )
        self.items.refresh()
        self._progress.show_steps(steps_of(prescription, self._context.zone, now))
        self._show_refusal(prescription)
        self._show_sent_back(prescription)
        self._show_end(prescription)
        self._order.say(prescription, now)
        self._show_safety()
        self._show_terms(prescription)
        self._note_card.setVisible(bool(prescription.note))
        self._note.setText(prescription.note or "")
        self._show_actions(prescription)

    def cancel(self, reason: str = "") -> None:
        """Ask why, starting from the `reason` that was given before, then cancel it."""
        prescription = self.prescription
        if prescription is not None and self.ui.cancel_button.isEnabled():
            self.sheet.prepare(reason=reason)
            self.sheet.open_about(prescription)
            self.ui.actions.hide()

    def print_out(self) -> None:
        """Show it as paper, to be printed or saved."""
        if self._shown is not None:
            self._printing.print_prescription(self._shown)

    def write_on(self) -> None:
        """Go on with a draft."""
        prescription = self.prescription
        if prescription is not None and is_draft(prescription):
            self.continue_wanted.emit(prescription.id)

    def _show_company(self) -> None:
        others = self._being_there.others()
        show_company(self.head.company, self._desk, others, self._context.zone, utc_now())

    def _prescriber(self, prescription: Prescription) -> str:
        found = self._desk.replica.practitioners.get(prescription.practitioner_id)
        return "" if found is None else found.name

    def _show_refusal(self, prescription: Prescription) -> None:
        refused = self._desk.outbox.refused()
        mine = (entry for entry in refused if entry.command.aggregate_id == prescription.id)
        self._refusal = entry = next(mine, None)
        self._banner.setVisible(entry is not None)
        if entry is None or entry.refusal is None:
            return
        words = refused_sentence(entry, self._desk.replica, self._context.zone, utc_now())
        if self._has_two_versions():
            title = self.tr("There are two versions of this draft")
            self._banner.say(title, words, self.tr("Compare"))
            return
        kept = self.tr("What you wrote is kept: open the draft to see both.")
        what = command_words(entry.command, self._desk.replica)
        title = self.tr("Refused: %1").replace("%1", what)
        draft = is_draft(prescription)
        action = self.tr("Open the draft") if draft else self.tr("Understood")
        self._banner.say(title, f"{words} {kept}" if draft else words, action)

    def _has_two_versions(self) -> bool:
        entry = self._refusal
        if entry is None:
            return False
        return isinstance(conflict_of(entry, self._desk.replica), DraftConflict)

    def _show_sent_back(self, prescription: Prescription) -> None:
        """The pharmacy cannot supply it, or asks another price: somebody has to decide."""
        order = self._desk.orders.sent_back(prescription.id)
        self._sent_back.setVisible(order is not None)
        if order is None or order.response is None:
            return
        pharmacy = self._desk.replica.pharmacies.get(order.pharmacy_id)
        title = self.tr("%1 sent it back").replace("%1", "" if pharmacy is None else pharmacy.name)
        self._sent_back.say(title.strip(), answer_words(order), self.tr("Choose a pharmacy"))

    def reroute(self) -> None:
        """Ask where it goes instead."""
        prescription = self.prescription
        if prescription is not None and self._desk.orders.sent_back(prescription.id) is not None:
            self.sheet.leave()
            self.reroute_sheet.open_about(prescription)
            self.ui.actions.hide()

    def _show_end(self, prescription: Prescription) -> None:
        """How it ended: who has it, or who stopped it and why."""
        zone, now = self._context.zone, utc_now()
        self._end.setVisible(prescription.status in PRESCRIPTION.terminal)
        if prescription.cancelled_at is not None:
            by = self._desk.replica.members.get(prescription.updated_by)
            text = self.tr("Cancelled by %1, %2")
            text = text.replace("%1", self._who(None if by is None else by.name))
            title = text.replace("%2", moment_text(prescription.cancelled_at, zone, now))
            self._end.set_tone(Tone.DANGER, "ban")
            self._end.say(title, prescription.cancel_reason or "")
        elif prescription.completed_at is not None:
            orders = self._desk.replica.orders.of(prescription.id)
            brought = any(order.status is OrderStatus.DELIVERED for order in orders)
            text = self.tr("Delivered to %1, %2") if brought else self.tr("Collected by %1, %2")
            text = text.replace("%1", self._who(prescription.collected_by))
            self._end.set_tone(Tone.SUCCESS, "check-check")
            self._end.say(text.replace("%2", moment_text(prescription.completed_at, zone, now)))

    def _who(self, name: str | None) -> str:
        return name or self.tr("somebody")

    def _show_safety(self) -> None:
        """What was found and who answered it; what the rules say now, as long as it counts."""
        prescription = self.prescription
        if prescription is None:
            return
        open_still = (
            prescription.signed_at is not None
            and prescription.status not in PRESCRIPTION.terminal
        )  # fmt: skip
        lines = self.items.items()
        if open_still:
            self._findings.show_prescription(prescription, lines)
        found = what_was_found(
            self._findings.findings() if open_still else (),
            self._desk.replica.findings.of(prescription.id),
            unsent_answers(
                self._desk.outbox.entries(),
                prescription.id,
                self._desk.member.id,
                prescription.pharmacy_id,
            ),
            {item.id for item in lines if item.status not in NOT_SUPPLIED},
        )
        prescriber, now = self._prescriber(prescription), utc_now()
        self._safety.say([each for each in found if not each.is_note], prescriber, now)
        self._notes.say([each for each in found if each.is_note], prescriber, now)

    def _show_terms(self, prescription: Prescription) -> None:
        """What goes with its lines: how often, how it comes to the patient, until when."""
        pills = []
        if prescription.repeats:
            left = prescription.repeats - prescription.repeats_used
            text = self.tr("%n of %1 repeat(s) left", "", left)
            text = text.replace("%1", str(prescription.repeats))
            pills.append(Pill(text, Tone.NEUTRAL, "rotate-ccw"))
        if prescription.delivery and prescription.status not in PRESCRIPTION.terminal:
            pills.append(Pill(self.tr("To be delivered"), Tone.NEUTRAL, "truck"))
        if (
            prescription.valid_until is not None
            and prescription.status not in PRESCRIPTION.terminal
        ):
            text = self.tr("Valid until %1")
            text = text.replace("%1", date_text(prescription.valid_until))
            pills.append(Pill(text, Tone.NEUTRAL, "calendar-days"))
        self._terms.show_pills(pills)
        self._terms.setVisible(bool(pills))

    def _show_actions(self, prescription: Prescription) -> None:
        draft = is_draft(prescription)
        over = prescription.status in PRESCRIPTION.terminal
        why = self._desk.prescribing.can(CancelPrescription, prescription.id) or ""
        self.ui.continue_button.setVisible(draft)
        self.ui.print_button.setVisible(not draft)
        no_paper = self._printing.why_not_prescription(prescription.id) or ""
        reason_when_disabled(self.ui.print_button, no_paper)
        self.ui.cancel_button.setVisible(not over)
        reason_when_disabled(self.ui.cancel_button, why, self.ui.why_off)
        if over:
            self.ui.why_off.hide()
        if self.sheet.isVisibleTo(self) and (over or why):
            self.sheet.leave()
        offers = (self.can_cancel, self.can_print)
        if offers != self._offers:
            self._offers = offers
            self.offers_changed.emit()

    def _make_head(self) -> None:
        design = self._context.design
        self.head = PatientHead(design, Pill(self.tr("Open patient"), icon="external-link"))
        self.head.patient_wanted.connect(self.patient_wanted)
        self.head.copied.connect(
            lambda number: self._context.toast(self.tr("%1 copied").replace("%1", number))
        )
        self._facts = PrescriptionFacts(design, self._context.zone, self._context.painted)
        self.head.aside.addWidget(self._facts)
        self.ui.head_place.addWidget(self.head)

    def _make_content(self) -> None:
        design, content = self._context.design, self.ui.content
        self._banner = Banner(design, Tone.DANGER)
        self._banner.setObjectName("refusal_banner")
        self._banner.acted.connect(self._act_on_refusal)
        self._sent_back = Banner(design, Tone.WARNING)
        self._sent_back.setObjectName("sent_back")
        self._sent_back.acted.connect(self.reroute)
        self._end = Banner(design, Tone.INFO)
        self._end.setObjectName("prescription_end")
        self._progress = ProgressLine(design)
        self._progress.setObjectName("prescription_progress")
        progress_card = Card(design)
        progress_card.body.setSpacing(SPACE_3)
        progress_card.body.addWidget(self._progress)
        progress_card.body.addWidget(line())
        self._order = OrderLine(design, self._desk, self._context.zone)
        progress_card.body.addWidget(self._order)
        self.table = ItemTable()
        self.table.setObjectName("items_table")
        self.table.setAccessibleName(self.tr("Lines of the prescription"))
        self.table.dress(design, self.items)
        self.table.offer_next(False)
        lines = Card(design, padded=False)
        lines.fill(self.table)
        zone = self._context.zone
        self._safety = SafetyRecord(self.tr("Safety"), design, self._desk, zone)
        self._safety.setObjectName("safety_record")
        self._notes = SafetyRecord(self.tr("For information"), design, self._desk, zone)
        self._notes.setObjectName("safety_notes")
        self._terms = PillFlow(design)
        self._terms.setObjectName("prescription_terms")
        self._note_card = Card(design, self.tr("Note to the pharmacist"))
        self._note = paragraph("", TextRole.BODY, "second")
        self._note_card.body.addWidget(self._note)
        for part in (
            self._banner,
            self._sent_back,
            self._end,
            progress_card,
            self._safety,
            lines,
            self._notes,
            self._terms,
            self._note_card,
        ):
            content.addWidget(part)
        content.addStretch(1)

    def _dress_actions(self) -> None:
        design, ui = self._context.design, self.ui
        ui.print_button.dress(design, icon="printer", key="Ctrl+P")
        ui.print_button.clicked.connect(self.print_out)
        ui.cancel_button.dress(design, kind=Kind.DANGER, icon="ban", key="Ctrl+Del")
        ui.continue_button.dress(design, kind=Kind.PRIMARY, icon="file-pen", key="Enter")
        ui.cancel_button.clicked.connect(lambda: self.cancel())
        ui.continue_button.clicked.connect(self.write_on)

    def _follow(self) -> None:
        replica = self._desk.replica
        leaves: list[Callable[[], None]] = [
            replica.collection(kind).subscribe(self._on_rows)
            for kind in (
                "prescription",
                "prescription_item",
                "patient",
                "allergy",
                "pharmacy",
                "purchase_order",
                "safety_finding",
                "member",
            )
        ]
        leaves.append(self._desk.outbox.changed.add(self._on_rows))
        leaves.append(self._desk.link.changed.add(self._on_rows))
        for leave in leaves:
            self.destroyed.connect(leave)

    def _on_rows(self, _change: Any) -> None:
        self._later.start()

    def _act_on_refusal(self) -> None:
        prescription = self.prescription
        if self._refusal is not None and self._has_two_versions():
            settle_refused(self._context, self.window(), self._refusal.op_id, utc_now)
        elif prescription is not None and is_draft(prescription):
            self.write_on()
        elif self._refusal is not None:
            self._context.tasks.start(
                self._desk.outbox.discard(self._refusal.op_id),
                doing=self.tr("putting a refusal away"),
                on_done=self._tell_put_away,
                of=self,
            )

    def _tell_put_away(self, gone: list[OutboxEntry]) -> None:
        """What somebody wrote goes with its refusal; for a moment it can be put back."""
        if not any(carries_typing(entry.command) for entry in gone):
            return
        tasks, outbox = self._context.tasks, self._desk.outbox
        back = self.tr("putting a discarded change back")
        self._context.toast(
            self.tr("What you wrote was discarded."),
            action=self.tr("Undo"),
            on_action=lambda: tasks.start(outbox.put_back(gone), doing=back),
        )

    def _sheet_closed(self) -> None:
        self.ui.actions.show()
        self.at_rest.emit()
