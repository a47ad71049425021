"""A migrated database for each test, owned by an ordinary role: what a managed PostgreSQL gives.

`database_url` is its URL as that owner, `database` is open on it. Tests that write nothing share
one: `shared_url`, or a module's own filled copy made with `copy_of`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from clinicdesk.server.database.catalogue import ROLES
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.migrate import migrate
from tests.postgres import FreshDatabase, url_of

OWNER = "ordinary_owner"
PASSWORD = "of no secrecy"
TEMPLATE = "migrated"


def as_owner_of(url: str) -> str:
    """The same database, connected to as the ordinary owner."""
    parts = urlsplit(url)
    query = f"host={parts.hostname or ''} " if parts.hostname else ""
    if not query:
        query = " ".join(pair.replace("%2F", "/") for pair in parts.query.split("&")) + " "
    port = f"port={parts.port} " if parts.port else ""
    return f"{query}{port}dbname={parts.path[1:]} user={OWNER} password='{PASSWORD}'"


def own(superuser_url: str) -> str:
    """Give a database to the ordinary owner; its URL as that owner."""
    name = sql.Identifier(urlsplit(superuser_url).path[1:])
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("alter database {} owner to {}").format(name, sql.Identifier(OWNER))
        )
    return as_owner_of(superuser_url)


@pytest.fixture(scope="session")
def owner(postgres_url: str) -> str:
    """The ordinary role that owns the databases: no superuser, above no row-level security."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create role {} login createrole password {}").format(
                sql.Identifier(OWNER), sql.Literal(PASSWORD)
            )
        )
        # Tests that migrate as the superuser may have come first, and own the roles then.
        made = connection.execute(
            "select rolname from pg_roles where rolname = any (%s)", [[*ROLES]]
        )
        for (role,) in made.fetchall():
            connection.execute(
                sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(OWNER))
            )
    return OWNER


@pytest.fixture(scope="session")
def migrated(postgres_url: str, owner: str) -> str:
    """The name of a migrated database, to be copied."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} owner {}").format(
                sql.Identifier(TEMPLATE), sql.Identifier(owner)
            )
        )
    migrate(as_owner_of(url_of(TEMPLATE, postgres_url)))
    return TEMPLATE


def copy_of(template: str, name: str, server: str) -> str:
    """Copy a database under a name, for longer than one test; its URL as the ordinary owner."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return own(url_of(name, server))


@pytest.fixture(scope="session")
def shared_url(postgres_url: str, migrated: str) -> str:
    """A migrated database that is only looked at."""
    return copy_of(migrated, "shared", postgres_url)


@pytest.fixture
def superuser_url(fresh_database: FreshDatabase, migrated: str) -> str:
    """A migrated database, as the superuser: for what an intruder would do to it."""
    url = fresh_database(migrated)
    own(url)
    return url


@pytest.fixture
def database_url(superuser_url: str) -> str:
    return as_owner_of(superuser_url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(database_url, pool_size=4)
    yield database
    await database.close()
