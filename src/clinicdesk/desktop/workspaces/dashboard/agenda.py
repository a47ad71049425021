"""What a pharmacist does next, in the order of the turns at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from clinicdesk.contract.entities import Prescription, PurchaseOrder
from clinicdesk.core.collection import Change
from clinicdesk.desktop.models.in_order import InOrder
from clinicdesk.desktop.workspaces.shared.lanes import Turn

if TYPE_CHECKING:
    from clinicdesk.core.replica import Replica
    from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook


@dataclass(frozen=True, slots=True)
class Next:
    """One thing to do, and since when it is to be done."""

    turn: Turn
    prescription: Prescription
    since: datetime


class Agenda:
    """All that is to be done, kept in order; read at the moment of asking.

    Within one kind of turn whoever waits longest comes first. What is on hold is last, so that it
    is not forgotten; what waits for others is not there.
    """

    def __init__(self, replica: Replica, lanes: LaneBook) -> None:
        self._lanes = lanes
        self._order: InOrder[Prescription] = InOrder(replica.prescriptions, self._key)
        lanes.moved.connect(self._on_moved)
        lanes.day_changed.connect(self._order.look_again)
        self._leaves = (self._order.leave, replica.orders.subscribe(self._on_orders))

    def __len__(self) -> int:
        return len(self._order)

    def steps(self, most: int | None = None) -> list[Next]:
        """What is to be done, from the first on, no more than `most`."""
        turn, since = self._lanes.turn, self._lanes.since
        rows = ((turn(row), row) for row in self._order.rows(most))
        return [Next(kind, row, since(row)) for kind, row in rows if kind is not None]

    def leave(self) -> None:
        """Stop following the rows."""
        for each in self._leaves:
            each()

    def _key(self, row: Prescription) -> tuple[Any, ...] | None:
        turn = self._lanes.turn(row)
        return None if turn is None else (turn, self._lanes.since(row))

    def _on_moved(self, prescription_ids: set[UUID]) -> None:
        self._order.look_again(prescription_ids)

    def _on_orders(self, change: Change[PurchaseOrder]) -> None:
        """What is on its way is nobody's turn."""
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        touched = None if change.reset else [order.prescription_id for order in rows]
        self._order.look_again(touched)


def first_of(steps: list[Next]) -> Next | None:
    """The next thing to do; None where nothing can be done now."""
    return steps[0] if steps and steps[0].turn is not Turn.HELD else None
