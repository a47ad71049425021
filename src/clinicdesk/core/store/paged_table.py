"""What is fetched in pages by revision and stays on the disk: medicines, prices, safety rules.

Each list has a row in the log that names its revision. Here is how much of each list is kept; what
the rows look like is up to the table of each kind.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Final, Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.store.thread import StoreThread

T = TypeVar("T")

_AT_ONCE: Final = 500
"""Rows that are written before somebody else may write."""


class CatalogueState(Struct, frozen=True):
    """How much of a list is here.

    Attributes:
        revision: All that changed up to it is here. after: Where an unfinished fetch goes on.
    """

    revision: int
    after: str | None


NOTHING: Final = CatalogueState(0, None)


class PagedTable(ABC, Generic[T]):
    """The rows of one kind, of however many lists."""

    def __init__(self, writer: StoreThread, reader: StoreThread) -> None:
        self._writer = writer
        self._reader = reader

    async def state(self, list_id: UUID) -> CatalogueState:
        """How much of a list is here; nothing at first.

        Nothing also where another version of this program wrote the rows with other fields: they
        are let go then, to be fetched anew.
        """

        def work(connection: Connection) -> CatalogueState | None:
            if not self._readable(connection):
                return None
            found = connection.execute(
                "SELECT revision, after FROM catalogue_state WHERE list_id = ?", (list_id.bytes,)
            ).fetchone()
            return NOTHING if found is None else CatalogueState(*found)

        found = await self._reader.run(work)
        if found is None:
            await self.begin_anew(list_id)
        return found or NOTHING

    async def take_page(self, list_id: UUID, rows: Sequence[T], state: CatalogueState) -> None:
        """Keep a page, and how far it leads.

        In several transactions, so that a command need not wait for the disk until a whole page is
        written; a page that was cut off is fetched again.
        """
        for at in range(0, len(rows) - _AT_ONCE, _AT_ONCE):
            some = rows[at : at + _AT_ONCE]
            await self._writer.transaction(partial(self._put, rows=some))
        last = rows[(len(rows) - 1) // _AT_ONCE * _AT_ONCE :] if rows else rows

        def work(connection: Connection) -> None:
            self._put(connection, last)
            connection.execute(
                "INSERT OR REPLACE INTO catalogue_state (list_id, revision, after) "
                "VALUES (?, ?, ?)",
                (list_id.bytes, state.revision, state.after),
            )

        await self._writer.transaction(work)
        self._changed()

    async def begin_anew(self, list_id: UUID) -> None:
        """Let the rows of a list go, for it to be fetched from its beginning."""

        def work(connection: Connection) -> None:
            self._let_go(connection, list_id)
            connection.execute("DELETE FROM catalogue_state WHERE list_id = ?", (list_id.bytes,))

        await self._writer.transaction(work)
        self._changed()

    @abstractmethod
    def _put(self, connection: Connection, rows: Sequence[T]) -> None:
        """Write the rows of a page over those with their identifiers."""

    @abstractmethod
    def _let_go(self, connection: Connection, list_id: UUID) -> None:
        """Delete the rows of a list."""

    @abstractmethod
    def _readable(self, connection: Connection) -> bool:
        """Whether the rows are of this version of the program."""

    @abstractmethod
    def _changed(self) -> None:
        """Forget what was reckoned from the rows."""
