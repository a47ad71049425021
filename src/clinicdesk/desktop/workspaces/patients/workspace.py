"""Patients for those who answer the counter and the telephone: no allergies, no medicines."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut

from clinicdesk.contract.entities import Patient
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.forms.therapy_patients import Ui_TherapyPatients
from clinicdesk.desktop.workspace import Context, Hint, Workspace
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.shared.patient_finder import PatientFinder
from clinicdesk.desktop.workspaces.shared.patient_head import PatientHead
from clinicdesk.desktop.workspaces.shared.patient_page import PatientPage

_LIST_WIDTH = 360


class PatientsWorkspace(Workspace):
    """Finds a patient and says how each of their prescriptions stands.

    Attributes:
        finder: The left side. page: The right side.
    """

    key = "patients"
    icon = "users"

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._replica = context.desk.replica
        self._patient_id: UUID | None = None
        self.ui = Ui_TherapyPatients()
        self.ui.setupUi(self)
        self.ui.banner_frame.hide()
        self.finder = PatientFinder(context)
        self.ui.left_column.addWidget(self.finder)
        self._head = PatientHead(context.design)
        self._head.link.hide()
        self._head.hide_allergies()
        self._head.copied.connect(self._tell_copied)
        self.ui.head_place.addWidget(self._head)
        self.page = PatientPage(context, clinical=False)
        self._nobody = EmptyState(
            context.design,
            "users",
            self.tr("Choose a patient"),
            self.tr("Type a name, a phone number, a date of birth or a number."),
        )
        self.ui.pages.addWidget(self._nobody)
        self.ui.pages.addWidget(self.page)
        self.finder.chosen.connect(self._choose)
        self.finder.entered.connect(self._enter)
        self.finder.keyboard_moved.connect(self.hints_changed)
        self.destroyed.connect(self._replica.patients.subscribe(self._patients_changed))
        shortcut = QShortcut(QKeySequence("Ctrl+F"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.finder.focus_search)
        self._show_patient()

    def title(self) -> str:
        """See Workspace."""
        return self.tr("Patients")

    def hints(self) -> list[Hint]:
        """The keys of this place."""
        hints = [
            Hint(("Ctrl+F",), self.tr("find a patient")),
            Hint(("Up", "Down"), self.tr("move")),
        ]
        if self.finder.has_keyboard and self.page.history.model.rowCount():
            hints.append(Hint(("Enter",), self.tr("to the prescriptions")))
        return hints

    def open_thing(self, kind: str, thing: UUID) -> bool:
        """Show a patient, or a prescription at its patient."""
        if kind == "patient":
            return self.finder.show_patient(thing)
        prescription = self._replica.prescriptions.get(thing)
        if kind != "prescription" or prescription is None:
            return False
        if not self.finder.show_patient(prescription.patient_id):
            return False
        self.page.history.selection.choose(thing)
        return True

    def focus_start(self) -> None:
        """Where one looks for a patient."""
        self.finder.focus_search()

    def _choose(self, patient_id: UUID | None) -> None:
        self._patient_id = patient_id
        self._show_patient()

    def _show_patient(self) -> None:
        """The patient as they are now; nobody, when this desk does not hold them any more."""
        patient = self._replica.patients.get(self._patient_id)
        self._head.setVisible(patient is not None)
        self.ui.pages.setCurrentWidget(self._nobody if patient is None else self.page)
        if patient is not None:
            today = utc_now().astimezone(self._context.zone).date()
            self._head.show_patient(patient, (), today)
            self.page.show_patient(patient.id)
        self.hints_changed.emit()

    def _enter(self, _patient_id: UUID) -> None:
        if self.page.history.model.rowCount():
            self.page.history.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _patients_changed(self, change: Change[Patient]) -> None:
        touched = {new.id for _, new in change.updated} | {row.id for row in change.removed}
        if change.reset or self._patient_id in touched:
            self._show_patient()

    def _tell_copied(self, number: str) -> None:
        self._context.toast(self.tr("%1 copied").replace("%1", number))

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self.ui.left, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)
