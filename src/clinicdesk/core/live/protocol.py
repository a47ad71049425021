"""The desk's end of the live feed, without sockets, clock, loop or dice of its own.

Bytes and "now" go in, effects come out (`live.effects`); whoever has a socket carries them out in
their order (`live.follower`). `now` is seconds of a clock that only goes forward, `wall` seconds of
one that a sleeping laptop does not stop.

    RESTING -> CONNECTING -> GREETING -> FOLLOWING
       ^           |             |           |        cut: RESTING, with a delay
       +-----------+-------------+-----------+
    any -> SNAPSHOT (the rows have to be fetched anew) -> CONNECTING
    any -> STOPPED (the server does not take this desk)
"""

from __future__ import annotations

import random
from collections import deque
from enum import Enum, auto
from typing import Final
from uuid import UUID

import msgspec

from clinicdesk.contract.frames import (
    Ack,
    Auth,
    AuthExpiring,
    AuthOk,
    Bye,
    CloseCode,
    Cursor,
    Digest,
    Ev,
    Head,
    Heartbeat,
    Hello,
    Resync,
    ResyncReason,
    ScopeChanged,
    Signal,
    Signalled,
    Welcome,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.core.live.delays import Delays
from clinicdesk.core.live.effects import (
    Apply,
    CaughtUp,
    ChangeScopes,
    Close,
    Compare,
    Connect,
    Cut,
    DatabaseAway,
    DatabaseBack,
    Effect,
    FetchSnapshot,
    RenewToken,
    Send,
    Serving,
    Stopped,
    Told,
)

SILENCE_S: Final = 25.0
"""Without a frame for so long the connection is taken for dead; the server speaks every 10 s."""
TICK_S: Final = 1.0
"""How often `tick` is to be called."""
JUMP_S: Final = 5.0
"""A clock that jumps by more has slept, and its connection is not to be believed."""
MISMATCH_WINDOW_S: Final = 60.0
BEHIND_S: Final = 45.0
"""A server that for so long says there is more, and does not send it, has lost count."""
ACK_EVENTS: Final = 64
ACK_BYTES: Final = 256 * 1024
"""So much that was applied is acknowledged at once; less than that, with the next tick."""
DIGEST_PAUSE_S: Final = 3600.0
"""Two ends that still do not agree after a snapshot reckon differently: another helps nobody."""
NORMAL_CLOSURE: Final = 1000


class Phase(Enum):
    """Where the conversation stands."""

    RESTING = auto()
    CONNECTING = auto()
    GREETING = auto()
    FOLLOWING = auto()
    SNAPSHOT = auto()
    STOPPED = auto()


_TALKING: Final = frozenset({Phase.GREETING, Phase.FOLLOWING})


class FeedProtocol:
    """One desk following one clinic.

    Attributes:
        phase: Where the conversation stands.
        number: Of the present connection.
    """

    def __init__(
        self, clinic: UUID, device_id: UUID, cursor: Cursor | None, chance: random.Random
    ) -> None:
        self.phase = Phase.RESTING
        self.number = 0
        self._clinic = clinic
        self._device_id = device_id
        self._cursor = cursor  # up to the last accepted frame; `_applied` follows
        self._applied = 0 if cursor is None else cursor.seq
        self._delays = Delays(chance)
        self._due: float | None = None  # when the next attempt is made, in RESTING and SNAPSHOT
        self._reason: ResyncReason | None = None  # of the snapshot that is due
        self._catch_up_to: int | None = None
        self._database_away = False  # the server's, as it says itself
        self._last_heard = 0.0
        self._last_wall: float | None = None
        self._mismatches: list[float] = []
        self._behind: tuple[int, float] | None = None  # cursor that the heads passed, since when
        self._disbelieved: dict[str, float] = {}  # kinds whose digest led to a snapshot, and when
        # Frames of this connection that are not acknowledged: (to, events, bytes).
        self._on_its_way: deque[tuple[int, int, int]] = deque()
        self._unacked_events = 0
        self._unacked_bytes = 0
        self._acked = 0

    # What the owner does

    def start(self, now: float) -> list[Effect]:
        """Begin: with a snapshot on a desk that has nothing yet."""
        return self._snapshot(None, now) if self._cursor is None else self._connect()

    def hurry(self) -> list[Effect]:
        """Somebody asks for an attempt now (the network came back, a person pressed a button)."""
        if self._due is None:
            return []
        self._due = None
        return [FetchSnapshot(self._reason)] if self.phase is Phase.SNAPSHOT else self._connect()

    def connected(self, number: int, token: str, cursor: Cursor, now: float) -> list[Effect]:
        """The socket is open. `cursor`: where the rows stand, whatever became of what was asked
        for before."""
        if number != self.number or self.phase is not Phase.CONNECTING:
            return [Close(NORMAL_CLOSURE)]
        self.phase = Phase.GREETING
        self._cursor, self._applied = cursor, cursor.seq
        self._last_heard = now
        self._acked = cursor.seq
        hello = Hello(token=token, device_id=self._device_id, cursors=[cursor])
        return [Send(encode_frame(hello))]

    def disconnected(self, number: int, code: int | None, now: float) -> list[Effect]:
        """The socket is gone, or could not be opened (None: no close code came)."""
        if number != self.number or self.phase not in (*_TALKING, Phase.CONNECTING):
            return []
        if code in (CloseCode.REVOKED, CloseCode.UPGRADE):
            self.phase = Phase.STOPPED
            return [Stopped(code)]
        if code == CloseCode.GAP:
            return self._mismatch(now, closed=True)
        if code == CloseCode.RATE:
            return self._rest(now, expected=False, delay=self._delays.after_too_much())
        renewal: list[Effect] = [RenewToken()] if code == CloseCode.AUTH else []
        return [*self._rest(now, expected=code in _EXPECTED), *renewal]

    def applied(self, cursor: Cursor) -> list[Effect]:
        """A frame is in the store."""
        self._applied = cursor.seq
        while self._on_its_way and self._on_its_way[0][0] <= cursor.seq:
            _, events, size = self._on_its_way.popleft()
            self._unacked_events += events
            self._unacked_bytes += size
        if self.phase is not Phase.FOLLOWING:
            return []
        full = self._unacked_events >= ACK_EVENTS or self._unacked_bytes >= ACK_BYTES
        return [*(self._acknowledge() if full else []), *self._maybe_caught_up()]

    def failed(self, cursor: Cursor, now: float, *, unreadable: bool) -> list[Effect]:
        """A frame could not be applied; the rows stand at `cursor`.

        `unreadable`: the frame was at fault, hence a snapshot; otherwise the store was, and the
        same frames are asked for again after a while.
        """
        self._cursor, self._applied = cursor, cursor.seq
        if self.phase in (Phase.STOPPED, Phase.SNAPSHOT):
            return []
        if unreadable:
            return self._give_up_rows(ResyncReason.DIGEST, now)
        return [Close(NORMAL_CLOSURE), *self._rest(now, expected=False)]

    def compared(self, digest: Digest, *, equal: bool, now: float) -> list[Effect]:
        """The rows add up to what the server says, or not."""
        if equal or self.phase is not Phase.FOLLOWING:
            return []
        before = self._disbelieved.get(digest.kind)
        if before is not None and now - before < DIGEST_PAUSE_S:
            return []
        self._disbelieved[digest.kind] = now
        return self._give_up_rows(ResyncReason.DIGEST, now)

    def snapshot_taken(self, cursor: Cursor, now: float) -> list[Effect]:
        """The rows were fetched anew; the tail follows from there."""
        self._cursor, self._applied = cursor, cursor.seq
        self._mismatches = []
        if self.phase is not Phase.SNAPSHOT:  # stopped meanwhile
            return []
        self._delays.served(now)
        return self._connect()

    def snapshot_failed(self, now: float) -> list[Effect]:
        """The server did not give the rows; try again after a while."""
        if self.phase is Phase.SNAPSHOT:
            self._due = now + self._delays.before_connecting(now)
        return []

    def renewed(self, token: str) -> list[Effect]:
        """There is a new access token."""
        if self.phase is not Phase.FOLLOWING:
            return []
        return [Send(encode_frame(Auth(token=token)))]

    def signal(self, signal: Signal) -> list[Effect]:
        """Say that this desk's member is present at something; worth nothing while cut off."""
        if self.phase is not Phase.FOLLOWING:
            return []
        return [Send(encode_frame(signal))]

    def stop(self) -> list[Effect]:
        """No more attempts: the desk closes, or the session has ended."""
        talking = self.phase in _TALKING
        self.phase = Phase.STOPPED
        self._due = None
        return [Close(NORMAL_CLOSURE)] if talking else []

    def tick(self, now: float, wall: float) -> list[Effect]:
        """To be called every `TICK_S` seconds."""
        slept = self._last_wall is not None and not (
            -JUMP_S <= wall - self._last_wall - TICK_S <= JUMP_S
        )
        self._last_wall = wall
        if self.phase in _TALKING:
            if slept or now - self._last_heard > SILENCE_S:
                return [Close(NORMAL_CLOSURE), *self._rest(now, expected=False)]
            return self._acknowledge()
        if self._due is not None and (slept or now >= self._due):
            return self.hurry()
        return []

    # What the socket brings

    def receive(self, number: int, data: bytes | str, now: float) -> list[Effect]:
        """A message from the server."""
        if number != self.number or self.phase not in _TALKING:
            return []
        self._last_heard = now
        try:
            frame = decode_server_frame(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._mismatch(now)
        if self.phase is Phase.GREETING and not isinstance(frame, Welcome | Resync | Bye):
            return self._mismatch(now)
        match frame:
            case Ev():
                return self._on_ev(frame, len(data), now)
            case Welcome():
                return self._on_welcome(frame, now)
            case Heartbeat():
                return [*self._on_database(frame), *self._on_heads(frame.heads, now)]
            case Resync():
                return self._on_resync(frame, now)
            case ScopeChanged():
                return self._on_scope(frame, now)
            case Digest():
                return self._on_digest(frame)
            case Signalled():
                return [Told(frame)]
            case AuthExpiring():
                return [RenewToken()]
            case Bye():
                self._delays.spread(frame.spread_ms / 1000)
            case AuthOk():
                pass
        return []

    def _on_welcome(self, welcome: Welcome, now: float) -> list[Effect]:
        head, cursor = self._head(welcome.heads), self._cursor
        if self.phase is not Phase.GREETING or head is None or cursor is None:
            return self._mismatch(now)
        self.phase = Phase.FOLLOWING
        self._delays.served(now)
        if head.epoch != cursor.epoch:
            return [Serving(behind=True)]  # a `resync` follows
        self._catch_up_to = head.seq
        return [Serving(behind=self._applied < head.seq), *self._maybe_caught_up()]

    def _on_ev(self, ev: Ev, size: int, now: float) -> list[Effect]:
        cursor = self._cursor
        if ev.clinic != self._clinic or cursor is None:
            return []
        if ev.epoch != cursor.epoch:
            return self._give_up_rows(ResyncReason.EPOCH, now)
        if ev.from_ != cursor.seq or ev.to < ev.from_:
            return self._mismatch(now)
        self._cursor = msgspec.structs.replace(cursor, seq=ev.to)
        self._behind = None
        self._on_its_way.append((ev.to, len(ev.items), size))
        return [Apply(ev)]

    def _on_database(self, beat: Heartbeat) -> list[Effect]:
        away = beat.database_away_since is not None
        if away == self._database_away:
            return []
        self._database_away = away
        if away:
            return [DatabaseAway()]
        return self._maybe_caught_up() or [DatabaseBack(behind=self._catch_up_to is not None)]

    def _on_heads(self, heads: list[Head], now: float) -> list[Effect]:
        head, cursor = self._head(heads), self._cursor
        if head is None or cursor is None:
            return []
        if head.epoch != cursor.epoch:
            return self._give_up_rows(ResyncReason.EPOCH, now)
        if head.seq < cursor.seq:
            return self._give_up_rows(ResyncReason.AHEAD, now)
        if head.access != cursor.access:
            return self._give_up_rows(ResyncReason.ACCESS, now)
        return self._watch_distance(head.seq, cursor.seq, now)

    def _watch_distance(self, head: int, here: int, now: float) -> list[Effect]:
        """Come back when the server does not send what it says there is."""
        if head == here or self._applied < here:  # a slow store of ours is no fault of the server
            self._behind = None
        elif self._behind is None or self._behind[0] != here:
            self._behind = (here, now)
        elif now - self._behind[1] >= BEHIND_S:
            return [Close(CloseCode.GAP), Cut(expected=True), *self._connect()]
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

    def _on_digest(self, digest: Digest) -> list[Effect]:
        cursor = self._cursor
        if digest.clinic != self._clinic or cursor is None or digest.seq != cursor.seq:
            return []
        return [Compare(digest)]

    # How it goes on

    def _connect(self) -> list[Effect]:
        self.phase = Phase.CONNECTING
        self.number += 1
        self._due = None
        self._catch_up_to = None
        self._behind = None
        self._database_away = False
        self._on_its_way.clear()
        self._unacked_events = self._unacked_bytes = 0
        return [Connect(self.number)]

    def _snapshot(self, reason: ResyncReason | None, now: float) -> list[Effect]:
        """Fetch the rows, though not time and again when a server keeps finding fault with them."""
        self.phase = Phase.SNAPSHOT
        self._reason = reason
        self._due = None
        self._catch_up_to = None
        pause = self._delays.before_snapshot(now)
        if pause:
            self._due = now + pause
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

    def _rest(self, now: float, *, expected: bool, delay: float | None = None) -> list[Effect]:
        self.phase = Phase.RESTING
        self._due = now + (self._delays.before_connecting(now) if delay is None else delay)
        return [Cut(expected)]

    def _acknowledge(self) -> list[Effect]:
        if self.phase is not Phase.FOLLOWING or self._applied <= self._acked:
            return []
        self._acked = self._applied
        self._unacked_events = self._unacked_bytes = 0
        return [Send(encode_frame(Ack(clinic=self._clinic, to=self._applied)))]

    def _maybe_caught_up(self) -> list[Effect]:
        if self._catch_up_to is None or self._applied < self._catch_up_to or self._database_away:
            return []
        self._catch_up_to = None
        return [CaughtUp()]

    def _head(self, heads: list[Head]) -> Head | None:
        return next((head for head in heads if head.clinic == self._clinic), None)


_EXPECTED: Final = frozenset(
    {CloseCode.RESTART, CloseCode.AUTH, CloseCode.SLOW, NORMAL_CLOSURE}
)  # the next attempt follows, and nothing is wrong with the network
