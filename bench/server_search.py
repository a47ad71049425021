"""Finding patients among 100,000 while somebody types: the domain's call, and over HTTP."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from bench.figures import heading, line, machine
from bench.http_calls import Calls
from bench.server_people import sign_in
from bench.server_place import Place, server_on
from clinicdesk.contract.entities import Patient, Role
from clinicdesk.contract.session import PATIENT_SEARCH
from clinicdesk.server.database.search import patients_by_text

_SEED: Final = 7
_SAMPLE: Final = 400


async def measure(place: Place) -> None:
    """Print p50 and p99 of each kind of search."""
    heading(f"Patient search among {place.scale.patients:,} ({machine()})")
    kinds = _searches(await _some_patients(place), place.scale.rounds)
    receptionist = place.people[Role.RECEPTION]

    async def by_domain(text: str) -> None:
        async with place.database.snapshot(receptionist.ids) as tx:
            await patients_by_text(tx, text)

    await _print("domain", kinds, by_domain)
    with server_on(place) as server:
        calls = await Calls.connect(server)
        calls.token = (await sign_in(calls, place.logins[Role.RECEPTION])).access_token

        async def by_http(text: str) -> None:
            status, _ = await calls.call("GET", f"{PATIENT_SEARCH}?q={quote(text)}")
            assert status == 200

        await _print("over HTTP", kinds, by_http)
        await calls.close()


async def _print(
    way: str, kinds: dict[str, list[str]], search: Callable[[str], Awaitable[None]]
) -> None:
    everything: list[float] = []
    for kind, texts in kinds.items():
        spent: list[float] = []
        for text in texts:
            begun = time.perf_counter()
            await search(text)
            spent.append((time.perf_counter() - begun) * 1e3)
        everything += spent[1:]  # the first of a kind waits for the disk
        print(line(f"{way}: {kind}", spent[1:]))
    print(line(f"{way}: all of them", everything))


async def _some_patients(place: Place) -> list[Patient]:
    async with place.database.as_owner() as tx:
        return await tx.all(
            "select * from patient order by md5(id::text) limit %(count)s",
            {"count": _SAMPLE},
            into=Patient,
        )


def _searches(patients: list[Patient], rounds: int) -> dict[str, list[str]]:
    chance = random.Random(_SEED)

    def texts(of: Callable[[Patient], str]) -> list[str]:
        return [of(chance.choice(patients)) for _ in range(rounds + 1)]

    return {
        "the first three letters": texts(lambda p: p.name[:3]),
        "a whole name": texts(lambda p: p.name),
        "a name with a slip of the finger": texts(lambda p: _misspelt(p.name, chance)),
        "a telephone number": texts(lambda p: (p.phone or "+91")[-10:]),
        "a date of birth": texts(lambda p: f"{p.birth_date:%d/%m/%Y}"),
        "a patient number": texts(lambda p: p.number),
        "nobody": [f"zzq{number}" for number in range(rounds + 1)],
    }


def _misspelt(name: str, chance: random.Random) -> str:
    """Two neighbouring letters in the wrong order."""
    at = chance.randrange(1, max(2, len(name) - 2))
    return name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
