"""The sockets of this process.

After a commit the HTTP side hints the clinic; its desks are told (`clinic_desks`). A hint that is
lost costs at most a second: once a second one query asks for the heads of all clinics that have
sockets here. Another loop shows every conversation the clock, and waits for nothing: while the
database hangs desks hear still that the server is there, and that it is alone; and tokens expire.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from prometheus_client import Counter, Gauge

from clinicdesk.server.database import log
from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.ending import end
from clinicdesk.server.live.answers import Identity, Position
from clinicdesk.server.live.clinic_desks import ClinicDesks
from clinicdesk.server.live.database_watch import DatabaseWatch
from clinicdesk.server.live.desk_socket import DeskSocket
from clinicdesk.server.live.effects import Effect
from clinicdesk.server.live.feed import AnotherHistory, ClinicFeed
from clinicdesk.server.live.protocol import Phase
from clinicdesk.server.live.workers import Workers
from clinicdesk.server.telemetry import describe_error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from clinicdesk.contract.frames import Signal
    from clinicdesk.server.database.database import Database
    from clinicdesk.server.live.admission import Admission
    from clinicdesk.server.live.batch import Batch
    from clinicdesk.server.live.desk_socket import Socket
    from clinicdesk.server.live.digests import Digests
    from clinicdesk.server.live.meetings import Meetings

POLL_S: Final = 1.0
TICK_S: Final = 1.0
FAREWELL_S: Final = 2.0
"""How long a desk has to take the word that the server stops."""
ANEW_SPREAD_MS: Final = 2000
"""Desks come back within this time after the database changed under the server."""
SIGN_INS_AT_ONCE: Final = 4
CATCH_UPS_AT_ONCE: Final = 4
"""Of the database's connections, so that many desks that come at once leave some to the calls."""
FORGET_CLINIC_S: Final = 60.0
"""A clinic whose last desk left is remembered for so long."""

_sockets_open = Gauge("clinicdesk_live_sockets", "Live sockets that are open")
_closes = Counter("clinicdesk_live_closes", "Sockets closed by the server", ["code", "reason"])

journal = structlog.get_logger("clinicdesk.live")


class Authenticator(Protocol):
    """Turns an access token into an identity; None when it is not good (any more)."""

    async def identify(self, token: str) -> Identity | None:
        """Look the token up."""
        ...

    async def ended(self, session_ids: Collection[UUID]) -> set[UUID]:
        """Those of these sessions that were ended or whose account is disabled."""
        ...


