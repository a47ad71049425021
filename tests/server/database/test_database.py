"""The door to PostgreSQL: transactions that commit or roll back, and say when it is down."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import psycopg
import pytest
from msgspec import Struct

from clinicdesk.server.database.database import RETRYABLE, Actor, Database
from clinicdesk.server.database.epoch import count_restore, epoch
from clinicdesk.server.database.errors import ColumnsDiffer, DatabaseDown
from clinicdesk.server.database.queries import load_queries, parse_queries
from clinicdesk.server.database.transaction import Transaction
from tests.server.database.clinic import make_clinic, new_id


class Colour(StrEnum):
    RED = "red"


class Thing(Struct, kw_only=True):
    id: UUID
    colour: Colour | None
    colours: list[Colour]
    facts: dict[str, int]
    at: datetime
    size: int = 1


THING = (
    "select %(id)s::uuid as id, 'red' as colour, array['red'] as colours,"
    " '{\"legs\": 4}'::jsonb as facts, timestamptz '2026-11-21 15:00+05:30' as at"
)


async def test_a_row_becomes_a_struct_with_its_enums_and_times(database: Database) -> None:
    identifier = new_id()
    async with database.as_owner() as tx:
        thing = await tx.one(THING, {"id": identifier}, into=Thing)
    assert thing == Thing(
        id=identifier,
        colour=Colour.RED,
        colours=[Colour.RED],
        facts={"legs": 4},
        at=datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        (THING + ", 1 as weight", "unknown columns ['weight']"),
        ("select 1 as size", "lacks ['id', 'colour', 'colours', 'facts', 'at']"),
    ],
)
async def test_a_query_that_does_not_fit_its_type_is_a_bug_that_names_the_columns(
    database: Database, query: str, complaint: str
) -> None:
    with pytest.raises(ColumnsDiffer) as caught:
        async with database.as_owner() as tx:
            await tx.all(query, {"id": new_id()}, into=Thing)
    assert complaint in str(caught.value)


async def test_a_mapping_and_an_enum_are_parameters(database: Database) -> None:
    async with database.as_owner() as tx:
        answer = await tx.one(
            "select %(facts)s::jsonb, %(colour)s::text", {"facts": {"a": 1}, "colour": Colour.RED}
        )
    assert answer == ({"a": 1}, "red")


async def test_no_row_is_none(database: Database) -> None:
    async with database.as_owner() as tx:
        assert await tx.one("select 1 where false") is None
        assert await tx.value("select 1 where false") is None


async def test_an_exception_rolls_back_and_a_savepoint_only_what_is_inside(
    database: Database,
) -> None:
    async def fail_after_writing(tx: Transaction) -> None:
        await make_clinic(tx)
        raise KeyError

    with pytest.raises(KeyError):
        async with database.as_owner() as tx:
            await fail_after_writing(tx)
    async with database.as_owner() as tx:
        with pytest.raises(KeyError):
            async with tx.savepoint():
                await fail_after_writing(tx)
        clinic = await make_clinic(tx)
    async with database.as_owner() as tx:
        assert await tx.all("select id from clinic") == [(clinic.id,)]


async def test_role_and_actor_last_as_long_as_the_transaction(database_url: str) -> None:
    database = await Database.open(database_url, pool_size=1)
    said = "select current_user::text, nullif(current_setting('clinicdesk.member', true), '')"
    actor = Actor(new_id(), new_id(), new_id(), new_id())
    async with database.as_member(actor, op_id=new_id()) as tx:
        assert await tx.one(said) == ("clinicdesk_app", str(actor.member_id))
    async with database.as_owner() as tx:
        assert await tx.one(said) == ("ordinary_owner", None)
    await database.close()


async def test_a_snapshot_reads_one_moment(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
    async with database.snapshot(clinic.admin) as tx:
        before = await tx.all("select name from clinic")
        async with database.as_owner() as other:
            await other.execute("update clinic set name = 'Another'")
        assert await tx.all("select name from clinic") == before
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            async with tx.savepoint():
                await tx.execute("update service set active = false")


async def test_connections_that_broke_while_idle_are_passed_over(database: Database) -> None:
    async with database.as_owner() as tx:
        await tx.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    for _ in range(4):
        async with database.as_owner() as tx:
            assert await tx.value("select 1") == 1


async def test_a_connection_that_breaks_in_a_transaction_is_the_database_down(
    database: Database, superuser_url: str
) -> None:
    async def lose_the_connection(tx: Transaction) -> None:
        process = await tx.value("select pg_backend_pid()")
        with psycopg.connect(superuser_url) as connection:
            connection.execute("select pg_terminate_backend(%s)", [process])
        await tx.value("select 1")

    with pytest.raises(DatabaseDown, match=r"^The database cannot be reached: .*[^.]\.$"):
        async with database.as_owner() as tx:
            await lose_the_connection(tx)


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/nothing", "postgresql://[", "no url at all"]
)
async def test_a_database_that_is_not_there_is_said_in_a_sentence(url: str) -> None:
    with pytest.raises(DatabaseDown, match=r"^The database cannot be reached: .*[^.]\.$"):
        await Database.open(url, patience=2)


@pytest.mark.parametrize(
    ("chosen", "idle"), [("", "10"), ("keepalives_idle=77", "77")], ids=["ours", "the URL's"]
)
async def test_a_host_that_vanished_is_noticed_unless_the_url_says_otherwise(
    database_url: str, chosen: str, idle: str
) -> None:
    url = psycopg.conninfo.make_conninfo(database_url) + " " + chosen
    database = await Database.open(url, pool_size=1)
    async with database.as_owner() as tx:
        parameters = tx.connection.info.get_parameters()
    await database.close()
    assert (parameters["keepalives_idle"], parameters["keepalives_count"]) == (idle, "3")


async def test_a_deadlock_may_be_tried_again() -> None:
    assert issubclass(psycopg.errors.DeadlockDetected, RETRYABLE)


async def test_the_epoch_is_the_same_for_each_role_until_a_restore(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        first = await epoch(tx)
    async with database.on_the_feed() as tx:
        assert await epoch(tx) == first
    async with database.snapshot(clinic.admin) as tx:
        assert await epoch(tx) == first
    async with database.as_owner() as tx:
        await count_restore(tx)
        assert await epoch(tx) != first


def test_queries_are_read_with_their_names_and_what_they_are_for() -> None:
    queries = parse_queries(
        "-- name: first\n-- What it\n-- is for.\nselect 1\n  -- inside\n;\n\n"
        "-- name: second\n-- Another.\nselect 2;\n",
        "file.sql",
    )
    assert list(queries) == ["first", "second"]
    assert queries["first"].description == "What it is for."
    assert queries["second"].sql == "select 2"


@pytest.mark.parametrize(
    "text",
    [
        "-- name: bare\nselect 1;",
        "-- name: empty\n-- Nothing.\n",
        "-- name: two\n-- One.\nselect 1;\n-- name: two\n-- Two.\nselect 2;",
    ],
)
def test_a_query_is_described_complete_and_has_a_name_of_its_own(text: str) -> None:
    with pytest.raises(ValueError, match=r"file\.sql"):
        parse_queries(text, "file.sql")


@pytest.mark.parametrize(
    "file", ["log.sql", "search.sql", "audit.sql", "catalogue.sql", "epoch.sql"]
)
def test_the_files_of_this_package_can_be_read(file: str) -> None:
    assert load_queries("clinicdesk.server.database.sql", file)
