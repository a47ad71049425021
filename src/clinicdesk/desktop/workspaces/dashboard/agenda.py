"""What a pharmacist does next, in the order in which it presses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, auto
from typing import TYPE_CHECKING

from clinicdesk.contract.entities import OrderStatus, Prescription
from clinicdesk.desktop.workspaces.shared.lanes import Lane

if TYPE_CHECKING:
    from clinicdesk.core.replica import Replica
    from clinicdesk.desktop.workspaces.dashboard.queue_figures import QueueFigures
    from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook


class Step(IntEnum):
    """Why something is to be done; those at the counter come before all others."""

    AT_COUNTER = auto()  # somebody paid today and waits for it
    CAME = auto()  # what was owing is here: its patient was called
    TO_BRING = auto()  # to be dispensed, then delivered
    DISPATCH = auto()  # packed, and somebody has to take it along
    LEFT_OVER = auto()  # paid for before today: whoever waited has gone home


@dataclass(frozen=True, slots=True)
class Next:
    """One thing to do."""

    step: Step
    prescription: Prescription
    since: datetime


class Agenda:
    """Reads the lanes at the moment of asking."""

    def __init__(self, replica: Replica, figures: QueueFigures, lanes: LaneBook) -> None:
        self._replica = replica
        self._figures = figures
        self._lanes = lanes

    def steps(self) -> list[Next]:
        """All of it: within one kind of step whoever waits longest comes first.

        What was sent back or is owing waits for others, what is on hold for its reason: they are
        no steps, nor is what only its patient can go on with, to pay or to collect it.
        """
        found = [Next(step, row, self._lanes.since(row)) for step, row in self._found()]
        return sorted(found, key=lambda each: (each.step, each.since, each.prescription.code))

    def _found(self) -> Iterator[tuple[Step, Prescription]]:
        for row in self._figures.rows(Lane.DISPENSE):
            if self._lanes.goods_came(row):
                yield Step.CAME, row
            elif not self._lanes.on_hold(row):
                yield self._dispensing(row), row
        for row in self._figures.rows(Lane.READY):
            if row.delivery and not self._on_its_way(row):
                yield Step.DISPATCH, row

    def _dispensing(self, row: Prescription) -> Step:
        if self._lanes.since(row) < self._lanes.midnight:
            return Step.LEFT_OVER
        return Step.TO_BRING if row.delivery else Step.AT_COUNTER

    def _on_its_way(self, row: Prescription) -> bool:
        orders = self._replica.orders.of(row.id)
        return any(order.status is OrderStatus.OUT_FOR_DELIVERY for order in orders)
