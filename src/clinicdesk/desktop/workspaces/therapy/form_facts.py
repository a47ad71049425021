"""What this desk knows of the prescription and the patient that the form is on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import Allergy, Prescription, PrescriptionItem
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Change
from clinicdesk.core.conflict import DraftConflict, conflict_with, said_of_lines
from clinicdesk.core.desk import Desk
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm
from clinicdesk.desktop.workspaces.therapy.drafts import Drafts, is_draft


class FormFacts(QObject):
    """Reads the replica and the outbox for the form of the moment; without one all is empty.

    Args of ``__init__``:
        form: Answers the form of the moment.

    Signals:
        draft_touched: The saved draft, its lines or its commands are others.
        allergies_touched: What the patient is known not to bear is something else.
    """

    draft_touched = Signal()
    allergies_touched = Signal()

    def __init__(
        self,
        desk: Desk,
        drafts: Drafts,
        form: Callable[[], DraftForm | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._drafts = drafts
        self._form = form
        replica = desk.replica
        self.destroyed.connect(replica.prescriptions.subscribe(self._prescriptions_changed))
        self.destroyed.connect(replica.items.subscribe(self._items_changed))
        self.destroyed.connect(replica.allergies.subscribe(self._allergies_changed))
        self.destroyed.connect(desk.outbox.changed.add(self._outbox_changed))

    # The patient

    def allergies(self) -> list[Allergy]:
        """Of the patient."""
        form = self._form()
        return [] if form is None else self._desk.replica.allergies.of(form.patient_id)

    def address(self) -> str:
        """Where the patient lives, in one line; empty where that is not on record."""
        form = self._form()
        patient = None if form is None else self._desk.replica.patients.get(form.patient_id)
        return "" if patient is None else " ".join((patient.address or "").split())

    def age(self, today: date) -> int | None:
        """The patient's whole years; None while the patient is not known here."""
        form = self._form()
        patient = None if form is None else self._desk.replica.patients.get(form.patient_id)
        if patient is None:
            return None
        born = patient.birth_date
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    # The saved draft

    def prescription(self) -> Prescription | None:
        """The saved draft, as it is shown everywhere; None while it is a new one."""
        form = self._form()
        return None if form is None else self._desk.replica.prescriptions.get(form.prescription_id)

    def is_frozen(self) -> bool:
        """Whether it has been signed or cancelled meanwhile."""
        prescription = self.prescription()
        return prescription is not None and not is_draft(prescription)

    def conflict(self) -> list[PrescriptionItem] | None:
        """The lines of the draft as somebody else left it, while what is here was written over
        something older; None when there is no such thing."""
        form = self._form()
        return None if form is None else self._drafts.other_version(form)

    def versions(self) -> DraftConflict | None:
        """Both versions, to be put side by side; None when nobody else wrote on it."""
        form = self._form()
        if form is None or self.conflict() is None:
            return None
        medicines = {line.medicine.id: line.medicine for line in form.lines}
        mine = said_of_lines(form.pharmacy_id, form.note.strip(), form.items(), medicines)
        refused = self.refusal()
        since = utc_now() if refused is None else refused.at
        return conflict_with(mine, since, form.prescription_id, self._desk.replica)

    def refusal(self) -> OutboxEntry | None:
        """The last command on this prescription that the server refused."""
        form = self._form()
        refused = [] if form is None else self._drafts.refusals(form.prescription_id)
        return refused[0] if refused else None

    # Following

    def _prescriptions_changed(self, change: Change[Prescription]) -> None:
        form = self._form()
        if form is None:
            return
        touched = {new.id for _, new in change.updated}
        touched |= {row.id for row in (*change.added, *change.removed)}
        if change.reset or form.prescription_id in touched:
            self.draft_touched.emit()

    def _items_changed(self, change: Change[PrescriptionItem]) -> None:
        form = self._form()
        if form is None:
            return
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        if change.reset or any(row.prescription_id == form.prescription_id for row in rows):
            self.draft_touched.emit()

    def _allergies_changed(self, change: Change[Allergy]) -> None:
        form = self._form()
        if form is None:
            return
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        if change.reset or any(row.patient_id == form.patient_id for row in rows):
            self.allergies_touched.emit()

    def _outbox_changed(self, prescription_id: UUID | None) -> None:
        form = self._form()
        if form is not None and prescription_id in (None, form.prescription_id):
            self.draft_touched.emit()
