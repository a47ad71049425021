"""One clinic's desks at this server: what is committed is read once and written to all of them.

A desk is either *abreast*, in a lane with those who stand where it stands, and told of every
interval as soon as it is read; or it *lies behind*: its window is shut, it does not read, its token
has expired, or it has just come. One that lies behind costs those abreast nothing; it is read for
when it can take more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter

from clinicdesk.server.ending import end
from clinicdesk.server.live.lane import MOST_DESKS, Lane

if TYPE_CHECKING:
    from clinicdesk.contract.frames import Digest
    from clinicdesk.server.live.batch import Batch
    from clinicdesk.server.live.desk_socket import DeskSocket
    from clinicdesk.server.live.feed import ClinicFeed
    from clinicdesk.server.live.workers import Workers

WRITTEN_AT_ONCE: Final = 512
"""Frames; after so many, others of the event loop have their turn."""

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
        self._lanes: dict[frozenset[str], list[Lane]] = {}
        self._behind: set[DeskSocket] = set()
        self._reading = asyncio.Lock()
        self._hinted = False
        self._following: asyncio.Task[None] | None = None
        self._empty_since: float | None = None

    @property
    def occupied(self) -> bool:
        """Somebody is here."""
        return bool(self._lanes or self._behind)

    def empty_for(self, now: float) -> float:
        """Seconds for which nobody has been here."""
        if self.occupied:
            self._empty_since = None
            return 0.0
        if self._empty_since is None:
            self._empty_since = now
        return now - self._empty_since

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
        await end(self._following)

    async def _follow(self) -> None:
        while self._hinted:
            self._hinted = False
            try:
                await self.advance()
            except Exception as error:  # the poll hints again once the database answers
                self._on_error(error)

    async def _tell(self, batch: Batch) -> None:
        """Tell all who are abreast. What is committed meanwhile goes into one frame."""
        now, written = time.monotonic(), 0
        for lane in self._all_lanes():
            if written >= WRITTEN_AT_ONCE:
                written = 0
                await asyncio.sleep(0)
            if lane.looked_to != batch.after:
                self._settle_all(lane)  # made meanwhile, or left out by an error
                continue
            if batch.changes_staff:
                self._tell_those_it_is_about(batch, lane, now)
            frames = lane.tell(batch, now)
            written += frames
            _frames_sent.inc(frames)
            for desk in lane.review():
                self.settle(desk)

    def _tell_those_it_is_about(self, batch: Batch, lane: Lane, now: float) -> None:
        """Their rights may change in the middle of it."""
        for desk in lane:
            if batch.concerns(desk.connection.member_id):
                self.part(desk)
                desk.carry_out(desk.connection.offer(batch, now))
                desk.settle()

    def tick(self, now: float) -> None:
        """To be called about once a second, before the desks are shown the clock."""
        for lane in self._all_lanes():
            if lane.looked_to != self.feed.head and not self._reading.locked():
                self._settle_all(lane)  # an error kept it from being told
                continue
            _frames_sent.inc(lane.move_cursor(now))
            for desk in lane.review(whether_or_not_due=True):
                self.settle(desk)
        for lanes in list(self._lanes.values()):
            if sum(len(lane) < MOST_DESKS for lane in lanes) > 1:
                for desk in [desk for lane in lanes for desk in lane]:
                    self.part(desk)
                    self.settle(desk)

    # Desks come, fall behind, catch up and go

    def settle(self, desk: DeskSocket) -> None:
        """See what a desk can take now, and have it brought abreast if it can."""
        after = desk.wants_after
        if after == self.feed.head:
            self._behind.discard(desk)
            if desk.lane is None:
                self._join(desk)
            return
        self.part(desk)
        if desk.clinic is not self:  # it has been closed
            return
        self._behind.add(desk)
        if after is not None and not desk.catching_up:
            desk.catching_up = True
            self._catch_ups.put(partial(self._catch_up, desk))

    def _settle_all(self, lane: Lane) -> None:
        for desk in lane:
            self.settle(desk)

    async def compare(self, desk: DeskSocket, digest: Digest) -> None:
        """Tell a desk what its rows add up to, where it has been told what they are.

        Raises:
            DatabaseDown: The log could not be read so far.
        """
        if self.feed.head < digest.seq:
            await self.advance()
        if desk.clinic is self:
            self.part(desk)  # it may be told by itself how far it is
            desk.carry_out(desk.connection.check(digest, time.monotonic()))
            self.settle(desk)

    def leave(self, desk: DeskSocket) -> None:
        """A desk is gone, or follows another clinic."""
        self.part(desk)
        self._behind.discard(desk)

    def _join(self, desk: DeskSocket) -> None:
        lanes = self._lanes.setdefault(desk.connection.scopes, [])
        for lane in lanes:
            if lane.suits(desk):
                lane.add(desk)
                return
        lanes.append(Lane(self.feed.clinic_id, self.feed.epoch, desk))

    def part(self, desk: DeskSocket) -> None:
        """Take a desk out of its lane, for what concerns it alone; `settle` it afterwards."""
        lane = desk.lane
        if lane is None:
            return
        lane.remove(desk)
        if not len(lane):
            lanes = self._lanes[lane.scopes]
            lanes.remove(lane)
            if not lanes:
                del self._lanes[lane.scopes]

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

    def _all_lanes(self) -> list[Lane]:
        return [lane for lanes in self._lanes.values() for lane in lanes]
