"""What the table says of a line at the counter: from which batch, how far, and what comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, QObject

from clinicdesk.contract.commands import CheckItem
from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    ItemStatus,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.lifecycles import SETTLED_ITEM_STATES
from clinicdesk.core.clock import Now
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import money, status_look
from clinicdesk.desktop.workspaces.pharmacy.scanned_products import OPEN, wanted_product

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

NEAR_EXPIRY: Final = timedelta(days=90)
"""A box that expires sooner is tinted: it may not last as long as the course."""


class LineCells(QObject):
    """Looks everything up at the moment of asking.

    Args of `__init__`:
        current: The line that the keyboard is on.
    """

    def __init__(
        self,
        desk: Desk,
        zone: ZoneInfo,
        now: Now,
        current: Callable[[], UUID | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._zone = zone
        self._now = now
        self._current = current

    def supply_title(self, prescription_id: UUID | None) -> str:
        """What the column between quantity and state is about: money before it is paid."""
        unpaid = self._status(prescription_id) is PrescriptionStatus.DRAFT
        return self.tr("Amount") if unpaid else self.tr("Batch · expiry")

    def supply(self, item: PrescriptionItem) -> CellContent:
        """The batches in the bag; of an open line those on the shelf, or how much is there."""
        if self._status(item.prescription_id) is PrescriptionStatus.DRAFT:
            return CellContent(money(item.amount_minor, item.currency), right=True)
        dispensed = self._dispensed(item)
        if dispensed:
            return self._batches_cell(dispensed)
        if item.status not in OPEN or item.pharmacy_id is None:
            return CellContent()
        product, open_units = wanted_product(item), self.open_units(item)
        there = self._desk.stock.dispensable(item.pharmacy_id, product)
        if there is None:
            keeps = self._desk.stock.keeps_any(item.pharmacy_id)
            return CellContent(self.tr("not kept here"), quiet=True) if keeps else CellContent()
        if there == 0:
            return CellContent(self.tr("none in stock"), tone=Tone.WARNING)
        if there < open_units:
            text = self.tr("%1 of %2 in stock").replace("%1", str(there))
            return CellContent(text.replace("%2", str(open_units)), quiet=True)
        first = next(iter(self._desk.stock.usable(item.pharmacy_id, product)), None)
        return CellContent() if first is None else self._batch_cell(first.number, first.expiry, 0)

    def state(self, item: PrescriptionItem) -> CellContent:
        """How far the line has come."""
        return CellContent(pill=self._state_pill(item))

    def next_step(self, item: PrescriptionItem) -> CellContent:
        """What a scan or a key does to the line now, or what it waits for."""
        match item.status:
            case ItemStatus.CHECKED:
                return CellContent(self.tr("undo"), key="Space", right=True)
            case ItemStatus.ON_HOLD:
                return CellContent(self.tr("go on"), key="H", right=True)
            case ItemStatus.RETURNED_TO_STOCK:
                return CellContent(self.tr("again"), key="R", right=True)
            case ItemStatus.PENDING | ItemStatus.PICKING | ItemStatus.OWING:
                return self._next_of_open(item)
        return CellContent()

    def remarks(self, item: PrescriptionItem) -> tuple[str, ...]:
        """Why a box of it was not scanned, or why all of it lies on the shelf again."""
        if item.status is ItemStatus.RETURNED_TO_STOCK:
            return self._why_put_back(item)
        said = (each.hand_reason for each in self._dispensed(item))
        text = self.tr("Checked by hand: %1")
        return tuple(dict.fromkeys(text.replace("%1", reason) for reason in said if reason))

    def open_units(self, item: PrescriptionItem) -> int:
        """What may still be checked, what is owing included."""
        return item.quantity - item.supplied - item.prepared

    def in_stock(self, item: PrescriptionItem) -> int | None:
        """How many units the pharmacy has; None where it keeps no stock of it here."""
        if item.pharmacy_id is None:
            return None
        return self._desk.stock.dispensable(item.pharmacy_id, wanted_product(item))

    def _state_pill(self, item: PrescriptionItem) -> Pill:
        look = status_look(item.status)
        there, wanted = self.in_stock(item), self.open_units(item)
        match item.status:
            case ItemStatus.OWING:
                text = self.tr("%1 owing").replace("%1", str(item.owing))
                return Pill(text, Tone.WARNING, "package")
            case ItemStatus.CHECKED | ItemStatus.READY if item.owing:
                text = self.tr("%1, %2 owing").replace("%2", str(item.owing))
                return Pill(text.replace("%1", str(item.prepared)), look.tone, look.icon)
            case ItemStatus.PICKING if item.prepared:
                text = self.tr("%1 of %2 checked").replace("%1", str(item.prepared))
                return Pill(text.replace("%2", str(item.prepared + wanted)), Tone.INFO, "scan-line")
            case ItemStatus.PENDING | ItemStatus.PICKING if self._may_check(item):
                if there is not None and there < wanted:
                    text = self.tr("%1 will be owing").replace("%1", str(wanted - there))
                    return Pill(text, Tone.WARNING, "package")
                if item.status is ItemStatus.PENDING and item.id == self._current():
                    return Pill(self.tr("Scan the box"), Tone.INFO, "scan-line")
        return look.pill()

    def _next_of_open(self, item: PrescriptionItem) -> CellContent:
        if not self._may_check(item):
            unpaid = self._status(item.prescription_id) is PrescriptionStatus.DRAFT
            waits = unpaid and item.status not in SETTLED_ITEM_STATES
            text = self.tr("after payment") if waits else ""
            return CellContent(text, quiet=True, right=True)
        if self.in_stock(item) == 0:
            if item.status is ItemStatus.OWING:
                return CellContent(self.tr("waits"), quiet=True, right=True)
            rest = self.open_units(item) - item.owing
            text = self.tr("owe %1").replace("%1", str(rest))
            return CellContent(text, key="O", right=True)
        if item.status is ItemStatus.PICKING and item.prepared:
            return CellContent(self.tr("scan or owe"), key="O", right=True)
        return CellContent(self.tr("Scan"), strong=True, tone=Tone.ACCENT, right=True)

    def _may_check(self, item: PrescriptionItem) -> bool:
        which = item.prescription_id
        return self._desk.dispensing.can(CheckItem, which, item.id) is None

    def _status(self, prescription_id: UUID | None) -> PrescriptionStatus | None:
        found = self._desk.replica.prescriptions.get(prescription_id)
        return None if found is None else found.status

    def _dispensed(self, item: PrescriptionItem) -> list[Dispense]:
        """What lies in the bag, or was taken home last."""
        held = [
            each
            for each in self._desk.replica.dispenses.of(item.prescription_id)
            if each.item_id == item.id and each.status is not DispenseStatus.RETURNED
        ]
        prepared = [each for each in held if each.status is DispenseStatus.PREPARED]
        if not prepared and item.status in OPEN:
            return []
        return sorted(prepared or held, key=lambda each: each.checked_at)

    def _why_put_back(self, item: PrescriptionItem) -> tuple[str, ...]:
        back = [
            each
            for each in self._desk.replica.dispenses.of(item.prescription_id)
            if each.item_id == item.id and each.return_reason
        ]
        last = max(back, key=lambda each: each.checked_at, default=None)
        if last is None or last.return_reason is None:
            return ()
        return (self.tr("Put back: %1").replace("%1", last.return_reason),)

    def _batches_cell(self, dispensed: list[Dispense]) -> CellContent:
        first = dispensed[0]
        if first.batch_number is None and first.expiry is None:
            return CellContent(self.tr("no batch kept"), quiet=True)
        others = len({(d.batch_id, d.batch_number, d.expiry) for d in dispensed}) - 1
        if first.expiry is None:
            number = first.batch_number or ""
            return CellContent(f"{number} +{others}" if others else number)
        return self._batch_cell(first.batch_number, first.expiry, others)

    def _batch_cell(self, number: str | None, expiry: date, others: int) -> CellContent:
        near = expiry < self._now().astimezone(self._zone).date() + NEAR_EXPIRY
        month = QLocale().toString(QDate(expiry.year, expiry.month, expiry.day), "MMM yyyy")
        tail = f"{month} +{others}" if others else month
        tone = Tone.WARNING if near else Tone.NEUTRAL
        if not number:
            return CellContent(tail, tone=tone)
        return CellContent(f"{number} · ", tail=tail, tail_tone=tone)
