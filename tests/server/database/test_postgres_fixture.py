"""The databases that tests are given: each its own, and gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.postgres import FreshDatabase, url_of


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_each_fresh_database_is_empty_and_apart_from_the_others(
    fresh_database: FreshDatabase,
) -> None:
    first, second = fresh_database(), fresh_database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE only_here ()")
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_a_fresh_database_can_start_as_a_copy_of_a_prepared_one(
    postgres_url: str, fresh_database: FreshDatabase
) -> None:
    prepared = fresh_database()
    with psycopg.connect(prepared) as connection:
        connection.execute("CREATE TABLE prepared AS SELECT 42 AS answer")
    copy = fresh_database(template=prepared.partition("?")[0].rpartition("/")[2])
    assert copy != prepared
    assert url_of("clinicdesk", copy) == postgres_url
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT answer FROM prepared").fetchone() == (42,)


@pytest.fixture
def left_open(postgres_url: str) -> Iterator[list[psycopg.Connection]]:
    """Connections that a test leaves open. Asked for before `fresh_database`, it ends after it."""
    connections: list[psycopg.Connection] = []
    yield connections
    remaining = databases(postgres_url)
    for connection in connections:
        connection.close()
    assert "test_1" not in remaining


def test_a_tests_databases_are_gone_after_it_even_when_connections_stayed_open(
    postgres_url: str, left_open: list[psycopg.Connection], fresh_database: FreshDatabase
) -> None:
    left_open.append(psycopg.connect(fresh_database()))
    assert "test_1" in databases(postgres_url)
