"""A gauge that climbs for as long as one looks is told from one that found its level."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.faults.growth import Tolerance, trend

TOLERANCE = Tolerance(share=0.1, amount=5)


def readings(value: Callable[[int], float]) -> list[tuple[float, float]]:
    chance = random.Random(1)
    return [(float(second), value(second) + chance.uniform(-2, 2)) for second in range(0, 300, 5)]


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("stays", lambda _: 100.0),
        ("climbs and finds its level", lambda second: 100 + min(second, 60)),
        ("bursts once", lambda second: 300.0 if second == 200 else 100.0),
        ("falls", lambda second: 200 - second / 3),
        ("goes up and down", lambda second: 100 + 30 * (second // 20 % 2)),
    ],
)
def test_a_gauge_does_not_grow_that(what: str, value: Callable[[int], float]) -> None:
    assert not trend(what, readings(value)).grows(TOLERANCE)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("climbs", lambda second: 100 + second / 3),
        ("climbs in steps", lambda second: 100 + second // 60 * 20),
        ("climbs under noise", lambda second: 100 + second / 3 + 10 * (second // 5 % 2)),
    ],
)
def test_a_gauge_grows_that(what: str, value: Callable[[int], float]) -> None:
    assert trend(what, readings(value)).grows(TOLERANCE)
