"""Real desks whose answers are lost after the server has committed: one effect each."""

from __future__ import annotations

import time

from msgspec import Struct

from tests.end_to_end.polling import until
from tests.faults.cable import A_COMMAND
from tests.faults.checker import check
from tests.faults.evidence import Finding
from tests.faults.gathering import gather
from tests.faults.history import Answered, Saved
from tests.faults.scenarios.random_troubles import settle
from tests.faults.site import Numbers, Site, forget, site

PATIENCE_S = 600.0


class Figures(Struct):
    """What came of it."""

    lost: int
    seconds: float
    saved: int
    answered: int
    findings: list[Finding]


async def run(answers: int, desks: int, seed: int) -> Figures:
    """Lose so many answers to commands, then look."""
    numbers = Numbers(desks=desks, desks_per_process=max(1, desks // 2), pace_s=0.4)
    async with site(numbers, seed) as there:
        await there.all_live()
        begun = time.monotonic()

        def enough() -> bool:
            # Armed before each command: about every other sending loses its answer.
            for cable in there.cables.values():
                if not cable.is_losing:
                    cable.lose_answers(A_COMMAND)
            return _lost(there) >= answers

        await until(enough, PATIENCE_S)
        seconds = time.monotonic() - begun
        for cable in there.cables.values():
            cable.heal()
        evidence = await gather(there, await settle(there, 60.0))
        for process in there.processes:
            await process.end()
    findings = check(evidence)
    if not findings:
        forget(there.folder)
    events = [event for desk in evidence.desks for event in desk.events]
    return Figures(
        lost=_lost(there), seconds=seconds, findings=findings,
        saved=sum(isinstance(event, Saved) for event in events),
        answered=sum(isinstance(event, Answered) for event in events),
    )  # fmt: skip


def _lost(there: Site) -> int:
    return sum(cable.lost for cable in there.cables.values())


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"{figures.lost:,} answers lost after the server had committed, in {figures.seconds:.0f} s",
        f"{figures.saved:,} commands saved at desks, {figures.answered:,} answered",
    ]
