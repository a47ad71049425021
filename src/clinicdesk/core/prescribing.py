"""What a prescriber does: write, revise, sign and send, cancel.

Each method saves a command in the outbox and returns; the screen shows its effect at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    Command,
    DraftItem,
    Override,
    ReviseDraft,
    SignAndSend,
    WriteDraft,
)
from clinicdesk.contract.entities import Medicine
from clinicdesk.core.command_check import checked
from clinicdesk.core.denial import Denied
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import Link
from clinicdesk.core.may import why_not
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import MedicineTable


class Prescribing:
    """The use cases of a prescriber at one desk."""

    def __init__(
        self,
        replica: Replica,
        outbox: Outbox,
        medicines: MedicineTable,
        pricing: Pricing,
        member: Who,
        link: Link,
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._medicines = medicines
        self._pricing = pricing
        self._member = member
        self._link = link

    def can(self, command: type[Command], prescription_id: UUID) -> str | None:
        """Why `command` is not possible on this prescription now, in a sentence; None: it is."""
        rows = self._replica.rows_of(prescription_id)
        return why_not(command, rows, self._member(), self._link)

    def can_write(self) -> str | None:
        """Why this member cannot begin a prescription; None: they can."""
        if self._member().practitioner_id is None:
            return "Only therapists can do this."
        return None

    async def write_draft(
        self,
        patient_id: UUID,
        items: Sequence[DraftItem],
        *,
        pharmacy_id: UUID | None = None,
        note: str | None = None,
        repeats: int = 0,
        prescription_id: UUID | None = None,
    ) -> Submitted | Denied:
        """Begin a prescription, under `prescription_id` (made by `identity.new_id`) if it is given.

        Raises StoreLost, like every method here: then nothing was saved.
        """
        command = WriteDraft(
            prescription_id=prescription_id or new_id(),
            patient_id=patient_id,
            pharmacy_id=pharmacy_id,
            note=note or None,
            items=list(items),
            repeats=repeats,
        )
        why = self.can_write()
        if why is None and patient_id not in self._replica.patients:
            why = "This patient is not on this desk."
        return Denied(why) if why is not None else await self._submit_lines(command, command.items)

    async def revise_draft(
        self,
        prescription_id: UUID,
        items: Sequence[DraftItem],
        *,
        pharmacy_id: UUID | None = None,
        note: str | None = None,
        repeats: int = 0,
    ) -> Submitted | Denied:
        """Replace what an unsigned draft says."""
        command = ReviseDraft(
            prescription_id=prescription_id,
            pharmacy_id=pharmacy_id,
            note=note or None,
            items=list(items),
            repeats=repeats,
        )
        why = self.can(ReviseDraft, prescription_id)
        return Denied(why) if why is not None else await self._submit_lines(command, command.items)

    async def sign_and_send(
        self,
        prescription_id: UUID,
        pharmacy_id: UUID,
        delivery: bool = False,
        overrides: Sequence[Override] = (),
    ) -> Submitted | Denied:
        """Sign: the lines are frozen, priced by the pharmacy's list, and the pharmacy sees it.

        `delivery`: The patient wants it brought. `overrides`: Reasons for findings that want one.
        """
        why = self.can(SignAndSend, prescription_id)
        if why is None and pharmacy_id not in self._replica.pharmacies:
            return Denied("Choose the pharmacy that it goes to.", "pharmacy_id")
        command = SignAndSend(
            prescription_id=prescription_id,
            pharmacy_id=pharmacy_id,
            delivery=delivery,
            overrides=list(overrides),
        )
        if why is not None:
            return Denied(why)
        lines = self._replica.items.of(prescription_id)
        known = await self._medicines.get({item.medicine_id for item in lines})
        there = await self._pricing.all_priced(pharmacy_id, list(known.values()))
        return await self._submit(command, there)

    async def cancel(self, prescription_id: UUID, reason: str) -> Submitted | Denied:
        """Stop it, with a reason of at least three letters that the pharmacy reads."""
        why = self.can(CancelPrescription, prescription_id)
        command = CancelPrescription(prescription_id=prescription_id, reason=reason.strip())
        return Denied(why) if why is not None else await self._submit(command)

    async def _submit_lines(
        self, command: WriteDraft | ReviseDraft, items: Sequence[DraftItem]
    ) -> Submitted | Denied:
        medicines = await self._medicines.get({item.medicine_id for item in items})
        for place, item in enumerate(items):
            if item.medicine_id not in medicines:
                return Denied(
                    "This medicine is not in the clinic's list any more; choose another.",
                    f"items[{place}].medicine_id",
                )
        there = await self._pricing.all_priced(command.pharmacy_id, list(medicines.values()))
        return await self._submit(command, there)

    async def _submit(
        self, command: AnyCommand, medicines: Sequence[Medicine] = ()
    ) -> Submitted | Denied:
        wrong = checked(command)
        return wrong if wrong is not None else await self._outbox.submit(command, medicines)
