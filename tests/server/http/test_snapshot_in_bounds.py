"""What a snapshot may take: a few connections, for a while, and from nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from clinicdesk.contract.entities import Member
from clinicdesk.contract.snapshot import whole_snapshot
from clinicdesk.server.database.database import Database
from clinicdesk.server.domain.actor import MemberActor
from clinicdesk.server.http.snapshot import Snapshots

Message = dict[str, Any]
POOL = 6
AT_ONCE = 3
"""Half of the pool."""


class Reader:
    """Takes an answer as far as `may_read` lets it.

    Attributes:
        status: Of the answer; None before it begins. body: What has come of it.
        whole: Whether its end has come.
    """

    def __init__(self, may_read: asyncio.Event) -> None:
        self._may_read = may_read
        self._gone = asyncio.Event()
        self.status: int | None = None
        self.body = b""
        self.whole = False

    async def receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        await self._may_read.wait()
        self.body += message["body"]
        self.whole = not message["more_body"]

    def go(self) -> None:
        """Hang up."""
        self._gone.set()


@pytest.fixture
async def database(demo_database: str) -> AsyncIterator[Database]:
    database = await Database.open(demo_database, pool_size=POOL)
    yield database
    await database.close()


@pytest.fixture
async def actor(database: Database) -> MemberActor:
    async with database.as_owner() as tx:
        member = await tx.one("select * from member where role = 'admin' limit 1", into=Member)
    assert member is not None
    return MemberActor(member=member, device_id=UUID(int=1))


@pytest.fixture
def transactions(demo_database: str) -> Callable[[], Awaitable[int]]:
    """How many transactions of desks are open, between two queries or within one."""

    async def count() -> int:
        async with await psycopg.AsyncConnection.connect(demo_database) as connection:
            cursor = await connection.execute(
                "select count(*) from pg_stat_activity where datname = current_database() "
                "and application_name = 'clinicdesk' and xact_start is not null"
            )
            found = await cursor.fetchone()
        return 0 if found is None else int(found[0])

    return count


async def until(happened: Callable[[], Awaitable[bool]], tries: int = 2000) -> None:
    for _ in range(tries):
        if await happened():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def until_none(transactions: Callable[[], Awaitable[int]]) -> None:
    """The database ends what was hung up on when its server process has noticed."""

    async def none() -> bool:
        return await transactions() == 0

    await until(none, tries=300)


async def test_a_reader_who_takes_nothing_is_cut_off_and_holds_no_transaction(
    database: Database, actor: MemberActor, transactions: Callable[[], Awaitable[int]]
) -> None:
    snapshots = Snapshots(database, lambda: datetime.now(UTC), idle_s=0.3)
    reader = Reader(asyncio.Event())
    await snapshots.answer(actor, "identity", reader.receive, reader.send)
    assert reader.status == 200
    assert not reader.whole
    await until_none(transactions)


async def test_a_reader_who_never_comes_to_the_end_is_cut_off_too(
    database: Database, actor: MemberActor, transactions: Callable[[], Awaitable[int]]
) -> None:
    snapshots = Snapshots(database, lambda: datetime.now(UTC), in_all_s=0.3)
    reader = Reader(asyncio.Event())
    await snapshots.answer(actor, "identity", reader.receive, reader.send)
    assert not reader.whole
    await until_none(transactions)


async def test_a_reader_who_hangs_up_ends_the_transaction(
    database: Database, actor: MemberActor, transactions: Callable[[], Awaitable[int]]
) -> None:
    snapshots = Snapshots(database, lambda: datetime.now(UTC))
    reader = Reader(asyncio.Event())
    answering = asyncio.create_task(
        snapshots.answer(actor, "identity", reader.receive, reader.send)
    )

    async def has_begun() -> bool:
        return reader.status is not None

    await until(has_begun)
    reader.go()
    await answering
    assert not reader.whole
    await until_none(transactions)


async def test_a_herd_waits_for_its_turn_and_leaves_connections_to_those_who_work(
    database: Database, actor: MemberActor, transactions: Callable[[], Awaitable[int]]
) -> None:
    snapshots = Snapshots(database, lambda: datetime.now(UTC))
    may_read = asyncio.Event()
    herd = [Reader(may_read) for _ in range(3 * POOL)]
    answering = [
        asyncio.create_task(snapshots.answer(actor, "identity", each.receive, each.send))
        for each in herd
    ]

    def begun() -> int:
        return sum(each.status is not None for each in herd)

    async def all_at_once() -> bool:
        return begun() >= AT_ONCE and await transactions() >= AT_ONCE

    await until(all_at_once)
    assert (begun(), await transactions()) == (AT_ONCE, AT_ONCE)
    async with asyncio.timeout(5), database.as_member(actor.ids) as tx:
        assert await tx.value("select 1") == 1
    may_read.set()
    await asyncio.gather(*answering)
    assert all(each.whole for each in herd)
    assert {whole_snapshot(each.body).head.clinic for each in herd} == {actor.member.clinic_id}
