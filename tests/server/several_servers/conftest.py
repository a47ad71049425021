"""A clinic of its own for each test, and as many servers on its database as the test asks for."""

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
from tests.end_to_end.truth import Truth
from tests.postgres import FreshDatabase, url_of
from tests.server.several_servers.fleet import Fleet
from tests.server.several_servers.nats_process import NatsProcess
from tests.server.several_servers.visitors import Visitors

TEMPLATE = "several_servers"


@pytest.fixture(scope="session")
def clinic_template(postgres_url: str) -> str:
    """The name of a migrated database with the clinic in it, to be copied."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {TEMPLATE}")
    url = url_of(TEMPLATE, postgres_url)
    migrate(url)
    asyncio.run(fill_clinic(url))
    return TEMPLATE


async def fill_clinic(url: str) -> None:
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
async def nats() -> AsyncIterator[NatsProcess]:
    nats = NatsProcess()
    try:
        await nats.start()
        yield nats
    finally:
        await nats.kill()


@pytest.fixture
async def fleet(database_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    fleet = Fleet(database_url, tmp_path)
    yield fleet
    await fleet.kill()


@pytest.fixture
async def visitors() -> AsyncIterator[Visitors]:
    visitors = Visitors()
    yield visitors
    await visitors.close()
