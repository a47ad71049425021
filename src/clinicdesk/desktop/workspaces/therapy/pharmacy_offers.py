"""What each pharmacy would take for what is being written, and whether it has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.core.collection import Change
from clinicdesk.core.pricing import Offer

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
        self._first: dict[UUID, int] = {}
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
            self._first = {}
            self._ask()

    def offer(self, pharmacy_id: UUID | None) -> Offer | None:
        """What a pharmacy would take; None while nothing is written, and while it is looked up."""
        return None if pharmacy_id is None else self._offers.get(pharmacy_id)

    def all(self) -> dict[UUID, Offer]:
        """What each would take; the one that has it all and takes least comes first."""
        return dict(self._offers)

    def before(self, pharmacy_id: UUID | None) -> int | None:
        """What a pharmacy would have taken for the same lines a moment ago, in minor units; None
        when that is what it takes."""
        offer = self.offer(pharmacy_id)
        first = None if pharmacy_id is None else self._first.get(pharmacy_id)
        return None if offer is None or first == offer.total_minor else first

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
        self._first = {i: o.total_minor for i, o in offers.items()} | self._first
        if offers != self._offers:
            self._offers = offers
            self.changed.emit()
