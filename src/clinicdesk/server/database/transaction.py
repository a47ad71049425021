"""What one can do in a transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar, overload

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, tuple_row

from clinicdesk.server.database.queries import Query
from clinicdesk.server.database.rows import struct_rows

T = TypeVar("T", bound=Struct)
Statement: TypeAlias = Query | str
Parameters: TypeAlias = Mapping[str, Any]


class Transaction:
    """A transaction that runs.

    Attributes:
        connection: The connection underneath, for what this class does not offer (COPY, cursors).
    """

    def __init__(self, connection: AsyncConnection[TupleRow]) -> None:
        self.connection = connection

    @overload
    async def one(
        self, query: Statement, params: Parameters | None = None, *, into: type[T]
    ) -> T | None: ...

    @overload
    async def one(
        self, query: Statement, params: Parameters | None = None
    ) -> tuple[Any, ...] | None: ...

    async def one(
        self, query: Statement, params: Parameters | None = None, *, into: type[Any] | None = None
    ) -> Any:
        """The first row, as `into` or as a tuple; None when there is none."""
        factory = tuple_row if into is None else struct_rows(into)
        async with self.connection.cursor(binary=True, row_factory=factory) as cursor:
            await cursor.execute(_sql(query), params)
            return await cursor.fetchone()

    @overload
    async def all(
        self, query: Statement, params: Parameters | None = None, *, into: type[T]
    ) -> list[T]: ...

    @overload
    async def all(
        self, query: Statement, params: Parameters | None = None
    ) -> list[tuple[Any, ...]]: ...

    async def all(
        self, query: Statement, params: Parameters | None = None, *, into: type[Any] | None = None
    ) -> Any:
        """Every row, as `into` or as tuples."""
        factory = tuple_row if into is None else struct_rows(into)
        async with self.connection.cursor(binary=True, row_factory=factory) as cursor:
            await cursor.execute(_sql(query), params)
            return await cursor.fetchall()

    async def value(self, query: Statement, params: Parameters | None = None) -> Any:
        """The first column of the first row; None when there is none."""
        row = await self.one(query, params)
        return None if row is None else row[0]

    async def execute(self, query: Statement, params: Parameters | None = None) -> int:
        """Run a statement; the number of rows it touched."""
        async with self.connection.cursor() as cursor:
            await cursor.execute(_sql(query), params)
            return cursor.rowcount

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """An exception inside undoes what was done inside, and goes on."""
        async with self.connection.transaction():
            yield


def _sql(query: Statement) -> str:
    return query.sql if isinstance(query, Query) else query
