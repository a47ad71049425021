"""Random troubles over many desks, and the verdict."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tests.end_to_end.polling import until
from tests.faults import server_clock
from tests.faults.checker import check
from tests.faults.desk_process import Order
from tests.faults.evidence import Evidence, Finding
from tests.faults.gathering import gather
from tests.faults.history import Answered, Saved, Swapped, Took
from tests.faults.plan import Kind, draw
from tests.faults.site import Numbers, Site, site
from tests.faults.troubles import Troublemaker


class Troubles(Struct, frozen=True):
    """How many have to come at least, for how long at least, about how many in a second, and which
    kinds must not."""

    count: int
    per_s: float
    seconds: float = 0.0
    without: frozenset[Kind] = frozenset()
    settle_within_s: float = 60.0


class Verdict(Struct):
    """What came of a run.

    Attributes:
        troubles: How many of each kind came. skipped: Found nothing to break.
        reasons: What could not be tried on this machine, and why.
    """

    seed: int
    folder: Path
    seconds: float
    troubles: Counter[Kind]
    skipped: Counter[Kind]
    reasons: list[str]
    evidence: Evidence
    findings: list[Finding]


async def run(numbers: Numbers, troubles: Troubles, seed: int) -> Verdict:
    """Trouble everything, mend it, wait until it rests, and judge."""
    begun = time.monotonic()
    async with site(numbers, seed) as there:
        await there.all_live()
        maker = Troublemaker(there)
        without = troubles.without | _not_possible(there)
        until_s = time.monotonic() + troubles.seconds
        for trouble in draw(seed, troubles.per_s, without):
            if maker.done.total() >= troubles.count and time.monotonic() >= until_s:
                break
            await asyncio.sleep(trouble.after_s)
            await maker.inflict(trouble)
        await maker.mend()
        unsettled = await settle(there, troubles.settle_within_s)
        evidence = await gather(there, unsettled)
        evidence = replace(evidence, faults=[*evidence.faults, *maker.wrong])
        for process in there.processes:
            await process.end()
    return Verdict(
        seed=seed, folder=there.folder, seconds=time.monotonic() - begun, troubles=maker.done,
        skipped=maker.skipped, reasons=there.reasons, evidence=evidence, findings=check(evidence),
    )  # fmt: skip


async def settle(there: Site, within_s: float) -> dict[str, str]:
    """Let everybody rest, everything be sent and everything arrive; by desk why not, if so."""
    for process in there.processes:
        await process.rest()
    with suppress(AssertionError):  # what is still unsent is told of below, desk by desk
        await until(lambda: _all_sent(there), within_s)
    head = await there.truth.head()
    order = Order("settle", seq=head, within_s=within_s)
    answers = await asyncio.gather(*(process.order(order) for process in there.processes))
    return {desk: why for answer in answers for desk, why in answer.items()}


async def _all_sent(there: Site) -> bool:
    for process in there.processes:
        state = await process.order(Order("state"))
        if not state.get("is_live") or state.get("unsent"):
            return False
    return True


def _not_possible(there: Site) -> frozenset[Kind]:
    impossible = set()
    if there.bus is None:
        impossible.add(Kind.BUS_KILLED)
    if there.small_disk is None:
        impossible.add(Kind.DISK_FULL)
    if server_clock.library() is None:
        impossible.add(Kind.SERVER_CLOCK)
        there.reasons.append("no wrong clock at the server: libfaketime is not installed")
    if len(there.servers) < 2:
        impossible.add(Kind.MOVE)
    return frozenset(impossible)


def summary(verdict: Verdict) -> list[str]:
    """A table for a person."""
    events = [event for desk in verdict.evidence.desks for event in desk.events]
    answers = [event for event in events if isinstance(event, Answered)]
    refused = Counter(answer.answer for answer in answers if answer.answer != "Done")
    figures = {
        "desks": len(verdict.evidence.desks),
        "commands saved": sum(isinstance(event, Saved) for event in events),
        "  acknowledged": sum(answer.answer == "Done" for answer in answers),
        "  refused": refused.total(),
        "entries of the log": verdict.evidence.head,
        "events delivered": sum(len(e.changes) for e in events if isinstance(e, Took)),
        "frames": sum(isinstance(event, Took) for event in events),
        "snapshots": sum(isinstance(event, Swapped) for event in events),
    }
    lines = [f"{kind:38}{times:7,}" for kind, times in sorted(verdict.troubles.items())]
    lines += [
        f"{'all troubles':38}{verdict.troubles.total():7,}"
        f"  ({verdict.skipped.total()} more found it broken already)",
        "",
        *(f"{name:38}{number:7,}" for name, number in figures.items()),
        f"refusals: {', '.join(f'{name} {n}' for name, n in refused.most_common())}",
        *(f"not tried: {reason}" for reason in verdict.reasons),
    ]
    if verdict.findings:
        lines.append(f"The histories are in {verdict.folder}.")
    return lines
