"""From a signature at one desk to its row painted in another desk's window.

A real server on a real database, a therapist's and a pharmacist's window as processes of their own,
and a desk without a window that signs as the therapist, with an outbox that waits for the disk.
When the transaction was committed the database says, all the rest is in the desks' traces.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from bench.figures import heading, line, machine
from bench.private_desktop import moved_to_private_desktop
from bench.server_place import Place, Scale, filled_place, server_on
from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import Role
from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.session import Session
from clinicdesk.core.trace import VARIABLE as TRACE
from clinicdesk.core.vault import MemoryVault
from clinicdesk.demo.desks import DeskProcess, Person
from clinicdesk.server.demo_data import PASSWORD

_SMALL: Final = Scale(patients=2_000, prescriptions=300, rounds=100, commands=0)
_FULL: Final = Scale(patients=2_000, prescriptions=5_000, rounds=500, commands=0)
_PATIENCE_S: Final = 60.0
_STEPS: Final = ("submit", "saved", "send", "answered")


class Moments:
    """A trace in memory: when each step of a command was taken, `time.monotonic_ns()`."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, str], int] = {}

    def mark(self, event: str, **ids: object) -> None:
        if event in _STEPS:
            self.at.setdefault((event, str(ids["op_id"])), time.monotonic_ns())


class WindowTrace:
    """What a window's process has written into its trace so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._rest = b""
        self.seen: set[str] = set()
        self.painted: dict[tuple[str, int], int] = {}
        self._moments: dict[str, list[int]] = {}

    def last(self, event: str, before: int) -> int:
        """When an event was marked last before a moment."""
        moments = self._moments[event]
        return moments[bisect_left(moments, before) - 1]

    def look(self) -> None:
        """Read on."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
            self._read += len(new)
            *whole, self._rest = (self._rest + new).split(b"\n")
            for text in whole:
                mark = json.loads(text)
                self.seen.add(mark["event"])
                self._moments.setdefault(mark["event"], []).append(mark["ns"])
                if mark["event"] == "painted":
                    self.painted[mark["id"], int(mark["version"])] = mark["ns"]


def main() -> None:
    """Print the figures; `BENCH_SCALE=full` signs more often."""
    if not moved_to_private_desktop("desktop_live"):
        asyncio.run(_measure(_FULL if os.environ.get("BENCH_SCALE") == "full" else _SMALL))


async def _measure(scale: Scale) -> None:
    heading(f"Commit to painted in the other desk's window ({machine()})")
    async with filled_place(scale) as place:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = stack.enter_context(server_on(place))
            moments = Moments()
            desk = await _open_desk(place, server, folder, moments)
            try:
                # A pharmacist's window opens at the first lane that has somebody in it.
                await _sign(place, desk, await _draft(desk))
                windows = [
                    _open_window(stack, place, server, folder, role)
                    for role in (Role.PHARMACIST, Role.THERAPIST)
                ]
                for window in windows:
                    await _until(window, partial(_is_live, window))
                await _sign_again_and_again(place, desk, windows[0], moments)
            finally:
                await desk.close()


def _open_window(
    stack: ExitStack, place: Place, server: str, folder: Path, role: Role
) -> WindowTrace:
    trace = folder / f"{role}.jsonl"
    person = Person(place.logins[role], role, f"bench-{role}")
    process = DeskProcess(person, server, {TRACE: str(trace)})
    stack.callback(process.close)
    return WindowTrace(trace)


