"""Whether the database answers, as far as those who follow the log should know.

A database that restarts is back within a moment, and nobody need be told. Time is counted in ticks
of the gateway's clock: a process that was stopped for a while has not been without its database.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

REFUSED_FOR: Final = 3
"""Ticks without a look at the log, one of which failed, after which the database is away."""
SILENT_FOR: Final = 10
"""And where none has failed or succeeded: as long as a call waits for a connection."""


class DatabaseWatch:
    """Told of each look at the database and of each tick."""

    def __init__(self, wall: datetime) -> None:
        self._answered_at = wall
        self._ticks = 0
        self._failed = False

    @property
    def away_since(self) -> datetime | None:
        """When it was last heard of, when that is too long ago; None while it answers."""
        patience = REFUSED_FOR if self._failed else SILENT_FOR
        return self._answered_at if self._ticks > patience else None

    def answered(self, wall: datetime) -> None:
        """It has answered."""
        self._answered_at = wall
        self._ticks = 0
        self._failed = False

    def failed(self) -> None:
        """It could not be reached."""
        self._failed = True

    def tick(self) -> None:
        """To be called about once a second."""
        self._ticks += 1
