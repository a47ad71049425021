"""Where the form of a prescription comes from: kept typing, saved drafts, refused commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from clinicdesk.contract.commands import ReviseDraft, WriteDraft
from clinicdesk.contract.entities import Prescription, PrescriptionItem, PrescriptionStatus
from clinicdesk.core.desk import Desk
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.workspaces.therapy.draft import (
    DraftForm,
    form_of,
    lines_of,
    new_form,
    said,
)
from clinicdesk.desktop.workspaces.therapy.keeper import DraftKeeper

_OLDER: Final = "older"
"""As a base: whatever the draft says now, this was written over something else."""


class Drafts:
    """Reads forms, and what became of the drafts that they were written over."""

    def __init__(self, desk: Desk, keeper: DraftKeeper) -> None:
        self._desk = desk
        self._keeper = keeper

    def fresh(self, patient_id: UUID) -> DraftForm:
        """An empty form, with the pharmacy that is usual for this patient, or was chosen last."""
        return new_form(patient_id, self._usual_pharmacy(patient_id))

    async def unfinished(self, patient_id: UUID) -> DraftForm | None:
        """What was begun for a patient and is in no saved draft; None when nothing was."""
        drafts = [p.id for p in self._desk.replica.prescriptions.of(patient_id) if is_draft(p)]
        kept = await self._keeper.of_patient(patient_id, drafts)
        if kept is not None:
            return kept
        lost = [
            entry
            for entry in self._desk.outbox.refused()
            if isinstance(entry.command, WriteDraft) and entry.command.patient_id == patient_id
        ]
        return self.of_refused(lost[-1]) if lost else None

    async def saved(self, prescription_id: UUID) -> DraftForm | None:
        """A saved draft to go on with, with what was typed into it; None when it is no draft."""
        prescription = self._desk.replica.prescriptions.get(prescription_id)
        if prescription is None or not is_draft(prescription):
            return None
        kept = await self._keeper.of_draft(prescription_id)
        if kept is not None:
            return kept
        written = self.refused_writing(prescription_id)
        if written is not None:
            return self.of_refused(written)
        items = self._desk.replica.items.of(prescription_id)
        found = [await self._desk.search.medicine(item.medicine_id) for item in items]
        medicines = {medicine.id: medicine for medicine in found if medicine is not None}
        return form_of(prescription, items, medicines)

    def other_version(self, form: DraftForm) -> list[PrescriptionItem] | None:
        """The draft's lines as they are, when they are neither what the form was written over nor
        what it says; None when nobody else changed it."""
        prescription = self._desk.replica.prescriptions.get(form.prescription_id)
        if prescription is None or form.is_new or not is_draft(prescription):
            return None
        refused = self.refused_writing(prescription.id)
        if refused is not None and refused.version == prescription.version:
            return None  # it was refused for what it says: the draft is what it was written over
        theirs = self._lines(prescription.id)
        return None if self.said_now(prescription.id) in (form.base, form.said) else theirs

    def said_now(self, prescription_id: UUID) -> str:
        """What the saved draft says; empty when there is none."""
        row = self._desk.replica.prescriptions.get(prescription_id)
        return (
            "" if row is None else said(row.pharmacy_id, row.note, self._lines(row.id), row.repeats)
        )

    def refusals(self, prescription_id: UUID) -> list[OutboxEntry]:
        """The commands on a prescription that the server refused, the oldest first."""
        refused = self._desk.outbox.refused()
        return [entry for entry in refused if entry.command.aggregate_id == prescription_id]

    def refused_writing(self, prescription_id: UUID) -> OutboxEntry | None:
        """What was written last and refused: no other desk has it. None when there is nothing."""
        written = [
            entry
            for entry in self.refusals(prescription_id)
            if isinstance(entry.command, WriteDraft | ReviseDraft)
        ]
        return written[-1] if written else None

    async def dismiss_refusals(self, prescription_id: UUID) -> None:
        """A person has read them, or has done it otherwise."""
        for entry in self.refusals(prescription_id):
            await self._desk.outbox.dismiss(entry.op_id)

    def of_refused(self, entry: OutboxEntry) -> DraftForm | None:
        """What a refused command would have written: it is shown again, not lost."""
        command = entry.command
        assert isinstance(command, WriteDraft | ReviseDraft)
        prescription = self._desk.replica.prescriptions.get(command.prescription_id)
        if isinstance(command, WriteDraft):
            patient_id = command.patient_id
        elif prescription is not None:
            patient_id = prescription.patient_id
        else:
            return None
        medicines = {medicine.id: medicine for medicine in entry.medicines}
        return DraftForm(
            prescription_id=command.prescription_id,
            patient_id=patient_id,
            pharmacy_id=command.pharmacy_id,
            note=command.note or "",
            repeats=command.repeats,
            lines=lines_of(command.items, medicines),
            base="" if prescription is None else _OLDER,
            changed=True,
        )

    def usual_of(self, patient_id: UUID) -> UUID | None:
        """The pharmacy that was chosen most often when this patient's prescriptions were signed;
        of those chosen as often the one chosen last. None: none that is active was.

        Where a prescription was sent on to afterwards is not what a prescriber chooses, nor is
        where the pharmacy dispensed it again.
        """
        chosen = [
            pharmacy_id
            for row in self._signed(self._desk.replica.prescriptions.of(patient_id))
            if (pharmacy_id := self._chosen_at_signing(row)) is not None
        ]
        counts = Counter(chosen)
        # The newest stands first, and max keeps the first of equals.
        return max(chosen, key=counts.__getitem__, default=None)

    def _usual_pharmacy(self, patient_id: UUID) -> UUID | None:
        """The patient's usual one, else the one that this prescriber chose last, else the only
        one that there is."""
        found = self.usual_of(patient_id)
        if found is not None:
            return found
        me = self._desk.member.practitioner_id
        mine = [p for p in self._desk.replica.prescriptions.values() if p.practitioner_id == me]
        chosen = map(self._chosen_at_signing, self._signed(mine))
        last = next((each for each in chosen if each is not None), None)
        active = self._active()
        return last or (next(iter(active)) if len(active) == 1 else None)

    def _signed(self, rows: Iterable[Prescription]) -> list[Prescription]:
        """Those that a prescriber signed, the newest first."""
        signed = [row for row in rows if row.signed_at is not None and row.repeat_of is None]
        return sorted(signed, key=lambda row: row.signed_at or row.created_at, reverse=True)

    def _chosen_at_signing(self, prescription: Prescription) -> UUID | None:
        """The pharmacy it was signed for; None when that takes no prescriptions any more."""
        orders = self._desk.replica.orders.of(prescription.id)
        # An order that was sent back keeps its pharmacy, while the prescription goes on.
        first = min(orders, key=lambda order: order.created_at, default=None)
        chosen = prescription.pharmacy_id if first is None else first.pharmacy_id
        pharmacy = self._desk.replica.pharmacies.get(chosen)
        return chosen if pharmacy is not None and pharmacy.active else None

    def _active(self) -> set[UUID]:
        return {p.id for p in self._desk.replica.pharmacies.values() if p.active}

    def _lines(self, prescription_id: UUID) -> list[PrescriptionItem]:
        items = self._desk.replica.items.of(prescription_id)
        return sorted(items, key=lambda item: item.line)


def is_draft(prescription: Prescription) -> bool:
    """Whether its lines can still be changed."""
    return prescription.status is PrescriptionStatus.DRAFT and prescription.signed_at is None
