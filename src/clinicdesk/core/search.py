"""Finding a patient or a medicine while somebody types.

Patients are searched in memory by whatever a person says over a counter or a telephone
(`patient_index`); medicines in the store, since a clinic's list may be long
(`store.medicine_table`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from clinicdesk.contract.entities import Medicine, Patient
from clinicdesk.core.collection import Change
from clinicdesk.core.collector import making_rows
from clinicdesk.core.patient_index import Matched, PatientHit, PatientIndex, warm_up
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import MedicineTable, Prefer

__all__ = ["Matched", "PatientHit", "Search"]

_AT_ONCE = 200
"""Patients that are indexed before the event loop gets its turn."""


class Search:
    """Searches over what this desk holds; they work without a server."""

    def __init__(self, replica: Replica, medicines: MedicineTable) -> None:
        self._replica = replica
        self._medicines = medicines
        self._index = PatientIndex()
        self._building: asyncio.Task[None] | None = None
        self._leave = replica.patients.subscribe(self._follow)

    def patients(self, text: str, limit: int = 20) -> list[PatientHit]:
        """Those whom `text` most likely means, the likeliest first; nobody for an empty text.

        While a large replica is still being indexed, those who are indexed already.
        """
        return self._index.search(text, limit)

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
        """Begin to index the patients who are here already."""
        self._follow(Change(reset=True))

    async def indexed(self) -> None:
        """Return when every patient can be found."""
        if self._building is not None:
            await asyncio.shield(self._building)

    def close(self) -> None:
        """Stop following the replica."""
        self._leave()
        if self._building is not None:
            self._building.cancel()

    def _follow(self, change: Change[Patient]) -> None:
        if change.reset:
            if self._building is not None:
                self._building.cancel()
            self._index = PatientIndex()
            self._building = asyncio.get_running_loop().create_task(
                self._build(self._index, self._replica.patients.values())
            )
            return
        for patient in change.removed:
            self._index.remove(patient.id)
        for patient in [*change.added, *(new for _old, new in change.updated)]:
            self._index.put(patient)

    async def _build(self, index: PatientIndex, patients: Iterable[Patient]) -> None:
        rest = iter(patients)
        with making_rows():
            while chunk := list(islice(rest, _AT_ONCE)):
                for patient in chunk:
                    # Somebody may have changed, or gone, since the building began.
                    present = self._replica.patients.get(patient.id)
                    if present is not None:
                        index.put(present)
                await asyncio.sleep(0)
        await asyncio.to_thread(warm_up)
