"""Gives the commands that save a form and sign it, and puts away what they make good."""

from __future__ import annotations

from clinicdesk.core.denial import Denied
from clinicdesk.core.desk import Desk
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm
from clinicdesk.desktop.workspaces.therapy.drafts import Drafts
from clinicdesk.desktop.workspaces.therapy.safety_watch import SafetyWatch


class DraftCommands:
    """Each method returns when its command is on the disk. They raise StoreLost."""

    def __init__(self, desk: Desk, drafts: Drafts, safety: SafetyWatch) -> None:
        self._desk = desk
        self._drafts = drafts
        self._safety = safety

    async def save(self, form: DraftForm) -> Submitted | Denied:
        """Save it as a draft."""
        refused = self._drafts.refusals(form.prescription_id)
        return await self._settle(refused, await self._submit(form))

    async def save_and_sign(self, form: DraftForm) -> Submitted | Denied:
        """Sign it, as it is now, for the pharmacy that it names."""
        assert form.pharmacy_id is not None  # or there is an obstacle
        reasons = await self._safety.permit(form)
        if isinstance(reasons, Denied):
            return reasons
        if form.is_new or form.changed:
            saved = await self.save(form)
            if isinstance(saved, Denied):
                return saved
        refused = self._drafts.refusals(form.prescription_id)
        signed = await self._desk.prescribing.sign_and_send(
            form.prescription_id, form.pharmacy_id, form.delivery, reasons
        )
        return await self._settle(refused, signed)

    async def _submit(self, form: DraftForm) -> Submitted | Denied:
        prescribing = self._desk.prescribing
        if form.prescription_id in self._desk.replica.prescriptions:
            return await prescribing.revise_draft(
                form.prescription_id,
                form.items(),
                pharmacy_id=form.pharmacy_id,
                note=form.note,
                repeats=form.repeats,
            )
        return await prescribing.write_draft(
            form.patient_id,
            form.items(),
            pharmacy_id=form.pharmacy_id,
            note=form.note,
            repeats=form.repeats,
            prescription_id=form.prescription_id,
        )

    async def _settle(
        self, refused: list[OutboxEntry], outcome: Submitted | Denied
    ) -> Submitted | Denied:
        """Put older refusals away, once the new command is on the disk: until then they are all
        that there is."""
        if isinstance(outcome, Submitted):
            for entry in refused:
                await self._desk.outbox.dismiss(entry.op_id)
        return outcome
