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

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

import msgspec

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
from clinicdesk.server.live.answers import Identity, Position
from clinicdesk.server.live.batch import Batch, EvMessage
from clinicdesk.server.live.delivery import Delivery, Told
from clinicdesk.server.live.effects import Authenticate, Close, Effect, Heard, Send
from clinicdesk.server.live.message import Message
from clinicdesk.server.live.window import WINDOW

HELLO_WITHIN_S = 10.0
IDLE_HEARTBEAT_S = 10.0
PING_S = 20
WARN_BEFORE_EXPIRY = timedelta(seconds=60)
GRACE_AFTER_EXPIRY = timedelta(seconds=30)
MALFORMED_FRAME = 1007
"""RFC 6455: data that is not consistent with the type of the message."""


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
        device_id: At which device, as they say.
    """

    __slots__ = ("_delivery", "_expires", "_hello", "_last_sent", "_later_token", "_looking_up",
                 "_opened", "_told_away_since", "_warned", "device_id", "phase")  # fmt: skip

    def __init__(self, now: float) -> None:
        self.phase = Phase.AWAITING_HELLO
        self.device_id: UUID | None = None
        self._delivery: Delivery | None = None  # None: nobody is known yet
        self._expires: datetime | None = None
        self._warned = False
        self._hello: Hello | None = None
        self._looking_up = False
        self._later_token: str | None = None  # came while an earlier one was being looked up
        self._opened = now
        self._last_sent = now
        self._told_away_since: datetime | None = None  # in this greeting

    @property
    def member(self) -> Member | None:
        """Who is on the other end, once known."""
        return None if self._delivery is None else self._delivery.member

    @property
    def member_id(self) -> UUID | None:
        """Theirs."""
        return None if self._delivery is None else self._delivery.member.id

    @property
    def scopes(self) -> frozenset[str]:
        """What that member may see."""
        return frozenset() if self._delivery is None else self._delivery.scopes

    @property
    def sent_to(self) -> int:
        """The desk has been sent everything up to this sequence number."""
        return 0 if self._delivery is None else self._delivery.sent_to

    @property
    def looked_to(self) -> int:
        """In `(sent_to, looked_to]` of the log there is nothing for this desk."""
        return 0 if self._delivery is None else self._delivery.looked_to

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
        delivery = self._delivery
        if delivery is None or ack.clinic != delivery.member.clinic_id or ack.to > delivery.sent_to:
            return self._close(CloseCode.GAP, "acknowledged what was not sent")
        delivery.window.acknowledged(ack.to, now)
        return []

    def _on_signal(self, signal: Signal) -> list[Effect]:
        if self._delivery is None:
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
        self.device_id = hello.device_id
        self._good_until(who.expires)
        self._told_away_since = None
        delivery = self._delivery = Delivery(who.member, position.epoch)
        cursor = hello.cursors[0] if hello.cursors else None
        effects: list[Effect] = [self._send(_welcome(who, delivery, position, wall), now)]
        reason = self._resync_reason(cursor, position)
        if reason is not None:
            self.phase = Phase.RESYNC
            effects.append(self._send(Resync(clinic=who.member.clinic_id, reason=reason), now))
            return effects
        delivery.begin(position.head if cursor is None else cursor.seq)
        self.phase = Phase.LIVE
        return effects

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
        delivery = self._delivery
        if delivery is None or who.member.id != delivery.member.id:
            return self._close(CloseCode.AUTH, "the token is somebody else's")
        if scopes_of(who.member) != delivery.scopes:
            return self._close(CloseCode.RESTART, "your rights changed; come back with them")
        self._good_until(who.expires)
        if self.phase is Phase.PAUSED:
            self.phase = Phase.LIVE
        return [self._send(AuthOk(expires=who.expires), now)]

    def _good_until(self, expires: datetime) -> None:
        self._expires = expires
        self._warned = False

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
        delivery = self._delivery
        if delivery is None or self.phase is not Phase.LIVE or delivery.window.is_shut:
            return None
        return delivery.looked_to

    def offer(self, batch: Batch, now: float) -> list[Effect]:
        """The log's entries after `wants_after`; a change of one's rights counts from its seq.

        What the socket cannot take any more since it was asked is dropped; it is asked again.
        """
        delivery = self._delivery
        if delivery is None or self.phase is not Phase.LIVE or batch.after != delivery.looked_to:
            return []
        told = delivery.take(batch, now)
        effects = self._tell(told, now)
        if told and isinstance(told[-1], ScopeChanged) and not delivery.scopes:
            effects += self._close(CloseCode.REVOKED, "your access to this clinic has ended")
        return effects

    def was_told(self, frames: Sequence[EvMessage], events: int, size: int, now: float) -> None:
        """It has been sent these frames of so many events and bytes, as if by `offer`."""
        if self._delivery is not None:
            self._delivery.was_told(frames, events, size, now)
            self._last_sent = now

    def was_shown(self, looked_to: int) -> None:
        """There is nothing for it up to here."""
        if self._delivery is not None:
            self._delivery.looked_to = looked_to

    def check(self, digest: Digest, now: float) -> list[Effect]:
        """Have the desk compare its rows, if it has been sent just what the digest counts."""
        delivery = self._delivery
        if (
            delivery is None
            or self.phase is not Phase.LIVE
            or not delivery.sent_to <= digest.seq <= delivery.looked_to
        ):
            return []
        cursor = delivery.move_cursor(digest.seq, now)
        return [*self._tell(cursor, now), self._send(digest, now)]

    def _tell(self, told: Sequence[Told], now: float) -> list[Effect]:
        effects: list[Effect] = []
        for frame in told:
            if isinstance(frame, EvMessage):
                self._last_sent = now
                effects.append(Send(frame.message))
            else:
                effects.append(self._send(frame, now))
        return effects

    # The clock

    def tick(
        self,
        now: float,
        wall: datetime,
        head: int,
        database_away_since: datetime | None = None,
    ) -> list[Effect]:
        """To be called about once a second.

        `database_away_since`: the log has not been heard of since. The desk is told at once.
        """
        if self.phase in (Phase.AWAITING_HELLO, Phase.AUTHENTICATING):
            if now - self._opened > HELLO_WITHIN_S:
                return self._close(CloseCode.HEARTBEAT, "no hello came")
            return []
        delivery = self._delivery
        if self.phase is Phase.CLOSED or delivery is None or self._expires is None:
            return []
        if delivery.window.is_overdue(now):
            return self._close(CloseCode.SLOW, "nothing was acknowledged")
        effects = self._watch_expiry(self._expires, now, wall)
        if self.phase is Phase.LIVE:
            effects += self._tell(delivery.move_cursor(delivery.looked_to, now), now)
        is_news = database_away_since != self._told_away_since
        if not effects and (is_news or now - self._last_sent >= IDLE_HEARTBEAT_S):
            self._told_away_since = database_away_since
            beat = Heartbeat(
                heads=[_head(delivery, head)],
                server_time=wall,
                database_away_since=database_away_since,
            )
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


def _welcome(who: Identity, delivery: Delivery, position: Position, wall: datetime) -> Welcome:
    return Welcome(
        session=who.session_id,
        expires=who.expires,
        heads=[_head(delivery, position.head)],
        ping_s=PING_S,
        window=WINDOW,
        server_time=wall,
    )


def _head(delivery: Delivery, seq: int) -> Head:
    return Head(
        clinic=delivery.member.clinic_id,
        epoch=delivery.epoch,
        seq=seq,
        access=access_digest(delivery.scopes),
    )