async def _open_desk(place: Place, server: str, folder: Path, moments: Moments) -> Desk:
    home = Home("bench", folder / "config", folder / "data")
    session = await Session.sign_in(
        server, place.logins[Role.THERAPIST], PASSWORD, home=home, vault=MemoryVault(),
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


async def _sign_again_and_again(
    place: Place, desk: Desk, window: WindowTrace, moments: Moments
) -> None:
    signed: list[tuple[UUID, str]] = []
    chance = random.Random(1)
    for _ in range(place.scale.rounds):
        prescription_id = await _draft(desk)
        await asyncio.sleep(chance.uniform(0.02, 0.08))  # the desks come to rest
        signed.append((prescription_id, await _sign(place, desk, prescription_id)))
        await _until(window, partial(_has_painted, window, (str(prescription_id), 2)))
    committed = await _commit_times(place, [op_id for _, op_id in signed])
    ways = []
    for prescription_id, op_id in signed:
        way = {step: moments.at[step, op_id] for step in _STEPS}
        way["committed"] = committed[op_id]
        way["painted"] = window.painted[str(prescription_id), 2]
        way["announced"] = window.last("announced", way["painted"])
        way["applied"] = window.last("applied", way["announced"])
        way["frame"] = window.last("frame", way["applied"])
        ways.append(way)

    def tell(what: str, start: str, end: str) -> None:
        print(line(what, [(way[end] - way[start]) / 1e6 for way in ways]))

    tell("commit to painted in the other window", "committed", "painted")
    tell("signed to painted in the other window", "submit", "painted")
    tell("  signed to saved: in the outbox, on the disk", "submit", "saved")
    tell("  saved to sent", "saved", "send")
    tell("  sent to committed", "send", "committed")
    tell("  committed to answered and kept, at the signing desk", "committed", "answered")
    tell("  committed to the frame at the other desk", "committed", "frame")
    tell("  frame to applied: on the disk and in memory", "frame", "applied")
    tell("  applied to announced: every model has been told", "applied", "announced")
    tell("  announced to painted", "announced", "painted")


async def _draft(desk: Desk) -> UUID:
    prescription_id = new_id()
    medicine = (await desk.search.medicines("cetirizine"))[0]
    line_ = DraftItem(
        id=new_id(), medicine_id=medicine.id, dose="1 tablet", route="oral", frequency="OD",
        days=5, quantity=5, instructions="",
    )  # fmt: skip
    patient = desk.replica.patients.values()[0]
    done = await desk.prescribing.write_draft(patient.id, [line_], prescription_id=prescription_id)
    assert isinstance(done, Submitted), done
    await _settled(desk)
    return prescription_id


async def _sign(place: Place, desk: Desk, prescription_id: UUID) -> str:
    pharmacy_id = place.people[Role.PHARMACIST].member.pharmacy_id
    assert pharmacy_id is not None
    done = await desk.prescribing.sign_and_send(prescription_id, pharmacy_id)
    assert isinstance(done, Submitted), done
    await _settled(desk)
    return str(done.op_id)


async def _settled(desk: Desk) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while desk.outbox.entries():
        if time.monotonic() > deadline:
            raise SystemExit(f"not settled: {desk.outbox.entries()}")
        await asyncio.sleep(0.001)


def _is_live(window: WindowTrace) -> bool:
    return "live" in window.seen


def _has_painted(window: WindowTrace, row: tuple[str, int]) -> bool:
    return row in window.painted


async def _until(window: WindowTrace, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        window.look()
        if happened():
            return
        if time.monotonic() > deadline:
            raise SystemExit("a window did not show what was awaited")
        await asyncio.sleep(0.005)


async def _commit_times(place: Place, op_ids: list[str]) -> dict[str, int]:
    """When each command's transaction was committed, on this machine's monotonic clock."""
    ahead = time.time_ns() - time.monotonic_ns()
    async with place.database.as_owner() as tx:
        rows = await tx.all(
            "select op_id::text, extract(epoch from pg_xact_commit_timestamp(min(xmin::text)::xid))"
            "::float8 from clinic_log where clinic_id = %(clinic)s and op_id::text = any(%(ops)s)"
            " group by op_id",
            {"clinic": place.clinic_id, "ops": op_ids},
        )
    return {op_id: int(seconds * 1e9) - ahead for op_id, seconds in rows}


if __name__ == "__main__":
    main()
