"""What may be prescribed, as the pharmacy to which it goes has it.

What a pharmacy has on its shelf is proposed before what it has not, but only among products of one
name and form: stock never puts another medicine than the one that was typed where Enter takes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Medicine
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.search import Search
from clinicdesk.core.stock import Availability, Stock

_PLACE: Final = {
    Availability.IN_STOCK: 0,
    Availability.LOW: 0,
    Availability.NONE: 1,
    Availability.NOT_KEPT: 2,
}


class MedicineChoice(Struct, frozen=True):
    """A medicine as a pharmacy has it.

    Attributes:
        price_minor: What a pack costs there today; by the formulary where it has no price.
        availability: None: no pharmacy is chosen, or it counts no stock here.
    """

    medicine: Medicine
    price_minor: int
    availability: Availability | None


class MedicineChoices:
    """Finds medicines for one prescription; everything is at this desk."""

    def __init__(self, search: Search, stock: Stock, pricing: Pricing) -> None:
        self._search = search
        self._stock = stock
        self._pricing = pricing

    async def find(
        self, text: str, limit: int, *, age: int | None = None, pharmacy_id: UUID | None = None
    ) -> list[MedicineChoice]:
        """The medicines that `text` most likely means, the likeliest first. Raises StoreLost.

        Without a pharmacy, and at one that counts no stock, in the order of `Search.medicines`;
        else among those of one name and form what it has comes first, then what it keeps and has
        nothing of, then what it does not keep.

        Args:
            age: The patient's whole years.
        """
        counted = self._counted(pharmacy_id)

        def place(medicine_id: UUID) -> int:
            assert counted is not None
            return _PLACE[self._stock.availability(counted, medicine_id)]

        prefer = None if counted is None else place
        found = await self._search.medicines(text, limit, age=age, prefer=prefer)
        return await self._as_had(pharmacy_id, counted, found)

    async def at(
        self, pharmacy_id: UUID | None, medicines: Sequence[Medicine]
    ) -> list[MedicineChoice]:
        """How a pharmacy has these now, in their order. Raises StoreLost."""
        return await self._as_had(pharmacy_id, self._counted(pharmacy_id), medicines)

    async def _as_had(
        self, pharmacy_id: UUID | None, counted: UUID | None, medicines: Sequence[Medicine]
    ) -> list[MedicineChoice]:
        priced = await self._pricing.all_priced(pharmacy_id, medicines)
        return [
            MedicineChoice(
                medicine,
                there.price_minor,
                None if counted is None else self._stock.availability(counted, medicine.id),
            )
            for medicine, there in zip(medicines, priced, strict=True)
        ]

    def _counted(self, pharmacy_id: UUID | None) -> UUID | None:
        """The pharmacy, where it counts its stock here."""
        keeps = pharmacy_id is not None and self._stock.keeps_any(pharmacy_id)
        return pharmacy_id if keeps else None
