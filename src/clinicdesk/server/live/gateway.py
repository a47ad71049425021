"""The sockets of this process.

After a commit the HTTP side hints the clinic; the gateway reads the log and wakes that clinic's
sockets. A hint that is lost costs at most a second: once a second one query asks for the heads of
all clinics that have sockets here.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from prometheus_client import Counter, Gauge

from clinicdesk.server.database import log
from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.live.feed import ClinicFeed
from clinicdesk.server.live.protocol import (
    Authenticate,
    Close,
    Effect,
    Identity,
    LiveConnection,
    Position,
    Send,
)
from clinicdesk.server.telemetry import describe_error

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Iterable
    from typing import Any
    from uuid import UUID

    from clinicdesk.server.database.database import Database

POLL_S: Final = 1.0
FAREWELL_S: Final = 2.0
"""How long a desk has to take the word that the server stops."""
ANEW_SPREAD_MS: Final = 2000
"""Desks come back within this time after the database changed under the server."""

_sockets_open = Gauge("clinicdesk_live_sockets", "Live sockets that are open")
_frames_sent = Counter("clinicdesk_live_frames", "Frames sent to desks")
_closes = Counter("clinicdesk_live_closes", "Sockets closed by the server", ["code"])

journal = structlog.get_logger("clinicdesk.live")


class Authenticator(Protocol):
    """Turns an access token into an identity; None when it is not good (any more)."""

    async def identify(self, token: str) -> Identity | None:
        """Look the token up."""
        ...

    async def ended(self, session_ids: Collection[UUID]) -> set[UUID]:
        """Those of these sessions that were ended or whose account is disabled."""
        ...


class Socket(Protocol):
    """What the gateway needs of a WebSocket."""

    async def send(self, data: bytes) -> None:
        """Send one text message."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close with a code of `contract.frames.CloseCode`."""
        ...


