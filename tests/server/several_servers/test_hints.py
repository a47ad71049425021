"""What is committed on one server reaches the desks of the others, whatever becomes of the bus."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator

import pytest

from clinicdesk.server.database.embedded import EmbeddedDatabase
from clinicdesk.server.database.migrate import migrate
from tests.clinic_database import fill_clinic
from tests.end_to_end.polling import until
from tests.end_to_end.raw import Caller, Follower
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.truth import Truth
from tests.postgres import IN_MEMORY, make_postgres_folder
from tests.server.several_servers.fleet import (
    Fleet,
    can_tell_its_peers,
    hints_heard,
    joined,
)
from tests.server.several_servers.nats_process import NatsProcess
from tests.server.several_servers.visitors import Visitors, cursor_of, write


async def follows(writer: Caller, reader: Caller, times: int = 1) -> None:
    """A desk at the reader's server gets what the writer's server commits, nothing left out."""
    async with Follower(reader, await cursor_of(reader)) as follower:
        for _ in range(times):
            done = await write(writer)
            await asyncio.wait_for(follower.follow_until(lambda at, to=done.seq: at >= to), 20)
            assert follower.frames[-1].to == done.seq


async def test_a_commit_on_one_server_reaches_a_desk_on_another_by_notify(
    fleet: Fleet, visitors: Visitors
) -> None:
    here, there = await fleet.start(2)
    await joined(fleet.servers, "notify")
    tara = await visitors.sign_in(here, "tara")

    await follows(tara, visitors.at(there, tara), times=5)

    assert await hints_heard(there, "notify") >= 5
    assert await hints_heard(here, "notify") == 0


async def test_a_commit_on_one_server_reaches_a_desk_on_another_by_nats(
    fleet: Fleet, nats: NatsProcess, visitors: Visitors
) -> None:
    here, there = await fleet.start(2, CLINICDESK_NATS_URL=nats.url)
    await joined(fleet.servers, "nats")
    tara = await visitors.sign_in(here, "tara")

    await follows(tara, visitors.at(there, tara), times=5)

    assert await hints_heard(there, "nats") >= 5
    assert await hints_heard(here, "nats") == 0
    assert await hints_heard(there, "notify") == 0


@pytest.mark.parametrize("environment", [
    {"CLINICDESK_NATS_URL": "nats://127.0.0.1:1"},
    {"CLINICDESK_NOTIFY_URL": "postgresql://nobody@127.0.0.1:1/none"},
    {"CLINICDESK_NOTIFY_URL": "off"},
])  # fmt: skip
async def test_without_a_bus_the_poll_of_heads_brings_it(
    fleet: Fleet, visitors: Visitors, environment: dict[str, str]
) -> None:
    here, there = await fleet.start(2, **environment)
    tara = await visitors.sign_in(here, "tara")

    await follows(tara, visitors.at(there, tara), times=2)

    for bus in ("notify", "nats"):
        assert await hints_heard(there, bus) == 0
        assert not await can_tell_its_peers(there, bus)
    for server in (here, there):
        assert (await tara.http.get(f"{server.url}/readyz")).status_code == 200


async def test_a_bus_that_dies_and_comes_back_loses_nothing_and_is_joined_again(
    fleet: Fleet, nats: NatsProcess, visitors: Visitors
) -> None:
    here, there = await fleet.start(2, CLINICDESK_NATS_URL=nats.url)
    await joined(fleet.servers, "nats")
    tara = await visitors.sign_in(here, "tara")
    reader = visitors.at(there, tara)
    async with Follower(reader, await cursor_of(reader)) as follower:

        async def writes_and_follows() -> None:
            done = await write(tara)
            await asyncio.wait_for(follower.follow_until(lambda at: at >= done.seq), 20)

        await writes_and_follows()
        await nats.kill()
        await writes_and_follows()
        for server in fleet.servers:
            await until(lambda server=server: _is_alone(server, "nats"))
        await writes_and_follows()
        await nats.start()
        await joined(fleet.servers, "nats")
        heard = await hints_heard(there, "nats")
        await writes_and_follows()
        assert await hints_heard(there, "nats") > heard

    for server in fleet.servers:
        told = server.journal.read_text()
        assert told.count("the other servers cannot be told") == 1
        assert told.count("the other servers can be told") == 2


async def test_a_listening_connection_that_is_ended_is_made_again(
    fleet: Fleet, truth: Truth, visitors: Visitors
) -> None:
    here, there = await fleet.start(2)
    await joined(fleet.servers, "notify")
    tara = await visitors.sign_in(here, "tara")

    ended = await truth.value(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'clinicdesk hints' and datname = current_database()"
    )
    assert ended == 2
    for server in fleet.servers:
        await until(lambda server=server: b"cannot be told" in server.journal.read_bytes())
    await joined(fleet.servers, "notify")
    await follows(tara, visitors.at(there, tara))

    assert await hints_heard(there, "notify") >= 1


@pytest.fixture
def own_postgres() -> Iterator[tuple[EmbeddedDatabase, str]]:
    """A PostgreSQL that the test may restart, with a clinic."""
    folder = make_postgres_folder()
    database = EmbeddedDatabase(folder, settings=IN_MEMORY)
    try:
        url = database.start()
        migrate(url)
        asyncio.run(fill_clinic(url))
        yield database, url
    finally:
        database.stop()
        shutil.rmtree(folder)


async def test_a_postgresql_that_restarts_under_three_servers_is_found_again_by_all(
    own_postgres: tuple[EmbeddedDatabase, str], fleet: Fleet, visitors: Visitors
) -> None:
    database, fleet.database_url = own_postgres
    servers = await fleet.start(3)
    await joined(servers, "notify")
    tara = await visitors.sign_in(servers[0], "tara")
    readers = [visitors.at(server, tara) for server in servers]
    begun = [await cursor_of(reader) for reader in readers]
    followers = [
        await Follower(reader, cursor).__aenter__()
        for reader, cursor in zip(readers, begun, strict=True)
    ]

    await asyncio.to_thread(database.stop)
    await asyncio.to_thread(database.start)
    for server in servers:
        await until(lambda server=server: _is_ready(server, tara))
    await joined(servers, "notify")
    done = await write(readers[1])

    for follower in followers:
        await asyncio.wait_for(follower.follow_until(lambda at: at >= done.seq), 20)
        await follower.__aexit__(None, None, None)
    await until(lambda: hints_heard(servers[0], "notify"))
    await until(lambda: hints_heard(servers[2], "notify"))


async def _is_alone(server: ServerProcess, bus: str) -> bool:
    return not await can_tell_its_peers(server, bus)


async def _is_ready(server: ServerProcess, caller: Caller) -> bool:
    return (await caller.http.get(f"{server.url}/readyz")).status_code == 200
