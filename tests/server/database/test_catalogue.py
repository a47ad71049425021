"""The check of the catalogue finds whatever protection is missing."""

from __future__ import annotations

import psycopg
import pytest

from clinicdesk.server.database.catalogue import check_catalogue
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.migrate import needed_revision
from tests.postgres import FreshDatabase


async def findings(database: Database) -> list[str]:
    async with database.as_owner() as tx:
        return await check_catalogue(tx)


async def test_a_migrated_database_is_as_declared(database: Database) -> None:
    assert await findings(database) == []


@pytest.mark.parametrize(
    ("breakage", "finding"),
    [
        (
            "alter table patient disable row level security",
            "Row-level security of patient is not enabled.",
        ),
        (
            "alter table clinic_log no force row level security",
            "Row-level security of clinic_log is not forced.",
        ),
        ("create table loose (id int)", "Row-level security of loose is not enabled."),
        (
            "drop policy see on allergy",
            "The business may select allergy and no policy says which rows.",
        ),
        (
            "create policy all_of_them on patient for select to clinicdesk_app using (true)",
            "A policy of patient lets the business select rows of another clinic.",
        ),
        (
            "create policy for_all on payment for select using (true)",
            "A policy of payment lets the business select rows of another clinic.",
        ),
        (
            "grant delete on payment to clinicdesk_app",
            "The business may delete payment and no policy says which rows.",
        ),
        (
            "grant update (seq) on clinic_head to clinicdesk_app",
            "The role clinicdesk_app may update clinic_head, and only the log's own triggers may.",
        ),
        (
            "grant insert on clinic_log to clinicdesk_feed",
            "The role clinicdesk_feed may insert clinic_log, and only the log's own triggers may.",
        ),
        (
            "alter table prescription disable trigger log_update",
            "The trigger log_update of prescription is missing or switched off.",
        ),
        (
            "drop trigger log_delete on prescription_item",
            "The trigger log_delete of prescription_item is missing or switched off.",
        ),
        (
            "drop trigger versions on member",
            "The trigger versions of member is missing or switched off.",
        ),
        (
            "grant execute on function append_to_log to public",
            "The function append_to_log acts for its owner and anybody may call it.",
        ),
        (
            "grant execute on function log_insert to public",
            "The function log_insert acts for its owner and anybody may call it.",
        ),
        (
            "alter function find_patients reset search_path",
            "The function find_patients acts for its owner and a wrong path could lead it astray.",
        ),
        (
            "create table its_own (id int); alter table its_own owner to clinicdesk_app",
            "The role clinicdesk_app owns its_own.",
        ),
        (
            "update alembic_version set version_num = '0000'",
            f"The database is at schema 0000; this release needs schema {needed_revision()}.",
        ),
        ("drop extension btree_gist", "The extension btree_gist is missing."),
    ],
)
async def test_a_missing_protection_is_found(
    database: Database, superuser_url: str, breakage: str, finding: str
) -> None:
    with psycopg.connect(superuser_url) as connection:
        connection.execute(breakage)
    assert finding in await findings(database)


async def test_a_role_above_row_level_security_is_found(
    database: Database, postgres_url: str
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("alter role clinicdesk_gate bypassrls")
        try:
            found = await findings(database)
        finally:
            connection.execute("alter role clinicdesk_gate nobypassrls")
    assert found == ["The role clinicdesk_gate is above row-level security."]


async def test_an_empty_database_is_behind(fresh_database: FreshDatabase) -> None:
    database = await Database.open(fresh_database(), pool_size=1)
    found = await findings(database)
    await database.close()
    assert f"The database is empty; this release needs schema {needed_revision()}." in found
