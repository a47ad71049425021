"""The door to PostgreSQL: a pool, and one kind of transaction for each who that acts.

    as_member   the business, as a member of staff under row-level security
    snapshot    the same, reading one moment
    at_the_gate sign-in
    on_the_feed reading the log of all clinics
    as_owner    migrations and administrative commands
    inspection  the same, reading one moment

A transaction's role and settings last until it ends, and are set in the same round trip as BEGIN.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg.types.json import JsonbDumper, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from clinicdesk.server.database.epoch import Epochs
from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.database.transaction import Transaction

RETRYABLE: Final = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)
"""Nothing of the transaction took effect, and doing it again may succeed."""
PREPARED_AFTER: Final = 5
"""So many times a connection runs a statement before it has the database keep it."""
LOSS_NOTICED: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""Seconds, and milliseconds. A database whose host vanished without a word is noticed within half a
minute; by itself the system waits for hours, and so would who asked. A URL that says otherwise is
heeded."""
LOCK_PATIENCE: Final = "2s"
"""How long a command waits for what another transaction holds before it gives up for now."""

Connection = AsyncConnection[TupleRow]


class Actor(Struct, frozen=True):
    """Who acts: a member of staff of one clinic, at a device."""

    clinic_id: UUID
    member_id: UUID
    account_id: UUID
    device_id: UUID


class Database:
    """A pool of connections to one database. Open it with `Database.open`, and close it.

    Attributes:
        epochs: Which history of the log a transaction sees.
    """

    def __init__(self, pool: AsyncConnectionPool[Connection]) -> None:
        self.epochs = Epochs()
        self._pool = pool

    @property
    def size(self) -> int:
        """Greatest number of transactions at one time."""
        return self._pool.max_size

    @classmethod
    async def open(
        cls, url: str, *, pool_size: int = 10, patience: float = 10.0, prepared: bool = True
    ) -> Database:
        """Connect.

        Args:
            url: libpq's connection URL or string.
            pool_size: Greatest number of connections.
            patience: Seconds to wait for a connection, here and later.
            prepared: Have the database keep statements that come often. A pooler that hands out
                its connections by transaction may lose them.

        Raises:
            DatabaseDown: no connection within `patience`, or the URL is none.
        """
        try:
            settings = make_conninfo("", **LOSS_NOTICED | conninfo_to_dict(url))
        except psycopg.Error as error:
            raise DatabaseDown(_reason(error)) from error
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            settings,
            min_size=min(2, pool_size),
            max_size=pool_size,
            timeout=patience,
            open=False,
            configure=_configure,
            kwargs={
                "autocommit": True,
                "application_name": "clinicdesk",
                "prepare_threshold": PREPARED_AFTER if prepared else None,
            },
            reconnect_timeout=patience,
        )
        try:
            # One by hand first: it says why there is none, the pool only that there is none.
            await (await AsyncConnection.connect(settings, connect_timeout=int(patience))).close()
            await pool.open(wait=True, timeout=patience)
        except (psycopg.Error, PoolTimeout) as error:
            await pool.close()
            raise DatabaseDown(_reason(error)) from error
        return cls(pool)

    async def close(self) -> None:
        """Close the connections; those in use when they come back."""
        await self._pool.close()

    async def epoch(self) -> str:
        """The name of the log's history, as `epoch.epoch`."""
        async with self.on_the_feed() as tx:
            return await self.epochs.anew(tx)

    def as_member(
        self, actor: Actor, *, op_id: UUID | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        """A transaction of the business: commits at the end, rolls back on an exception.

        Lock every row that will change before the first write, and no other after it: a write
        holds the clinic's head until the commit, and a lock taken later can close a circle.
        """
        return self._transaction(_begin_as(actor, op_id))

    def snapshot(self, actor: Actor) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that reads one moment as this member sees it."""
        return self._transaction(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" + _settings(actor, None)
        )

    def at_the_gate(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction of sign-in."""
        return self._transaction("BEGIN; SET LOCAL ROLE clinicdesk_gate")

    def on_the_feed(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that reads the log and its heads."""
        return self._transaction("BEGIN READ ONLY; SET LOCAL ROLE clinicdesk_feed")

    def as_owner(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction of the schema's owner; what it changes is logged without an actor."""
        return self._transaction("BEGIN")

    def inspection(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction of the schema's owner that reads one moment, whoever writes meanwhile."""
        return self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[Transaction]:
        connection = await self._begin(begin)
        try:
            try:
                yield Transaction(connection)
            except BaseException:
                if not connection.closed:
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if connection.closed:
                raise DatabaseDown(_reason(error)) from error
            raise
        finally:
            await self._pool.putconn(connection)

    async def _begin(self, begin: str) -> Connection:
        """A connection in a transaction. Those that broke while they lay idle are passed over."""
        for _ in range(self._pool.max_size + 1):
            try:
                connection = await self._pool.getconn()
            except (PoolTimeout, PoolClosed) as error:
                raise DatabaseDown("no free connection") from error
            try:
                await connection.execute(begin)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                broken = connection.closed
                await self._pool.putconn(connection)
                if not broken:
                    raise
            except BaseException:
                await self._pool.putconn(connection)
                raise
            else:
                return connection
        raise DatabaseDown("each connection was broken")


def _begin_as(actor: Actor, op_id: UUID | None) -> str:
    return f"BEGIN; SET LOCAL lock_timeout = '{LOCK_PATIENCE}'" + _settings(actor, op_id)


def _settings(actor: Actor, op_id: UUID | None) -> str:
    # One simple query takes no parameters: each value is a UUID object, so its text is hexadecimal.
    settings = {
        "clinic": actor.clinic_id,
        "member": actor.member_id,
        "device": actor.device_id,
        "op": op_id,
    }
    return "; SET LOCAL ROLE clinicdesk_app" + "".join(
        f"; SET LOCAL clinicdesk.{name} = '{UUID(int=value.int)}'"
        for name, value in settings.items()
        if value is not None
    )


async def _configure(connection: Connection) -> None:
    """Times travel as +00:00, whatever the server's own zone is; mappings are jsonb."""
    await connection.execute("SET TIME ZONE 'UTC'")
    connection.adapters.register_dumper(dict, JsonbDumper)
    set_json_dumps(msgspec.json.encode, connection)
    set_json_loads(msgspec.json.decode, connection)


def _reason(error: BaseException) -> str:
    """The first line of what the driver says, without a full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
