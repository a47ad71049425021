"""One clinic's log as this process has read it: a memory of its end, the database behind it."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from clinicdesk.server.database import log
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.render import RenderedEntry

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.server.database.database import Database

KEPT_ENTRIES: Final = 2048
KEPT_S: Final = 600.0
"""Entries are remembered for at most so long: most desks come back sooner."""
READ_AT_ONCE: Final = 512
OLDEST_GOOD_FOR_S: Final = 60.0
_SHARED_BATCHES: Final = 8


class AnotherHistory(Exception):
    """The database was put back since the feed was opened: what it has now does not follow."""


class ClinicFeed:
    """The end of one clinic's log.

    Attributes:
        epoch: The history that the log belongs to.
        head: Everything up to here has been committed and may be sent.
        may_have_more: What `advance` read last was as much as it reads at once.
    """

    def __init__(self, database: Database, clinic_id: UUID, epoch: str, head: int) -> None:
        self.clinic_id = clinic_id
        self.head = head
        self.may_have_more = False
        self.epoch = epoch
        self._database = database
        self._recent: deque[RenderedEntry] = deque()
        self._read_at: deque[tuple[int, float]] = deque()  # of each read: its last seq, and when
        self._kept_after = head  # the memory holds every entry in (kept_after, head]
        self._shared: dict[int, Batch] = {}  # by where they begin
        self._looking_back = asyncio.Lock()
        self._oldest: tuple[int, float] | None = None

    async def advance(self) -> Batch | None:
        """Read what was committed since `head`; one caller at a time.

        None: nothing was. Entries come in whole commands, at most `READ_AT_ONCE` at a time.
        """
        entries = await self._read(self.head)
        self.may_have_more = len(entries) == READ_AT_ONCE
        entries = _whole_commands(entries)
        if not entries:
            return None
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
        entries = _whole_commands(list(islice(self._recent, place, place + READ_AT_ONCE)))
        return self._batch(entries, seq, entries[-1].seq if entries else self.head)

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
            begin = max(0, end - READ_AT_ONCE)
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
        entries = _whole_commands(await self._read(seq, head))
        return self._batch(entries, seq, entries[-1].seq if entries else head)

    def _batch(self, entries: list[RenderedEntry], after: int, to: int) -> Batch:
        batch = Batch(self.clinic_id, self.epoch, entries, after, to)
        if len(self._shared) >= _SHARED_BATCHES:
            self._shared.pop(next(iter(self._shared)))
        self._shared[after] = batch
        return batch

    async def _read(self, seq: int, up_to: int | None = None) -> list[RenderedEntry]:
        async with self._database.on_the_feed() as tx:
            entries = await log.read_log(
                tx, self.clinic_id, after=seq, up_to=up_to, limit=READ_AT_ONCE
            )
            if entries and await self._database.epochs.of(tx) != self.epoch:
                raise AnotherHistory
        return [RenderedEntry(entry) for entry in entries]


def _whole_commands(entries: list[RenderedEntry]) -> list[RenderedEntry]:
    """Leave off the last command when it may go on past the limit: no desk sees half of one."""
    if len(entries) < READ_AT_ONCE:
        return entries
    last = entries[-1].op_id
    whole = len(entries)
    while whole and last is not None and entries[whole - 1].op_id == last:
        whole -= 1
    return entries[:whole] if whole else entries


def _seq(entry: RenderedEntry) -> int:
    return entry.seq