class LiveGateway:
    """Owns every live socket of this process."""

    def __init__(self, database: Database, authenticator: Authenticator) -> None:
        self._database = database
        self._authenticator = authenticator
        self._feeds: dict[UUID, ClinicFeed] = {}
        self._desks: dict[UUID, set[DeskSocket]] = {}
        self._opening: set[DeskSocket] = set()
        self._advancing: dict[UUID, asyncio.Event] = {}
        self._following: dict[UUID, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._polling: asyncio.Task[None] | None = None
        self._epoch = ""

    async def start(self) -> None:
        """Begin to poll. Raises `DatabaseDown`."""
        self._epoch = await self._database.epoch()
        self._polling = self._spawn(self._poll(), "live poll")

    async def stop(self, spread_ms: int) -> None:
        """Say goodbye to every desk and end."""
        farewells = [asyncio.create_task(desk.bye(spread_ms)) for desk in self._everybody()]
        if farewells:
            # One that is gone, or takes nothing any more, must not keep the others waiting.
            _, late = await asyncio.wait(farewells, timeout=FAREWELL_S)
            for farewell in late:
                farewell.cancel()
            await asyncio.gather(*farewells, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hint(self, clinic_id: UUID) -> None:
        """Something was committed in this clinic. Never blocks, never fails."""
        if event := self._advancing.get(clinic_id):
            event.set()

    def connect(self, socket: Socket) -> DeskSocket:
        """A socket was accepted."""
        desk = DeskSocket(socket, self)
        self._opening.add(desk)
        _sockets_open.inc()
        return desk

    def disconnect(self, desk: DeskSocket) -> None:
        """A socket is gone."""
        self._opening.discard(desk)
        for desks in self._desks.values():
            desks.discard(desk)
        _sockets_open.dec()

    async def identify(self, token: str) -> Identity | None:
        """Who an access token stands for."""
        return await self._authenticator.identify(token)

    async def join(self, desk: DeskSocket, clinic_id: UUID) -> tuple[ClinicFeed, Position]:
        """Put a desk on its clinic's feed."""
        feed = self._feeds.get(clinic_id) or await self._open_feed(clinic_id)
        self._opening.discard(desk)
        self._desks.setdefault(clinic_id, set()).add(desk)
        # A desk may bring the cursor of a snapshot that is newer than what was read here last.
        await self._advance(feed)
        async with self._database.on_the_feed() as tx:
            oldest = await log.oldest_seq(tx, clinic_id)
        return feed, Position(epoch=self._epoch, head=feed.head, resumable_after=oldest - 1)

    async def _open_feed(self, clinic_id: UUID) -> ClinicFeed:
        async with self._database.on_the_feed() as tx:
            heads = await log.heads(tx, [clinic_id])
        feed = self._feeds.setdefault(
            clinic_id,
            ClinicFeed(self._database, clinic_id, self._epoch, heads.get(clinic_id, 0)),
        )
        if clinic_id not in self._advancing:
            self._advancing[clinic_id] = asyncio.Event()
            following = self._follow(feed, self._advancing[clinic_id])
            self._following[clinic_id] = self._spawn(following, f"live feed {clinic_id}")
        return feed

    async def _follow(self, feed: ClinicFeed, hinted: asyncio.Event) -> None:
        while True:
            await hinted.wait()
            hinted.clear()
            try:
                await self._advance(feed)
            except Exception as error:  # the poll hints again once the database answers
                note(error)

    async def _advance(self, feed: ClinicFeed) -> None:
        """Read on, and wake the clinic's desks when there was something."""
        if await feed.advance():
            for desk in self._desks.get(feed.clinic_id, ()):
                desk.wake()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            for desk in self._everybody():
                desk.wake()  # so that it looks at the clock
            try:
                await self._look()
            except Exception as error:  # without the poll no desk would hear of anything again
                note(error)

    async def _look(self) -> None:
        """Hint the clinics whose log moved on; begin anew when the database has another history."""
        epoch = await self._database.epoch()
        if epoch != self._epoch:
            self._begin_anew(epoch)
        clinics = [clinic for clinic in self._feeds if self._desks.get(clinic)]
        if clinics:
            async with self._database.on_the_feed() as tx:
                heads = await log.heads(tx, clinics)
            for clinic_id, head in heads.items():
                if head > self._feeds[clinic_id].head:
                    self.hint(clinic_id)
            await self._see_out_those_whose_session_ended()

    async def _see_out_those_whose_session_ended(self) -> None:
        """What ends a session leaves no trace in a clinic's log."""
        sessions = {desk.session_id for desk in self._everybody() if desk.session_id is not None}
        ended = await self._authenticator.ended(sessions)
        for desk in self._everybody():
            if desk.session_id in ended:
                desk.session_ended()

    def _begin_anew(self, epoch: str) -> None:
        """A failover or a restore: what was read before may have been undone. Desks come back."""
        journal.warning("the database has another history", before=self._epoch, now=epoch)
        self._epoch = epoch
        for task in self._following.values():
            task.cancel()
        for known in (self._following, self._feeds, self._advancing):
            known.clear()
        for desk in self._everybody():
            desk.dismiss(ANEW_SPREAD_MS)

    def _everybody(self) -> list[DeskSocket]:
        return [*self._opening, *(desk for desks in self._desks.values() for desk in desks)]

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class DeskSocket:
    """One socket and its conversation: whoever wakes it, only its own task writes.

    Attributes:
        session_id: Of the token that was shown last; None before the first.
    """

    def __init__(self, socket: Socket, gateway: LiveGateway) -> None:
        self._socket = socket
        self._gateway = gateway
        self._connection = LiveConnection(time.monotonic())
        self._feed: ClinicFeed | None = None
        self._waiting: list[Effect] = []
        self._awake = asyncio.Event()
        self._closed = False
        self.session_id: UUID | None = None

    def wake(self) -> None:
        """There may be something to send."""
        self._awake.set()

    def receive(self, data: bytes | str) -> None:
        """A message came from the desk."""
        self._waiting += self._connection.receive(data, time.monotonic())
        self.wake()

    async def bye(self, spread_ms: int) -> None:
        """Say that the server stops, and close."""
        await self._carry_out(self._connection.bye(spread_ms, time.monotonic()))

    def dismiss(self, spread_ms: int) -> None:
        """Have its own task say goodbye."""
        self._waiting += self._connection.bye(spread_ms, time.monotonic())
        self.wake()

    def session_ended(self) -> None:
        """Have its own task close it."""
        self._waiting += self._connection.ended()
        self.wake()

    async def run(self) -> None:
        """Write until the conversation ends."""
        while not self._closed:
            await self._awake.wait()
            self._awake.clear()
            waiting, self._waiting = self._waiting, []
            await self._carry_out(waiting)
            await self._deliver()
            head = self._feed.head if self._feed else 0
            await self._carry_out(self._connection.tick(time.monotonic(), datetime.now(UTC), head))

    async def _deliver(self) -> None:
        while self._feed is not None and not self._closed:
            after = self._connection.wants_after
            if after is None or after >= self._feed.head:
                return
            batch = await self._feed.after(after)
            await self._carry_out(self._connection.offer(batch, time.monotonic()))

    async def _carry_out(self, effects: Iterable[Effect]) -> None:
        left = deque(effects)
        while left:
            effect = left.popleft()
            if isinstance(effect, Send):
                _frames_sent.inc()
                await self._socket.send(effect.message.text)
            elif isinstance(effect, Authenticate):
                left.extend(await self._authenticate(effect.token))
            elif isinstance(effect, Close):
                await self._close(effect)

    async def _authenticate(self, token: str) -> list[Effect]:
        identity = await self._gateway.identify(token)
        if identity is None:
            return self._connection.refused()
        self._feed, position = await self._gateway.join(self, identity.member.clinic_id)
        # Rights are read after the head: what changed them before it is in them, what changes them
        # later comes through the log.
        identity = await self._gateway.identify(token)
        if identity is None:
            return self._connection.refused()
        self.session_id = identity.session_id
        return self._connection.authenticated(
            identity, position, time.monotonic(), datetime.now(UTC)
        )

    async def _close(self, close: Close) -> None:
        self._closed = True
        _closes.labels(code=str(close.code)).inc()
        journal.info("live socket closed", code=close.code, reason=close.reason)
        await self._socket.close(close.code, close.reason)


def note(error: BaseException) -> None:
    """Say in the journal why a feed or a socket could not go on."""
    if isinstance(error, DatabaseDown):
        journal.warning("the database does not answer; the feed waits")
    else:
        journal.error("the feed could not be read", **describe_error(error))
