"""More commands of one clinic than are carried out at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from clinicdesk.contract.commands import Done
from clinicdesk.contract.entities import Member
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.transaction import Transaction
from clinicdesk.server.domain.actor import MemberActor
from clinicdesk.server.http import idempotency
from clinicdesk.server.http.idempotency import Attempt, Once


@pytest.fixture
async def database(demo_database: str) -> AsyncIterator[Database]:
    database = await Database.open(demo_database, pool_size=2)
    yield database
    await database.close()


@pytest.fixture
async def actor(database: Database) -> MemberActor:
    async with database.as_owner() as tx:
        member = await tx.one("select * from member where role = 'admin' limit 1", into=Member)
    assert member is not None
    return MemberActor(member=member, device_id=UUID(int=1))


async def test_a_command_whose_turn_does_not_come_is_told_so_and_holds_up_nobody(
    database: Database, actor: MemberActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "TURN_WITHIN_S", 0.1)
    once = Once(database, lambda _clinic: None)
    begun, may_end = asyncio.Event(), asyncio.Event()
    carried_out: list[UUID] = []

    def attempt() -> Attempt:
        return Attempt(actor=actor, op_id=uuid4(), fingerprint=b"f" * 32, created=False)

    async def slow(_tx: Transaction) -> Done:
        begun.set()
        await may_end.wait()
        return done()

    def done() -> Done:
        carried_out.append(uuid4())
        return Done(op_id=carried_out[-1], version=1, seq=1)

    async def quick(_tx: Transaction) -> Done:
        return done()

    first = asyncio.create_task(once.carry_out(attempt(), slow))
    await begun.wait()
    late = await once.carry_out(attempt(), quick)
    assert (late.status, carried_out) == (503, [])
    assert b"nothing was done" in late.content
    may_end.set()
    assert (await first).status == 200
    assert (await once.carry_out(attempt(), quick)).status == 200
    assert len(carried_out) == 2
