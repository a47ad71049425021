"""Keeps an index in step with a collection, without keeping the event loop from its work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, Generic, TypeVar
from uuid import UUID

from clinicdesk.contract.entities import Row
from clinicdesk.core.collection import Change, Collection
from clinicdesk.core.collector import making_rows

T = TypeVar("T", bound=Row)

_AT_ONCE: Final = 200
"""Rows that are indexed before the event loop gets its turn."""


class Indexing(Generic[T]):
    """Puts all rows into an index step by step, and each change at once.

    Attributes:
        complete: Whether every row is in the index.
    """

    def __init__(
        self,
        rows: Collection[T],
        *,
        begin: Callable[[], None],
        put: Callable[[T], None],
        remove: Callable[[UUID], None],
        same: Callable[[T, T], bool] = lambda _old, _new: False,
    ) -> None:
        """Follow `rows` from now on; `begin_anew` takes those that are there already.

        Args:
            begin: Empties the index. put: Takes a row, in place of what was known of it before.
            remove: Forgets a row, if it is known.
            same: Whether a changed row says nothing else to the index, which then is not told.
        """
        self._rows = rows
        self._begin = begin
        self._put = put
        self._remove = remove
        self._same = same
        self.complete = False
        self._building: asyncio.Task[None] | None = None
        self._leave = rows.subscribe(self._follow)

    async def completed(self) -> None:
        """Return when every row is in the index."""
        if self._building is not None:
            await asyncio.shield(self._building)

    def begin_anew(self) -> None:
        """Index all rows, step by step."""
        if self._building is not None:
            self._building.cancel()
        self.complete = False
        self._begin()
        self._building = asyncio.get_running_loop().create_task(self._build(self._rows.values()))

    def close(self) -> None:
        """Stop following the rows."""
        self._leave()
        if self._building is not None:
            self._building.cancel()

    def _follow(self, change: Change[T]) -> None:
        if change.reset:
            self.begin_anew()
            return
        for row in change.removed:
            self._remove(row.id)
        for row in change.added:
            self._put(row)
        for old, new in change.updated:
            if not self._same(old, new):
                self._put(new)

    async def _build(self, rows: Iterable[T]) -> None:
        rest = iter(rows)
        with making_rows():
            while chunk := list(islice(rest, _AT_ONCE)):
                for row in chunk:
                    # It may have changed, or gone, since the building began.
                    present = self._rows.get(row.id)
                    if present is not None:
                        self._put(present)
                await asyncio.sleep(0)
        self.complete = True
