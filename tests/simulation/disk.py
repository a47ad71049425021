"""A desk's disk: a real database in memory, with the real tables, that can fill up or lose power.

What was committed is never lost. The statements are the product's own (`core.store`); only the
thread is not there, so that everything happens at one moment of virtual time.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlcipher3 import dbapi2  # type: ignore[import-untyped]

from clinicdesk.core.errors import StoreLost
from clinicdesk.core.store.outbox_table import OutboxTable
from clinicdesk.core.store.rows import RowStore
from clinicdesk.core.store.schema import migrate
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

_Answer = TypeVar("_Answer")
_TABLES = ("row", "cursor", "outbox", "family_wanted", "sqlite_sequence")
_spare: list[Connection] = []
"""Making the tables takes longer than a whole small world."""


class PowerCut(BaseException):
    """The desk is gone in the middle of what it did."""


class Disk:
    """One desk's file.

    Attributes:
        full: Nothing more can be written. was_full: Something was not written for that.
        fails: "before" or "after": the next transaction loses the desk before or after its commit.
    """

    def __init__(self) -> None:
        self.full = False
        self.was_full = False
        self.fails = ""
        self.connection = _spare.pop() if _spare else _made()

    def rows(self) -> RowStore:
        thread = cast("StoreThread", _Inline(self))
        return RowStore(thread, thread, Path())

    def outbox(self) -> OutboxTable:
        return OutboxTable(cast("StoreThread", _Inline(self)))

    def bodies(self) -> list[tuple[str, bytes, int, bytes]]:
        """The rows that count."""
        return self.connection.execute(
            "SELECT kind, id, v, body FROM row "
            "WHERE generation = (SELECT generation FROM cursor) ORDER BY kind, id"
        ).fetchall()

    def lose(self, kind: str, row_id: bytes) -> None:
        """A row goes astray."""
        self.connection.execute("DELETE FROM row WHERE kind = ? AND id = ?", (kind, row_id))

    def give_back(self) -> None:
        """The world is over."""
        for table in _TABLES:
            self.connection.execute(f"DELETE FROM {table}")
        _spare.append(self.connection)


class _Inline:
    """Stands for `StoreThread`: the work is done when it is asked for."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    async def run(self, work: Callable[[Connection], _Answer]) -> _Answer:
        return work(self._disk.connection)

    async def provisional(self, work: Callable[[Connection], _Answer]) -> _Answer:
        return await self.transaction(work)

    async def transaction(self, work: Callable[[Connection], _Answer]) -> _Answer:
        disk, connection = self._disk, self._disk.connection
        if disk.full:
            disk.was_full = True
            raise StoreLost("the disk is full")
        fails, disk.fails = disk.fails, ""
        connection.execute("BEGIN IMMEDIATE")
        try:
            answer = work(connection)
            if fails == "before":
                raise PowerCut
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        if fails == "after":
            raise PowerCut
        return answer


def at_once(work: Coroutine[Any, Any, _Answer]) -> _Answer:
    """Run a coroutine that has nothing to wait for."""
    try:
        work.send(None)
    except StopIteration as over:
        return cast("_Answer", over.value)
    work.close()
    raise AssertionError("it waits for something")


def _made() -> Connection:
    connection: Connection = dbapi2.connect(
        ":memory:", isolation_level=None, check_same_thread=False
    )
    migrate(connection)
    return connection
