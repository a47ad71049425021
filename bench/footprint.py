"""What a prescription, a desk, a clinic and a connection cost: what docs/scaling.md reckons with.

Bounded: less than a minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import psutil
from msgspec import Struct
from msgspec.structs import replace

from bench.figures import heading, line, machine
from bench.hints import desk_at
from bench.http_calls import Calls
from bench.server_people import Prescriber, prescriber, sign_in
from bench.server_place import Place, Scale, filled_place, server_on
from clinicdesk.contract.commands import FulfillItems, HandOver, TakePayment
from clinicdesk.contract.entities import PaymentMethod, Role
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.core.identity import new_id
from clinicdesk.server.database import log

SCALE: Final = Scale(patients=5_000, prescriptions=10_000, rounds=0, commands=0)
LIVES: Final = 150
COMMANDS: Final = 5
"""Written, signed, paid, fulfilled, handed over."""
CLINICS: Final = 10_000
POLLS: Final = 40
TABLES: Final = ("prescription", "prescription_item", "payment", "op_result")


class Spent(Struct, frozen=True):
    """What the machine had spent at one moment; differences count."""

    entries: int
    wal: int
    log: int
    log_indexes: int
    tables: int
    server_s: float
    database_s: float


def main() -> None:
    """Print the figures."""
    asyncio.run(_measure())


async def _measure() -> None:
    heading(f"Footprint: {SCALE.patients:,} patients, {SCALE.prescriptions:,} prescriptions")
    print(machine(), flush=True)
    async with filled_place(SCALE) as place:
        with server_on(place) as server:
            await _lives(place, server)
            await _snapshot(place, server)
            _memory()
        await _polls(place)


async def _lives(place: Place, server: str) -> None:
    """Prescriptions of one line from the first draft to the hand-over."""
    therapist = await prescriber(place, server, 0)
    calls = await Calls.connect(server)
    calls.token = (await sign_in(calls, place.logins[Role.PHARMACIST])).access_token
    pharmacist = replace(therapist, calls=calls)
    await _life(place, therapist, pharmacist)
    async with (
        desk_at(place, server, Role.PHARMACIST) as counter,
        desk_at(place, server, Role.RECEPTION) as front,
    ):
        before = await _spent(place)
        begun = time.perf_counter()
        for _ in range(LIVES):
            last = await _life(place, therapist, pharmacist)
        seconds = time.perf_counter() - begun
        after = await _spent(place)
        await counter.until(last)
        await front.until(last)
    await therapist.calls.close()
    await calls.close()
    per = {
        name: (getattr(after, name) - getattr(before, name)) / LIVES
        for name in Spent.__struct_fields__
    }
    commands = f"{COMMANDS} commands, {per['entries']:.1f} entries of the log"
    print(f"a prescription's life: {commands}")
    print(
        f"  stored: log {per['log']:,.0f} B, of these {per['log_indexes']:,.0f} B in indexes; "
        f"other tables {per['tables']:,.0f} B"
    )
    print(f"  written ahead (WAL): {per['wal']:,.0f} B")
    for who, desk in (("pharmacist", counter), ("reception", front)):
        print(
            f"  to a desk ({who}): {desk.bytes / LIVES:,.0f} B in {desk.frames / LIVES:.1f} frames"
        )
    per_command = 1e3 / COMMANDS
    print(
        f"  a command: {seconds / LIVES * per_command:.1f} ms one after the other; processor: "
        f"server {per['server_s'] * per_command:.2f} ms, "
        f"database {per['database_s'] * per_command:.2f} ms, two desks following",
        flush=True,
    )


async def _life(place: Place, therapist: Prescriber, pharmacist: Prescriber) -> int:
    """The sequence number of its last entry."""
    prescription_id = new_id()
    await therapist.write(prescription_id)
    signed = await therapist.sign(prescription_id)
    items, total, currency = await _of(place, prescription_id)
    steps = (
        TakePayment(
            prescription_id=prescription_id, payment_id=uuid4(), method=PaymentMethod.CASH,
            amount_minor=total, currency=currency,
        ),
        FulfillItems(
            prescription_id=prescription_id, item_ids=items, hand_reason="no scanner here"
        ),
        HandOver(prescription_id=prescription_id, collected_by="the patient"),
    )  # fmt: skip
    done = signed
    for command in steps:
        done = await pharmacist.give(command, If_Match=f'"{done.version}"')
    return done.seq


async def _of(place: Place, prescription_id: UUID) -> tuple[list[UUID], int, str]:
    async with place.database.as_owner() as tx:
        row = await tx.one(
            "select array(select i.id from prescription_item i where i.prescription_id = p.id "
            "and i.clinic_id = p.clinic_id), total_minor, currency "
            "from prescription p where id = %(id)s",
            {"id": prescription_id},
        )
    assert row is not None
    return row[0], row[1], row[2]


async def _spent(place: Place) -> Spent:
    async with place.database.as_owner() as tx:
        entries = await tx.value("select sum(seq)::bigint from clinic_head")
        wal = await tx.value("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
        logged = await tx.value(
            "select sum(pg_total_relation_size(relid))::bigint "
            "from pg_partition_tree('clinic_log') where isleaf"
        )
        indexes = await tx.value(
            "select sum(pg_indexes_size(relid))::bigint "
            "from pg_partition_tree('clinic_log') where isleaf"
        )
        tables = await tx.value(
            "select sum(pg_total_relation_size(name::regclass))::bigint "
            "from unnest(%(names)s::text[]) as name",
            {"names": list(TABLES)},
        )
    servers, backends = _processes()
    return Spent(entries, wal, logged, indexes, tables, _busy(servers), _busy(backends))


async def _snapshot(place: Place, server: str) -> None:
    calls = await Calls.connect(server)
    token = (await sign_in(calls, place.logins[Role.PHARMACIST])).access_token
    await calls.close()
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "zstd"}
    taken, size = [], 0
    servers, backends = _processes()
    before = _busy(servers), _busy(backends)
    async with httpx.AsyncClient(base_url=server, trust_env=False, timeout=60) as http:
        for _ in range(5):
            begun = time.perf_counter()
            async with http.stream("GET", SNAPSHOT, headers=headers) as answer:
                raw = [piece async for piece in answer.aiter_raw()]
            taken.append((time.perf_counter() - begun) * 1e3)
            size = sum(map(len, raw))
        whole = (await http.get(SNAPSHOT, headers=headers)).content
    after = _busy(servers), _busy(backends)
    spent = [(then - now) / 6 * 1e3 for then, now in zip(after, before, strict=True)]
    print(line("a pharmacist's snapshot", taken, f"{len(whole):,} B, {size:,} B as it travels"))
    print(f"  processor: server {spent[0]:.0f} ms, database {spent[1]:.0f} ms", flush=True)


def _memory() -> None:
    servers, backends = _processes()
    resident = [process.memory_info().rss / 1e6 for process in servers]
    print(f"memory: a server process {median(resident):.0f} MB")
    ours = [_private_mb(process) for process in backends if "clinicdesk" in _title(process)]
    print(
        f"  a connection to the database, its own memory: {median(ours):.1f} MB, "
        f"at most {max(ours):.1f} MB, {len(ours)} of them",
        flush=True,
    )


async def _polls(place: Place) -> None:
    """What each server asks once a second, for the clinics and the sessions that it serves."""
    async with place.database.as_owner() as tx:
        await tx.execute(
            "insert into clinic_head (clinic_id, seq, hash) "
            "select gen_random_uuid(), 1, sha256('') from generate_series(1, %(count)s)",
            {"count": CLINICS},
        )
        await tx.execute("analyze clinic_head")
        clinics = [row[0] for row in await tx.all("select clinic_id from clinic_head")]
    for count in (1, 100, 1_000, CLINICS):
        taken = []
        for _ in range(POLLS):
            begun = time.perf_counter()
            async with place.database.on_the_feed() as tx:
                await log.heads(tx, clinics[:count])
            taken.append((time.perf_counter() - begun) * 1e3)
        print(line(f"the heads of {count:,} clinics", taken), flush=True)
    holding = "select id from session where id = any (%(ids)s) and ended_at is null"
    sessions = [uuid4() for _ in range(2_000)]
    taken = []
    for _ in range(POLLS):
        begun = time.perf_counter()
        async with place.database.at_the_gate() as tx:
            await tx.all(holding, {"ids": sessions})
        taken.append((time.perf_counter() - begun) * 1e3)
    print(line("which of 2,000 sessions hold", taken), flush=True)


def _processes() -> tuple[list[psutil.Process], list[psutil.Process]]:
    """The server's and the database's, of those that this process started."""
    servers, backends = [], []
    for process in psutil.Process().children(recursive=True):
        if "server run" in _title(process):
            servers.append(process)
        elif "postgres" in process.name():
            backends.append(process)
    return servers, backends


def _title(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def _busy(processes: Iterable[psutil.Process]) -> float:
    times: list[Any] = [process.cpu_times() for process in processes]
    return sum(each.user + each.system for each in times)


def _private_mb(process: psutil.Process) -> float:
    """Without what all processes of the database share."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    private = [row.split()[1] for row in rollup.splitlines() if row.startswith("Private_")]
    return sum(map(int, private)) / 1e3
