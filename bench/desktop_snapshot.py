"""A clinic's 50,000 rows on their way to a desk whose window somebody works in.

A real server process on a real database, a real store, the pharmacist's real window, offscreen. A
timer that wants its turn every millisecond tells how long the window was kept from anybody's hands.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]
import qasync  # type: ignore[import-untyped]  # it carries no types
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from bench.desk_in_process import Marks, empty_window, show_desk
from bench.figures import heading, line, machine
from bench.remembered_desk import LastingMemoryVault
from bench.server_place import Place, Scale, filled_place, server_on
from clinicdesk.contract.entities import Role
from clinicdesk.contract.frames import ResyncReason
from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.session import Session
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.server.demo_data import PASSWORD

ROWS: Final = 50_000
_PATIENTS: Final = 9_000
_PRESCRIPTIONS: Final = 14_000
_SCALE: Final = Scale(patients=_PATIENTS, prescriptions=0, rounds=0, commands=0)
_STALL_MS: Final = 50.0
_PATIENCE_S: Final = 120.0


def main() -> None:
    """Print the figures."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    heading(f"A snapshot of {ROWS:,} rows ({machine()})")
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    qasync.run(_measure())


async def _measure() -> None:
    async with _served() as (place, url, server_pid):
        with tempfile.TemporaryDirectory() as folder:
            home = Home("bench", Path(folder) / "config", Path(folder) / "data")
            async with _at_work(url, place, home) as desk:
                await _fetch_first(desk, server_pid)
                await _fetch_again(desk, server_pid)
                await desk._store.rows.clear()
            store = next((Path(folder) / "data").rglob("*.db"))
            print(f"{'the store on the disk':<58}    {store.stat().st_size / 1e6:8.1f} MB")


@asynccontextmanager
async def _served() -> AsyncIterator[tuple[Place, str, int]]:
    """A clinic of so many rows, where it is served, and by which process."""
    async with filled_place(_SCALE) as place:
        async with place.database.as_owner() as tx:
            await tx.execute("set local session_replication_role = replica")
            pharmacist = place.people[Role.PHARMACIST].member
            for statement in _FILLING:
                await tx.execute(
                    statement,
                    {
                        "clinic": pharmacist.clinic_id,
                        "pharmacy": pharmacist.pharmacy_id,
                        "member": pharmacist.id,
                        "count": _PRESCRIPTIONS,
                    },
                )
            await tx.execute("analyze")
        with server_on(place) as url:
            (server,) = (each for each in psutil.Process().children() if "run" in each.cmdline())
            yield place, url, server.pid


_FILLING: Final = (
    "update patient set pharmacy_ids = array[%(pharmacy)s] where clinic_id = %(clinic)s",
    """
    insert into prescription (id, clinic_id, version, code, patient_id, practitioner_id,
      pharmacy_id, status, signed_at, note, item_count, controlled, total_minor, paid_minor,
      currency,
      created_at, paid_at, fulfilled_at, completed_at, collected_by, updated_at, updated_by)
    select gen_random_uuid(), p.clinic_id, 1, 'RX-' || upper(substr(md5(n::text), 1, 10)), p.id,
      p.practitioner_ids[1], %(pharmacy)s, s.status, now(), 'after food', 1, false, 1000,
      case when s.status = 'DRAFT' then 0 else 1000 end, 'INR', now() - n * interval '5 minutes',
      case when s.status <> 'DRAFT' then now() end,
      case when s.status in ('FULFILLED', 'COMPLETED') then now() end,
      case when s.status = 'COMPLETED' then now() end,
      case when s.status = 'COMPLETED' then 'the patient' end,
      now() - n * interval '5 minutes', %(member)s
    from (select *, row_number() over (order by id) as place from patient
          where clinic_id = %(clinic)s) as p
    join generate_series(1, %(count)s) as n on p.place = 1 + n %% 9000
    cross join lateral (select (array['DRAFT', 'PAID', 'FULFILLED', 'COMPLETED', 'COMPLETED'])
                        [1 + n %% 5] as status) as s
    """,
    """
    insert into prescription_item (id, clinic_id, version, prescription_id, patient_id,
      practitioner_id, pharmacy_id, signed_at, line, medicine_id, generic_name, strength, form,
      brand, schedule, dose, route, frequency, days, quantity, instructions, amount_minor, currency,
      status, supplied, updated_at, updated_by)
    select gen_random_uuid(), p.clinic_id, 1, p.id, p.patient_id, p.practitioner_id, p.pharmacy_id,
      p.signed_at, 1, m.id, m.generic_name, m.strength, m.form, m.brand, m.schedule, '1 tablet',
      'oral', 'BD', 5, 10, 'after food', 1000, 'INR', 'PENDING', 0, p.updated_at, p.updated_by
    from prescription p, lateral (select * from medicine where clinic_id = p.clinic_id limit 1) m
    where p.clinic_id = %(clinic)s and p.note = 'after food'
    """,
    """
    insert into payment (id, clinic_id, version, prescription_id, patient_id, practitioner_id,
      pharmacy_id, kind, method, status, amount_minor, currency, received_by, created_at,
      settled_at)
    select gen_random_uuid(), p.clinic_id, 1, p.id, p.patient_id, p.practitioner_id, p.pharmacy_id,
      'payment', 'cash', 'COMPLETED', 1000, 'INR', p.updated_by, now(), now()
    from prescription p
    where p.clinic_id = %(clinic)s and p.note = 'after food' and p.status <> 'DRAFT'
    """,
)


