"""Finds medicines with what they cost here: by what is typed, by a barcode, or those kept here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from clinicdesk.contract.entities import Medicine
from clinicdesk.core.folding import fold
from clinicdesk.core.price_history import PriceSpan, in_force
from clinicdesk.core.scanning import ProductScan
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.models.medicine_names import medicine_title

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

_MOST: Final = 60
"""Medicines that a text finds: one more letter finds fewer."""
_BARCODE: Final = re.compile(r"\d{12,14}")


@dataclass(frozen=True, slots=True)
class Found:
    """A medicine, and what a pack costs by the pharmacy's own list; None: as the formulary says."""

    medicine: Medicine
    listed_minor: int | None

    @property
    def price_minor(self) -> int:
        """What a pack costs here today."""
        return self.medicine.price_minor if self.listed_minor is None else self.listed_minor


@dataclass(frozen=True, slots=True)
class Prices:
    """A medicine with all its prices here.

    Attributes:
        history: Those of the pharmacy's list, the latest first.
        refused: The price that the server did not take; None when it took all.
        why_not: Why no price can be set here now; empty when one can.
    """

    medicine: Medicine
    history: tuple[PriceSpan, ...]
    refused: OutboxEntry | None = None
    why_not: str = ""

    @property
    def now_minor(self) -> int:
        """What a pack costs today."""
        price = in_force(self.history)
        return self.medicine.price_minor if price is None else price.price_minor


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and the prices of the one that is chosen among them."""

    found: list[Found]
    chosen: Prices | None


class PriceFinder:
    """Asks the lists that are kept on this computer; none of it needs a server."""

    def __init__(self, desk: Desk, today: Callable[[], date]) -> None:
        self._desk = desk
        self.today = today

    async def find(self, text: str, keep: UUID | None) -> Answer:
        """What `text` means; the medicines on the shelves where it is empty.

        Args:
            keep: What is chosen already; the first is where it is not found.
        """
        text = text.strip()
        if text:
            return await self._answer(await self._medicines(text), keep)
        return await self._answer(await self._kept(keep), keep)

    async def scanned(self, medicines: list[Medicine]) -> Answer:
        """The products that have the code of a pack."""
        return await self._answer(medicines, None)

    async def prices(self, medicine_id: UUID) -> Prices | None:
        """All prices of a medicine; None where this desk does not have it."""
        medicine = await self._desk.search.medicine(medicine_id)
        if medicine is None:
            return None
        pricing = self._desk.pricing
        history = tuple(await pricing.history(medicine_id))
        refused = pricing.refused(medicine_id)
        return Prices(medicine, history, refused, pricing.why_not_set() or "")

    async def _answer(self, medicines: list[Medicine], keep: UUID | None) -> Answer:
        ids = [medicine.id for medicine in medicines]
        listed = await self._desk.pricing.listed(ids)
        found = [Found(medicine, listed.get(medicine.id)) for medicine in medicines]
        chosen = keep if keep in ids else next(iter(ids), None)
        return Answer(found, None if chosen is None else await self.prices(chosen))

    async def _medicines(self, text: str) -> list[Medicine]:
        if _BARCODE.fullmatch(text):
            scanned = await self._desk.scanning.read(text)
            if isinstance(scanned, ProductScan) and scanned.medicines:
                return scanned.medicines
        return await self._desk.search.medicines(text, _MOST)

    async def _kept(self, also: UUID | None) -> list[Medicine]:
        pharmacy_id = self._desk.member.pharmacy_id
        levels = self._desk.replica.stock_levels.values()
        kept = {level.medicine_id for level in levels if level.pharmacy_id == pharmacy_id}
        wanted = kept if also is None else kept | {also}
        found = await self._desk.search.medicines_of(wanted)
        return sorted(found.values(), key=lambda medicine: fold(medicine_title(medicine)))
