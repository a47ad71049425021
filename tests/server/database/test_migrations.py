"""The migrations, from an empty database, make the schema that is declared."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files

import psycopg
import pytest

from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.binaries import find_binaries
from clinicdesk.server.database.embedded import EmbeddedDatabase
from clinicdesk.server.database.errors import DatabaseDown, MigrationFailed
from clinicdesk.server.database.migrate import current_revision, migrate, needed_revision
from tests.postgres import IN_MEMORY, make_postgres_folder, url_of
from tests.server.database.conftest import as_owner_of, own

SCHEMA = files("clinicdesk.server.database").joinpath("schema.sql").read_text(encoding="utf-8")

CATALOGUE = """
select 'column', attrelid::regclass || '.' || attname,
       concat_ws(' ', attnum, format_type(atttypid, atttypmod), attnotnull, attgenerated,
                 attacl::text, pg_get_expr(d.adbin, d.adrelid))
from pg_attribute a join pg_class c on c.oid = attrelid
left join pg_attrdef d on (d.adrelid, d.adnum) = (attrelid, attnum)
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
  and attnum > 0 and not attisdropped
union all
select 'table', oid::regclass::text,
       concat_ws(' ', relkind, relrowsecurity, relforcerowsecurity, relacl::text, reloptions::text,
                 pg_get_expr(relpartbound, oid))
from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S', 'v')
union all
select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid) || c.reloptions::text
from pg_index i join pg_class c on c.oid = indexrelid where relnamespace = 'public'::regnamespace
union all
select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) || tgenabled::text
from pg_trigger where not tgisinternal
union all
select 'policy', tablename || '.' || policyname,
       concat_ws(' ', permissive, roles::text, cmd, qual, with_check)
from pg_policies
union all
select 'function', p.oid::regprocedure::text,
       concat_ws(' ', case prokind when 'a' then 'aggregate' else pg_get_functiondef(p.oid) end,
                 proacl::text)
from pg_proc p where pronamespace = 'public'::regnamespace
  and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
union all
select 'extension', extname, '' from pg_extension
"""


@pytest.fixture(scope="module", params=[15, 18], ids="postgresql-{}".format)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server of the oldest version that serves, and of the wheel's; as the superuser."""
    try:
        binaries = find_binaries(request.param)
    except StartupFailure as absent:
        pytest.skip(str(absent))
    folder = make_postgres_folder()
    try:
        with EmbeddedDatabase(folder, binaries=binaries, settings=IN_MEMORY) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(
                    "create role ordinary_owner login createrole password 'of no secrecy'"
                )
            yield url
    finally:
        shutil.rmtree(folder)


@pytest.fixture(params=["ordinary owner", "superuser"])
def empty(request: pytest.FixtureRequest, server: str) -> Iterator[str]:
    """An empty database, as one who may do everything, and as one who may not."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create database empty")
        url = url_of("empty", server)
        yield url if request.param == "superuser" else own(url)
        connection.execute("drop database empty with (force)")


def catalogue(url: str) -> set[tuple[str, str, str]]:
    with psycopg.connect(url) as connection:
        return {
            row
            for row in connection.execute(CATALOGUE)
            if "alembic_version" not in row[1] and not row[1].startswith("clinic_log_2")
        }


def test_every_migration_from_empty_makes_the_declared_schema(empty: str, server: str) -> None:
    migrate(empty)
    migrated = catalogue(empty)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create database declared")
    declared = url_of("declared", server)
    if "ordinary_owner" in empty:
        declared = own(declared)
    try:
        with psycopg.connect(declared) as connection:
            connection.execute(SCHEMA)
        assert migrated == catalogue(declared)
        assert len(migrated) > 400
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("drop database declared with (force)")


def test_migrating_twice_changes_nothing(empty: str) -> None:
    assert current_revision(empty) is None
    migrate(empty)
    before = catalogue(empty)
    migrate(empty)
    assert catalogue(empty) == before
    assert current_revision(empty) == needed_revision()


def test_two_servers_that_start_at_once_migrate_one_after_the_other(empty: str) -> None:
    migrate_at_once([empty, empty, empty])
    assert current_revision(empty) == needed_revision()


def test_databases_of_one_cluster_share_the_roles(server: str) -> None:
    names = ("one", "two", "three")
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"create database {name}")
        migrate_at_once([url_of(name, server) for name in names])
        for name in names:
            connection.execute(f"drop database {name} with (force)")


def migrate_at_once(urls: list[str]) -> None:
    """One process each, as the servers are."""
    program = (
        "import sys; from clinicdesk.server.database.migrate import migrate; migrate(sys.argv[1])"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, url]) for url in urls]
    assert [process.wait(timeout=60) for process in started] == [0] * len(urls)


def test_roles_that_another_owner_made_are_said_to_need_a_grant(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for role in ("clinicdesk_app", "clinicdesk_gate", "clinicdesk_feed"):
            connection.execute(
                f"do $$ begin create role {role}; exception when duplicate_object then null; end $$"
            )
        if connection.info.server_version < 160000:
            pytest.skip("before PostgreSQL 16 CREATEROLE may grant any role")
        connection.execute("create role newcomer login createrole password 'of no secrecy'")
        connection.execute("create database of_the_newcomer owner newcomer")
    url = as_owner_of(url_of("of_the_newcomer", server)).replace("ordinary_owner", "newcomer")
    with pytest.raises(MigrationFailed, match="let an administrator of the cluster grant"):
        migrate(url)


def test_a_database_that_is_down_is_said_in_a_sentence(postgres_url: str) -> None:
    nowhere = as_owner_of(url_of("no_such_database", postgres_url))
    with pytest.raises(DatabaseDown, match=r"^The database cannot be reached: .*[^.]\.$"):
        migrate(nowhere)
    with pytest.raises(DatabaseDown):
        current_revision(nowhere)
