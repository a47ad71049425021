"""Proving a log: how long `clinicdesk server audit verify` takes over 1,000,000 entries.

The log is written by the database's own triggers, many rows to a statement. Making it is most of
the time, about a minute on an idle machine; `BENCH_ENTRIES` asks for another number.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Final

from bench.figures import heading, machine, resident_mb
from bench.server_place import empty_place
from clinicdesk.server.database.audit import verify
from clinicdesk.server.database.database import Database

ENTRIES: Final = 1_000_000
ROWS: Final = 10_000

_CLINIC: Final = """
insert into clinic (id, clinic_id, version, name, address, phone, email, country, zone, currency,
  working_hours, appointment_minutes, advance_booking_days, cancellation_hours, reminder_hours,
  tax_basis_points)
select id, id, 1, 'Measured Clinic', '1 Quay', '', '', 'IN', 'Asia/Kolkata', 'INR', '{}', 30, 30,
  24, '{24}', 0
from (select gen_random_uuid() as id) as new
"""
_SERVICES: Final = """
insert into service (id, clinic_id, version, name, description, specialization, duration_minutes,
  price_minor, currency, capacity, active)
select gen_random_uuid(), c.id, 1, 'Visit ' || n, 'What is done at the visit, at some length', 'pt',
  30, 50000, 'INR', 1, true
from clinic c, generate_series(1, %(rows)s) as n
"""


def main() -> None:
    """Print the figures."""
    asyncio.run(_measure(int(os.environ.get("BENCH_ENTRIES", ENTRIES))))


async def _measure(entries: int) -> None:
    heading(f"Audit: a log of {entries:,} entries ({machine()})")
    async with empty_place() as database:
        begun = time.perf_counter()
        await _fill(database, entries)
        filled = time.perf_counter() - begun
        print(f"written by the triggers in {filled:.0f} s ({entries / filled:,.0f} entries/s)")
        before = resident_mb()
        begun = time.perf_counter()
        async with database.inspection() as tx:
            findings = await verify(tx)
        spent = time.perf_counter() - begun
        assert not findings, findings
        print(
            f"verified in {spent:.1f} s ({entries / spent:,.0f} entries/s, "
            f"{resident_mb() - before:+.0f} MB)"
        )


async def _fill(database: Database, entries: int) -> None:
    async with database.as_owner() as tx:
        await tx.execute(_CLINIC)
        await tx.execute(_SERVICES, {"rows": min(ROWS, entries - 1)})
    left = entries - 1 - min(ROWS, entries - 1)
    while left > 0:
        async with database.as_owner() as tx:
            left -= await tx.execute(
                "update service set price_minor = price_minor + 1 where id in "
                "(select id from service limit %(most)s)",
                {"most": min(ROWS, left)},
            )
