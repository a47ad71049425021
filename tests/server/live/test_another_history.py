"""A database that was put back while the feed was reading it: nothing of it is told as if it
followed."""

from __future__ import annotations

import pytest

from clinicdesk.server.database import log
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.epoch import count_restore, epoch
from clinicdesk.server.live.feed import AnotherHistory, ClinicFeed

RENAME = "update clinic set name = name || '.' returning id"


async def test_what_a_restored_database_has_is_not_read_on_from_what_it_had(
    demo_database: str,
) -> None:
    database = await Database.open(demo_database, pool_size=2)
    async with database.as_owner() as tx:
        clinic_id = await tx.value("select id from clinic limit 1")
        head = (await log.heads(tx, [clinic_id]))[clinic_id]
    feed = ClinicFeed(database, clinic_id, await database.epoch(), head)
    async with database.as_owner() as tx:
        await tx.execute(RENAME)
    batch = await feed.advance()
    assert batch is not None
    assert batch.to == head + 1
    async with database.as_owner() as tx:
        await tx.execute(RENAME)
        await count_restore(tx)
    with pytest.raises(AnotherHistory):
        await feed.advance()
    async with database.as_owner() as tx:
        assert await database.epochs.of(tx) == await epoch(tx) != feed.epoch
    await database.close()
