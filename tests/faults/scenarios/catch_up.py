"""A desk that was away comes back to thousands of events: how long until it has them."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from clinicdesk.contract.commands import Done, SignAndSend, WriteDraft
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import LinkStatus
from tests.end_to_end.clinic import MAIN, PATIENTS, a_line
from tests.end_to_end.desks import Office, fresh_snapshot, rows_of
from tests.end_to_end.marks import Marks
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.truth import Truth
from tests.faults.cable import Cable
from tests.faults.evidence import Finding
from tests.faults.quick_caller import QuickCaller
from tests.faults.site import ROOM, cluster_with_clinic, forget

WITHIN_S: Final = 3.0
_WRITERS: Final = 6
_LINES: Final = 3
_PATIENCE_S: Final = 60.0


class Figures(Struct):
    """What came of it.

    Attributes:
        seconds: From the moment the cable was whole again until the desk stood at the head.
    """

    events: int
    seconds: float
    snapshots: int
    findings: list[Finding]


async def run(events: int, seed: int) -> Figures:
    """Cut the cable, write, mend it."""
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    findings: list[Finding] = []
    async with cluster_with_clinic() as cluster:
        server = ServerProcess(cluster.url, folder, **ROOM)
        await server.start()
        try:
            async with Cable(server.port, random.Random(seed)) as cable:
                office, marks = Office(folder, cable.url), Marks()
                desk = await office.open("ada", marks)
                at, truth = _at(desk), Truth(cluster.url)
                snapshots = marks.count("snapshot")
                cable.cut()
                await write(server.port, truth, at + events)
                head = await truth.head()
                cable.heal()
                begun = time.monotonic()
                desk.hurry()
                await until(
                    lambda: _at(desk) >= head and desk.link.status is LinkStatus.LIVE, _PATIENCE_S
                )
                seconds = time.monotonic() - begun
                snapshots = marks.count("snapshot") - snapshots
                _, rows = await fresh_snapshot(desk)
                if rows_of(desk) != rows:
                    findings.append(Finding("replica", "ada", "It is not what a snapshot holds."))
                await office.close_all()
        finally:
            await server.kill()
    forget(folder)
    if seconds > WITHIN_S:
        findings.append(Finding("late", "ada", f"It took {seconds:.1f} s, not {WITHIN_S:.0f} s."))
    return Figures(events=head - at, seconds=seconds, snapshots=snapshots, findings=findings)


async def write(port: int, truth: Truth, to: int) -> None:
    """Prescriptions until the log has got as far."""

    async def one() -> None:
        caller = await QuickCaller.sign_in(port, "tara")
        while await truth.head() < to:
            for _ in range(10):
                await prescribe(caller)
        caller.close()

    await asyncio.gather(*(one() for _ in range(_WRITERS)))


async def prescribe(caller: QuickCaller) -> Done:
    """A prescription, written and sent to the main pharmacy."""
    prescription_id = new_id()
    draft = WriteDraft(
        prescription_id=prescription_id, patient_id=PATIENTS[0], pharmacy_id=None, note=None,
        items=[a_line() for _ in range(_LINES)],
    )  # fmt: skip
    done = await caller.done(draft)
    sign = SignAndSend(prescription_id=prescription_id, pharmacy_id=MAIN)
    return await caller.done(sign, version=done.version)


def _at(desk: Desk) -> int:
    cursor = desk.replica.cursor
    return 0 if cursor is None else cursor.seq


def lines(figures: Figures) -> list[str]:
    """For a person."""
    return [
        f"{figures.events:,} missed events caught up in {figures.seconds:.2f} s, "
        f"{figures.snapshots} snapshots"
    ]
