"""Which prescriptions owe their patient money, kept in step with the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import Payment, PaymentKind, PaymentStatus
from clinicdesk.core.collection import Change, Collection


class RefundsDue(QObject):
    """Refunds that were not paid out yet, by prescription.

    Signals:
        changed: Another prescription owes money, or one does no longer.
    """

    changed = Signal()

    def __init__(self, payments: Collection[Payment], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._payments = payments
        self._owing: set[UUID] = set()
        self._read_again()
        self._unsubscribe = payments.subscribe(self._on_change)
        self.destroyed.connect(self._unsubscribe)

    def __contains__(self, prescription_id: object) -> bool:
        return prescription_id in self._owing

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._owing)

    def __len__(self) -> int:
        return len(self._owing)

    def of(self, prescription_id: UUID) -> list[Payment]:
        """The refunds that a prescription owes, the oldest first."""
        due = (each for each in self._payments.of(prescription_id) if _is_due(each))
        return sorted(due, key=lambda payment: payment.created_at)

    def amount(self, prescription_id: UUID) -> int:
        """What a prescription owes in all, in minor units."""
        return sum(payment.amount_minor for payment in self.of(prescription_id))

    def _read_again(self) -> None:
        due = filter(_is_due, self._payments.values())
        self._owing = {payment.prescription_id for payment in due}

    def _on_change(self, change: Change[Payment]) -> None:
        before = set(self._owing)
        if change.reset:
            self._read_again()
        else:
            touched = (*change.added, *change.removed, *(new for _, new in change.updated))
            self._look_at({payment.prescription_id for payment in touched})
        if before != self._owing:
            self.changed.emit()

    def _look_at(self, prescription_ids: Iterable[UUID]) -> None:
        for prescription_id in prescription_ids:
            if self.of(prescription_id):
                self._owing.add(prescription_id)
            else:
                self._owing.discard(prescription_id)


def _is_due(payment: Payment) -> bool:
    return payment.kind is PaymentKind.REFUND and payment.status is PaymentStatus.PENDING
