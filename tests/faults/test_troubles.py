"""A short form of `make faults`: a few desks, two servers, some dozens of troubles, no finding."""

from __future__ import annotations

from itertools import islice

import pytest

from tests.faults.plan import Kind, Trouble, draw
from tests.faults.scenarios import random_troubles
from tests.faults.scenarios.random_troubles import Troubles
from tests.faults.site import Numbers, forget

SEED = 5
NUMBERS = Numbers(desks=10, desks_per_process=5, pace_s=1.5, with_bus=True, with_small_disk=True)
TROUBLES = Troubles(count=30, per_s=6.0)


@pytest.mark.timeout(240)
async def test_desks_servers_and_database_in_trouble_lose_nothing_and_double_nothing() -> None:
    verdict = await random_troubles.run(NUMBERS, TROUBLES, SEED)
    assert verdict.findings == [], "\n".join(random_troubles.summary(verdict))
    assert verdict.troubles.total() >= TROUBLES.count
    assert verdict.evidence.results
    forget(verdict.folder)


def test_a_seed_asks_for_the_same_troubles_again() -> None:
    def drawn(seed: int) -> list[Trouble]:
        return list(islice(draw(seed, 5.0, frozenset({Kind.DISK_FULL})), 50))

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
    assert Kind.DISK_FULL not in {trouble.kind for trouble in drawn(7)}
