"""Which rows are shown otherwise than the server said them: this desk's own pending commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from clinicdesk.contract.entities import Payment, Prescription, PrescriptionItem, Row
from clinicdesk.core.collection import Collection
from clinicdesk.core.overlay import Pending, PrescriptionRows, project_all


class Projections:
    """Stages, in the collections of prescriptions, what pending commands make of them."""

    def __init__(
        self,
        prescriptions: Collection[Prescription],
        items: Collection[PrescriptionItem],
        payments: Collection[Payment],
    ) -> None:
        self._prescriptions = prescriptions
        self._items = items
        self._payments = payments
        self._pending: dict[UUID, dict[UUID, Pending]] = {}
        self._overlaid: dict[UUID, list[tuple[Collection[Any], UUID]]] = {}

    def rows_of(self, prescription_id: UUID) -> PrescriptionRows:
        """A prescription with its lines and ledger, as the screens show them."""
        return PrescriptionRows(
            self._prescriptions.get(prescription_id),
            {item.id: item for item in self._items.of(prescription_id)},
            {payment.id: payment for payment in self._payments.of(prescription_id)},
        )

    def show(self, prescription_id: UUID, pending: Mapping[UUID, Pending]) -> None:
        """Show a prescription with these commands applied, by their op_id and in their order."""
        if pending:
            self._pending[prescription_id] = dict(pending)
        else:
            self._pending.pop(prescription_id, None)
        self._project(prescription_id)

    def drop(self, seen: frozenset[UUID]) -> None:
        """Show commands no longer whose effect the server's rows hold."""
        for prescription_id, pending in list(self._pending.items()):
            left = {op_id: each for op_id, each in pending.items() if op_id not in seen}
            if len(left) < len(pending):
                self.show(prescription_id, left)

    def again(self, prescription_ids: Iterable[UUID] | None = None) -> None:
        """Show the pending commands over rows that have changed: of these families, or of all."""
        touched = self._pending.keys() if prescription_ids is None else prescription_ids
        for prescription_id in set(touched) & self._pending.keys():
            self._project(prescription_id)

    def forget(self) -> None:
        """Show the server's rows alone, until `again`."""
        for prescription_id in list(self._overlaid):
            self._uncover(prescription_id)

    def _project(self, prescription_id: UUID) -> None:
        """Show the server's rows of a prescription, then what its pending commands make of them."""
        self._uncover(prescription_id)
        pending = self._pending.get(prescription_id)
        if not pending:
            return
        before = self.rows_of(prescription_id)
        after = project_all(pending.values(), before)
        overlaid = self._overlaid[prescription_id] = []

        def cover(collection: Collection[Any], row_id: UUID, row: Row | None) -> None:
            if collection.get(row_id) != row:
                collection.stage_shown(row_id, row)
                overlaid.append((collection, row_id))

        cover(self._prescriptions, prescription_id, after.prescription)
        for item_id in before.items.keys() | after.items.keys():
            cover(self._items, item_id, after.items.get(item_id))
        for payment_id in before.payments.keys() | after.payments.keys():
            cover(self._payments, payment_id, after.payments.get(payment_id))

    def _uncover(self, prescription_id: UUID) -> None:
        for collection, row_id in self._overlaid.pop(prescription_id, ()):
            collection.stage_shown(row_id, collection.server_row(row_id))
