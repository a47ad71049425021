"""Which rows are shown otherwise than the server said them: this desk's own pending commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from clinicdesk.core.collection import Collection
from clinicdesk.core.overlay import (
    PARTS,
    Flat,
    Pending,
    PrescriptionRows,
    SupplyRows,
    flat_prescription,
    flat_supply,
    project_all,
    project_shelf,
    project_supply,
)


class Projections:
    """Stages, in the collections, what pending commands make of the rows of their aggregates."""

    def __init__(self, by_kind: Mapping[str, Collection[Any]]) -> None:
        self._by_kind = by_kind
        self._pending: dict[UUID, dict[UUID, Pending]] = {}
        self._overlaid: dict[UUID, list[tuple[Collection[Any], UUID]]] = {}
        self._family = [by_kind[kind] for kind in ("prescription", *PARTS)]
        self._gathered: tuple[list[int], UUID, PrescriptionRows] | None = None

    def rows_of(self, prescription_id: UUID) -> PrescriptionRows:
        """A prescription with what hangs on it, as the screens show it."""
        # A screen asks again and again about the one that it shows.
        revisions = [collection.revision for collection in self._family]
        if self._gathered is None or self._gathered[:2] != (revisions, prescription_id):
            self._gathered = (revisions, prescription_id, self._gather(prescription_id))
        return self._gathered[2]

    def supply_rows_of(self, supply_order_id: UUID) -> SupplyRows:
        """An order to a supplier with its lines, as the screens show it."""
        lines = self._by_kind["supply_order_line"].of(supply_order_id)
        return SupplyRows(
            self._by_kind["supply_order"].get(supply_order_id),
            {line.id: line for line in lines},
        )

    def show(self, aggregate_id: UUID, pending: Mapping[UUID, Pending]) -> None:
        """Show an aggregate with these commands applied, by their op_id and in their order."""
        if pending:
            self._pending[aggregate_id] = dict(pending)
        else:
            self._pending.pop(aggregate_id, None)
        self._project(aggregate_id)

    def drop(self, seen: frozenset[UUID]) -> None:
        """Show commands no longer whose effect the server's rows hold."""
        for aggregate_id, pending in list(self._pending.items()):
            left = {op_id: each for op_id, each in pending.items() if op_id not in seen}
            if len(left) < len(pending):
                self.show(aggregate_id, left)

    def again(self, aggregate_ids: Iterable[UUID] | None = None) -> None:
        """Show the pending commands over rows that have changed: of these aggregates, or of all."""
        touched = self._pending.keys() if aggregate_ids is None else aggregate_ids
        for aggregate_id in set(touched) & self._pending.keys():
            self._project(aggregate_id)

    def forget(self) -> None:
        """Show the server's rows alone, until `again`."""
        for aggregate_id in list(self._overlaid):
            self._uncover(aggregate_id)

    def _gather(self, prescription_id: UUID) -> PrescriptionRows:
        return PrescriptionRows(
            self._by_kind["prescription"].get(prescription_id),
            **{
                part: {row.id: row for row in self._by_kind[kind].of(prescription_id)}
                for kind, part in PARTS.items()
            },
        )

    def _project(self, aggregate_id: UUID) -> None:
        """Show the server's rows, then what the pending commands make of them."""
        self._uncover(aggregate_id)
        pending = self._pending.get(aggregate_id)
        if not pending:
            return
        before, after = self._before_and_after(aggregate_id, list(pending.values()))
        overlaid = self._overlaid[aggregate_id] = []
        for kind, row_id in before.keys() | after.keys():
            collection, row = self._by_kind[kind], after.get((kind, row_id))
            if collection.get(row_id) != row:
                collection.stage_shown(row_id, row)
                overlaid.append((collection, row_id))

    def _before_and_after(self, aggregate_id: UUID, pending: list[Pending]) -> tuple[Flat, Flat]:
        match pending[0].command.aggregate:
            case "prescription":
                family = self.rows_of(aggregate_id)
                return flat_prescription(family), flat_prescription(project_all(pending, family))
            case "supply_order":
                order = changed = self.supply_rows_of(aggregate_id)
                for each in pending:
                    changed = project_supply(each, changed)
                return flat_supply(order), flat_supply(changed)
            case kind:
                rows = shelf = self._shelf(kind, aggregate_id)
                for each in pending:
                    shelf = project_shelf(each, shelf)
                return rows, shelf

    def _shelf(self, kind: str, aggregate_id: UUID) -> Flat:
        """The row of that identifier, or the levels of that medicine."""
        collection = self._by_kind[kind]
        row = collection.get(aggregate_id)
        found = [row] if row is not None else collection.of(aggregate_id)
        return {(kind, each.id): each for each in found}

    def _uncover(self, aggregate_id: UUID) -> None:
        for collection, row_id in self._overlaid.pop(aggregate_id, ()):
            collection.stage_shown(row_id, collection.server_row(row_id))
