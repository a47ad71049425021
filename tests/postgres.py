"""A real PostgreSQL for the tests: one server per worker, one database per test.

`postgres_url` is the server, `fresh_database` makes databases in it. Register with
`pytest_plugins = ["tests.postgres"]` in the topmost conftest.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from clinicdesk.server.database.embedded import EmbeddedDatabase

# What a power cut would lose is of no interest here, and waiting for the disk is most of the time.
IN_MEMORY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class FreshDatabase(Protocol):
    """Makes a database for this test alone and returns its URL.

    It is a copy of the database `template`, an empty one by default. To pay for migrations once,
    create a template with them for the session; nobody may be connected to it while it is copied.
    """

    def __call__(self, template: str = "template1") -> str: ...


def make_postgres_folder() -> Path:
    """Make a short folder that the server can enter, also when the tests run as root."""
    # pytest's own folders are closed to the account that PostgreSQL runs under then.
    return Path(tempfile.mkdtemp(prefix="clinicdesk-", dir="/tmp" if os.geteuid() == 0 else None))


def url_of(database: str, server: str) -> str:
    """Return the URL of another database of the same server."""
    return urlsplit(server)._replace(path=f"/{database}").geturl()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Run a server for this worker and give the URL of its database `clinicdesk`, as the owner."""
    folder = make_postgres_folder()
    try:
        with EmbeddedDatabase(folder, settings=IN_MEMORY) as url:
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def fresh_database(postgres_url: str) -> Iterator[FreshDatabase]:
    """Give a maker of databases, which are dropped after the test with their connections."""
    numbers = itertools.count(1)
    made: list[sql.Identifier] = []

    with psycopg.connect(postgres_url, autocommit=True) as connection:

        def make(template: str = "template1") -> str:
            name = f"test_{next(numbers)}"
            identifier = sql.Identifier(name)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    identifier, sql.Identifier(template)
                )
            )
            made.append(identifier)
            return url_of(name, postgres_url)

        yield make
        for identifier in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))
