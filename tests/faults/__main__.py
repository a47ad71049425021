"""Troubles, one scenario after the other: prints figures, and ends with 1 when there is a finding.

python -m tests.faults random --desks 50 --faults 1000 --seed 7
python -m tests.faults postmaster-kills --kills 200
python -m tests.faults --help
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from tests.faults.evidence import Finding
from tests.faults.plan import all_but
from tests.faults.scenarios import (
    catch_up,
    hand_over_race,
    lost_answers,
    no_hints,
    postmaster_kills,
    random_troubles,
    restart,
    revocation,
    soak,
)
from tests.faults.scenarios.random_troubles import Troubles, summary
from tests.faults.site import Numbers, forget

Told = tuple[list[str], list[Finding]]
Scenario = Callable[[argparse.Namespace], Awaitable[Told]]

FAULTS_PER_S: Final = 5.0
SHOWN: Final = 40


async def _random(told: argparse.Namespace) -> Told:
    """Troubles of every kind, drawn from a seed, over real desks and servers."""
    numbers = Numbers(
        desks=told.desks, desks_per_process=told.per_process, servers=told.servers,
        pace_s=told.pace, with_bus=told.seed % 2 == 1, with_small_disk=True,
    )  # fmt: skip
    troubles = Troubles(told.faults, told.rate, told.minutes * 60, all_but(told.only))
    verdict = await random_troubles.run(numbers, troubles, told.seed)
    if not verdict.findings and not told.keep:
        forget(verdict.folder)
    return summary(verdict), verdict.findings


async def _postmaster(told: argparse.Namespace) -> Told:
    """kill -9 of the postmaster under writers; nothing acknowledged is lost."""
    figures = await postmaster_kills.run(told.kills, told.seed)
    return postmaster_kills.lines(figures), figures.findings


async def _lost(told: argparse.Namespace) -> Told:
    """Answers that are lost after the server has committed; one effect each."""
    figures = await lost_answers.run(told.answers, told.desks, told.seed)
    return lost_answers.lines(figures), figures.findings


async def _race(told: argparse.Namespace) -> Told:
    """Many devices hand over one prescription; one winner each time, each loser told."""
    figures = await hand_over_race.run(told.desks, told.races)
    return hand_over_race.lines(figures), figures.findings


async def _restart(told: argparse.Namespace) -> Told:
    """A server ends under thousands of desks; all are live again soon, without a stampede."""
    figures = await restart.run(told.desks, told.seed)
    return restart.lines(figures), figures.findings


async def _catch_up(told: argparse.Namespace) -> Told:
    """A desk comes back to thousands of missed events."""
    figures = await catch_up.run(told.events, told.seed)
    return catch_up.lines(figures), figures.findings


async def _no_hints(told: argparse.Namespace) -> Told:
    """Servers that hear of each other's commits by asking alone."""
    figures = await no_hints.run(told.changes, told.seed)
    return no_hints.lines(figures), figures.findings


async def _revocation(told: argparse.Namespace) -> Told:
    """Rights are withdrawn while the clinic works."""
    figures = await revocation.run(told.rounds, told.seed)
    return revocation.lines(figures), figures.findings


async def _soak(told: argparse.Namespace) -> Told:
    """Churn for minutes; nothing may grow at either end."""
    figures = await soak.run(told.minutes, told.desks, told.seed)
    return soak.lines(figures), figures.findings


SCENARIOS: Final[dict[str, tuple[Scenario, dict[str, float | str]]]] = {
    "random": (
        _random,
        {
            "desks": 24, "faults": 200, "minutes": 0.0, "servers": 2, "per_process": 8,
            "pace": 4.0, "rate": FAULTS_PER_S,
            "only": "",
        },
    ),
    "postmaster-kills": (_postmaster, {"kills": 20}),
    "lost-answers": (_lost, {"answers": 1000, "desks": 12}),
    "race": (_race, {"desks": 500, "races": 5}),
    "restart": (_restart, {"desks": 2000}),
    "catch-up": (_catch_up, {"events": 5000}),
    "no-hints": (_no_hints, {"changes": 100}),
    "revocation": (_revocation, {"rounds": 10}),
    "soak": (_soak, {"minutes": 5.0, "desks": 16}),
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    told = _parser().parse_args(arguments)
    scenario, _ = SCENARIOS[told.scenario]
    print(f"{told.scenario}: {(scenario.__doc__ or '').strip()} Seed {told.seed}.", flush=True)
    begun = time.monotonic()
    lines, findings = asyncio.run(_until_told_to_stop(scenario(told)))
    for line in lines:
        print(f"  {line}")
    for finding in findings[:SHOWN]:
        print(f"  FOUND {finding.rule} ({finding.where}): {finding.what}")
    if len(findings) > SHOWN:
        by_rule = Counter(finding.rule for finding in findings).most_common()
        print(f"  of {', '.join(f'{rule} {times}' for rule, times in by_rule)}")
    print(f"  {len(findings)} findings, {time.monotonic() - begun:.0f} s in all")
    return 1 if findings else 0


async def _until_told_to_stop(work: Awaitable[Told]) -> Told:
    """SIGTERM ends it like Ctrl+C: no server or database is left behind."""
    running = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    scenarios = parser.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
    for name, (scenario, options) in SCENARIOS.items():
        one = scenarios.add_parser(name, help=scenario.__doc__)
        for option, default in options.items():
            one.add_argument(
                f"--{option.replace('_', '-')}", type=type(default), default=default,
                help=f"{default} if not given",
            )  # fmt: skip
        one.add_argument("--seed", type=int, default=1, help="1 if not given")
        one.add_argument("--keep", action="store_true", help="keep the folder with the histories")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
