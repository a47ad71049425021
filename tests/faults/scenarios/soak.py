"""Hours of a clinic's churn in minutes: nothing may grow, at neither end.

People revise drafts, the front desk corrects addresses, cables are cut and reset, desks are closed
and opened again: as many rows are there at the end as soon after the beginning. Memory, open
files, tasks and timers of every process are read every few seconds (`growth`).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tests.end_to_end.clinic import PATIENTS
from tests.faults.checker import check
from tests.faults.desk_process import Order
from tests.faults.evidence import Finding
from tests.faults.gathering import gather
from tests.faults.growth import Tolerance, Trend, trend
from tests.faults.scenarios.random_troubles import settle
from tests.faults.site import Numbers, Site, forget, site

TOLERANCES: Final = {
    "rss_kb": Tolerance(share=0.10, amount=8 * 1024),
    "fds": Tolerance(share=0.10, amount=4),
    "tasks": Tolerance(share=0.10, amount=6),
    "timers": Tolerance(share=0.15, amount=8),
}
_READ_EVERY_S: Final = 3.0
_CUT_EVERY_S: Final = (0.2, 1.5)
_REOPEN_EVERY_S: Final = (2.0, 6.0)
_WRITE_EVERY_S: Final = (0.1, 0.5)
_PACE_S: Final = 3.0


class Figures(Struct):
    """What came of it."""

    seconds: float
    desks: int
    entries: int
    cuts: int
    reopened: int
    trends: list[Trend]
    findings: list[Finding]


class Churn:
    """What goes on all the time."""

    def __init__(self, there: Site, seed: int) -> None:
        self._there = there
        self._chance = random.Random(f"churn {seed}")
        self.cuts = 0
        self.reopened = 0

    async def cut(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*_CUT_EVERY_S))
            cable = self._chance.choice(list(self._there.cables.values()))
            cable.drop(rudely=self._chance.random() < 0.5)
            self.cuts += 1

    async def reopen(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*_REOPEN_EVERY_S))
            desk = self._chance.choice(self._there.desks)
            await self._there.process_of(desk.name).order(Order("reopen", desk=desk.name))
            self.reopened += 1

    async def write(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*_WRITE_EVERY_S))
            await self._there.truth.do(
                "update patient set address = %(address)s where id = %(id)s",
                id=self._chance.choice(PATIENTS), address=f"{self._chance.randrange(999)} Quay",
            )  # fmt: skip


Readings = defaultdict[str, list[tuple[float, float]]]


async def run(minutes: float, desks: int, seed: int) -> Figures:
    """Churn for so long, reading the gauges."""
    numbers = Numbers(
        desks=desks, desks_per_process=max(1, desks // 2), pace_s=_PACE_S, steady=True,
        server_program="tests.faults.watched_server",
    )  # fmt: skip
    async with site(numbers, seed) as there:
        await there.all_live()
        churn, readings, begun = Churn(there, seed), Readings(list), time.monotonic()
        going_on = [
            asyncio.create_task(each) for each in (churn.cut(), churn.reopen(), churn.write())
        ]
        while time.monotonic() - begun < minutes * 60:
            await asyncio.sleep(_READ_EVERY_S)
            await _read(there, readings)
        seconds = time.monotonic() - begun
        for task in going_on:
            task.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)
        _read_servers(there, readings)
        evidence = await gather(there, await settle(there, 60.0))
        for process in there.processes:
            await process.end()
    trends = [trend(name, of) for name, of in sorted(readings.items()) if of]
    findings = [*check(evidence), *_growing(trends)]
    if not findings:
        forget(there.folder)
    return Figures(
        seconds=seconds, desks=desks, entries=evidence.head, cuts=churn.cuts,
        reopened=churn.reopened, trends=trends, findings=findings,
    )  # fmt: skip


async def _read(there: Site, readings: Readings) -> None:
    now = time.time()
    for number, process in enumerate(there.processes):
        for gauge, value in (await process.order(Order("gauge"))).items():
            readings[f"desks {number} {gauge}"].append((now, float(value)))
    for number, server in enumerate(there.servers):
        with suppress(OSError):
            proc = Path(f"/proc/{server.pid}")
            pages = int((proc / "statm").read_text().split()[1])
            readings[f"server {number} rss_kb"].append((now, pages * 4.0))
            readings[f"server {number} fds"].append(
                (now, float(len(list((proc / "fd").iterdir()))))
            )


def _read_servers(there: Site, readings: Readings) -> None:
    """What they wrote down themselves."""
    for number, server in enumerate(there.servers):
        path = there.folder / f"gauges-{server.pid}.jsonl"
        for line in path.read_bytes().splitlines():
            read = msgspec.json.decode(line)
            for gauge in ("tasks", "timers"):
                readings[f"server {number} {gauge}"].append((read["at"], float(read[gauge])))


def _growing(trends: list[Trend]) -> Iterator[Finding]:
    for each in trends:
        if each.grows(TOLERANCES[each.name.rpartition(" ")[2]]):
            yield Finding(
                "growth", each.name, f"It grew by {each.growth:.0f} at a level of {each.level:.0f}."
            )


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"{figures.seconds / 60:.1f} min, {figures.desks} desks, {figures.entries:,} entries, "
        f"{figures.cuts:,} cuts, {figures.reopened:,} desks closed and opened again",
        *(
            f"  {each.name:20} level {each.level:10,.0f}  growth {each.growth:+8,.0f}"
            f"  rising {each.rising:4.0%}  ({each.readings} readings)"
            for each in figures.trends
        ),
    ]
