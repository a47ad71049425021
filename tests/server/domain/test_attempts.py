"""Counting attempts to sign in, several at the same moment."""

from __future__ import annotations

import asyncio
from typing import Final

from clinicdesk.server.database.database import Database
from clinicdesk.server.domain.staff.attempts import attempt_succeeded, begin_attempt

AT_ONCE: Final = 6
ROUNDS: Final = 15


async def test_a_person_may_sign_in_at_several_desks_at_once(demo_database: str) -> None:
    database = await Database.open(demo_database, pool_size=AT_ONCE)

    async def sign_in() -> None:
        async with database.at_the_gate() as tx:
            attempt = await begin_attempt(tx, "sunita.rao", "192.0.2.1")
        assert isinstance(attempt, int)
        async with database.at_the_gate() as tx:
            await attempt_succeeded(tx, attempt, "sunita.rao")

    for _ in range(ROUNDS):
        await asyncio.gather(*(sign_in() for _ in range(AT_ONCE)))
    await database.close()
