"""What has to be done now and then while the server runs: partitions ahead, leftovers away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.telemetry import describe_error

if TYPE_CHECKING:
    from clinicdesk.server.database.database import Database

INTERVAL_S: Final = 3600.0

_QUERIES = load_queries("clinicdesk.server", "housekeeping.sql")
_CHORES = [query for name, query in _QUERIES.items() if name != "turn"]

journal = structlog.get_logger("clinicdesk.housekeeping")


async def keep_house(database: Database) -> None:
    """Run every chore of `housekeeping.sql` now and each hour, until cancelled.

    Several servers may do so at once: each query is safe to repeat, and left to the server that is
    at it.
    """
    while True:
        for query in _CHORES:
            try:
                async with database.as_owner() as tx:
                    if not await tx.value(_QUERIES["turn"], {"chore": query.name}):
                        continue
                    touched = await tx.execute(query)
            except DatabaseDown:
                journal.warning("the database does not answer; housekeeping waits")
                break
            except Exception as error:  # one chore must not keep the others from being done
                journal.error("a chore failed", chore=query.name, **describe_error(error))
            else:
                journal.info("a chore is done", chore=query.name, rows=touched)
        await asyncio.sleep(INTERVAL_S)
