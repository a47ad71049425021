"""A right is withdrawn while the clinic works: from its entry on, nothing reaches who had it."""

from __future__ import annotations

import asyncio
import math
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.frames import Ev, ScopeChanged
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from tests.end_to_end.clinic import CLINIC, CORNER, MAIN, an_id
from tests.end_to_end.desks import Office
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.truth import Truth
from tests.faults.evidence import Finding
from tests.faults.followers import followers, seats
from tests.faults.quick_caller import QuickCaller
from tests.faults.scenarios.catch_up import prescribe
from tests.faults.site import ROOM, cluster_with_clinic, forget

TOLD_WITHIN_S: Final = 1.0
GONE_WITHIN_S: Final = 5.0
_PATIENCE_S: Final = 15.0
_BUSY_PAUSE_S: Final = 0.05
_WHO: Final = an_id("member paul")
_AT_MAIN: Final = 30


class Round(Struct):
    """One withdrawal.

    Attributes:
        told_s: From the commit until a socket of that member was told, or closed.
        gone_s: From the commit until a desk with a store held none of the rows.
        beyond: Rows of events past the withdrawal that reached the socket nevertheless.
    """

    what: str
    told_s: float
    gone_s: float
    beyond: int


class Figures(Struct):
    """What came of it."""

    rounds: list[Round]
    findings: list[Finding]


class Watch:
    """What a socket of the member's brought, and when."""

    def __init__(self) -> None:
        self.events: list[tuple[int, str, UUID]] = []
        self.told_at: float | None = None

    def tell(self, frame: Ev | ScopeChanged) -> None:
        if isinstance(frame, ScopeChanged):
            self.told_at = self.told_at or time.monotonic()
            return
        self.events += [(item.seq, item.kind, item.id) for item in frame.items if not item.gone]


async def run(rounds: int, seed: int) -> Figures:
    """Move a pharmacist to another counter, and at the end, end the membership."""
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    found: list[Round] = []
    async with cluster_with_clinic() as cluster:
        server = ServerProcess(cluster.url, folder, **ROOM)
        await server.start()
        try:
            truth = Truth(cluster.url)
            caller = await QuickCaller.sign_in(server.port, "tara")
            for _ in range(_AT_MAIN):
                await prescribe(caller)
            working = asyncio.create_task(_work(caller))
            desk = await Office(folder, server.url).open("paul")
            for number in range(rounds):
                last = number == rounds - 1
                found.append(await _withdraw(server, truth, desk, seed + number, ends=last))
                await _give_back(truth, desk, ends=last)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await desk.close()
        finally:
            await server.kill()
    forget(folder)
    return Figures(rounds=found, findings=_judge(found))


async def _work(caller: QuickCaller) -> None:
    while True:
        await prescribe(caller)
        await asyncio.sleep(_BUSY_PAUSE_S)


async def _withdraw(
    server: ServerProcess, truth: Truth, desk: Desk, seed: int, *, ends: bool
) -> Round:
    watch = Watch()
    taken = await seats(server.url, ("paul",), sessions=1)
    (socket,) = await followers(server.port, taken, 1, seed, 0.0, watch.tell)
    await until(lambda: socket.live and desk.replica.prescriptions.values(), _PATIENCE_S)
    await asyncio.sleep(random.Random(seed).uniform(0, 1))
    if ends:
        await truth.do("update member set active = false where id = %(id)s", id=_WHO)
    else:
        await _stand_at(truth, CORNER)
    begun = time.monotonic()

    def is_told() -> bool:
        if socket.stopped is not None:
            watch.told_at = watch.told_at or time.monotonic()
        return watch.told_at is not None

    def is_gone() -> bool:
        return (
            not any(p.pharmacy_id == MAIN for p in desk.replica.prescriptions.server_values())
            and not desk.replica.items.server_values()
        )

    gone = asyncio.create_task(_when(is_gone))
    await until(is_told, _PATIENCE_S)
    gone_at = await gone
    await asyncio.sleep(1.0)  # for events that must not come
    socket.stop()
    withdrawn = await truth.value(
        "select max(seq) from clinic_log where clinic_id = %(c)s and entity_id = %(id)s",
        c=CLINIC, id=_WHO,
    )  # fmt: skip
    beyond = [e for e in watch.events if e[0] > withdrawn and e[1] in _COUNTER]
    assert watch.told_at is not None
    what = "membership ended" if ends else "moved to another counter"
    return Round(what, watch.told_at - begun, gone_at - begun, len(beyond))


_COUNTER: Final = ("prescription", "prescription_item", "payment")


async def _when(condition: Callable[[], bool]) -> float:
    """When it became true; infinity: it did not."""
    try:
        await until(condition, _PATIENCE_S)
    except AssertionError:
        return math.inf
    return time.monotonic()


async def _give_back(truth: Truth, desk: Desk, *, ends: bool) -> None:
    if ends:
        await until(lambda: desk.link.status is LinkStatus.REFUSED, _PATIENCE_S)
        return

    def has_rows() -> bool:
        desk.hurry()  # a desk that fetches everything time and again would wait longer and longer
        return bool(desk.replica.items.server_values())

    await _stand_at(truth, MAIN)
    await until(has_rows, _PATIENCE_S)


async def _stand_at(truth: Truth, pharmacy: UUID) -> None:
    await truth.do("update member set pharmacy_id = %(p)s where id = %(id)s", p=pharmacy, id=_WHO)


def _judge(rounds: list[Round]) -> list[Finding]:
    findings = []
    for each in rounds:
        if each.told_s > TOLD_WITHIN_S:
            findings.append(Finding("late", "socket", f"{each.what}: told {each.told_s:.2f} s."))
        if each.gone_s > GONE_WITHIN_S:
            findings.append(Finding("late", "desk", f"{each.what}: gone {each.gone_s:.2f} s."))
        if each.beyond:
            findings.append(Finding("forbidden", "socket", f"{each.what}: {each.beyond} events."))
    return findings


def lines(figures: Figures) -> list[str]:
    """For a person."""
    told = sorted(each.told_s for each in figures.rounds)
    gone = sorted(each.gone_s for each in figures.rounds)
    middle, end = len(told) // 2, figures.rounds[-1]
    return [
        f"{len(figures.rounds)} withdrawals under work: "
        f"sockets told after {told[middle]:.2f} s (at most {told[-1]:.2f} s), "
        f"rows gone after {gone[middle]:.2f} s (at most {gone[-1]:.2f} s), "
        f"{sum(each.beyond for each in figures.rounds)} events beyond",
        f"the last, {end.what}: {end.told_s:.2f} s, {end.gone_s:.2f} s",
    ]
