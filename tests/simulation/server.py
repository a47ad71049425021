"""Server processes on one database: the real `LiveConnection`, with commands and snapshots.

What is modelled is the gateway: when the log is read, who is woken, and that a token takes a while
to look up. Nothing is kept in one process that another one would need.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.commands import AnyCommand, Done
from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.frames import CloseCode, Cursor, Digest
from clinicdesk.contract.problems import Refusal, SessionExpired, Unavailable
from clinicdesk.contract.working_set import settled_before
from clinicdesk.server.live.answers import Identity, Position
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.effects import Authenticate, Close, Effect, Send
from clinicdesk.server.live.protocol import LiveConnection
from tests.simulation.clinic import carry_out
from tests.simulation.database import Database, Key
from tests.simulation.line import Line
from tests.simulation.timeline import BEGIN, Timeline

POLL_S = 1.0
READ_AT_ONCE = 8
SPREAD_MS = 2000


class DatabaseAway(Exception):
    """The database does not answer."""


class Token(Struct, frozen=True):
    """What an access token says; on the wire it is text."""

    clinic: UUID
    member: UUID
    session: UUID
    expires_in: float  # seconds since the world began

    @property
    def text(self) -> str:
        return f"{self.clinic.hex} {self.member.hex} {self.session.hex} {self.expires_in!r}"

    @property
    def expires(self) -> datetime:
        return BEGIN + timedelta(seconds=self.expires_in)

    @classmethod
    def read(cls, text: str) -> Token:
        clinic, member, session, expires = text.split()
        return cls(UUID(clinic), UUID(member), UUID(session), float(expires))


class SnapshotTaken(Struct, frozen=True):
    """What a desk fetches: the rows of one moment."""

    cursor: Cursor
    rows: dict[Key, tuple[int, bytes]]


class ServerProcess:
    """One process. `crash` loses all of its memory; the database keeps what was committed."""

    def __init__(
        self, name: str, timeline: Timeline, database: Database, connection: type[LiveConnection]
    ) -> None:
        self.name = name
        self.up = True
        self.generation = 0
        self.peers: list[ServerProcess] = []
        self.deaf = False  # hints of other processes do not arrive
        self.timeline = timeline
        self.database = database
        self.connection = connection
        self.sockets: list[ServerSocket] = []
        self.heads: dict[UUID, int] = {}
        self.epoch = database.epoch
        timeline.after(timeline.chance.random(), self._poll)

    # Life and death

    def crash(self, *, desks_hear: bool) -> None:
        """As kill -9, or as a machine that loses its power (`desks_hear` is False)."""
        self.up = False
        self.generation += 1
        sockets, self.sockets = self.sockets, []
        for socket in sockets:
            socket.over = True
            socket.line.server = None
            socket.line.cut(desk_hears=desks_hear, server_hears=True)
        self.heads.clear()

    def stop(self) -> None:
        """As SIGTERM: every desk is told."""
        for socket in list(self.sockets):
            socket.carry_out(socket.connection.bye(SPREAD_MS, self.timeline.now))
        self.crash(desks_hear=True)

    def start(self) -> None:
        """Begin anew."""
        self.up = True
        self.epoch = self.database.epoch

    def accept(self, line: Line) -> None:
        """A desk has connected."""
        socket = ServerSocket(self, line)
        line.server = socket
        self.sockets.append(socket)

    # The log

    def hint(self, clinic_id: UUID) -> None:
        """Something was committed."""
        if self.up and clinic_id in self.heads:
            self._read_on(clinic_id)

    def _poll(self) -> None:
        self.timeline.after(POLL_S, self._poll)
        if not self.up:
            return
        if not self.database.down:
            if self.database.epoch != self.epoch:
                self._begin_anew()
            for clinic_id in list(self.heads):
                self._read_on(clinic_id)
        for socket in list(self.sockets):
            socket.pump()

    def _begin_anew(self) -> None:
        self.timeline.note(self.name, "sees another history: {}", self.database.epoch)
        self.epoch = self.database.epoch
        self.heads.clear()
        for socket in list(self.sockets):
            socket.feed = None
            socket.take(socket.connection.bye(SPREAD_MS, self.timeline.now))

    def _read_on(self, clinic_id: UUID) -> None:
        """Read what was committed, if the database is the one that was read before."""
        if self.database.down or self.database.epoch != self.epoch:
            return
        head = self.database.clinics[clinic_id].head
        if head > self.heads[clinic_id]:
            self.heads[clinic_id] = head
            for socket in list(self.sockets):
                if socket.feed == clinic_id:
                    socket.pump()

    def after(self, clinic_id: UUID, seq: int) -> Batch:
        """The next entries, up to the head that this process knows."""
        if self.database.down or self.database.epoch != self.epoch:
            raise DatabaseAway
        head = self.heads[clinic_id]
        entries = self.database.clinics[clinic_id].entries[seq : min(head, seq + READ_AT_ONCE)]
        while len(entries) == READ_AT_ONCE and seq + len(entries) < head:
            following = self.database.clinics[clinic_id].entries[seq + len(entries)]
            if following.op_id is None or following.op_id != entries[-1].op_id:
                break
            entries.append(following)  # no desk sees half a command
        to = entries[-1].seq if entries else seq
        return Batch(clinic_id, self.epoch, entries, seq, to)

    def join(self, clinic_id: UUID) -> Position:
        """Where the log stands, read anew."""
        if self.database.down:
            raise DatabaseAway
        log = self.database.clinics[clinic_id]
        self.heads.setdefault(clinic_id, log.head)
        self._read_on(clinic_id)
        return Position(self.epoch, self.heads[clinic_id], log.resumable_after)

    def identify(self, text: str) -> Identity | None:
        if self.database.down:
            raise DatabaseAway
        token = Token.read(text)
        member = self.database.clinics[token.clinic].member(token.member)
        if token.expires_in <= self.timeline.now or not member.active:
            return None
        return Identity(token.session, member, token.expires)

    # Calls

    def command(
        self, token: str, command: AnyCommand, op_id: UUID, body: bytes, if_match: str | None
    ) -> Done | Refusal:
        """Carry a command out."""
        if self.database.down:
            return Unavailable(detail="the database is away", retry_after_s=0)
        who = self.identify(token)
        if who is None:
            return SessionExpired(detail="sign in")
        clinic_id = who.member.clinic_id
        before = self.database.clinics[clinic_id].head
        answer = carry_out(self.database, who.member, command, op_id, body, if_match)
        if self.database.clinics[clinic_id].head != before:
            self.committed(clinic_id)
        return answer

    def committed(self, clinic_id: UUID) -> None:
        """Hint this process and, unless the word is lost, the others."""
        self.hint(clinic_id)
        for peer in self.peers:
            if not peer.deaf:
                self.timeline.after(0.005, lambda peer=peer: peer.hint(clinic_id))  # type: ignore[misc]

    def snapshot(self, token: str) -> SnapshotTaken | Refusal:
        """The rows of one moment, under the member's rights at it."""
        if self.database.down:
            return Unavailable(detail="the database is away", retry_after_s=0)
        who = self.identify(token)
        if who is None:
            return SessionExpired(detail="sign in")
        log = self.database.clinics[who.member.clinic_id]
        scopes = scopes_of(who.member)
        cursor = Cursor(
            clinic=log.clinic_id,
            epoch=self.database.epoch,
            seq=log.head,
            access=access_digest(scopes),
        )
        return SnapshotTaken(cursor, log.visible_to(scopes))

    def renew(self, token: Token, lifetime: float) -> Token | Refusal:
        """A fresh token, while the membership lasts."""
        if self.database.down:
            return Unavailable(detail="the database is away", retry_after_s=0)
        if not self.database.clinics[token.clinic].member(token.member).active:
            return SessionExpired(detail="sign in")
        return Token(token.clinic, token.member, token.session, self.timeline.now + lifetime)

    def give_digest(self) -> None:
        """Have some desk compare some kind."""
        live = [s for s in self.sockets if s.feed is not None and s.connection.member is not None]
        if not live or self.database.down or self.database.epoch != self.epoch:
            return
        socket = self.timeline.chance.choice(live)
        assert socket.connection.member is not None
        kind = self.timeline.chance.choice([k for k in ENTITIES if k in _KINDS])
        log = self.database.clinics[socket.connection.member.clinic_id]
        scopes = scopes_of(log.member(socket.connection.member.id))
        count, total = log.digest(scopes, kind)
        digest = Digest(
            clinic=log.clinic_id,
            seq=log.head,
            kind=kind,
            count=count,
            hash=total,
            settled_before=settled_before(self.timeline.wall()),
        )
        self._read_on(log.clinic_id)
        socket.pump()
        socket.take(socket.connection.check(digest, self.timeline.now))


