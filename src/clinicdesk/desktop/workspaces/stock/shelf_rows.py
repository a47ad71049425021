"""What a shelf says in the list, and which shelves a tab shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from uuid import UUID

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import Batch, StockLevel
from clinicdesk.core.collection import Collection
from clinicdesk.core.folding import fold
from clinicdesk.core.stock import units_to_dispense
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.medicine_names import MedicineNames, medicine_title
from clinicdesk.desktop.models.shelf_needs import expires_soon, is_low
from clinicdesk.desktop.wording import date_text


class ShelfTab(StrEnum):
    """Which shelves are shown."""

    ALL = "all"
    LOW = "low"
    EXPIRING = "expiring"


class ShelfRows(QObject):
    """Words of the shelves of one pharmacy."""

    def __init__(
        self,
        batches: Collection[Batch],
        names: MedicineNames,
        pharmacy_id: UUID | None,
        today: Callable[[], date],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._batches = batches
        self._names = names
        self._pharmacy_id = pharmacy_id
        self._today = today

    def is_ours(self, level: StockLevel) -> bool:
        """Whether it is a shelf of this pharmacy."""
        return level.pharmacy_id == self._pharmacy_id

    def is_low(self, level: StockLevel) -> bool:
        """Whether it is time to order."""
        return self.is_ours(level) and is_low(level, self.left(level))

    def left(self, level: StockLevel) -> int:
        """Units that can still be dispensed: those that have expired are not among them."""
        return units_to_dispense(level, self._batches.of(level.medicine_id), self._today())

    def expired(self, level: StockLevel) -> int:
        """Units that lie there and may not be dispensed any more."""
        today = self._today()
        return sum(b.on_hand for b in self.batches_of(level) if b.expiry < today)

    def is_expiring(self, level: StockLevel) -> bool:
        """Whether something on it expires soon, or has."""
        today = self._today()
        return any(expires_soon(batch, today) for batch in self.batches_of(level))

    def accepts(self, tab: ShelfTab) -> Callable[[StockLevel], bool]:
        """Whether a tab shows a shelf."""
        match tab:
            case ShelfTab.ALL:
                return self.is_ours
            case ShelfTab.LOW:
                return self.is_low
            case ShelfTab.EXPIRING:
                return lambda level: self.is_ours(level) and self.is_expiring(level)

    def batches_of(self, level: StockLevel) -> list[Batch]:
        """What lies there, the first to expire first; empty batches last."""
        ours = (
            b for b in self._batches.of(level.medicine_id) if b.pharmacy_id == level.pharmacy_id
        )
        return sorted(ours, key=lambda batch: (batch.on_hand == 0, batch.expiry, batch.number))

    def first_expiry(self, level: StockLevel) -> date | None:
        """When the first of what lies there expires; None when nothing does."""
        return min((b.expiry for b in self.batches_of(level) if b.on_hand), default=None)

    def name(self, level: StockLevel) -> str:
        """The medicine."""
        medicine = self._names.get(level.medicine_id)
        return medicine_title(medicine) if medicine is not None else "…"

    def order(self, level: StockLevel) -> tuple[str, str]:
        """By name."""
        return fold(self.name(level)), level.shelf

    def words(self, level: StockLevel) -> str:
        """By what it is found: name, brand, code, shelf, batch numbers."""
        medicine = self._names.get(level.medicine_id)
        parts = [level.shelf, *(batch.number for batch in self.batches_of(level))]
        if medicine is not None:
            parts += [medicine_title(medicine), medicine.brand, medicine.code, medicine.gtin or ""]
        return " ".join(parts)

    def content(self, level: StockLevel) -> RowContent:
        """The two lines of a row."""
        medicine = self._names.get(level.medicine_id)
        about = [medicine.brand] if medicine is not None and medicine.brand else []
        if level.shelf:
            text = self.tr("Shelf %1")
            about.append(text.replace("%1", level.shelf))
        status, tone = self._status(level)
        left = self.tr("%n left", "", self.left(level))
        return RowContent(
            key=level.id,
            primary=self.name(level),
            secondary=" · ".join(about),
            pill=Pill(left, self._count_tone(level)),
            status=status,
            status_tone=tone,
        )

    def _count_tone(self, level: StockLevel) -> Tone:
        if self.left(level) == 0:
            return Tone.DANGER
        return Tone.WARNING if self.is_low(level) else Tone.NEUTRAL

    def _status(self, level: StockLevel) -> tuple[str, Tone]:
        first = self.first_expiry(level)
        today = self._today()
        if first is not None and first < today:
            return self.tr("Expired"), Tone.DANGER
        if self.left(level) == 0:
            return self.tr("Out of stock"), Tone.DANGER
        if self.is_low(level):
            return self.tr("Low"), Tone.WARNING
        if first is not None and self.is_expiring(level):
            text = self.tr("Expires %1")
            return text.replace("%1", date_text(first)), Tone.WARNING
        return "", Tone.NEUTRAL