class LiveGateway:
    """Owns every live socket of this process.

    Attributes:
        admission: Counts sockets by where they come from.
        meetings: Who is present where.
    """

    def __init__(
        self,
        database: Database,
        authenticator: Authenticator,
        admission: Admission,
        meetings: Meetings,
        digests: Digests,
    ) -> None:
        self.admission = admission
        self.meetings = meetings
        self._digests = digests
        self._database = database
        self._authenticator = authenticator
        self._watch = DatabaseWatch(datetime.now(UTC))
        self._clinics: dict[UUID, ClinicDesks] = {}
        self._desks: set[DeskSocket] = set()
        self._sign_ins = Workers(SIGN_INS_AT_ONCE, "live sign-in")
        self._catch_ups = Workers(CATCH_UPS_AT_ONCE, "live catch-up")
        self._opening = asyncio.Lock()
        self._loops: list[asyncio.Task[None]] = []
        self._nobody_left = asyncio.Event()
        self._nobody_left.set()
        self._stops_with: int | None = None  # the spread of the goodbye, once it is said
        self._staff_changes = 0
        self._epoch = ""

    async def start(self) -> None:
        """Begin to poll. Raises `DatabaseDown`."""
        self._epoch = await self._database.epoch()
        comparing = self._digests.keep_on(lambda: list(self._desks), note)
        self._loops = [
            asyncio.create_task(self._keep_time(), name="live clock"),
            asyncio.create_task(self._poll(), name="live poll"),
            asyncio.create_task(self.meetings.run(), name="presence"),
            asyncio.create_task(comparing, name="live digests"),
        ]

    async def stop(self, spread_ms: int) -> None:
        """Say goodbye to every desk and end; whoever comes later is told the same."""
        self._stops_with = spread_ms
        for desk in list(self._desks):
            desk.bye(spread_ms)
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self._nobody_left.wait()
        for desk in list(self._desks):  # one that takes nothing any more
            desk.socket.abort()
        await end(*self._loops)
        for workers in (self._sign_ins, self._catch_ups):
            await workers.stop()
        for clinic in self._clinics.values():
            await clinic.stop()

    def hint(self, clinic_id: UUID) -> None:
        """Something was committed in this clinic. Never blocks, never fails."""
        if (clinic := self._clinics.get(clinic_id)) is not None:
            clinic.hint()

    # What the sockets bring

    def connect(self, socket: Socket) -> DeskSocket:
        """A socket was let in."""
        desk = DeskSocket(socket, self)
        self._desks.add(desk)
        self._nobody_left.clear()
        _sockets_open.inc()
        if self._stops_with is not None:
            desk.bye(self._stops_with)
        return desk

    def closing(self, code: int, reason: str) -> None:
        """The server closes a socket, for a reason that is one of a few: it names a series."""
        _closes.labels(code=str(int(code)), reason=reason).inc()
        journal.info("live socket closed", code=int(code), reason=reason)

    def lost(self, desk: DeskSocket) -> None:
        """A socket is gone."""
        self._desks.discard(desk)
        if not self._desks:
            self._nobody_left.set()
        self.meetings.left(desk)
        _sockets_open.dec()

    def heard(self, desk: DeskSocket, signal: Signal) -> None:
        """A desk tells of its presence."""
        if (who := desk.who) is not None:
            self.meetings.heard(desk, who, signal)

    def authenticate(self, desk: DeskSocket, token: str) -> None:
        """Look a token up when its turn comes, and tell the conversation."""
        self._sign_ins.put(partial(self._sign_in, desk, token))

    # Who is there

    async def _sign_in(self, desk: DeskSocket, token: str) -> None:
        if desk.connection.phase is Phase.CLOSED:
            return
        try:
            effects = await self._answer(desk, token)
        except Exception as error:
            note(error)
            effects = desk.connection.unanswered()
        desk.carry_out(effects)
        desk.settle()

    async def _answer(self, desk: DeskSocket, token: str) -> list[Effect]:
        """Rights are read after the log up to the head from which the desk follows it: what changed
        them before is in them, what changes them later comes through the log."""
        while True:
            changes = self._staff_changes
            identity = await self._authenticator.identify(token)
            if identity is None:
                return desk.connection.refused()
            clinic = await self._clinic_of(identity.member.clinic_id)
            if desk.connection.claims > clinic.feed.head:
                await clinic.advance()  # the cursor of a snapshot newer than what was read here
            oldest = await clinic.feed.resumable_after()
            known = self._clinics.get(identity.member.clinic_id)
            if changes == self._staff_changes and known is clinic:
                break
        if desk.connection.phase is Phase.CLOSED:
            return []
        if desk.clinic is not clinic:
            if desk.clinic is not None:
                desk.clinic.leave(desk)
            desk.clinic = clinic
        desk.session_id = identity.session_id
        desk.socket.known()
        position = Position(epoch=self._epoch, head=clinic.feed.head, resumable_after=oldest)
        return desk.connection.authenticated(
            identity, position, time.monotonic(), datetime.now(UTC)
        )

    async def _clinic_of(self, clinic_id: UUID) -> ClinicDesks:
        known = self._clinics.get(clinic_id)
        if known is not None:
            return known
        async with self._opening:
            if (known := self._clinics.get(clinic_id)) is not None:
                return known
            async with self._database.on_the_feed() as tx:
                heads = await log.heads(tx, [clinic_id])
            feed = ClinicFeed(self._database, clinic_id, self._epoch, heads.get(clinic_id, 0))
            clinic = ClinicDesks(feed, self._catch_ups, self._staff_changed, note)
            self._clinics[clinic_id] = clinic
            self._note_staff_change()  # rights that were read before the head may be older than it
            return clinic

    def _note_staff_change(self) -> None:
        self._staff_changes += 1

    def _staff_changed(self, batch: Batch) -> None:
        self._note_staff_change()
        for desk in list(self._desks):
            if (who := desk.who) is not None and batch.concerns(who.member_id):
                self.meetings.rights_changed(desk)

    # The clock

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            with _noted():
                self._tick()

    def _tick(self) -> None:
        now, wall = time.monotonic(), datetime.now(UTC)
        self._watch.tick()
        for clinic in list(self._clinics.values()):
            with _noted():
                clinic.tick(now)
        for desk in list(self._desks):
            with _noted():
                desk.tick(now, wall, self._watch.away_since)
        with _noted():
            self.meetings.tick()
        for clinic_id, clinic in list(self._clinics.items()):
            clinic.feed.forget_old(now)
            if clinic.empty_for(now) > FORGET_CLINIC_S:
                del self._clinics[clinic_id]

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            with _noted():  # without the poll no desk would hear of anything again
                try:
                    await self._look()
                except DatabaseDown:
                    self._watch.failed()
                    raise

    async def _look(self) -> None:
        """Hint the clinics whose log moved on; begin anew when the database has another history."""
        epoch = await self._database.epoch()
        self._watch.answered(datetime.now(UTC))
        if epoch != self._epoch:
            self._begin_anew(epoch)
        occupied = [clinic_id for clinic_id, clinic in self._clinics.items() if clinic.occupied]
        if occupied:
            async with self._database.on_the_feed() as tx:
                heads = await log.heads(tx, occupied)
            for clinic_id, head in heads.items():
                clinic = self._clinics.get(clinic_id)
                if clinic is not None and head > clinic.feed.head:
                    clinic.hint()
            await self._see_out_those_whose_session_ended()

    async def _see_out_those_whose_session_ended(self) -> None:
        """What ends a session leaves no trace in a clinic's log."""
        sessions = {desk.session_id for desk in self._desks if desk.session_id is not None}
        ended = await self._authenticator.ended(sessions)
        if ended:
            for desk in [desk for desk in self._desks if desk.session_id in ended]:
                desk.session_ended()

    def _begin_anew(self, epoch: str) -> None:
        """A failover or a restore: what was read before may have been undone. Desks come back."""
        journal.warning("the database has another history", before=self._epoch, now=epoch)
        self._epoch = epoch
        self._clinics.clear()
        self._note_staff_change()
        for desk in list(self._desks):
            desk.bye(ANEW_SPREAD_MS)


@contextmanager
def _noted() -> Iterator[None]:
    """What fails is said in the journal: one mistake must not end a loop that all depend on."""
    try:
        yield
    except Exception as error:
        note(error)


def note(error: BaseException) -> None:
    """Say in the journal why a feed or a socket could not go on."""
    if isinstance(error, DatabaseDown):
        journal.warning("the database does not answer; the feed waits")
    elif isinstance(error, AnotherHistory):
        journal.warning("the database was put back; the feed begins anew in a moment")
    else:
        journal.error("the feed could not be read", **describe_error(error))