class ServerSocket:
    """One socket: whoever wakes it, its effects are carried out one after the other."""

    def __init__(self, process: ServerProcess, line: Line) -> None:
        self.process = process
        self.line = line
        self.connection = process.connection(process.timeline.now)
        self.feed: UUID | None = None
        self.over = False
        self._waiting: deque[Effect] = deque()
        self._busy = False

    def on_message(self, data: bytes) -> None:
        if not self.over:
            self.take(self.connection.receive(data, self.process.timeline.now))

    def on_closed(self, _code: int | None) -> None:
        self._end()

    def take(self, effects: list[Effect]) -> None:
        self._waiting.extend(effects)
        self.pump()

    def pump(self) -> None:
        """What the socket's own task does when it is woken."""
        if self._busy or self.over:
            return
        timeline, connection = self.process.timeline, self.connection
        try:
            self.carry_out([])
            self._deliver()
            head = self.process.heads.get(self.feed, 0) if self.feed else 0
            if not self._busy and not self.over:
                self.carry_out(connection.tick(timeline.now, timeline.wall(), head))
        except DatabaseAway:
            self._fail()

    def carry_out(self, effects: list[Effect]) -> None:
        self._waiting.extend(effects)
        while self._waiting and not self._busy and not self.over:
            effect = self._waiting.popleft()
            if isinstance(effect, Send):
                self.line.send_down(effect.message.text)
            elif isinstance(effect, Authenticate):
                self._busy = True
                delay = self.process.timeline.chance.uniform(0.001, 0.05)
                self.process.timeline.after(delay, partial(self._join, effect.token))
            elif isinstance(effect, Close):
                self.process.timeline.note(self.process.name, "closes {}", effect)
                self.line.close_from_server(effect.code)
                self._end()

    def _deliver(self) -> None:
        while self.feed is not None and not self._busy and not self.over:
            after = self.connection.wants_after
            if after is None or after >= self.process.heads[self.feed]:
                return
            batch = self.process.after(self.feed, after)
            self.carry_out(self.connection.offer(batch, self.process.timeline.now))

    def _join(self, token: str) -> None:
        """The head first, then the rights: what changed them before is in them."""
        if self.over:
            return
        try:
            who = self.process.identify(token)
            if who is None:
                self._answer(self.connection.refused())
                return
            position = self.process.join(who.member.clinic_id)
        except DatabaseAway:
            self._fail()
            return
        delay = self.process.timeline.chance.uniform(0.001, 0.02)
        self.process.timeline.after(delay, lambda: self._welcome(token, position))

    def _welcome(self, token: str, position: Position) -> None:
        if self.over:
            return
        try:
            who = self.process.identify(token)
        except DatabaseAway:
            self._fail()
            return
        if who is None:
            self._answer(self.connection.refused())
            return
        self.feed = who.member.clinic_id if position.epoch == self.process.epoch else None
        timeline = self.process.timeline
        self._answer(self.connection.authenticated(who, position, timeline.now, timeline.wall()))

    def _answer(self, effects: list[Effect]) -> None:
        self._busy = False
        self._waiting.extendleft(reversed(effects))
        self.pump()

    def _fail(self) -> None:
        self.line.close_from_server(CloseCode.RESTART)
        self._end()

    def _end(self) -> None:
        self.over = True
        if self in self.process.sockets:
            self.process.sockets.remove(self)


_KINDS = frozenset({"member", "patient", "prescription", "payment"})
