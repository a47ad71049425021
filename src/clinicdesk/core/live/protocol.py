"""The desk's end of the live feed, without sockets, clock, loop or dice of its own.

Bytes and "now" go in, effects come out; whoever has a socket carries them out in their order
(`live.follower`). `now` is seconds of a clock that only goes forward, `wall` seconds of one that a
sleeping laptop does not stop.

    RESTING -> CONNECTING -> GREETING -> FOLLOWING
       ^           |             |           |        cut: RESTING, with a delay
       +-----------+-------------+-----------+
    any -> SNAPSHOT (the rows have to be fetched anew) -> CONNECTING
    any -> STOPPED (the server does not take this desk)
"""

from __future__ import annotations

import random
from enum import Enum, auto
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.frames import (
    Ack,
    Auth,
    AuthExpiring,
    AuthOk,
    Bye,
    CloseCode,
    Cursor,
    Ev,
    Head,
    Heartbeat,
    Hello,
    Resync,
    ResyncReason,
    ScopeChanged,
    Welcome,
    decode_server_frame,
    encode_frame,
)

SILENCE_S: Final = 25.0
"""Without a frame for so long the connection is taken for dead; the server speaks every 10 s."""
TICK_S: Final = 1.0
"""How often `tick` is to be called."""
JUMP_S: Final = 5.0
"""A clock that jumps by more has slept, and its connection is not to be believed."""
MISMATCH_WINDOW_S: Final = 60.0
FIRST_DELAY_S: Final = 0.5
EAGER_FOR_S: Final = 60.0
"""A server that restarts is back within so long, and a counter waits for it."""
LONGEST_EAGER_DELAY_S: Final = 2.0
LONGEST_DELAY_S: Final = 30.0
SNAPSHOT_PAUSE_S: Final = 5.0
NORMAL_CLOSURE: Final = 1000


class Connect(Struct, frozen=True):
    """Open a socket, then call `connected` or `disconnected`."""


class Send(Struct, frozen=True):
    """A frame for the server."""

    data: bytes


class Apply(Struct, frozen=True):
    """Take the frame, then call `applied` or `failed`."""

    ev: Ev


class ChangeScopes(Struct, frozen=True):
    """Drop what the member may no longer see."""

    frame: ScopeChanged


class FetchSnapshot(Struct, frozen=True):
    """Fetch the rows anew, then call `snapshot_taken` or `snapshot_failed`."""

    reason: ResyncReason | None


class Close(Struct, frozen=True):
    """Close the socket; `disconnected` need not be called for it."""

    code: int


class RenewToken(Struct, frozen=True):
    """Renew the access token, then call `renewed`."""


class Serving(Struct, frozen=True):
    """The server greets. `behind`: rows are still to come."""

    behind: bool


class CaughtUp(Struct, frozen=True):
    """Everything that the server had at the greeting has been applied."""


class Cut(Struct, frozen=True):
    """The connection is gone. `expected`: by agreement, and the next one follows soon."""

    expected: bool


class Stopped(Struct, frozen=True):
    """There will be no further attempt: the server closed with this code."""

    code: int


Effect = (
    Connect
    | Send
    | Apply
    | ChangeScopes
    | FetchSnapshot
    | Close
    | RenewToken
    | Serving
    | CaughtUp
    | Cut
    | Stopped
)


class Phase(Enum):
    """Where the conversation stands."""

    RESTING = auto()
    CONNECTING = auto()
    GREETING = auto()
    FOLLOWING = auto()
    SNAPSHOT = auto()
    STOPPED = auto()


