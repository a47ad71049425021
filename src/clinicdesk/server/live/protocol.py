"""The server's end of one live socket, without sockets, clock or loop.

Bytes and "now" go in; effects come out: frames to send, a token to authenticate, a close code. The
gateway asks `wants_after` where the socket stands and gives it the log's next interval with
`offer`. What has nothing for the desk is not sent at once: the next frame with items covers it, or
one without items at the next `tick`. Times are seconds of any monotonic clock; the wire's own times
come in as datetimes.

    AWAITING_HELLO -> AUTHENTICATING -> LIVE <-> PAUSED (token expired)
                                     -> RESYNC (the desk must take a snapshot and say hello again)
    any -> CLOSED
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from operator import attrgetter
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.entities import Member
from clinicdesk.contract.frames import (
    MAX_CLIENT_FRAME,
    Ack,
    Auth,
    AuthExpiring,
    AuthOk,
    Bye,
    CloseCode,
    Cursor,
    Digest,
    Head,
    Heartbeat,
    Hello,
    Resync,
    ResyncReason,
    ScopeChanged,
    ServerFrame,
    Signal,
    Welcome,
    decode_client_frame,
    encode_frame,
)
from clinicdesk.server.live.batch import Batch, EvMessage, ev_message
from clinicdesk.server.live.message import Message

WINDOW = 512
"""Unacknowledged events after which nothing more is sent until an `ack` comes."""
WINDOW_BYTES = 1 << 20
HELLO_WITHIN_S = 10.0
ACK_WITHIN_S = 60.0
IDLE_HEARTBEAT_S = 10.0
PING_S = 20
WARN_BEFORE_EXPIRY = timedelta(seconds=60)
GRACE_AFTER_EXPIRY = timedelta(seconds=30)
MALFORMED_FRAME = 1007
"""RFC 6455: data that is not consistent with the type of the message."""


class Send(Struct, frozen=True):
    """A frame for the desk."""

    message: Message


class Authenticate(Struct, frozen=True):
    """A token to look up; answer with `authenticated` or `refused`."""

    token: str


class Close(Struct, frozen=True):
    """The end of the conversation."""

    code: int
    reason: str


class Heard(Struct, frozen=True):
    """A sign of presence, for `signals` to pass on to whom it concerns."""

    signal: Signal


Effect = Send | Authenticate | Heard | Close


class Identity(Struct, frozen=True):
    """Who a token stands for: the session, the member of staff, and until when."""

    session_id: UUID
    member: Member
    expires: datetime


class Position(Struct, frozen=True):
    """Where the clinic's log stands: epoch, head, and the oldest entry to resume after."""

    epoch: str
    head: int
    resumable_after: int


class Phase(Enum):
    """Where a conversation stands."""

    AWAITING_HELLO = auto()
    AUTHENTICATING = auto()
    LIVE = auto()
    PAUSED = auto()
    RESYNC = auto()
    CLOSED = auto()


