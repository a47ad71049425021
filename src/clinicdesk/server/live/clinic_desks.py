"""One clinic's desks at this server: what is committed is read once and written to all of them.

A desk is either *abreast*, and then every interval that is read is offered to it in one loop, or it
*lies behind*: its window is shut, it does not read, its token has expired, or it has just come. One
that lies behind costs those abreast nothing; it is read for when it can take more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter

if TYPE_CHECKING:
    from clinicdesk.server.live.batch import Batch
    from clinicdesk.server.live.desk_socket import DeskSocket
    from clinicdesk.server.live.feed import ClinicFeed
    from clinicdesk.server.live.workers import Workers

WRITTEN_AT_ONCE: Final = 512
"""Sockets; after so many, others of the event loop have their turn."""

_frames_sent = Counter("clinicdesk_live_frames", "Frames of the log sent to desks")


class ClinicDesks:
    """The desks that follow one clinic here.

    Args:
        feed: The clinic's log. catch_ups: Carry out the reading for desks that lie behind.
        on_staff_change: Called before anything is told of an interval in which a member of staff
        was changed. on_error: Told why something could not be read; it is tried again.
    """

    def __init__(
        self,
        feed: ClinicFeed,
        catch_ups: Workers,
        on_staff_change: Callable[[Batch], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.feed = feed
        self._catch_ups = catch_ups
        self._on_staff_change = on_staff_change
        self._on_error = on_error
        self._abreast: set[DeskSocket] = set()
        self._behind: set[DeskSocket] = set()
        self._reading = asyncio.Lock()
        self._hinted = False
        self._following: asyncio.Task[None] | None = None
        self._empty_since: float | None = None

    def empty_for(self, now: float) -> float:
        """Seconds for which nobody has been here."""
        if self._abreast or self._behind:
            self._empty_since = None
            return 0.0
        if self._empty_since is None:
            self._empty_since = now
        return now - self._empty_since

    @property
    def occupied(self) -> bool:
        """Somebody is here."""
        return bool(self._abreast or self._behind)

    # The log moves on

    def hint(self) -> None:
        """Something was committed."""
        self._hinted = True
        if self._following is None or self._following.done():
            self._following = asyncio.create_task(
                self._follow(), name=f"live feed {self.feed.clinic_id}"
            )

    async def advance(self) -> None:
        """Read on to the end of the log, and tell everybody who is abreast.

        Raises:
            DatabaseDown: It could not be read.
        """
        async with self._reading:
            while (batch := await self.feed.advance()) is not None:
                if batch.changes_staff:
                    self._on_staff_change(batch)
                await self._tell(batch)
                if not self.feed.may_have_more:
                    break

    async def stop(self) -> None:
        """Read no more."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        while self._hinted:
            self._hinted = False
            try:
                await self.advance()
            except Exception as error:  # the poll hints again once the database answers
                self._on_error(error)

    async def _tell(self, batch: Batch) -> None:
        """Offer the interval to all who are abreast. What is committed meanwhile goes together."""
        desks = list(self._abreast)
        for begin in range(0, len(desks), WRITTEN_AT_ONCE):
            if begin:
                await asyncio.sleep(0)
            self._write(batch, desks[begin : begin + WRITTEN_AT_ONCE])

    def _write(self, batch: Batch, desks: list[DeskSocket]) -> None:
        now, after, sent = time.monotonic(), batch.after, 0
        for desk in desks:
            connection = desk.connection
            if connection.wants_after != after:
                self.settle(desk)
            elif effects := connection.offer(batch, now):
                desk.carry_out(effects)
                sent += 1
        _frames_sent.inc(sent)

    # Desks come, fall behind, catch up and go

    def settle(self, desk: DeskSocket) -> None:
        """See what a desk can take now, and have it brought abreast if it can."""
        after = desk.wants_after
        desk.abreast = after == self.feed.head
        if desk.abreast:
            self._behind.discard(desk)
            self._abreast.add(desk)
            return
        self._abreast.discard(desk)
        self._behind.add(desk)
        if after is not None and not desk.catching_up:
            desk.catching_up = True
            self._catch_ups.put(partial(self._catch_up, desk))

    def leave(self, desk: DeskSocket) -> None:
        """A desk is gone, or follows another clinic."""
        self._abreast.discard(desk)
        self._behind.discard(desk)

    async def _catch_up(self, desk: DeskSocket) -> None:
        try:
            while (after := desk.wants_after) is not None and after < self.feed.head:
                batch = await self.feed.after(after)
                desk.carry_out(desk.connection.offer(batch, time.monotonic()))
                if batch.to == after:
                    break
        except Exception as error:  # it is settled again at the next tick
            self._on_error(error)
            return
        finally:
            desk.catching_up = False
        if desk in self._behind:
            self.settle(desk)
