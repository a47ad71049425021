"""Whether a gauge grows for as long as one looks, or has only found its level."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from msgspec import Struct

WARM_UP: Final = 0.3
"""Of the time: caches fill, allocators find their size."""
LEAST: Final = 12
"""Readings after the warm-up; fewer tell nothing."""


class Tolerance(Struct, frozen=True):
    """What is no growth: so much of the level, or so much at all."""

    share: float
    amount: float


class Trend(Struct, frozen=True):
    """A gauge after the warm-up.

    Attributes:
        level: Its median. growth: The median slope (Theil-Sen) times the time that was looked at:
            a burst does not count, a steady climb does.
        rising: Share of all pairs of readings in which the later one is higher.
    """

    name: str
    level: float
    growth: float
    rising: float
    readings: int

    def grows(self, tolerance: Tolerance) -> bool:
        allowed = max(tolerance.amount, tolerance.share * self.level)
        return self.readings >= LEAST and self.growth > allowed and self.rising > _CLIMBING


_CLIMBING: Final = 0.6


def trend(name: str, readings: Sequence[tuple[float, float]]) -> Trend:
    """Of readings (time, value) in the order of time."""
    begin, end = readings[0][0], readings[-1][0]
    late = [r for r in readings if r[0] >= begin + WARM_UP * (end - begin)]
    pairs = [(a, b) for n, a in enumerate(late) for b in late[n + 1 :] if b[0] > a[0]]
    if not pairs:
        return Trend(name, readings[-1][1], 0.0, 0.0, len(late))
    slope = median((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs)
    rising = sum(b[1] > a[1] for a, b in pairs) / len(pairs)
    level = median(value for _, value in late)
    return Trend(name, level, slope * (late[-1][0] - late[0][0]), rising, len(late))
