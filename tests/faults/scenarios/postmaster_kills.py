"""The postmaster is killed again and again under writers that give up nothing."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.commands import ReviseDraft, WriteDraft
from clinicdesk.contract.problems import Refusal
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import PATIENTS, a_line
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess
from tests.faults.checker import check
from tests.faults.evidence import DeskHistory, Finding
from tests.faults.gathering import gather_commands
from tests.faults.history import Answered, AnyEvent, Given, Saved, now
from tests.faults.quick_caller import QuickCaller
from tests.faults.site import ROOM, Site, cluster_with_clinic, forget

WRITERS = 6
SERVERS = 2
WRITING_S = (0.0, 0.4)
"""From when the writers are at work again to the next kill."""
_AT_WORK_S = 60.0


class Figures(Struct):
    """What came of it."""

    kills: int
    seconds: float
    acknowledged: int
    repeats: int
    entries: int
    findings: list[Finding]


class Writer:
    """Writes drafts and revises them, each command until it is answered.

    Attributes:
        refused: Why it stopped; nobody else touches its drafts, so nothing can be refused.
    """

    def __init__(self, caller: QuickCaller) -> None:
        self.events: list[AnyEvent] = []
        self.acknowledged = 0
        self.refused: Refusal | None = None
        self._caller = caller
        self._stopped = False

    async def write(self) -> None:
        for number in count():
            if self._stopped or self.refused is not None:
                return
            prescription_id, patient = new_id(), PATIENTS[number % 4]
            version = await self._give(
                WriteDraft(
                    prescription_id=prescription_id, patient_id=patient, pharmacy_id=None,
                    note=None, items=[a_line()],
                ),
                0,
            )  # fmt: skip
            await self._give(
                ReviseDraft(
                    prescription_id=prescription_id, pharmacy_id=None, note="again",
                    items=[a_line(), a_line()],
                ),
                version,
            )  # fmt: skip

    def stop(self) -> None:
        """After the commands that are under way."""
        self._stopped = True

    def history(self, name: str) -> DeskHistory:
        return DeskHistory(name, self._caller.signed_in.member.id, self.events)

    async def _give(self, command: WriteDraft | ReviseDraft, version: int) -> int:
        op_id: UUID = new_id()
        self.events += [Given(now(), op_id, command.prescription_id), Saved(now(), op_id)]
        answer = await self._caller.give(command, op_id=op_id, version=version)
        self.events.append(Answered(now(), op_id, type(answer).__name__))
        if isinstance(answer, Refusal):
            self.refused = answer
            return version
        self.acknowledged += 1
        return answer.version


async def run(kills: int, seed: int) -> Figures:
    """Kill, recover, write, kill."""
    chance = random.Random(f"postmaster {seed}")
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    async with cluster_with_clinic() as cluster:
        servers = [ServerProcess(cluster.url, folder, **ROOM) for _ in range(SERVERS)]
        site = Site(folder, cluster, servers)
        for server in servers:
            await site.start_server(server)
        try:
            callers = [
                await QuickCaller.sign_in(servers[n % SERVERS].port, "tara") for n in range(WRITERS)
            ]
            writers = [Writer(caller) for caller in callers]
            writing = [asyncio.create_task(writer.write()) for writer in writers]
            begun = time.monotonic()
            for _ in range(kills):
                before = _acknowledged(writers)
                await until(partial(_at_work, writers, before), _AT_WORK_S)
                if any(writer.refused for writer in writers):
                    break
                await asyncio.sleep(chance.uniform(*WRITING_S))
                cluster.kill(sessions_too=chance.random() < 0.5)
                await cluster.start()
            seconds = time.monotonic() - begun
            for writer in writers:
                writer.stop()
            await asyncio.gather(*writing)
            desks = [writer.history(f"writer {n}") for n, writer in enumerate(writers)]
            evidence = await gather_commands(cluster.url, desks)
        finally:
            for server in servers:
                await server.kill()
    forget(folder)
    return Figures(
        kills=cluster.kills, seconds=seconds, entries=evidence.head,
        acknowledged=_acknowledged(writers),
        repeats=sum(caller.repeats for caller in callers),
        findings=[*check(evidence), *_refusals(writers)],
    )  # fmt: skip


def _refusals(writers: list[Writer]) -> Iterator[Finding]:
    for number, writer in enumerate(writers):
        if writer.refused is not None:
            yield Finding("refused", f"writer {number}", f"It was told {writer.refused}.")


def _at_work(writers: list[Writer], before: int) -> bool:
    refused = any(writer.refused for writer in writers)
    return refused or _acknowledged(writers) > before + WRITERS


def _acknowledged(writers: list[Writer]) -> int:
    return sum(writer.acknowledged for writer in writers)


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"{figures.kills} kills of the postmaster in {figures.seconds:.0f} s "
        "(every other one with all its sessions)",
        f"{figures.acknowledged:,} commands acknowledged, {figures.repeats:,} times sent again, "
        f"{figures.entries:,} entries of the log",
    ]
