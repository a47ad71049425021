"""Thousands of small worlds, each out of a number: whatever goes wrong in them, it ends well.

`SEEDS` says how many. One that fails says how to see what happened in it. Worlds that a mistake was
found in are named beside the tests of what was mended, not here: a seed means another world after
each change of the simulation.
"""

from __future__ import annotations

import os
from itertools import count
from typing import Final

import pytest

from tests.simulation.mistakes import MISTAKES, SkipsAFrame
from tests.simulation.timeline import Broken
from tests.simulation.world import Cast, run_seed

SEEDS: Final = int(os.environ.get("SEEDS", "3000"))
PARTS: Final = 12
FOUND_WITHIN: Final = 1500


def look_at(seed: int, cast: Cast | None = None) -> None:
    try:
        run_seed(seed) if cast is None else run_seed(seed, cast)
    except Broken as broken:
        last = "\n".join(broken.trace.splitlines()[-40:])
        raise AssertionError(
            f"{last}\nseed {seed}: {broken}\n"
            f"all that happened: python -m tests.simulation --seed {seed}"
        ) from None


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_goes_wrong_each_desk_ends_with_its_rows_and_each_command_once(part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        look_at(seed)


def test_a_server_that_skips_a_frame_is_found_out_and_the_desks_have_their_rows() -> None:
    for seed in range(100):
        look_at(seed, Cast(connection=SkipsAFrame, gaps=True))


def test_one_seed_is_one_world() -> None:
    for seed in range(5):
        first, second = run_seed(seed).timeline, run_seed(seed).timeline
        assert first.trace() == second.trace()
        assert first.notes


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_simulation_notices(mistake: str) -> None:
    for seed in count():
        assert seed < FOUND_WITHIN, f"nobody notices {mistake}"
        try:
            run_seed(seed, MISTAKES[mistake])
        except Broken:
            return
