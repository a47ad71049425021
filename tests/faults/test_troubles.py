"""A short form of `make faults`: a few desks, two servers, some dozens of troubles, no finding."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.end_to_end.server import ServerProcess
from tests.faults.cluster import KillableCluster
from tests.faults.plan import Kind, Trouble, draw
from tests.faults.scenarios import random_troubles
from tests.faults.scenarios.random_troubles import Troubles
from tests.faults.site import Numbers, Site, forget
from tests.faults.troubles import Troublemaker

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


class SlowServer(ServerProcess):
    """One that does not serve within the time at first, and runs all the same.

    Attributes:
        starts: How often it was started. serves: Whether it does by now.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__("", folder)
        self.starts = 0
        self.serves = False
        self._runs = False

    @property
    def is_running(self) -> bool:
        return self._runs

    async def start(self) -> None:
        self.starts += 1
        self._runs = True
        if self.starts < 3:
            raise AssertionError("not within 20 s")
        self.serves = True

    async def kill(self) -> None:
        self._runs = False

    async def stop(self) -> int:
        raise ProcessLookupError


class NoCluster(KillableCluster):
    """None is needed."""

    def __init__(self) -> None:
        self.url = ""


def a_site(folder: Path, *servers: ServerProcess) -> Site:
    return Site(folder, NoCluster(), list(servers))


async def test_a_server_that_was_only_slow_to_start_is_started_until_it_serves(
    tmp_path: Path,
) -> None:
    server = SlowServer(tmp_path)
    await a_site(tmp_path, server).start_server(server)
    assert (server.serves, server.starts) == (True, 3)


async def test_a_server_that_had_ended_by_itself_is_told_of_and_troubled_again(
    tmp_path: Path,
) -> None:
    server = SlowServer(tmp_path)
    maker = Troublemaker(a_site(tmp_path, server))
    trouble = next(t for t in draw(1, 5.0, frozenset()) if t.kind is Kind.SERVER_STOPPED)
    for _ in range(2):
        await maker.inflict(trouble)
        await maker.settled()
    assert [what.partition(" could")[0] for what in maker.wrong] == [str(Kind.SERVER_STOPPED)] * 2
