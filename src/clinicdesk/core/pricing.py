"""What medicines cost at the pharmacies, and which pharmacy has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.commands import SetPrice
from clinicdesk.contract.entities import Medicine, Pharmacy, PriceList
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.prices import wrong_price
from clinicdesk.core.clock import Today
from clinicdesk.core.denial import Denied
from clinicdesk.core.giving import give
from clinicdesk.core.identity import new_id
from clinicdesk.core.may_order import role_forbids
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.price_history import PriceSpan, in_force, price_history
from clinicdesk.core.replica import Replica
from clinicdesk.core.stock import StockOf
from clinicdesk.core.store.medicine_table import MedicineTable
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.core.store.price_table import PriceTable


class Offer(Struct, frozen=True):
    """What a pharmacy would take for some medicines.

    Attributes:
        total_minor: For all of them, in minor units; by the formulary where it has no price.
        available: Whether it has all of them; None: it keeps no stock of some of them here.
        missing: Those that it keeps and has too little of.
        prices: Of a pack of each, in minor units.
    """

    pharmacy: Pharmacy
    total_minor: int
    available: bool | None
    missing: tuple[UUID, ...]
    prices: Mapping[UUID, int]


class Pricing:
    """The prices at one desk."""

    def __init__(
        self,
        replica: Replica,
        outbox: Outbox,
        medicines: MedicineTable,
        prices: PriceTable,
        stock_of: StockOf,
        member: Who,
        today: Today,
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._medicines = medicines
        self._prices = prices
        self._stock_of = stock_of
        self._member = member
        self._today = today

    def list_of(self, pharmacy_id: UUID) -> PriceList | None:
        """The price list of a pharmacy; None: it has none, and the formulary's prices hold."""
        lists = self._replica.price_lists.values()
        return next((each for each in lists if each.pharmacy_id == pharmacy_id), None)

    async def price_at(self, pharmacy_id: UUID | None, medicine: Medicine) -> int:
        """What a pack costs there today, in minor units; by the formulary where it has no price."""
        return (await self.priced(pharmacy_id, medicine)).price_minor

    async def priced(self, pharmacy_id: UUID | None, medicine: Medicine) -> Medicine:
        """The medicine at the price that it has there today."""
        return (await self.all_priced(pharmacy_id, [medicine]))[0]

    async def all_priced(
        self, pharmacy_id: UUID | None, medicines: Sequence[Medicine]
    ) -> list[Medicine]:
        """The medicines at the prices that they have there today, in their order."""
        listed = None if pharmacy_id is None else self.list_of(pharmacy_id)
        if listed is None:
            return list(medicines)
        found = await self._prices.in_force([m.id for m in medicines], self._today())
        there = {p.medicine_id: p.price_minor for p in found if p.price_list_id == listed.id}
        return [replace(m, price_minor=there.get(m.id, m.price_minor)) for m in medicines]

    async def offers(self, medicine_ids: Sequence[UUID], quantities: Sequence[int]) -> list[Offer]:
        """What each active pharmacy would take for so many units of each medicine.

        Those that have all of it come first, then those of which it is not known, each by what they
        take. A medicine that is not in the clinic's list any more is left out.
        """
        known = await self._medicines.get(medicine_ids)
        wanted = {
            medicine_id: quantity
            for medicine_id, quantity in zip(medicine_ids, quantities, strict=True)
            if medicine_id in known
        }
        found = await self._prices.in_force(list(wanted), self._today())
        by_list = {(p.price_list_id, p.medicine_id): p.price_minor for p in found}
        offers = [
            self._offer(pharmacy, known, wanted, by_list)
            for pharmacy in self._replica.pharmacies.values()
            if pharmacy.active
        ]
        return sorted(offers, key=_preferred)

    async def listed(self, medicine_ids: Sequence[UUID]) -> dict[UUID, int]:
        """What a pack of each costs today by the list of the member's pharmacy, in minor units.

        What was set here counts at once. A medicine that the list has no price of is left out.
        """
        listed = self._own_list()
        if listed is None:
            return {}
        found = await self._prices.in_force(medicine_ids, self._today())
        there = {p.medicine_id: p.price_minor for p in found if p.price_list_id == listed.id}
        for medicine_id in {command.medicine_id for command in self._waiting()} & set(medicine_ids):
            price = in_force(await self.history(medicine_id))
            if price is not None:
                there[medicine_id] = price.price_minor
        return there

    async def history(self, medicine_id: UUID) -> list[PriceSpan]:
        """All prices of a medicine in the list of the member's pharmacy, the latest first; what was
        set here and waits for the server is among them."""
        listed = self._own_list()
        if listed is None:
            return []
        held = await self._prices.of(listed.id, medicine_id)
        waiting = [each for each in self._waiting() if each.medicine_id == medicine_id]
        return price_history(held, waiting, self._today())

    def refused(self, medicine_id: UUID) -> OutboxEntry | None:
        """The last price of a medicine that the server did not take and nobody has dealt with."""
        refused = [
            entry
            for entry in self._outbox.refused()
            if isinstance(entry.command, SetPrice) and entry.command.medicine_id == medicine_id
        ]
        return refused[-1] if refused else None

    def why_not_set(self) -> str | None:
        """Why the member may not set prices now; None: they may."""
        why = role_forbids(SetPrice, self._member())
        if why is None and self._own_list() is None:
            return "Your pharmacy has no price list yet."
        return why

    async def set_price(
        self,
        medicine_id: UUID,
        price_minor: int,
        effective_from: date,
        effective_until: date | None = None,
    ) -> Submitted | Denied:
        """The price of a pack at the member's pharmacy, from a day on; one that begins on the same
        day is replaced.

        Raises StoreLost: then nothing was saved.
        """
        why, listed = self.why_not_set(), self._own_list()
        if why is not None or listed is None:
            return Denied(why or "")
        wrong = wrong_price(price_minor, effective_from, effective_until, self._today())
        if wrong is not None:
            return Denied(wrong.detail, wrong.field)
        command = SetPrice(
            price_list_id=listed.id,
            price_id=new_id(),
            medicine_id=medicine_id,
            price_minor=price_minor,
            effective_from=effective_from,
            effective_until=effective_until,
        )
        named = await self._medicines.get([medicine_id])  # for the outbox to say what it is about
        return await give(self._outbox, command, medicines=named.values())

    def _own_list(self) -> PriceList | None:
        pharmacy_id = self._member().pharmacy_id
        return None if pharmacy_id is None else self.list_of(pharmacy_id)

    def _waiting(self) -> list[SetPrice]:
        """The prices that were set here and that the replica's lists do not have yet."""
        return [
            entry.command
            for entry in self._outbox.entries()
            if isinstance(entry.command, SetPrice)
            and entry.state is not OutboxState.REFUSED
            and not entry.seen
        ]

    def _offer(
        self,
        pharmacy: Pharmacy,
        known: Mapping[UUID, Medicine],
        wanted: Mapping[UUID, int],
        by_list: Mapping[tuple[UUID, UUID], int],
    ) -> Offer:
        listed = self.list_of(pharmacy.id)
        total, missing, uncounted = 0, [], False
        prices: dict[UUID, int] = {}
        for medicine_id, quantity in wanted.items():
            medicine = known[medicine_id]
            price = medicine.price_minor
            if listed is not None:
                price = by_list.get((listed.id, medicine_id), price)
            prices[medicine_id] = price
            total += line_amount(price, medicine.pack_size, quantity)
            there = self._stock_of(pharmacy.id, medicine_id)
            if there is None:
                uncounted = True
            elif there < quantity:
                missing.append(medicine_id)
        available = False if missing else None if uncounted else True
        return Offer(pharmacy, total, available, tuple(missing), prices)


def _preferred(offer: Offer) -> tuple[int, int, str]:
    """Where an offer stands among others; the lesser comes first."""
    place = {True: 0, None: 1, False: 2}[offer.available]
    return (place, offer.total_minor, offer.pharmacy.name)
