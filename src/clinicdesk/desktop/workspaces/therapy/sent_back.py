"""Which prescriptions a pharmacy has sent back to this prescriber, who has to decide."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import OrderStatus, PrescriptionStatus, PurchaseOrder
from clinicdesk.core.collection import Change
from clinicdesk.core.desk import Desk


class SentBack(QObject):
    """Follows the orders, row by row.

    Signals:
        changed: These prescriptions were sent back, or are not any more: a set of identifiers.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._ids = self._among(desk.replica.orders.values())
        self.destroyed.connect(desk.replica.orders.subscribe(self._orders_changed))

    def __contains__(self, prescription_id: UUID) -> bool:
        """Whether it waits for its prescriber: it is paid for, and no pharmacy has it."""
        prescription = self._desk.replica.prescriptions.get(prescription_id)
        paid = prescription is not None and prescription.status is PrescriptionStatus.PAID
        return paid and prescription_id in self._ids

    def _among(self, orders: Iterable[PurchaseOrder]) -> set[UUID]:
        rejected = {o.prescription_id for o in orders if o.status is OrderStatus.REJECTED}
        return {each for each in rejected if self._desk.orders.sent_back(each) is not None}

    def _orders_changed(self, change: Change[PurchaseOrder]) -> None:
        if change.reset:
            before, self._ids = self._ids, self._among(self._desk.replica.orders.values())
            moved = before ^ self._ids
        else:
            rows = (*change.added, *change.removed, *(new for _, new in change.updated))
            touched = {row.prescription_id for row in rows}
            back = {each for each in touched if self._desk.orders.sent_back(each) is not None}
            moved = back ^ (self._ids & touched)
            self._ids ^= moved
        if moved:
            self.changed.emit(moved)
