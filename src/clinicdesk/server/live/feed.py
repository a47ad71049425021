"""One clinic's log as this process has read it: a memory of its end, the database behind it."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections import deque
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from clinicdesk.server.database import log
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.portions import MOST_ENTRIES, portions, whole_commands
from clinicdesk.server.live.render import RenderedEntry

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.server.database.database import Database

KEPT_ENTRIES: Final = 2048
KEPT_S: Final = 600.0
"""Entries are remembered for at most so long: most desks come back sooner."""
OLDEST_GOOD_FOR_S: Final = 60.0
_SHARED_BATCHES: Final = 8


class AnotherHistory(Exception):
    """The database was put back since the feed was opened: what it has now does not follow."""


class ClinicFeed:
    """The end of one clinic's log.

    Attributes:
        epoch: The history that the log belongs to.
        head: Everything up to here has been committed and may be sent.
        may_have_more: `advance` has something left, or read as much as it reads at once.
    """

    def __init__(self, database: Database, clinic_id: UUID, epoch: str, head: int) -> None:
        self.clinic_id = clinic_id
        self.head = head
        self.may_have_more = False
        self.epoch = epoch
        self._database = database
        self._ahead: deque[list[RenderedEntry]] = deque()  # after `head`, read and not yet told
        self._recent: deque[RenderedEntry] = deque()
        self._read_at: deque[tuple[int, float]] = deque()  # of each read: its last seq, and when
        self._kept_after = head  # the memory holds every entry in (kept_after, head]
        self._shared: dict[int, Batch] = {}  # by where they begin
        self._looking_back = asyncio.Lock()
        self._oldest: tuple[int, float] | None = None

    async def advance(self) -> Batch | None:
        """Read what was committed since `head`; one caller at a time.

        None: nothing was. Entries come in whole commands, as many as `portions` puts into one
        frame.
        """
        self.may_have_more = True  # what is left over may have been followed by more meanwhile
        if not self._ahead:
            read = await self._read(self.head)
            self._ahead.extend(portions(whole_commands(read)))
            self.may_have_more = len(read) == MOST_ENTRIES or len(self._ahead) > 1
        if not self._ahead:
            return None
        entries = self._ahead.popleft()
        batch = self._batch(entries, self.head, entries[-1].seq)
        self._recent.extend(entries)
        self.head = batch.to
        self._read_at.append((batch.to, time.monotonic()))
        self._forget(self.head - KEPT_ENTRIES)
        return batch

    def remembered(self, seq: int) -> Batch | None:
        """What follows `seq`, from memory; None when it does not reach back so far."""
        if seq < self._kept_after:
            return None
        shared = self._shared.get(seq)
        if shared is not None and shared.to == self.head:
            return shared
        place = bisect_right(self._recent, seq, key=_seq)
        found = whole_commands(list(islice(self._recent, place, place + MOST_ENTRIES)))
        entries = next(portions(found), [])
        to = entries[-1].seq if entries else self.head
        return shared if shared is not None and shared.to == to else self._batch(entries, seq, to)

    async def after(self, seq: int) -> Batch:
        """What follows `seq`, no further than `head`: desks that missed the same share it."""
        if (batch := self.remembered(seq)) is not None:
            return batch
        async with self._looking_back:  # those who wait will find it remembered, or shared
            if seq >= self.head - KEPT_ENTRIES:
                await self._remember_back_to(seq)
            return self.remembered(seq) or await self._page_after(seq)

    async def resumable_after(self) -> int:
        """The oldest cursor that can be resumed, at most `OLDEST_GOOD_FOR_S` old."""
        now = time.monotonic()
        if self._oldest is None or now - self._oldest[1] > OLDEST_GOOD_FOR_S:
            async with self._database.on_the_feed() as tx:
                oldest = await log.oldest_seq(tx, self.clinic_id)
            self._oldest = oldest - 1, now
        return self._oldest[0]

    def forget_old(self, now: float) -> None:
        """Let go of what was read too long ago."""
        while self._read_at and now - self._read_at[0][1] > KEPT_S:
            self._forget(self._read_at[0][0])

    def _forget(self, up_to: int) -> None:
        while self._recent and self._recent[0].seq <= up_to:
            self._kept_after = self._recent.popleft().seq
        while self._read_at and self._read_at[0][0] <= up_to:
            self._read_at.popleft()

    async def _remember_back_to(self, seq: int) -> None:
        while seq < self._kept_after:
            end = self._kept_after
            begin = max(0, end - MOST_ENTRIES)
            entries = await self._read(begin, end)
            if self._kept_after != end:  # something was forgotten meanwhile
                continue
            self._recent.extendleft(reversed(entries))
            self._kept_after = begin
            self._read_at.appendleft((end, time.monotonic()))

    async def _page_after(self, seq: int) -> Batch:
        head = self.head  # no further: what a heartbeat says must not lie behind a cursor
        if (shared := self._shared.get(seq)) is not None:
            return shared  # it may not reach the head, and says so
        found = list(portions(whole_commands(await self._read(seq, head))))
        if not found:
            return self._batch([], seq, head)
        # What was read beyond the first is for those who come next: the nearest is kept longest.
        for before, entries in reversed(list(pairwise(found))):
            self._batch(entries, before[-1].seq, entries[-1].seq)
        return self._batch(found[0], seq, found[0][-1].seq)

    def _batch(self, entries: list[RenderedEntry], after: int, to: int) -> Batch:
        batch = Batch(self.clinic_id, self.epoch, entries, after, to)
        if len(self._shared) >= _SHARED_BATCHES:
            self._shared.pop(next(iter(self._shared)))
        self._shared[after] = batch
        return batch

    async def _read(self, seq: int, up_to: int | None = None) -> list[RenderedEntry]:
        async with self._database.on_the_feed() as tx:
            entries = await log.read_log(
                tx, self.clinic_id, after=seq, up_to=up_to, limit=MOST_ENTRIES
            )
            if entries and await self._database.epochs.of(tx) != self.epoch:
                raise AnotherHistory
        return [RenderedEntry(entry) for entry in entries]


def _seq(entry: RenderedEntry) -> int:
    return entry.seq
