"""What a pharmacist does next, in the order of the turns at the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.workspaces.shared.lanes import Lane, Turn

if TYPE_CHECKING:
    from clinicdesk.desktop.workspaces.dashboard.queue_figures import QueueFigures
    from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook


@dataclass(frozen=True, slots=True)
class Next:
    """One thing to do, and since when it is to be done."""

    turn: Turn
    prescription: Prescription
    since: datetime


class Agenda:
    """Reads the lanes at the moment of asking."""

    def __init__(self, figures: QueueFigures, lanes: LaneBook) -> None:
        self._figures = figures
        self._lanes = lanes

    def steps(self) -> list[Next]:
        """All of it: within one kind of turn whoever waits longest comes first. What is on hold is
        last, so that it is not forgotten; what waits for others is not there."""
        rows = (*self._figures.rows(Lane.DISPENSE), *self._figures.rows(Lane.READY))
        turns = ((self._lanes.turn(row), row) for row in rows)
        found = [Next(turn, row, self._lanes.since(row)) for turn, row in turns if turn is not None]
        return sorted(found, key=lambda each: (each.turn, each.since, each.prescription.id))


def first_of(steps: list[Next]) -> Next | None:
    """The next thing to do; None where nothing can be done now."""
    return steps[0] if steps and steps[0].turn is not Turn.HELD else None
