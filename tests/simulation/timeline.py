"""Virtual time: what is to happen, in order, and a note of what did."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Final

BEGIN: Final = datetime(2026, 11, 21, 8, tzinfo=UTC)


class Broken(AssertionError):
    """Something that must never be so was found to be so.

    Attributes:
        trace: What happened until then, a line each.
    """

    trace = ""


class Timeline:
    """The one clock and the one source of chance of a world.

    Attributes:
        now: Seconds since the world began.
        chance: Everything random is drawn from it, so that a seed says all.
        notes: What happened: (when, who, what, with what).
    """

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self.chance = random.Random(seed)
        self.notes: list[tuple[float, str, str, tuple[Any, ...]]] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def after(self, delay: float, happening: Callable[[], None]) -> None:
        """Have it happen `delay` seconds from now; of one moment, the first asked for first."""
        self.at(self.now + delay, happening)

    def at(self, moment: float, happening: Callable[[], None]) -> None:
        """Have it happen at this moment, which is not over."""
        self._count += 1
        heappush(self._due, (moment, self._count, happening))

    def run_until(self, end: float) -> None:
        """Let time pass."""
        due = self._due
        while due and due[0][0] <= end:
            self.now, _, happening = heappop(due)
            happening()
        self.now = end

    def wall(self) -> datetime:
        """The servers' clock."""
        return BEGIN + timedelta(seconds=self.now)

    def note(self, who: str, what: str, *with_what: Any) -> None:
        """For the trace of a failing seed; formatted only if it is printed."""
        self.notes.append((self.now, who, what, with_what))

    def maybe(self, probability: float) -> bool:
        """A throw of the dice."""
        return self.chance.random() < probability

    def trace(self) -> str:
        """The notes as lines."""
        return "\n".join(
            f"{at:9.3f}  {who:<10} {what.format(*map(_short, w))}"
            for at, who, what, w in self.notes
        )


def _short(what: Any) -> Any:
    """Frames are told by their beginning."""
    return what[:300].decode(errors="replace") if isinstance(what, bytes) else what
