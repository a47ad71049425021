"""The pharmacies as rows to compare: where each is, what it would take, whether it has it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from clinicdesk.contract.entities import Pharmacy
from clinicdesk.core.pricing import Offer
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.delegate import Index
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.row_list import ID_ROLE, spoken
from clinicdesk.desktop.wording import money


class PharmacyRows(QAbstractListModel):
    """Its text is the name alone: that is what a closed choice shows and what typing finds."""

    def __init__(self, currency: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._currency = currency
        self._pharmacies: list[Pharmacy] = []
        self._rows: list[RowContent] = []

    def show_pharmacies(
        self,
        pharmacies: Sequence[Pharmacy],
        offers: Mapping[UUID, Offer],
        *,
        usual: UUID | None = None,
        quotes: Mapping[UUID, int] | None = None,
    ) -> None:
        """Show these in their order. Where they are the same ones, only what is said changes.

        Args:
            usual: The one chosen most often for the patient.
            quotes: What a pharmacy asks instead of its prices, in minor units.
        """
        rows = [
            self._row(p, offers.get(p.id), p.id == usual, (quotes or {}).get(p.id))
            for p in pharmacies
        ]
        if [p.id for p in pharmacies] != [p.id for p in self._pharmacies]:
            self.beginResetModel()
            self._pharmacies, self._rows = list(pharmacies), rows
            self.endResetModel()
        elif rows != self._rows:
            self._pharmacies, self._rows = list(pharmacies), rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    def pharmacy_at(self, place: int) -> Pharmacy | None:
        """The pharmacy in a row; None past the end."""
        return self._pharmacies[place] if 0 <= place < len(self._pharmacies) else None

    def place_of(self, pharmacy_id: UUID | None) -> int:
        """The row of a pharmacy; -1 when it is not here."""
        places = (n for n, each in enumerate(self._pharmacies) if each.id == pharmacy_id)
        return next(places, -1)

    def availability(self, offer: Offer) -> Pill:
        """Whether a pharmacy has all of it."""
        if offer.available is None:
            return Pill(self.tr("Stock not known"), Tone.NEUTRAL, "circle-help")
        if offer.available:
            return Pill(self.tr("All in stock"), Tone.SUCCESS, "circle-check")
        text = self.tr("%n medicine(s) short", "", len(offer.missing))
        return Pill(text, Tone.WARNING, "package-x")

    def _row(
        self, pharmacy: Pharmacy, offer: Offer | None, usual: bool, quote: int | None
    ) -> RowContent:
        total = None if offer is None else offer.total_minor
        price = "" if total is None else money(total, self._currency)
        if quote is not None:
            price = self.tr("%1, its quote").replace("%1", money(quote, self._currency))
        return RowContent(
            key=pharmacy.id,
            primary=pharmacy.name,
            tail=self.tr("usual for this patient") if usual else "",
            secondary=" ".join(pharmacy.address.split()),
            pill=None if offer is None else self.availability(offer),
            status=price,
            status_tone=Tone.NEUTRAL if quote is None else Tone.WARNING,
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._pharmacies)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._pharmacies[index.row()].name
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(self._rows[index.row()])
            case _ if role == CONTENT_ROLE:
                return self._rows[index.row()]
            case _ if role == ID_ROLE:
                return self._pharmacies[index.row()].id
        return None
