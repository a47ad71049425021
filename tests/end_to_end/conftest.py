"""A clinic of its own for each test, a server process on it, desks that talk to it.

`server` serves, `proxy` is the cable to it, `office` where desks stand (their server is the proxy),
`truth` the database as its owner sees it. A module that kills its server overrides `server` by
`server_process`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from clinicdesk.server.database.database import Database
from clinicdesk.server.database.migrate import migrate
from clinicdesk.server.domain.staff import Passwords
from tests.end_to_end.clinic import PASSWORD, fill
from tests.end_to_end.desks import Office
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.server import ServerHere, ServerProcess
from tests.end_to_end.truth import Truth
from tests.postgres import FreshDatabase, url_of

TEMPLATE = "end_to_end"


@pytest.fixture(scope="session")
def clinic_template(postgres_url: str) -> str:
    """The name of a migrated database with the clinic in it, to be copied."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {TEMPLATE}")
    url = url_of(TEMPLATE, postgres_url)
    migrate(url)
    asyncio.run(_fill(url))
    return TEMPLATE


async def _fill(url: str) -> None:
    database = await Database.open(url, pool_size=1)
    async with database.as_owner() as tx:
        await fill(tx, Passwords().hash(PASSWORD))
    await database.close()


@pytest.fixture
def database_url(fresh_database: FreshDatabase, clinic_template: str) -> str:
    return fresh_database(clinic_template)


@pytest.fixture
def truth(database_url: str) -> Truth:
    return Truth(database_url)


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[ServerHere | ServerProcess]:
    server = ServerHere(database_url, tmp_path)
    await server.start()
    yield server
    await server.end()


@pytest.fixture
async def server_process(database_url: str, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(database_url, tmp_path)
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
async def proxy(server: ServerHere | ServerProcess) -> AsyncIterator[Proxy]:
    async with Proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
async def office(proxy: Proxy, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path, proxy.url)
    yield office
    await office.close_all()
