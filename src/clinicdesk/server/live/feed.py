"""One clinic's log as this process has read it: a memory of its end, the database behind it."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import deque
from typing import TYPE_CHECKING, Final

from clinicdesk.server.database import log
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.render import RenderedEntry

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.server.database.database import Database

KEPT_ENTRIES: Final = 2048
READ_AT_ONCE: Final = 512


class ClinicFeed:
    """The end of one clinic's log.

    Attributes:
        head: Everything up to here has been committed and may be sent.
    """

    def __init__(self, database: Database, clinic_id: UUID, epoch: str, head: int) -> None:
        self.clinic_id = clinic_id
        self._epoch = epoch
        self.head = head
        self._database = database
        self._recent: deque[RenderedEntry] = deque(maxlen=KEPT_ENTRIES)
        self._kept_after = head  # the memory holds every entry in (kept_after, head]
        self._reading = asyncio.Lock()

    async def advance(self) -> bool:
        """Read what was committed since `head`. True when there was something."""
        async with self._reading:
            moved = False
            while entries := await self._read(self.head):
                self._remember(entries)
                moved = True
                if len(entries) < READ_AT_ONCE:
                    break
            return moved

    async def after(self, seq: int) -> Batch:
        """Up to `READ_AT_ONCE` entries after `seq`."""
        head = self.head
        if seq >= head:
            return Batch(self.clinic_id, self._epoch, [], seq, seq)
        if seq >= self._kept_after:
            entries = self._from_memory(seq)
        else:  # no further than the head: what a heartbeat says must not lie behind it
            entries = await self._read(seq, head)
        entries = _whole_commands(entries[:READ_AT_ONCE], complete=len(entries) <= READ_AT_ONCE)
        return Batch(
            self.clinic_id, self._epoch, entries, seq, entries[-1].seq if entries else head
        )

    def _remember(self, entries: list[RenderedEntry]) -> None:
        self._recent.extend(entries)
        self.head = entries[-1].seq
        if len(self._recent) == KEPT_ENTRIES:
            self._kept_after = self._recent[0].seq - 1

    def _from_memory(self, seq: int) -> list[RenderedEntry]:
        recent = list(self._recent)
        return recent[bisect_right(recent, seq, key=lambda entry: entry.seq) :]

    async def _read(self, seq: int, up_to: int | None = None) -> list[RenderedEntry]:
        async with self._database.on_the_feed() as tx:
            entries = await log.read_log(
                tx, self.clinic_id, after=seq, up_to=up_to, limit=READ_AT_ONCE
            )
        return [RenderedEntry(entry) for entry in entries]


def _whole_commands(entries: list[RenderedEntry], *, complete: bool) -> list[RenderedEntry]:
    """Leave off the last command when it may go on past the limit: no desk sees half of one."""
    if complete and len(entries) < READ_AT_ONCE:
        return entries
    last = entries[-1].entry.op_id
    whole = len(entries)
    while whole and last is not None and entries[whole - 1].entry.op_id == last:
        whole -= 1
    return entries[:whole] if whole else entries
