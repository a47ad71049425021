"""A list of 200 prescriptions under row-level security, against the bare driver's same rows."""

from __future__ import annotations

import time
from statistics import median
from typing import Final

import psycopg

from bench.figures import heading, line, machine
from bench.server_place import Place
from clinicdesk.contract.entities import ENTITIES, Prescription, Role
from clinicdesk.server.domain.prescribing.reading import LONGEST_LIST, prescriptions


async def measure(place: Place) -> None:
    """Print, for each role, the domain's call, the bare driver, and how often one is the other."""
    count = await _count(place)
    heading(f"List of {LONGEST_LIST} out of {count:,} prescriptions ({machine()})")
    async with await psycopg.AsyncConnection.connect(place.superuser_url) as driver:
        await driver.set_autocommit(True)
        for role, where in _SAME_ROWS.items():
            ours: list[float] = []
            bare: list[float] = []
            for _ in range(place.scale.rounds):  # in turn, so that both see the same machine
                ours.append(await _timed_list(place, role))
                bare.append(await _timed_driver(driver, place, role, where))
            print(line(f"{role}: domain call, row-level security, typed rows", ours))
            print(line(f"{role}: bare driver, the same rows as tuples", bare))
            print(f"{role}: {median(ours) / median(bare):.2f} times the bare driver")


_COLUMNS: Final = ", ".join(ENTITIES["prescription"].__struct_fields__)
_SAME_ROWS: Final = {
    Role.ADMIN: "true",
    Role.RECEPTION: "signed_at is not null",
    Role.PHARMACIST: "pharmacy_id = %(pharmacy)s and signed_at is not null",
}
"""What row-level security comes to for each role, said by hand."""


async def _listed(place: Place, role: Role) -> list[Prescription]:
    actor = place.people[role]
    async with place.database.snapshot(actor.ids) as tx:
        return await prescriptions(tx, actor, status=None, after=None, limit=LONGEST_LIST)


async def _timed_list(place: Place, role: Role) -> float:
    begun = time.perf_counter()
    rows = await _listed(place, role)
    spent = (time.perf_counter() - begun) * 1e3
    assert len(rows) == LONGEST_LIST
    return spent


async def _timed_driver(
    driver: psycopg.AsyncConnection, place: Place, role: Role, where: str
) -> float:
    begun = time.perf_counter()
    async with driver.cursor(binary=True) as cursor:
        await cursor.execute(
            f"select {_COLUMNS} from prescription where clinic_id = %(clinic)s and {where} "
            f"order by created_at desc, id desc limit {LONGEST_LIST}",
            {"clinic": place.clinic_id, "pharmacy": place.people[role].member.pharmacy_id},
        )
        rows = await cursor.fetchall()
    spent = (time.perf_counter() - begun) * 1e3
    assert len(rows) == LONGEST_LIST
    return spent


async def _count(place: Place) -> int:
    async with place.database.as_owner() as tx:
        count: int = await tx.value("select count(*) from prescription")
    return count
