"""From the commit of a signature to the row in another desk's memory and store.

The database says when each transaction was committed, the desk's trace when the rows were there;
both by this machine's clock.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.figures import heading, line, machine
from bench.server_people import Prescriber, prescriber
from bench.server_place import Place, server_on
from clinicdesk.contract.entities import Role
from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.session import Session
from clinicdesk.core.vault import MemoryVault
from clinicdesk.server.demo_data import PASSWORD

_BUSY_CLIENTS: Final = 8
_PATIENCE_S: Final = 60.0


class Moments:
    """A trace that keeps when each sequence number was applied and announced, in epoch seconds."""

    def __init__(self) -> None:
        self.applied: dict[int, float] = {}

    def mark(self, event: str, **ids: object) -> None:
        if event == "announced":
            self.applied[int(str(ids["seq"]))] = time.time()


async def measure(place: Place) -> None:
    """Print p50 and p99 on an idle server and on one that eight people keep busy."""
    heading(f"Commit to applied at the pharmacist's desk, without its window ({machine()})")
    moments = Moments()
    with tempfile.TemporaryDirectory() as folder, server_on(place) as server:
        desk = await _open_desk(place, server, Path(folder), moments)
        try:
            rounds = place.scale.rounds
            person = await prescriber(place, server, 0)
            await _measure(place, moments, [person], rounds, "one prescriber")
            await person.calls.close()
            people = [await prescriber(place, server, n) for n in range(_BUSY_CLIENTS)]
            each = rounds // _BUSY_CLIENTS
            await _measure(place, moments, people, each, f"{_BUSY_CLIENTS} at once")
            for person in people:
                await person.calls.close()
        finally:
            await desk.close()


async def _measure(
    place: Place,
    moments: Moments,
    people: list[Prescriber],
    rounds: int,
    what: str,
) -> None:
    drafts = await asyncio.gather(*(person.drafts(rounds) for person in people))
    signed: dict[int, float] = {}

    async def sign_all(person: Prescriber, number: int) -> None:
        for draft in drafts[number]:
            begun = time.time()
            done = await person.sign(draft)
            signed[done.seq] = begun
            await _until_applied(moments, done.seq)

    await asyncio.gather(*(sign_all(person, number) for number, person in enumerate(people)))
    committed = await _commit_times(place, list(signed))
    seen = {seq: _when_applied(moments, seq) for seq in signed}
    print(line(f"{what}: commit to applied", [(seen[s] - committed[s]) * 1e3 for s in signed]))
    print(line(f"{what}: request sent to applied", [(seen[s] - signed[s]) * 1e3 for s in signed]))


async def _until_applied(moments: Moments, seq: int) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not moments.applied or max(moments.applied) < seq:
        if time.monotonic() > deadline:
            raise SystemExit(f"the desk did not get entry {seq}")
        await asyncio.sleep(0.0005)


def _when_applied(moments: Moments, seq: int) -> float:
    """When the first frame that reaches `seq` had been applied."""
    return moments.applied[min(to for to in moments.applied if to >= seq)]


async def _commit_times(place: Place, seqs: list[int]) -> dict[int, float]:
    async with place.database.as_owner() as tx:
        rows = await tx.all(
            "select seq, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 "
            "from clinic_log where clinic_id = %(clinic)s and seq = any(%(seqs)s)",
            {"clinic": place.clinic_id, "seqs": seqs},
        )
    return dict(rows)


async def _open_desk(place: Place, server: str, folder: Path, moments: Moments) -> Desk:
    home = Home("bench", folder / "config", folder / "data")
    session = await Session.sign_in(
        server, place.logins[Role.PHARMACIST], PASSWORD, home=home, vault=MemoryVault(),
        profiles=Profiles.read(home), device_name="bench",
    )  # fmt: skip
    assert isinstance(session, Session), session
    desk = await Desk.open(session, trace=moments)
    deadline = time.monotonic() + _PATIENCE_S
    while desk.link.status is not LinkStatus.LIVE or not desk.formulary.complete:
        if time.monotonic() > deadline:
            raise SystemExit("the desk did not come to follow the clinic")
        await asyncio.sleep(0.01)
    return desk
