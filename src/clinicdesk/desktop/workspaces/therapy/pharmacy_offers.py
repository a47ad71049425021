"""What each pharmacy would take for what is being written, and whether it has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.core.collection import Change
from clinicdesk.core.pricing import Offer
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import money

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context
    from clinicdesk.desktop.workspaces.therapy.draft import DraftForm


class PharmacyOffers(QObject):
    """Follows the lines of the form, the prices and the shelves.

    Signals:
        changed: Offers differ.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._desk = context.desk
        self._lines: tuple[tuple[UUID, int], ...] = ()
        self._offers: dict[UUID, Offer] = {}
        self._asking = False
        self._wanted = False
        replica = self._desk.replica
        for leave in (
            replica.stock_levels.subscribe(self._moved),
            replica.pharmacies.subscribe(self._moved),
            self._desk.prices.changed.add(lambda _none: self._ask()),
        ):
            self.destroyed.connect(leave)

    def look(self, form: DraftForm | None) -> None:
        """The form says something else."""
        lines = (
            () if form is None else tuple((line.medicine.id, line.quantity) for line in form.lines)
        )
        if lines != self._lines:
            self._lines = lines
            self._ask()

    def offer(self, pharmacy_id: UUID | None) -> Offer | None:
        """What a pharmacy would take; None while nothing is written, and while it is looked up."""
        return None if pharmacy_id is None else self._offers.get(pharmacy_id)

    def words(self, pharmacy_id: UUID) -> str:
        """Price and availability, in a few words; empty while nothing is known."""
        offer = self.offer(pharmacy_id)
        if offer is None:
            return ""
        price = money(offer.total_minor, self._desk.clinic.currency)
        return f"{price} · {self.availability(offer)}"

    def availability(self, offer: Offer) -> str:
        """Whether it has all of it."""
        if offer.available is None:
            return self.tr("stock not known")
        if offer.available:
            return self.tr("all in stock")
        return self.tr("%n medicine(s) short", "", len(offer.missing))

    def tone(self, offer: Offer) -> Tone:
        """Whether that is a reason to think twice."""
        return Tone.WARNING if offer.available is False else Tone.NEUTRAL

    def _moved(self, _change: Change[Any]) -> None:
        if self._lines:
            self._ask()

    def _ask(self) -> None:
        """Compare them; what changes meanwhile is looked at when that is done."""
        self._wanted = True
        if not self._asking:
            self._asking = True
            self._context.tasks.start(
                self._compare(), doing=self.tr("comparing the pharmacies"), of=self
            )

    async def _compare(self) -> None:
        try:
            while self._wanted:
                self._wanted = False
                medicines = [medicine_id for medicine_id, _ in self._lines]
                quantities = [quantity for _, quantity in self._lines]
                found = await self._desk.pricing.offers(medicines, quantities) if medicines else []
                if not self._wanted:
                    self._take({offer.pharmacy.id: offer for offer in found})
        finally:
            self._asking = False

    def _take(self, offers: dict[UUID, Offer]) -> None:
        if offers != self._offers:
            self._offers = offers
            self.changed.emit()
