"""One thread that owns one connection to the store; the event loop only waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from clinicdesk.core.errors import StoreLost
from clinicdesk.core.store.sqlcipher import Connection, StoreError

_Answer = TypeVar("_Answer")


class StoreThread:
    """Runs pieces of work on the connection, one after the other, in the order asked for."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, work: Callable[[Connection], _Answer]) -> _Answer:
        """The work's answer; each statement commits by itself. Raises StoreLost."""
        return await asyncio.wrap_future(self._executor.submit(self._run, work))

    async def transaction(self, work: Callable[[Connection], _Answer]) -> _Answer:
        """The work's answer once everything that it wrote is on the disk; all of it or nothing.

        Raises StoreLost, and what the work raises, after rolling back. A caller that is cancelled
        stops waiting; the transaction itself goes on to its end.
        """
        return await asyncio.wrap_future(self._executor.submit(self._run, _as_transaction(work)))

    async def provisional(self, work: Callable[[Connection], _Answer]) -> _Answer:
        """As `transaction`, for what nobody relies on yet: it is on the disk with the next one.

        A power cut may undo it, and never without everything that came after it.
        """
        return await asyncio.wrap_future(
            self._executor.submit(self._run, _unsynchronised(_as_transaction(work)))
        )

    async def close(self) -> None:
        """Finish what was asked for, then close the connection."""
        await asyncio.wrap_future(self._executor.submit(self._connection.close))
        self._executor.shutdown(wait=False)

    def _run(self, work: Callable[[Connection], _Answer]) -> _Answer:
        try:
            return work(self._connection)
        except StoreError as error:
            raise StoreLost(
                f"This computer could not read or save the desk's data ({error}). "
                "Free some disk space, then try again; nothing that was saved before is lost."
            ) from error


def _as_transaction(work: Callable[[Connection], _Answer]) -> Callable[[Connection], _Answer]:
    def whole(connection: Connection) -> _Answer:
        connection.execute("BEGIN IMMEDIATE")
        try:
            answer = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(StoreError):  # a full disk has rolled it back already
                connection.execute("ROLLBACK")
            raise
        return answer

    return whole


def _unsynchronised(work: Callable[[Connection], _Answer]) -> Callable[[Connection], _Answer]:
    def hasty(connection: Connection) -> _Answer:
        connection.execute("PRAGMA synchronous = NORMAL")
        try:
            return work(connection)
        finally:
            connection.execute("PRAGMA synchronous = FULL")

    return hasty
