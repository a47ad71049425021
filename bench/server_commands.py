"""Sign-and-send commands per second, over HTTP, each on the disk before it is answered."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from bench.figures import heading, line, machine
from bench.server_people import Prescriber, prescriber
from bench.server_place import Place, server_on

CLIENTS: Final = (1, 8, 24)


async def measure(place: Place) -> None:
    """Print the rate and the time of each command, for one client and for many."""
    heading(f"Sign and send, one server process, one clinic ({machine()})")
    with server_on(place) as server:
        for count in CLIENTS:
            await _measure(place, server, count)


async def _measure(place: Place, server: str, count: int) -> None:
    people = [await prescriber(place, server, number) for number in range(count)]
    each = max(10, place.scale.commands // count)
    drafts = await asyncio.gather(*(person.drafts(each) for person in people))
    spent: list[float] = []

    async def sign_all(person: Prescriber, number: int) -> None:
        for draft in drafts[number]:
            begun = time.perf_counter()
            await person.sign(draft)
            spent.append((time.perf_counter() - begun) * 1e3)

    begun = time.perf_counter()
    await asyncio.gather(*(sign_all(person, number) for number, person in enumerate(people)))
    whole = time.perf_counter() - begun
    for person in people:
        await person.calls.close()
    print(line(f"{count} client(s): {len(spent) / whole:,.0f} per second; each", spent))