class FeedProtocol:
    """One desk following one clinic.

    Attributes:
        phase: Where the conversation stands.
    """

    def __init__(
        self, clinic: UUID, device_id: UUID, cursor: Cursor | None, chance: random.Random
    ) -> None:
        self.phase = Phase.RESTING
        self._clinic = clinic
        self._device_id = device_id
        self._cursor = cursor  # up to the last accepted frame; `_applied` follows
        self._applied = 0 if cursor is None else cursor.seq
        self._chance = chance
        self._attempts = 0
        self._away_since: float | None = None  # when the first attempt of this outage was put off
        self._due: float | None = None  # when the next attempt is made, in RESTING and SNAPSHOT
        self._catch_up_to: int | None = None
        self._last_heard = 0.0
        self._last_wall: float | None = None
        self._mismatches: list[float] = []
        self._spread_s: float | None = None
        self._snapshots: list[float] = []

    # What the owner does

    def start(self, now: float) -> list[Effect]:
        """Begin: with a snapshot on a desk that has nothing yet."""
        return self._snapshot(None, now) if self._cursor is None else self._connect()

    def hurry(self) -> list[Effect]:
        """Somebody asks for an attempt now (the network came back, a person pressed a button)."""
        if self._due is None:
            return []
        self._due = None
        return [FetchSnapshot(None)] if self.phase is Phase.SNAPSHOT else self._connect()

    def connected(self, token: str, now: float) -> list[Effect]:
        """The socket is open."""
        if self.phase is not Phase.CONNECTING or self._cursor is None:
            return [Close(NORMAL_CLOSURE)]
        self.phase = Phase.GREETING
        self._last_heard = now
        return [
            Send(
                encode_frame(Hello(token=token, device_id=self._device_id, cursors=[self._cursor]))
            )
        ]

    def disconnected(self, code: int | None, now: float) -> list[Effect]:
        """The socket is gone, or could not be opened (None: no close code came)."""
        if self.phase in (Phase.RESTING, Phase.SNAPSHOT, Phase.STOPPED):
            return []
        if code in (CloseCode.REVOKED, CloseCode.UPGRADE):
            self.phase = Phase.STOPPED
            return [Stopped(code)]
        if code == CloseCode.GAP:
            return self._mismatch(now, closed=True)
        renewal: list[Effect] = [RenewToken()] if code == CloseCode.AUTH else []
        return [*self._rest(now, expected=code in _EXPECTED), *renewal]

    def applied(self, cursor: Cursor) -> list[Effect]:
        """A frame is in the store."""
        self._applied = cursor.seq
        effects: list[Effect] = []
        if self.phase is Phase.FOLLOWING:
            effects.append(Send(encode_frame(Ack(clinic=self._clinic, to=cursor.seq))))
            effects += self._maybe_caught_up()
        return effects

    def failed(self, cursor: Cursor, now: float, *, unreadable: bool) -> list[Effect]:
        """A frame could not be applied; the rows stand at `cursor`.

        `unreadable`: the frame was at fault, hence a snapshot; otherwise the store was, and the
        same frames are asked for again after a while.
        """
        self._cursor, self._applied = cursor, cursor.seq
        if unreadable:
            return [Close(NORMAL_CLOSURE), *self._snapshot(ResyncReason.DIGEST, now)]
        return [Close(NORMAL_CLOSURE), *self._rest(now, expected=False)]

    def snapshot_taken(self, cursor: Cursor) -> list[Effect]:
        """The rows were fetched anew; the tail follows from there."""
        self._cursor, self._applied = cursor, cursor.seq
        self._served()
        self._mismatches = []
        return self._connect()

    def snapshot_failed(self, now: float) -> list[Effect]:
        """The server did not give the rows; try again after a while."""
        self.phase = Phase.SNAPSHOT
        self._due = now + self._delay(now)
        return []

    def scopes_changed(self, cursor: Cursor) -> None:
        """What may no longer be seen is gone; `cursor` says so to the server from now on."""
        self._cursor = (
            cursor
            if self._cursor is None
            else msgspec.structs.replace(self._cursor, access=cursor.access)
        )

    def renewed(self, token: str) -> list[Effect]:
        """There is a new access token."""
        if self.phase is not Phase.FOLLOWING:
            return []
        return [Send(encode_frame(Auth(token=token)))]

    def stop(self) -> list[Effect]:
        """No more attempts: the desk closes, or the session has ended."""
        open_socket = self.phase in (Phase.GREETING, Phase.FOLLOWING)
        self.phase = Phase.STOPPED
        self._due = None
        return [Close(NORMAL_CLOSURE)] if open_socket else []

    def tick(self, now: float, wall: float) -> list[Effect]:
        """To be called every `TICK_S` seconds."""
        slept = self._last_wall is not None and not (
            -JUMP_S <= wall - self._last_wall - TICK_S <= JUMP_S
        )
        self._last_wall = wall
        if self.phase in (Phase.GREETING, Phase.FOLLOWING):
            if slept or now - self._last_heard > SILENCE_S:
                return [Close(NORMAL_CLOSURE), *self._rest(now, expected=False)]
        elif self._due is not None and (slept or now >= self._due):
            return self.hurry()
        return []

    # What the socket brings

    def receive(self, data: bytes | str, now: float) -> list[Effect]:
        """A message from the server."""
        if self.phase not in (Phase.GREETING, Phase.FOLLOWING):
            return []
        self._last_heard = now
        try:
            frame = decode_server_frame(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._mismatch(now)
        if self.phase is Phase.GREETING and not isinstance(frame, Welcome | Resync | Bye):
            return self._mismatch(now)
        match frame:
            case Welcome():
                return self._on_welcome(frame)
            case Ev():
                return self._on_ev(frame, now)
            case Heartbeat():
                return self._on_heads(frame.heads, now)
            case Resync():
                return self._on_resync(frame, now)
            case ScopeChanged():
                return self._on_scope(frame, now)
            case AuthExpiring():
                return [RenewToken()]
            case Bye():
                self._spread_s = max(0, frame.spread_ms) / 1000
            case AuthOk():
                pass
        return []

    def _on_welcome(self, welcome: Welcome) -> list[Effect]:
        self.phase = Phase.FOLLOWING
        self._served()
        head = self._head(welcome.heads)
        if head is None or self._cursor is None or head.epoch != self._cursor.epoch:
            self._catch_up_to = None  # a `resync` follows
            return [Serving(behind=True)]
        self._catch_up_to = head.seq
        return [Serving(behind=self._applied < head.seq), *self._maybe_caught_up()]

    def _on_ev(self, ev: Ev, now: float) -> list[Effect]:
        cursor = self._cursor
        if ev.clinic != self._clinic or cursor is None or self.phase is not Phase.FOLLOWING:
            return []
        if ev.epoch != cursor.epoch:
            return self._give_up_rows(ResyncReason.EPOCH, now)
        if ev.from_ != cursor.seq or ev.to < ev.from_:
            return self._mismatch(now)
        self._cursor = msgspec.structs.replace(cursor, seq=ev.to)
        return [Apply(ev)]

    def _on_heads(self, heads: list[Head], now: float) -> list[Effect]:
        head, cursor = self._head(heads), self._cursor
        if head is None or cursor is None or self.phase is not Phase.FOLLOWING:
            return []
        if head.epoch != cursor.epoch:
            return self._give_up_rows(ResyncReason.EPOCH, now)
        if head.seq < cursor.seq:
            return self._give_up_rows(ResyncReason.AHEAD, now)
        if head.access != cursor.access:
            return self._give_up_rows(ResyncReason.ACCESS, now)
        return []

    def _on_resync(self, resync: Resync, now: float) -> list[Effect]:
        return self._give_up_rows(resync.reason, now) if resync.clinic == self._clinic else []

    def _on_scope(self, frame: ScopeChanged, now: float) -> list[Effect]:
        if frame.clinic != self._clinic or self._cursor is None:
            return []
        self._cursor = msgspec.structs.replace(self._cursor, access=frame.access)
        effects: list[Effect] = [ChangeScopes(frame)]
        if frame.granted:
            effects += self._give_up_rows(ResyncReason.ACCESS, now)
        return effects

    # How it goes on

    def _connect(self) -> list[Effect]:
        self.phase = Phase.CONNECTING
        self._due = None
        self._catch_up_to = None
        return [Connect()]

    def _snapshot(self, reason: ResyncReason | None, now: float) -> list[Effect]:
        """Fetch the rows, though not time and again when a server keeps finding fault with them."""
        self.phase = Phase.SNAPSHOT
        self._due = None
        self._catch_up_to = None
        self._snapshots = [at for at in self._snapshots if now - at < SNAPSHOT_PAUSE_S]
        self._snapshots.append(now)
        if len(self._snapshots) > 2:
            self._due = now + self._chance.uniform(0, SNAPSHOT_PAUSE_S)
            return [Cut(expected=False)]
        return [FetchSnapshot(reason)]

    def _give_up_rows(self, reason: ResyncReason, now: float) -> list[Effect]:
        return [Close(NORMAL_CLOSURE), *self._snapshot(reason, now)]

    def _mismatch(self, now: float, *, closed: bool = False) -> list[Effect]:
        """The frame does not follow: resume from the cursor; the second time within a minute the
        cursor itself is not to be believed."""
        closing: list[Effect] = [] if closed else [Close(CloseCode.GAP)]
        self._mismatches = [at for at in self._mismatches if now - at < MISMATCH_WINDOW_S]
        self._mismatches.append(now)
        if len(self._mismatches) > 1:
            self._mismatches = []
            return [*closing, *self._snapshot(ResyncReason.DIGEST, now)]
        return [*closing, Cut(expected=True), *self._connect()]

    def _rest(self, now: float, *, expected: bool) -> list[Effect]:
        self.phase = Phase.RESTING
        self._due = now + self._delay(now)
        return [Cut(expected)]

    def _served(self) -> None:
        self._attempts = 0
        self._away_since = None

    def _delay(self, now: float) -> float:
        """Full jitter: desks that lost one server do not come back at one moment."""
        if self._away_since is None:
            self._away_since = now
        spread, self._spread_s = self._spread_s, None
        if spread is not None:
            return self._chance.uniform(0, spread)
        eager = now - self._away_since < EAGER_FOR_S
        longest = LONGEST_EAGER_DELAY_S if eager else LONGEST_DELAY_S
        most = min(longest, FIRST_DELAY_S * 2.0**self._attempts)
        if most < longest:
            self._attempts += 1
        return self._chance.uniform(0, most)

    def _maybe_caught_up(self) -> list[Effect]:
        if self._catch_up_to is None or self._applied < self._catch_up_to:
            return []
        self._catch_up_to = None
        return [CaughtUp()]

    def _head(self, heads: list[Head]) -> Head | None:
        return next((head for head in heads if head.clinic == self._clinic), None)


_EXPECTED: Final = frozenset({CloseCode.RESTART, CloseCode.AUTH, NORMAL_CLOSURE})