class LiveConnection:
    """One socket's session.

    Attributes:
        phase: Where the conversation stands.
        member: Who is on the other end, once known. device_id: At which device, as they say.
        scopes: What that member may see.
        sent_to: The desk has been sent everything up to this sequence number.
    """

    __slots__ = ("_acked_to", "_epoch", "_expires", "_hello", "_last_sent", "_later_token",
                 "_looked_to", "_looking_up", "_member_id", "_opened", "_unacked",
                 "_unacked_bytes", "_unacked_events", "_waiting_since", "_warned", "device_id",
                 "member", "phase", "scopes", "sent_to")  # fmt: skip

    def __init__(self, now: float) -> None:
        self.phase = Phase.AWAITING_HELLO
        self.member: Member | None = None
        self.device_id: UUID | None = None
        self.scopes: frozenset[str] = frozenset()
        self.sent_to = 0
        self._looked_to = 0  # in (sent_to, looked_to] there is nothing for this desk
        self._acked_to = 0
        self._member_id: UUID | None = None
        self._epoch = ""
        self._expires: datetime | None = None
        self._warned = False
        self._hello: Hello | None = None
        self._looking_up = False
        self._later_token: str | None = None  # came while an earlier one was being looked up
        self._unacked: list[EvMessage] = []
        self._unacked_events = 0
        self._unacked_bytes = 0
        self._opened = now
        self._last_sent = now
        self._waiting_since = now

    # What the socket brings

    def receive(self, data: bytes | str, now: float) -> list[Effect]:
        """A message from the desk."""
        if self.phase is Phase.CLOSED:
            return []
        if len(data) > MAX_CLIENT_FRAME:
            return self._close(CloseCode.SLOW, "frame too large")
        try:
            frame = decode_client_frame(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._close(MALFORMED_FRAME, "not a frame of clinicdesk.v1")
        if isinstance(frame, Hello):
            return self._on_hello(frame, now)
        if isinstance(frame, Auth):
            return self._on_auth(frame)
        if isinstance(frame, Signal):
            return self._on_signal(frame)
        return self._on_ack(frame, now)

    def _on_hello(self, hello: Hello, now: float) -> list[Effect]:
        if self.phase not in (Phase.AWAITING_HELLO, Phase.RESYNC):
            return self._close(CloseCode.GAP, "hello out of turn")
        self._hello = hello
        self._opened = now  # the second one, after a snapshot, has as much time as the first
        self.phase = Phase.AUTHENTICATING
        self._looking_up = True
        return [Authenticate(hello.token)]

    def _on_auth(self, auth: Auth) -> list[Effect]:
        if self.phase not in (Phase.LIVE, Phase.PAUSED, Phase.RESYNC):
            return self._close(CloseCode.AUTH, "auth before hello")
        if self._looking_up:
            self._later_token = auth.token
            return []
        self._looking_up = True
        return [Authenticate(auth.token)]

    def _on_ack(self, ack: Ack, now: float) -> list[Effect]:
        member = self.member
        if member is None or ack.clinic != member.clinic_id or ack.to > self.sent_to:
            return self._close(CloseCode.GAP, "acknowledged what was not sent")
        if ack.to > self._acked_to:
            self._acked_to = ack.to
            self._waiting_since = now
            del self._unacked[: bisect_right(self._unacked, ack.to, key=attrgetter("to"))]
            self._unacked_events = sum(frame.events for frame in self._unacked)
            self._unacked_bytes = sum(frame.size for frame in self._unacked)
        return []

    def _on_signal(self, signal: Signal) -> list[Effect]:
        if self.member is None:
            return self._close(CloseCode.GAP, "signal before hello")
        # While rows are being fetched anew a desk may not have noticed yet that it is unheard.
        return [Heard(signal)] if self.phase is Phase.LIVE else []

    # What the gateway answers

    def authenticated(
        self, who: Identity, position: Position, now: float, wall: datetime
    ) -> list[Effect]:
        """The token was good. `hello` gets `welcome` (and `resync`), `auth` gets `auth_ok`."""
        if self.phase is Phase.CLOSED:
            return []
        self._looking_up = False
        hello, self._hello = self._hello, None
        if hello is None:
            effects = self._renewed(who, now)
        else:
            effects = self._welcomed(hello, who, position, now, wall)
        token, self._later_token = self._later_token, None
        if token is None or self.phase not in (Phase.LIVE, Phase.PAUSED, Phase.RESYNC):
            return effects
        self._looking_up = True
        return [*effects, Authenticate(token)]

    def _welcomed(
        self, hello: Hello, who: Identity, position: Position, now: float, wall: datetime
    ) -> list[Effect]:
        if any(cursor.clinic != who.member.clinic_id for cursor in hello.cursors):
            return self._close(CloseCode.REVOKED, "a cursor of another clinic")
        self._adopt(who)
        self.device_id = hello.device_id
        self._epoch = position.epoch
        self._unacked, self._unacked_events, self._unacked_bytes = [], 0, 0
        cursor = hello.cursors[0] if hello.cursors else None
        effects: list[Effect] = [self._send(self._welcome(who, position, wall), now)]
        reason = self._resync_reason(cursor, position)
        if reason is not None:
            self.phase = Phase.RESYNC
            effects.append(self._send(Resync(clinic=who.member.clinic_id, reason=reason), now))
            return effects
        self.sent_to = position.head if cursor is None else cursor.seq
        self._looked_to = self._acked_to = self.sent_to
        self.phase = Phase.LIVE
        return effects

    @property
    def member_id(self) -> UUID | None:
        """Who is on the other end, once known."""
        return self._member_id

    @property
    def looked_to(self) -> int:
        """In `(sent_to, looked_to]` of the log there is nothing for this desk."""
        return self._looked_to

    def end(self) -> None:
        """The socket is gone."""
        self.phase = Phase.CLOSED

    @property
    def claims(self) -> int:
        """The cursor that the `hello` which is being looked up brings; 0 when there is none."""
        cursors = self._hello.cursors if self._hello is not None else []
        return cursors[0].seq if cursors else 0

    def unanswered(self) -> list[Effect]:
        """The token could not be looked up."""
        if self.phase is Phase.CLOSED:
            return []
        return self._close(CloseCode.RESTART, "come back in a moment")

    def refused(self) -> list[Effect]:
        """The token was not good."""
        if self.phase is Phase.CLOSED:
            return []
        return self._close(CloseCode.AUTH, "sign in again")

    def ended(self) -> list[Effect]:
        """The session is over: signed out, withdrawn, or its account disabled."""
        if self.phase is Phase.CLOSED:
            return []
        return self._close(CloseCode.AUTH, "the session has ended")

    def misused(self, code: int, reason: str) -> list[Effect]:
        """What the desk said is no sense, or too much of it."""
        return [] if self.phase is Phase.CLOSED else self._close(code, reason)

    def _renewed(self, who: Identity, now: float) -> list[Effect]:
        member = self.member
        if member is None or who.member.id != member.id:
            return self._close(CloseCode.AUTH, "the token is somebody else's")
        if scopes_of(who.member) != self.scopes:
            return self._close(CloseCode.RESTART, "your rights changed; come back with them")
        self._expires = who.expires
        self._warned = False
        if self.phase is Phase.PAUSED:
            self.phase = Phase.LIVE
        return [self._send(AuthOk(expires=who.expires), now)]

    def _adopt(self, who: Identity) -> None:
        self.member = who.member
        self._member_id = who.member.id
        self.scopes = scopes_of(who.member)
        self._expires = who.expires
        self._warned = False

    def _welcome(self, who: Identity, position: Position, wall: datetime) -> Welcome:
        return Welcome(
            session=who.session_id,
            expires=who.expires,
            heads=[self._head(position.head)],
            ping_s=PING_S,
            window=WINDOW,
            server_time=wall,
        )

    def _head(self, seq: int) -> Head:
        assert self.member is not None
        return Head(
            clinic=self.member.clinic_id,
            epoch=self._epoch,
            seq=seq,
            access=access_digest(self.scopes),
        )

    def _resync_reason(self, cursor: Cursor | None, position: Position) -> ResyncReason | None:
        if cursor is None:
            return None
        if cursor.epoch != position.epoch:
            return ResyncReason.EPOCH
        if cursor.seq > position.head:
            return ResyncReason.AHEAD
        if cursor.seq < position.resumable_after:
            return ResyncReason.EXPIRED
        if cursor.access != access_digest(self.scopes):
            return ResyncReason.ACCESS
        return None

    # The log

    @property
    def wants_after(self) -> int | None:
        """The sequence number after which the socket can take entries; None while it must wait."""
        if (
            self.phase is not Phase.LIVE
            or self._unacked_events >= WINDOW
            or self._unacked_bytes >= WINDOW_BYTES
        ):
            return None
        return self._looked_to

    def offer(self, batch: Batch, now: float) -> list[Effect]:
        """The log's entries after `wants_after`; a change of one's rights counts from its seq.

        What the socket cannot take any more since it was asked is dropped; it is asked again.
        """
        if self.phase is not Phase.LIVE or batch.after != self._looked_to:
            return []
        if self._member_id is not None and batch.concerns(self._member_id):
            return self._offer_own_row(batch, now)
        ev = batch.message_for(self.scopes, self.sent_to)
        self._looked_to = batch.to
        return [] if ev is None else [self._deliver(ev, now)]

    def _offer_own_row(self, batch: Batch, now: float) -> list[Effect]:
        """Deliver with the old rights up to each change of them, and with the new ones after it."""
        effects: list[Effect] = []
        for entry in batch.entries:
            if entry.member is None or entry.entity_id != self._member_id:
                continue
            member = msgspec.convert(entry.member, Member, strict=False)
            if scopes_of(member) != self.scopes:
                before, batch = batch.until(entry.seq), batch.beyond(entry.seq)
                last = before.message_for(self.scopes, self.sent_to)
                self._looked_to = before.to
                effects.append(self._deliver(last or self._cursor_moves(before.to), now))
                effects += self._change_rights(member, entry.seq, now)
            self.member = member
            if self.phase is not Phase.LIVE:
                return effects
        if (ev := batch.message_for(self.scopes, self.sent_to)) is not None:
            effects.append(self._deliver(ev, now))
        self._looked_to = batch.to
        return effects

    def was_told(self, frames: Sequence[EvMessage], events: int, size: int, now: float) -> None:
        """It has been sent these frames of so many events and bytes, as if by `offer`."""
        if not self._unacked:
            self._waiting_since = now
        self._unacked += frames
        self._unacked_events += events
        self._unacked_bytes += size
        self.sent_to = frames[-1].to
        self._last_sent = now

    def was_shown(self, looked_to: int) -> None:
        """There is nothing for it up to here."""
        self._looked_to = looked_to

    def _deliver(self, ev: EvMessage, now: float) -> Send:
        self.was_told((ev,), ev.events, ev.size, now)
        return Send(ev.message)

    def check(self, digest: Digest, now: float) -> list[Effect]:
        """Have the desk compare its rows, if it has been sent just what the digest counts."""
        if self.phase is not Phase.LIVE or not self.sent_to <= digest.seq <= self._looked_to:
            return []
        effects: list[Effect] = []
        if self.sent_to < digest.seq:
            effects.append(self._deliver(self._cursor_moves(digest.seq), now))
        return [*effects, self._send(digest, now)]

    def _cursor_moves(self, to: int) -> EvMessage:
        assert self.member is not None
        return ev_message(self.member.clinic_id, self._epoch, self.sent_to, to, ())

    def _change_rights(self, member: Member, seq: int, now: float) -> list[Effect]:
        before, self.scopes = self.scopes, scopes_of(member)
        frame = ScopeChanged(
            clinic=member.clinic_id,
            seq=seq,
            access=access_digest(self.scopes),
            granted=sorted(self.scopes - before),
            revoked=sorted(before - self.scopes),
        )
        effects: list[Effect] = [self._send(frame, now)]
        if not self.scopes:
            effects += self._close(CloseCode.REVOKED, "your access to this clinic has ended")
        return effects

    # The clock

    def tick(self, now: float, wall: datetime, head: int) -> list[Effect]:
        """To be called about once a second."""
        if self.phase in (Phase.AWAITING_HELLO, Phase.AUTHENTICATING):
            if now - self._opened > HELLO_WITHIN_S:
                return self._close(CloseCode.HEARTBEAT, "no hello came")
            return []
        if self.phase is Phase.CLOSED or self._expires is None:
            return []
        if self._unacked and now - self._waiting_since > ACK_WITHIN_S:
            return self._close(CloseCode.SLOW, "nothing was acknowledged")
        effects = self._watch_expiry(self._expires, now, wall)
        if self.phase is Phase.LIVE and self.sent_to < self._looked_to:
            effects.append(self._deliver(self._cursor_moves(self._looked_to), now))
        if not effects and now - self._last_sent >= IDLE_HEARTBEAT_S:
            beat = Heartbeat(heads=[self._head(head)], server_time=wall)
            effects.append(self._send(beat, now))
        return effects

    def _watch_expiry(self, expires: datetime, now: float, wall: datetime) -> list[Effect]:
        if wall >= expires + GRACE_AFTER_EXPIRY:
            return self._close(CloseCode.AUTH, "the session has expired")
        if wall >= expires and self.phase is Phase.LIVE:
            self.phase = Phase.PAUSED
        if wall >= expires - WARN_BEFORE_EXPIRY and not self._warned:
            self._warned = True
            return [self._send(AuthExpiring(expires=expires), now)]
        return []

    def bye(self, spread_ms: int, now: float) -> list[Effect]:
        """The server stops."""
        if self.phase is Phase.CLOSED:
            return []
        farewell = self._send(Bye(code=CloseCode.RESTART, spread_ms=spread_ms), now)
        return [farewell, *self._close(CloseCode.RESTART, "the server restarts")]

    def _send(self, frame: ServerFrame, now: float) -> Send:
        self._last_sent = now
        return Send(Message(encode_frame(frame)))

    def _close(self, code: int, reason: str) -> list[Effect]:
        self.phase = Phase.CLOSED
        return [Close(code, reason)]
