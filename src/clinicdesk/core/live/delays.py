"""How long a desk waits before it asks again: long enough for the server, short for the person."""

from __future__ import annotations

import random
from typing import Final

FIRST_DELAY_S: Final = 0.5
EAGER_FOR_S: Final = 60.0
"""A server that restarts is back within so long, and a counter waits for it."""
LONGEST_EAGER_DELAY_S: Final = 2.0
LONGEST_DELAY_S: Final = 30.0
STEADY_S: Final = 10.0
"""A connection that held for so long was a good one: the next attempt is as eager as the first."""
RATE_DELAY_S: Final = (20.0, 60.0)
"""For a desk that was told it is too much for the server."""
SNAPSHOT_PAUSE_S: Final = 5.0
LONGEST_SNAPSHOT_PAUSE_S: Final = 60.0
SNAPSHOT_WINDOW_S: Final = 120.0
SNAPSHOTS_AT_ONCE: Final = 2


class Delays:
    """Full jitter throughout: desks that lost one server do not come back at one moment."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._attempts = 0
        self._away_since: float | None = None  # when the first attempt of this outage was put off
        self._served_since: float | None = None
        self._spread_s: float | None = None
        self._snapshots: list[float] = []

    def spread(self, seconds: float) -> None:
        """The server asked the desks to come back within so long."""
        self._spread_s = max(0.0, seconds)

    def served(self, now: float) -> None:
        """The server greeted, or gave the rows."""
        self._away_since = None
        self._served_since = now

    def before_connecting(self, now: float) -> float:
        """Seconds until the next attempt."""
        if self._served_since is not None and now - self._served_since >= STEADY_S:
            self._attempts = 0
        self._served_since = None
        if self._away_since is None:
            self._away_since = now
        spread, self._spread_s = self._spread_s, None
        if spread is not None:
            return self._chance.uniform(0, spread)
        eager = now - self._away_since < EAGER_FOR_S
        longest = LONGEST_EAGER_DELAY_S if eager else LONGEST_DELAY_S
        most = min(longest, FIRST_DELAY_S * 2.0**self._attempts)
        if most < longest:
            self._attempts += 1
        return self._chance.uniform(0, most)

    def after_too_much(self) -> float:
        """Seconds until the next attempt when the server has had too many."""
        return self._chance.uniform(*RATE_DELAY_S)

    def before_snapshot(self, now: float) -> float:
        """Seconds until the rows may be fetched; 0 unless they were, time and again."""
        self._snapshots = [at for at in self._snapshots if now - at < SNAPSHOT_WINDOW_S]
        self._snapshots.append(now)
        more = len(self._snapshots) - SNAPSHOTS_AT_ONCE
        if more <= 0:
            return 0.0
        most = min(LONGEST_SNAPSHOT_PAUSE_S, SNAPSHOT_PAUSE_S * 2.0 ** (more - 1))
        return self._chance.uniform(0, most)
