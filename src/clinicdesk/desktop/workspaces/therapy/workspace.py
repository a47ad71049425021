"""The therapist's first place: find a patient, see how they stand, prescribe."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import ReviseDraft, WriteDraft
from clinicdesk.contract.entities import Allergy, Patient
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Change
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.tokens import SPACE_3, SPACE_5, Tone
from clinicdesk.desktop.forms.therapy_patients import Ui_TherapyPatients
from clinicdesk.desktop.workspace import Context, Hint, NamedAction, Shortcut, Workspace
from clinicdesk.desktop.workspaces.shared.being_there import BeingThere
from clinicdesk.desktop.workspaces.shared.company_words import rivals, show_company
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.shared.patient_finder import PatientFinder
from clinicdesk.desktop.workspaces.shared.patient_head import PatientHead
from clinicdesk.desktop.workspaces.shared.patient_page import PatientPage
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm
from clinicdesk.desktop.workspaces.therapy.drafts import is_draft
from clinicdesk.desktop.workspaces.therapy.editing import Editing
from clinicdesk.desktop.workspaces.therapy.editor import PrescriptionEditor
from clinicdesk.desktop.workspaces.therapy.patient_keys import PatientKeys

_LIST_WIDTH = 360


class TherapyWorkspace(Workspace):
    """Patients of the therapist, and the form in which prescriptions are written.

    Attributes:
        finder: The left side. page: A patient's page. editor: The form.
        editing: What is on the form.
    """

    key = "therapy"
    icon = "users"

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self._patient_id: UUID | None = None
        self._give_up: Callable[[], None] = _nothing
        design = context.design
        self.ui = Ui_TherapyPatients()
        self.ui.setupUi(self)
        self.finder = PatientFinder(context)
        self.ui.left_column.addWidget(self.finder)
        self._head = PatientHead(design)
        self._head.link.hide()
        self._head.copied.connect(self._tell_copied)
        self.ui.head_place.addWidget(self._head)
        self.editing = Editing(context, self)
        self.page = PatientPage(context, clinical=True)
        self._keys = PatientKeys(self.finder, self.page, self._may_begin, self)
        self.editor = PrescriptionEditor(context, self.editing)
        self._writing_there = BeingThere(context.desk.presence, self.editor)
        self._nobody = EmptyState(
            design,
            "users",
            self.tr("Choose a patient"),
            self.tr("Type a name, a phone number, a date of birth or a number."),
        )
        for shown in (self._nobody, self.page, self.editor):
            self.ui.pages.addWidget(shown)
        self._unfinished: DraftForm | None = None
        self._line_begun = False
        self._unfinished_banner = Banner(design, Tone.INFO, icon="file-pen")
        self._unfinished_banner.setObjectName("unfinished_banner")
        self._unfinished_banner.acted.connect(self.write_new)
        self._unfinished_banner.hide()
        self.ui.banner_place.setContentsMargins(SPACE_5, SPACE_3, SPACE_5, 0)
        self.ui.banner_place.addWidget(self._unfinished_banner)
        self._connect()
        self._bind_keys()
        self._show_page(self._nobody)
        self._allow_writing()
        self._look_for_unfinished_work()

    def title(self) -> str:
        """See Workspace."""
        return self.tr("Patients")

    def hints(self) -> list[Hint]:
        """The keys of what is shown."""
        if self.ui.pages.currentWidget() is self.editor:
            clears = self.editing.line_begun
            return [
                Hint(("Enter",), self.tr("next field, add line")),
                Hint(("F4",), self.tr("pharmacy")),
                Hint(("Ctrl+S",), self.tr("save draft")),
                Hint(("Ctrl+Enter",), self.tr("sign and send")),
                Hint(("Esc",), self.tr("clear the line") if clears else self.tr("back, kept")),
            ]
        return self._keys.hints()

    def shortcuts(self) -> list[Shortcut]:
        """Every key of this place."""
        patients, writing = self.tr("Patients"), self.tr("Writing a prescription")
        return [
            Shortcut(("Ctrl+F",), self.tr("Find a patient; or simply type on the list"), patients),
            Shortcut(("Up", "Down"), self.tr("Previous and next patient"), patients),
            Shortcut(("Enter",), self.tr("To the patient's prescriptions"), patients),
            Shortcut(
                ("Ctrl+N",), self.tr("New prescription, or go on with the one begun"), patients
            ),
            Shortcut(("Down", "Up"), self.tr("Choose among the medicines found"), writing),
            Shortcut(("Enter",), self.tr("Take the medicine, then add the line"), writing),
            Shortcut(("Down",), self.tr("From the empty search to the lines"), writing),
            Shortcut(("Enter", "Del"), self.tr("On a line: edit it, remove it"), writing),
            Shortcut(("Ctrl+Down", "Ctrl+Up"), self.tr("Read on in the safety findings"), writing),
            Shortcut(("F4",), self.tr("Compare the pharmacies and choose one"), writing),
            Shortcut(("Ctrl+S",), self.tr("Save the draft"), writing),
            Shortcut(("Ctrl+Enter",), self.tr("Sign and send to the pharmacy"), writing),
            Shortcut(("Esc",), self.tr("Clear the line that is half typed"), writing),
            Shortcut(("Esc",), self.tr("Back to the patient; what you typed is kept"), writing),
        ]

    def named_actions(self) -> list[NamedAction]:
        """What can be done by name with the patient who is shown."""
        nobody = self.tr("Choose a patient first.") if self._patient_id is None else ""
        return [
            NamedAction(
                self.tr("New prescription"),
                "file-pen",
                self.write_new,
                "Ctrl+N",
                nobody or self._desk.prescribing.can_write() or "",
            )
        ]

    def open_thing(self, kind: str, thing: UUID) -> bool:
        """Show a patient, or go on with a draft; signed prescriptions are shown elsewhere."""
        if kind == "patient":
            return self.finder.show_patient(thing)
        prescription = self._desk.replica.prescriptions.get(thing)
        if kind != "prescription" or prescription is None or not is_draft(prescription):
            return False
        if not self.finder.show_patient(prescription.patient_id):
            return False
        self._write_draft(thing)
        return True

    def mend(self, entry: OutboxEntry) -> bool:
        """Go on with what a refused command was to write."""
        command = entry.command
        if isinstance(command, ReviseDraft):
            return self.open_thing("prescription", command.prescription_id)
        if not isinstance(command, WriteDraft) or not self.finder.show_patient(command.patient_id):
            return False
        self._give_up()
        self._give_up = self._context.tasks.start(
            self.editing.keeper.of_patient(command.patient_id, ()),
            doing=self.tr("opening what was refused"),
            on_done=partial(self._show_refused, entry),
            of=self,
        )
        return True

    async def settle(self) -> None:
        """Put on the disk what was typed."""
        await self.editing.keeper.settle()

    def focus_start(self) -> None:
        """Where one looks for a patient, or goes on writing."""
        if self.ui.pages.currentWidget() is self.editor:
            self.editor.focus_start()
        else:
            self.finder.focus_search()

    def write_new(self) -> None:
        """Begin a prescription for the patient who is shown, or go on with the one begun."""
        patient_id = self._patient_id
        if patient_id is None or not self._may_begin():
            return
        if self.ui.pages.currentWidget() is self.editor:
            self.editor.focus_start()
            return
        form = self._unfinished or self.editing.drafts.fresh(patient_id)
        self._show_form(form)
        self.editor.focus_start()

    def _connect(self) -> None:
        self.finder.chosen.connect(self._choose)
        self.finder.entered.connect(self._enter)
        self._keys.changed.connect(self.hints_changed)
        self.page.new_wanted.connect(self.write_new)
        self.page.prescription_wanted.connect(self._open_prescription)
        self.editor.left.connect(self._leave_form)
        self.editing.closed.connect(self._form_closed)
        self.editing.signed.connect(self._tell_signed)
        self.editing.shown.connect(self._form_shown)
        self.editing.shown.connect(self._line_changed)
        self.editing.changed.connect(self._line_changed)
        self.editing.changed.connect(self._writing_there.typing)
        self.editing.shown.connect(self._tell_presence)
        self.editing.closed.connect(self._tell_presence)
        self._writing_there.changed.connect(self._show_company)
        replica = self._desk.replica
        self.destroyed.connect(replica.patients.subscribe(self._patients_changed))
        self.destroyed.connect(replica.allergies.subscribe(self._allergies_changed))
        self.destroyed.connect(replica.members.subscribe(lambda _change: self._allow_writing()))

    def _bind_keys(self) -> None:
        for keys, run in (("Ctrl+F", self.finder.focus_search), ("Ctrl+N", self.write_new)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    # The patient

    def _choose(self, patient_id: UUID | None) -> None:
        if patient_id == self._patient_id:
            return
        if self.editing.form is not None:
            self.editing.leave()
        self._patient_id = patient_id
        self._set_unfinished(None)
        self._show_patient()
        self._give_up()
        if patient_id is not None:
            self._show_page(self.page)
            self._give_up = self._context.tasks.start(
                self.editing.drafts.unfinished(patient_id),
                doing=self.tr("looking for what was begun"),
                on_done=partial(self._found_unfinished, patient_id),
                of=self,
            )

    def _show_patient(self) -> None:
        """The patient as they are now; nobody, when this desk does not hold them any more."""
        replica = self._desk.replica
        patient = replica.patients.get(self._patient_id)
        self._head.setVisible(patient is not None)
        if patient is None:
            self._show_page(self._nobody)
            return
        today = utc_now().astimezone(self._context.zone).date()
        self._head.show_patient(patient, replica.allergies.of(patient.id), today)
        self.page.show_patient(patient.id)

    def _enter(self, _patient_id: UUID) -> None:
        """From the list into what is shown of the patient."""
        if self.ui.pages.currentWidget() is self.editor:
            self.editor.focus_start()
        elif self.page.history.model.rowCount():
            self.page.history.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.page.ui.new_prescription_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _may_begin(self) -> bool:
        return self._patient_id is not None and self._desk.prescribing.can_write() is None

    def _open_prescription(self, prescription_id: UUID) -> None:
        prescription = self._desk.replica.prescriptions.get(prescription_id)
        if prescription is not None and is_draft(prescription):
            self._write_draft(prescription_id)
        else:
            self._context.go("prescription", prescription_id)

    def _patients_changed(self, change: Change[Patient]) -> None:
        touched = {new.id for _, new in change.updated} | {row.id for row in change.removed}
        if change.reset or self._patient_id in touched:
            self._show_patient()

    def _allergies_changed(self, change: Change[Allergy]) -> None:
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        if change.reset or any(row.patient_id == self._patient_id for row in rows):
            self._show_patient()

    def _allow_writing(self) -> None:
        reason = self._desk.prescribing.can_write() or ""
        reason_when_disabled(
            self.page.ui.new_prescription_button, reason, self.page.ui.new_prescription_reason
        )

    # The form

    def _write_draft(self, prescription_id: UUID) -> None:
        def show(form: DraftForm | None) -> None:
            if form is not None and form.patient_id == self._patient_id:
                self._show_form(form)
                self.editor.focus_start()

        self._give_up()
        self._give_up = self._context.tasks.start(
            self.editing.drafts.saved(prescription_id),
            doing=self.tr("opening the draft"),
            on_done=show,
            of=self,
        )

    def _found_unfinished(self, patient_id: UUID, form: DraftForm | None) -> None:
        """What was begun is shown at once, without taking the keyboard away."""
        if form is not None and patient_id == self._patient_id and self.editing.form is None:
            self._show_form(form)

    def _show_refused(self, entry: OutboxEntry, kept: DraftForm | None) -> None:
        """What a refused command was to write; a patient has one new prescription at a time, and
        one that was begun since comes first."""
        if kept is not None and kept.prescription_id != entry.command.aggregate_id:
            sentence = self.tr("Finish or discard the prescription that is begun here first.")
            self._context.toast(sentence, Tone.WARNING)
        form = kept or self.editing.drafts.of_refused(entry)
        if form is not None and form.patient_id == self._patient_id:
            self._show_form(form)
            self.editor.focus_start()

    def _look_for_unfinished_work(self) -> None:
        """After a crash: the patient for whom something was being written comes first."""

        def found(form: DraftForm | None) -> None:
            if form is not None and self._patient_id is None:
                self.finder.show_patient(form.patient_id)

        self._context.tasks.start(
            self.editing.keeper.newest(),
            doing=self.tr("looking for what was begun"),
            on_done=found,
            of=self,
        )

    def _show_form(self, form: DraftForm) -> None:
        self._set_unfinished(None)
        self.editing.show(form)

    def _form_shown(self) -> None:
        form = self.editing.form
        if form is None:
            return
        if form.patient_id != self._patient_id:
            # Undoing a discard after another patient was chosen: it belongs to its own.
            self._patient_id = form.patient_id
            self.finder.show_patient(form.patient_id)
            self._show_patient()
        self._set_unfinished(None)
        self._show_page(self.editor)

    def _tell_presence(self) -> None:
        form = self.editing.form
        self._writing_there.show_prescription(None if form is None else form.prescription_id)

    def _show_company(self) -> None:
        """Who else writes on this draft: two who do are bound to collide."""
        others = self._writing_there.others()
        tone = Tone.WARNING if rivals(self._desk, others) else Tone.NEUTRAL
        zone = self._context.zone
        show_company(self._head.company, self._desk, others, zone, utc_now(), tone)

    def _leave_form(self) -> None:
        form = self.editing.form
        self.editing.leave()
        self._set_unfinished(form if form is not None and form.worth_keeping else None)
        self.finder.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _form_closed(self) -> None:
        self._set_unfinished(None)
        self._show_page(self.page if self._patient_id is not None else self._nobody)

    def _set_unfinished(self, form: DraftForm | None) -> None:
        self._unfinished = form
        self._unfinished_banner.setVisible(form is not None)
        self.ui.banner_frame.setVisible(form is not None)
        if form is not None:
            count = len(form.lines)
            self._unfinished_banner.say(
                self.tr("A prescription is begun here and not saved"),
                self.tr("%n medicine(s) so far, kept on this computer.", "", count),
                self.tr("Go on with it"),
            )

    def _show_page(self, page: QWidget) -> None:
        if page is self._nobody:
            self._head.hide()
        if self.ui.pages.currentWidget() is not page:
            self.ui.pages.setCurrentWidget(page)
        self.hints_changed.emit()

    def _line_changed(self) -> None:
        if self._line_begun is not self.editing.line_begun:
            self._line_begun = self.editing.line_begun
            self.hints_changed.emit()

    def _tell_signed(self, prescription_id: UUID) -> None:
        replica = self._desk.replica
        prescription = replica.prescriptions.get(prescription_id)
        if prescription is None:
            return
        pharmacy = replica.pharmacies.get(prescription.pharmacy_id)
        text = (
            self.tr("%1 signed and sent to %2")
            if self._desk.link.reachable
            else self.tr("%1 signed. It goes to %2 when the server is back")
        )
        named = "" if pharmacy is None else pharmacy.name
        self._context.toast(
            text.replace("%1", prescription.code).replace("%2", named),
            Tone.SUCCESS,
            action=self.tr("View"),
            on_action=lambda: self._context.go("prescription", prescription_id),
        )
        self.page.history.selection.choose(prescription_id)
        self.finder.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_copied(self, number: str) -> None:
        self._context.toast(self.tr("%1 copied").replace("%1", number))

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self.ui.left, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)


def _nothing() -> None:
    """Nothing is being looked for."""
