"""What an order to a supplier says in the list, and how its states look."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QObject

from clinicdesk.contract.entities import Supplier, SupplyOrder, SupplyOrderStatus
from clinicdesk.contract.lifecycles import SUPPLY_ORDER
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Collection
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import Look, moment_text, money

_RANK: Final = {status: rank for rank, status in enumerate(SupplyOrderStatus)}


def is_open(order: SupplyOrder) -> bool:
    """Whether something is still to be done."""
    return order.status not in SUPPLY_ORDER.terminal


def supply_look(status: SupplyOrderStatus) -> Look:
    """The look of a state."""
    match status:
        case SupplyOrderStatus.DRAFT:
            return Look("file-pen", QCoreApplication.translate("Supply", "Draft"), Tone.NEUTRAL)
        case SupplyOrderStatus.SUBMITTED:
            return Look("send", QCoreApplication.translate("Supply", "Sent"), Tone.INFO)
        case SupplyOrderStatus.ACKNOWLEDGED:
            return Look("check", QCoreApplication.translate("Supply", "Confirmed"), Tone.INFO)
        case SupplyOrderStatus.PARTIALLY_RECEIVED:
            return Look(
                "truck", QCoreApplication.translate("Supply", "Part received"), Tone.WARNING
            )
        case SupplyOrderStatus.RECEIVED:
            return Look(
                "package-check", QCoreApplication.translate("Supply", "Received"), Tone.SUCCESS
            )
        case SupplyOrderStatus.CLOSED:
            return Look("check-check", QCoreApplication.translate("Supply", "Closed"), Tone.NEUTRAL)
        case SupplyOrderStatus.CLOSED_SHORT:
            return Look(
                "package-x", QCoreApplication.translate("Supply", "Closed short"), Tone.NEUTRAL
            )
        case SupplyOrderStatus.CANCELLED:
            return Look("ban", QCoreApplication.translate("Supply", "Cancelled"), Tone.NEUTRAL)


class OrderRows(QObject):
    """Words of the orders."""

    def __init__(
        self,
        suppliers: Collection[Supplier],
        zone: ZoneInfo,
        now: Now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._suppliers = suppliers
        self._zone = zone
        self._now = now

    def supplier(self, order: SupplyOrder) -> str:
        """Who it goes to."""
        supplier = self._suppliers.get(order.supplier_id)
        return supplier.name if supplier is not None else "…"

    def order(self, order: SupplyOrder) -> tuple[bool, int, float]:
        """What is still to be done first, then the newest."""
        rank = _RANK[order.status] if is_open(order) else 0
        return not is_open(order), rank, -order.created_at.timestamp()

    def words(self, order: SupplyOrder) -> str:
        """By what it is found."""
        return f"{order.code} {self.supplier(order)}"

    def content(self, order: SupplyOrder) -> RowContent:
        """The two lines of a row."""
        look = supply_look(order.status)
        lines = self.tr("%n product(s)", "", order.line_count)
        return RowContent(
            key=order.id,
            primary=self.supplier(order),
            tail=order.code,
            secondary=f"{lines} · {money(order.total_minor, order.currency)}",
            corner=moment_text(order.created_at, self._zone, self._now()),
            status=look.word,
            status_tone=look.tone,
        )
