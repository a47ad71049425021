"""A server is killed under thousands of desks: all are back soon, without a stampede."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.end_to_end.clinic import PATIENTS
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.truth import Truth
from tests.faults.evidence import Finding
from tests.faults.followers import followers, make_room, seats
from tests.faults.light_desk import LightDesk
from tests.faults.site import ROOM, cluster_with_clinic, forget

WITHIN_S: Final = 45.0
ALL_LOGINS: Final = ("ada", "rita", "tara", "tom", "pia", "paul", "quin")
_PATIENCE_S: Final = 120.0
_STARTED_OVER_S: Final = 15.0


class Return(Struct):
    """One restart.

    Attributes:
        serving_s: From the end of the old server until the new one served.
        live_s: From then until the last desk was live. half_s: until half of them were.
        busiest: Connections that it took within the busiest second.
        snapshots: That desks would have fetched.
    """

    how: str
    serving_s: float
    half_s: float
    live_s: float
    busiest: int
    snapshots: int


class Figures(Struct):
    """What came of it."""

    desks: int
    returns: list[Return]
    findings: list[Finding]


async def run(desks: int, seed: int) -> Figures:
    """Once by kill -9, once by SIGTERM; what was written meanwhile reaches everybody."""
    make_room(desks)
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    findings: list[Finding] = []
    returns: list[Return] = []
    async with cluster_with_clinic() as cluster:
        server = ServerProcess(cluster.url, folder, **ROOM)
        await server.start()
        try:
            truth = Truth(cluster.url)
            taken = await seats(server.url, ALL_LOGINS)
            all_desks = await followers(server.port, taken, desks, seed, _STARTED_OVER_S)
            await until(lambda: all(desk.live for desk in all_desks), _PATIENCE_S)
            for how in ("kill -9", "SIGTERM"):
                came, missing = await _restart(how, server, all_desks, truth)
                returns.append(came)
                findings += [Finding("late", "light desk", why) for why in missing]
            for desk in all_desks:
                desk.stop()
        finally:
            await server.kill()
    forget(folder)
    return Figures(desks=desks, returns=returns, findings=findings)


async def _restart(
    how: str, server: ServerProcess, desks: list[LightDesk], truth: Truth
) -> tuple[Return, list[str]]:
    for desk in desks:
        desk.opens.clear()
    before = sum(desk.snapshots for desk in desks)
    ended = time.monotonic()
    if how == "SIGTERM":
        await server.stop()
    else:
        await server.kill()
    await _write(truth)
    await server.start()
    serving = time.monotonic()
    half: list[float] = []

    def back() -> bool:
        live = sum(desk.live for desk in desks)
        if not half and live >= len(desks) / 2:
            half.append(time.monotonic())
        return live == len(desks)

    with suppress(AssertionError):
        await until(back, WITHIN_S)
    came = Return(
        how=how, serving_s=serving - ended, half_s=(half or [time.monotonic()])[0] - serving,
        live_s=time.monotonic() - serving,
        busiest=_busiest([at for desk in desks for at in desk.opens]),
        snapshots=sum(desk.snapshots for desk in desks) - before,
    )  # fmt: skip
    return came, await _missing(desks, truth, came)


async def _missing(desks: list[LightDesk], truth: Truth, came: Return) -> list[str]:
    """What is not as promised."""
    await _write(truth)
    head = await truth.head()
    why = []
    with suppress(AssertionError):
        await until(lambda: all(desk.cursor.seq >= head for desk in desks), 10.0)
    behind = sum(desk.cursor.seq < head for desk in desks)
    if behind:
        why.append(f"{behind} desks do not stand at {head} after {came.how}.")
    if came.snapshots:
        why.append(f"{came.snapshots} snapshots after {came.how}.")
    return why


async def _write(truth: Truth) -> None:
    for patient in PATIENTS:
        await truth.do("update patient set address = 'moved' where id = %(id)s", id=patient)


def _busiest(moments: list[float]) -> int:
    """The most within any one second of a clock."""
    return max(Counter(int(at) for at in moments).values(), default=0)


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"{figures.desks:,} desks, {each.how}: serves again after {each.serving_s:.1f} s; "
        f"half of the desks live {each.half_s:.1f} s later, all {each.live_s:.1f} s later; "
        f"{each.busiest:,} connections in the busiest second; {each.snapshots} snapshots"
        for each in figures.returns
    ]
