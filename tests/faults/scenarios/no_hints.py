"""No server hears of another's commits but by asking once a second: how long a change takes."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from clinicdesk.core.replica import Applied
from tests.end_to_end.desks import Office
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess
from tests.faults.evidence import Finding
from tests.faults.quick_caller import QuickCaller
from tests.faults.scenarios.catch_up import prescribe
from tests.faults.site import ROOM, cluster_with_clinic, forget

WITHIN_S: Final = 1.5
_PAUSE_S: Final = (0.0, 0.4)
_PATIENCE_S: Final = 10.0


class Figures(Struct):
    """What came of it: times from the server's answer at one server to the desk at the other."""

    changes: int
    median_s: float
    p99_s: float
    worst_s: float
    findings: list[Finding]


async def run(changes: int, seed: int) -> Figures:
    """Give so many commands to one server, with a desk at the other."""
    chance = random.Random(f"no hints {seed}")
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    came: dict[int, float] = {}
    given: dict[int, float] = {}
    async with cluster_with_clinic() as cluster:
        servers = [
            ServerProcess(cluster.url, folder, CLINICDESK_NOTIFY_URL="off", **ROOM)
            for _ in range(2)
        ]
        for server in servers:
            await server.start()
        office = Office(folder, servers[1].url)
        try:
            desk = await office.open("ada")

            def note(applied: Applied) -> None:
                came[applied.position.cursor.seq] = time.monotonic()

            desk.replica.applied.add(note)
            caller = await QuickCaller.sign_in(servers[0].port, "tara")
            for _ in range(changes):
                done = await prescribe(caller)
                given[done.seq] = time.monotonic()
                await asyncio.sleep(chance.uniform(*_PAUSE_S))
            await until(lambda: max(came, default=0) >= max(given), _PATIENCE_S)
            caller.close()
            await office.close_all()
        finally:
            for server in servers:
                await server.kill()
    forget(folder)
    return _judge(given, came)


def _judge(given: dict[int, float], came: dict[int, float]) -> Figures:
    """A change came with the first frame that reached it."""
    took = sorted(min(at for to, at in came.items() if to >= seq) - given[seq] for seq in given)
    p99 = took[min(len(took) - 1, len(took) * 99 // 100)]
    late = [Finding("late", "ada", f"p99 is {p99:.2f} s, not {WITHIN_S} s.")]
    return Figures(
        changes=len(took), median_s=took[len(took) // 2], p99_s=p99, worst_s=took[-1],
        findings=late if p99 > WITHIN_S else [],
    )  # fmt: skip


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"{figures.changes} changes without a hint: half within {figures.median_s:.2f} s, "
        f"p99 {figures.p99_s:.2f} s, the last {figures.worst_s:.2f} s"
    ]
