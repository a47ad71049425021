"""The small clinic of `tests.end_to_end.clinic`, in a database of its own for each test.

`database_url` is that database, `truth` what its owner sees in it. For tests that name their own
members and commands; `tests.running_server` has the demo's clinics instead.
"""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from clinicdesk.server.database.database import Database
from clinicdesk.server.database.migrate import migrate
from clinicdesk.server.domain.staff import Passwords
from tests.end_to_end.clinic import PASSWORD, fill
from tests.end_to_end.truth import Truth
from tests.postgres import FreshDatabase, url_of

_TEMPLATE = "template_clinic"


@pytest.fixture(scope="session")
def clinic_template(postgres_url: str) -> str:
    """The name of a migrated database with the clinic in it, to be copied."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {_TEMPLATE}")
    url = url_of(_TEMPLATE, postgres_url)
    migrate(url)
    asyncio.run(fill_clinic(url))
    return _TEMPLATE


async def fill_clinic(url: str) -> None:
    """Put the clinic into a migrated database."""
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
