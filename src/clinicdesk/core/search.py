"""Finding a patient, a prescription or a medicine while somebody types.

Patients are searched in memory by whatever a person says over a counter or a telephone
(`patient_index`), prescriptions there by their codes; medicines in the store, since a clinic's list
may be long (`store.medicine_table`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from uuid import UUID

from clinicdesk.contract.entities import Medicine, Patient, Prescription
from clinicdesk.core.indexing import Indexing
from clinicdesk.core.patient_index import Matched, PatientHit, PatientIndex, warm_up
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import MedicineTable, Prefer
from clinicdesk.core.text_parts import TextParts

__all__ = ["Matched", "PatientHit", "Search"]


class Search:
    """Searches over what this desk holds; they work without a server."""

    def __init__(self, replica: Replica, medicines: MedicineTable) -> None:
        self._replica = replica
        self._medicines = medicines
        self._index = PatientIndex()
        self._codes = TextParts()
        self._patients = Indexing(
            replica.patients,
            begin=self._begin_patients,
            put=self._put_patient,
            remove=lambda patient_id: self._index.remove(patient_id),
        )
        self._prescriptions = Indexing(
            replica.prescriptions,
            begin=self._begin_codes,
            put=self._put_code,
            remove=lambda prescription_id: self._codes.remove(prescription_id),
            same=lambda old, new: old.code == new.code,
        )
        self._warming: asyncio.Task[None] | None = None

    def patients(self, text: str, limit: int = 20) -> list[PatientHit]:
        """Those whom `text` most likely means, the likeliest first; nobody for an empty text.

        While a large replica is still being indexed, those who are indexed already.
        """
        return self._index.search(text, limit)

    def prescriptions_with(self, part: str) -> list[Prescription]:
        """The prescriptions whose code has `part` in it."""
        rows = self._replica.prescriptions
        if not self._prescriptions.complete:
            return [row for row in rows.values() if part in row.code]
        found = (rows.get(prescription_id) for prescription_id, _ in self._codes.holding(part))
        return [row for row in found if row is not None]

    async def medicines(
        self,
        text: str,
        limit: int = 20,
        *,
        age: int | None = None,
        prefer: Prefer | None = None,
    ) -> list[Medicine]:
        """The medicines that `text` most likely means; "500 amox" and slips are understood.

        Args:
            age: The patient's whole years, when they are for one: liquids come first for small
                children, tablets and capsules for everybody else.
            prefer: Orders those of one name and form; without it the lesser strength comes first.
        """
        return await self._medicines.search(text, limit, age=age, prefer=prefer)

    async def medicine(self, medicine_id: UUID) -> Medicine | None:
        """One medicine of the formulary; None when it is not here (yet)."""
        return (await self._medicines.get([medicine_id])).get(medicine_id)

    async def medicines_of(self, medicine_ids: Iterable[UUID]) -> dict[UUID, Medicine]:
        """The medicines of these identifiers that are here. Raises StoreLost."""
        return await self._medicines.get(medicine_ids)

    def index(self) -> None:
        """Begin to index who and what is here already."""
        self._patients.begin_anew()
        self._prescriptions.begin_anew()
        self._warming = asyncio.get_running_loop().create_task(asyncio.to_thread(warm_up))

    async def indexed(self) -> None:
        """Return when everybody and everything can be found, and that at once."""
        await self._patients.completed()
        await self._prescriptions.completed()
        if self._warming is not None:
            await asyncio.shield(self._warming)

    def close(self) -> None:
        """Stop following the replica."""
        self._patients.close()
        self._prescriptions.close()
        if self._warming is not None:
            self._warming.cancel()

    def _begin_patients(self) -> None:
        self._index = PatientIndex()

    def _put_patient(self, patient: Patient) -> None:
        self._index.put(patient)

    def _begin_codes(self) -> None:
        self._codes = TextParts()

    def _put_code(self, prescription: Prescription) -> None:
        self._codes.put(prescription.id, prescription.code)
