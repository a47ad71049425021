"""Many rows in one statement, which is one change of the log's head."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from clinicdesk.server.database.transaction import Transaction


async def insert_rows(tx: Transaction, table: str, rows: Sequence[Struct]) -> int:
    """Insert Structs of one type into the table whose columns are their fields; how many.

    Raises:
        psycopg.errors.IntegrityError: a row that the schema does not allow.
    """
    if not rows:
        return 0
    columns = ", ".join(rows[0].__struct_fields__)
    statement = (
        f"insert into {table} ({columns}) "
        f"select {columns} from jsonb_populate_recordset(null::{table}, %(rows)s::jsonb)"
    )
    # The names in it are those of a contract type and its table, never of the outside.
    return await tx.execute(statement, {"rows": msgspec.json.encode(rows).decode()})
