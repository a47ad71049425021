"""What the database holds, seen by its owner: not through the server, under no policy."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from tests.end_to_end.clinic import CLINIC


class Truth:
    """A connection of the owner's own."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def all(self, query: str, **params: Any) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self._url) as connection:
            cursor = await connection.execute(query, params)
            return await cursor.fetchall() if cursor.description else []

    async def value(self, query: str, **params: Any) -> Any:
        rows = await self.all(query, **params)
        return rows[0][0] if rows else None

    async def do(self, statement: str, **params: Any) -> None:
        """Change something behind the server's back, as an administrator could."""
        await self.all(statement, **params)

    async def age(self, prescription_id: UUID) -> None:
        """Have a prescription lie years back, as if the time had passed: no trigger hears of it."""
        async with await psycopg.AsyncConnection.connect(self._url) as connection:
            await connection.execute("set local session_replication_role = replica")
            await connection.execute(
                "update prescription set created_at = created_at - interval '3 years', "
                "updated_at = updated_at - interval '3 years' where id = %s",
                [prescription_id],
            )

    async def head(self) -> int:
        """The last sequence number of the clinic."""
        found: int = await self.value(
            "select seq from clinic_head where clinic_id = %(c)s", c=CLINIC
        )
        return found

    async def status(self, prescription_id: UUID) -> str | None:
        found: str | None = await self.value(
            "select status from prescription where id = %(id)s", id=prescription_id
        )
        return found

    async def is_signed(self, prescription_id: UUID) -> bool:
        found = await self.value(
            "select signed_at is not null from prescription where id = %(id)s", id=prescription_id
        )
        return bool(found)

    async def times_done(self, op_id: UUID) -> int:
        """How often a command changed its prescription, as the log tells."""
        found: int = await self.value(
            "select count(*) from clinic_log where op_id = %(op)s and entity = 'prescription'",
            op=op_id,
        )
        return found
