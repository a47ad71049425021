"""The columns of the tables are the fields of the contract's types."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from msgspec import Struct

from clinicdesk.contract.entities import ENTITIES, Medicine, Price, SafetyRule, StockMovement
from clinicdesk.server.database.catalogue import WITHOUT_LOG
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.rows import SERVER_ONLY_COLUMNS

TABLES: dict[str, type[Struct]] = {
    **ENTITIES,
    "medicine": Medicine,
    "price": Price,
    "safety_rule": SafetyRule,
    "stock_movement": StockMovement,
}


@pytest.fixture
async def database(shared_url: str) -> AsyncIterator[Database]:
    database = await Database.open(shared_url, pool_size=1)
    yield database
    await database.close()


@pytest.mark.parametrize("table", TABLES)
async def test_a_table_has_the_fields_of_its_type_in_their_order(
    database: Database, table: str
) -> None:
    async with database.as_owner() as tx:
        columns = await tx.all(
            "select attname::text from pg_attribute where attrelid = %(table)s::regclass"
            " and attnum > 0 and not attisdropped order by attnum",
            {"table": table},
        )
    fields = tuple(name for (name,) in columns if name not in SERVER_ONLY_COLUMNS)
    assert fields == TABLES[table].__struct_fields__


@pytest.mark.parametrize("table", TABLES)
async def test_a_column_may_be_null_where_the_field_may_be_none(
    database: Database, table: str
) -> None:
    async with database.as_owner() as tx:
        columns = await tx.all(
            "select attname::text, attnotnull from pg_attribute where attnum > 0"
            " and attrelid = %(table)s::regclass and not attisdropped",
            {"table": table},
        )
    nullable = {name for name, not_null in columns if not not_null}
    optional = {name for name, kind in TABLES[table].__annotations__.items() if "None" in str(kind)}
    assert nullable == optional


async def test_every_table_of_a_clinic_is_known_to_the_contract_or_stays_at_the_server(
    database: Database,
) -> None:
    at_the_server = {
        "clinic_head",
        "clinic_log",
        "clinic_counter",
        "op_result",
        "patient_word",
        "session",
    }
    async with database.as_owner() as tx:
        tables = await tx.all(
            "select relname::text from pg_class join pg_attribute on attrelid = pg_class.oid"
            " where attname = 'clinic_id' and relkind in ('r', 'p') and not relispartition"
        )
    assert {name for (name,) in tables} == TABLES.keys() | at_the_server
    assert WITHOUT_LOG.keys() == TABLES.keys() - ENTITIES.keys()