@asynccontextmanager
async def _at_work(url: str, place: Place, home: Home) -> AsyncIterator[Desk]:
    """The pharmacist's desk, signed in for the first time, in its window."""
    session = await Session.sign_in(
        url, place.logins[Role.PHARMACIST], PASSWORD, home=home, vault=LastingMemoryVault(),
        profiles=Profiles.read(home), device_name="bench",
    )  # fmt: skip
    assert isinstance(session, Session), session
    window, design = await empty_window()
    marks = Marks()
    desk = await Desk.open(session, trace=marks)
    tasks = TaskOwner(Reporter())
    view = show_desk(desk, home, window, design, marks, tasks)
    whole = asyncio.Event()
    view.complete.connect(whole.set)
    await whole.wait()  # making a window has its own cost, at every start
    yield desk
    window.hide()
    await tasks.end()
    await desk.close()


async def _fetch_first(desk: Desk, server_pid: int) -> None:
    await _watched("the first time, from the sign-in on", desk, server_pid)
    rows = sum(len(collection) for collection in desk.replica.by_kind.values())
    print(f"{'rows':<58}    {rows:8,}")


async def _fetch_again(desk: Desk, server_pid: int) -> None:
    follower = desk._follower
    effects = follower._protocol._give_up_rows(ResyncReason.DIGEST, time.monotonic())
    arrived = _next_snapshot(desk)
    follower._take(effects)
    await _watched("again, beside the rows that are here", desk, server_pid, arrived)


async def _watched(
    what: str, desk: Desk, server_pid: int, arrived: asyncio.Event | None = None
) -> None:
    """Wait for a snapshot and tell what it cost."""
    arrived = arrived or _next_snapshot(desk)
    _forget_peak("self")
    _forget_peak(str(server_pid))
    before, server_before = _peak_mb("self"), _peak_mb(str(server_pid))
    begun = time.perf_counter()
    with _gaps() as (gaps, busy):
        if desk.replica.position is None or not arrived.is_set():
            async with asyncio.timeout(_PATIENCE_S):
                await arrived.wait()
        taken = (time.perf_counter() - begun) * 1e3
        await asyncio.sleep(1.0)  # what is done afterwards counts as well
    print(line(f"{what}: all of it in memory", [taken]))
    print(line("  the window kept waiting", gaps, f"{_over(gaps)} times over {_STALL_MS:.0f} ms"))
    print(line("  of which its own work", busy, f"{_over(busy)} times over {_STALL_MS:.0f} ms"))
    print(f"{'  memory of the desk at its most, above what it had':<58}    "
          f"{_peak_mb('self') - before:8.0f} MB")  # fmt: skip
    print(f"{'  memory of the server at its most, above what it had':<58}    "
          f"{_peak_mb(str(server_pid)) - server_before:8.0f} MB")  # fmt: skip


def _next_snapshot(desk: Desk) -> asyncio.Event:
    arrived = asyncio.Event()
    desk.replica.applied.add(lambda applied: arrived.set() if applied.snapshot else None)
    return arrived


def _over(gaps: list[float]) -> int:
    return sum(gap > _STALL_MS for gap in gaps)


@contextmanager
def _gaps() -> Iterator[tuple[list[float], list[float]]]:
    """Milliseconds between two turns of a timer that wants one each millisecond.

    And how many of them the thread of the window worked: the rest it waited, for Python's lock or
    for a core that others held.
    """
    gaps: list[float] = []
    busy: list[float] = []
    last, last_busy = time.perf_counter(), time.thread_time()

    def turn() -> None:
        nonlocal last, last_busy
        present, present_busy = time.perf_counter(), time.thread_time()
        gaps.append((present - last) * 1e3)
        busy.append((present_busy - last_busy) * 1e3)
        last, last_busy = present, present_busy

    timer = QTimer()
    timer.setInterval(1)
    timer.timeout.connect(turn)
    timer.start()
    try:
        yield gaps, busy
    finally:
        timer.stop()


def _forget_peak(process: str) -> None:
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


def _peak_mb(process: str) -> float:
    """Greatest resident memory of a process since it was last forgotten (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (kib,) = [text.split()[1] for text in status.splitlines() if text.startswith("VmHWM")]
    return int(kib) * 1024 / 1e6


if __name__ == "__main__":
    main()
