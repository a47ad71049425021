"""Many desks hand over one prescription at one moment: one wins, each other is told.

The racers are devices with sessions of their own that speak the wire (`quick_caller`); so many
desks with stores would need more machines than one.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from pathlib import Path

from msgspec import Struct

from clinicdesk.contract.commands import (
    Command,
    Done,
    FulfillItems,
    HandOver,
    SignAndSend,
    TakePayment,
    WriteDraft,
)
from clinicdesk.contract.entities import PaymentMethod
from clinicdesk.contract.problems import IllegalState, Refusal, Stale
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import MAIN, PATIENTS, a_line
from tests.end_to_end.server import ServerProcess
from tests.faults.checker import check
from tests.faults.evidence import DeskHistory, Finding
from tests.faults.gathering import gather_commands
from tests.faults.history import Answered, AnyEvent, Given, Saved, now
from tests.faults.quick_caller import QuickCaller
from tests.faults.site import ROOM, Site, cluster_with_clinic, forget

SERVERS = 2
SIGN_INS_AT_ONCE = 8
PRICE = 2_000


class Figures(Struct):
    """What came of it.

    Attributes:
        losers: What they were told, and how often.
    """

    races: int
    desks: int
    seconds: float
    winners: int
    losers: Counter[str]
    repeats: int
    findings: list[Finding]


class Racer:
    """One device at the counter."""

    def __init__(self, name: str, caller: QuickCaller) -> None:
        self.name = name
        self.caller = caller
        self.events: list[AnyEvent] = []

    async def give(self, command: Command, version: int = 0) -> Done | Refusal:
        op_id = new_id()
        self.events += [Given(now(), op_id, command.prescription_id), Saved(now(), op_id)]
        answer = await self.caller.give(command, op_id=op_id, version=version)
        self.events.append(Answered(now(), op_id, type(answer).__name__))
        return answer

    async def done(self, command: Command, version: int = 0) -> int:
        answer = await self.give(command, version)
        assert isinstance(answer, Done), answer
        return answer.version

    def history(self) -> DeskHistory:
        return DeskHistory(self.name, self.caller.signed_in.member.id, self.events)


async def run(desks: int, races: int) -> Figures:
    """Race so often."""
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    async with cluster_with_clinic() as cluster:
        servers = [ServerProcess(cluster.url, folder, **ROOM) for _ in range(SERVERS)]
        site = Site(folder, cluster, servers)
        for server in servers:
            await site.start_server(server)
        try:
            prescriber = Racer("tara", await QuickCaller.sign_in(servers[0].port, "tara"))
            racers = await _racers(desks, servers)
            begun = time.monotonic()
            answers = [await _race(prescriber, racers) for _ in range(races)]
            seconds = time.monotonic() - begun
            histories = [racer.history() for racer in (prescriber, *racers)]
            evidence = await gather_commands(cluster.url, histories)
        finally:
            for server in servers:
                await server.kill()
    forget(folder)
    losers = Counter(_told(answer) for race in answers for answer in race if not _won(answer))
    findings = check(evidence)
    findings += [
        Finding("race", "server", f"Race {n} had {sum(map(_won, race))} winners.")
        for n, race in enumerate(answers)
        if sum(map(_won, race)) != 1
    ]
    findings += [
        Finding("race", "server", f"{times} losers were told {what!r}.")
        for what, times in losers.items()
        if what not in ("Stale", "IllegalState")
    ]
    return Figures(
        races=races, desks=desks, seconds=seconds, findings=findings, losers=losers,
        winners=sum(_won(answer) for race in answers for answer in race),
        repeats=sum(racer.caller.repeats for racer in racers),
    )  # fmt: skip


async def _racers(desks: int, servers: list[ServerProcess]) -> list[Racer]:
    room = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def one(number: int) -> Racer:
        async with room:
            login = ("pia", "paul")[number % 2]
            port = servers[number % len(servers)].port
            return Racer(f"racer {number}", await QuickCaller.sign_in(port, login))

    return await asyncio.gather(*(one(number) for number in range(desks)))


async def _race(prescriber: Racer, racers: list[Racer]) -> list[Done | Refusal]:
    prescription_id, line = new_id(), a_line()
    version = await prescriber.done(
        WriteDraft(
            prescription_id=prescription_id, patient_id=PATIENTS[0], pharmacy_id=None, note=None,
            items=[line],
        )
    )  # fmt: skip
    sign = SignAndSend(prescription_id=prescription_id, pharmacy_id=MAIN)
    version = await prescriber.done(sign, version)
    pay = TakePayment(
        prescription_id=prescription_id, payment_id=new_id(), method=PaymentMethod.CASH,
        amount_minor=PRICE, currency="INR",
    )  # fmt: skip
    version = await racers[0].done(pay, version)
    fulfil = FulfillItems(
        prescription_id=prescription_id, item_ids=[line.id], hand_reason="no scanner here"
    )
    version = await racers[0].done(fulfil, version)
    return await asyncio.gather(
        *(
            racer.give(HandOver(prescription_id=prescription_id, collected_by=racer.name), version)
            for racer in racers
        )
    )


def _won(answer: Done | Refusal) -> bool:
    return isinstance(answer, Done)


def _told(answer: Done | Refusal) -> str:
    """The refusal's name, when it says who was quicker."""
    if isinstance(answer, Stale | IllegalState) and answer.by and answer.state == "COMPLETED":
        return type(answer).__name__
    return f"{answer}"


def lines(figures: Figures) -> list[str]:
    """For a person."""
    told = ", ".join(f"{what} {times:,}" for what, times in figures.losers.items())
    return [
        f"{figures.races} races of {figures.desks} devices in {figures.seconds:.0f} s",
        f"{figures.winners} winners; losers were told: {told}; {figures.repeats:,} sent again",
    ]
