"""The feed without sockets: whatever the network does, the rows end as the log has them."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinicdesk.contract.frames import (
    Ack,
    AuthExpiring,
    Bye,
    ClientFrame,
    CloseCode,
    Cursor,
    Digest,
    Ev,
    Head,
    Heartbeat,
    Hello,
    Item,
    Resync,
    ResyncReason,
    ScopeChanged,
    ServerFrame,
    Signal,
    SignalKind,
    Signalled,
    Welcome,
    decode_client_frame,
    encode_frame,
)
from clinicdesk.core.live.delays import (
    EAGER_FOR_S,
    FIRST_DELAY_S,
    LONGEST_DELAY_S,
    LONGEST_EAGER_DELAY_S,
    RATE_DELAY_S,
    SNAPSHOT_PAUSE_S,
)
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
from clinicdesk.core.live.protocol import (
    ACK_BYTES,
    ACK_EVENTS,
    BEHIND_S,
    DIGEST_PAUSE_S,
    SILENCE_S,
    FeedProtocol,
    Phase,
)
from tests.core import sample
from tests.core.sample import CLINIC, NOON, a_frame, an_id

DEVICE = an_id("device")


def a_protocol(cursor: Cursor | None = None) -> FeedProtocol:
    return FeedProtocol(CLINIC, DEVICE, cursor, random.Random(1))


def a_head(seq: int, epoch: str = "first", access: str | None = None) -> Head:
    return Head(clinic=CLINIC, epoch=epoch, seq=seq, access=access or sample.a_cursor().access)


def a_welcome(head: Head) -> bytes:
    return encode_frame(
        Welcome(
            session=an_id("s"), expires=NOON, heads=[head], ping_s=20, window=512, server_time=NOON
        )
    )


def following(seq: int = 1, head: int | None = None) -> FeedProtocol:
    protocol = a_protocol(sample.a_cursor(seq))
    protocol.start(0)
    greet(protocol, a_head(seq if head is None else head), now=0)
    return protocol


def here(protocol: FeedProtocol) -> Cursor:
    """Where the rows stand when everything that was asked for has been done."""
    cursor = protocol._cursor
    assert cursor is not None
    return cursor


def greet(protocol: FeedProtocol, head: Head, now: float = 0) -> list[Effect]:
    """The socket opens, and the server says where it stands."""
    protocol.connected(protocol.number, "token", here(protocol), now)
    return protocol.receive(protocol.number, a_welcome(head), now)


def connects(effects: list[Effect]) -> bool:
    return any(isinstance(effect, Connect) for effect in effects)


def said(effects: list[Effect]) -> list[ClientFrame]:
    return [decode_client_frame(effect.data) for effect in effects if isinstance(effect, Send)]


def frame(protocol: FeedProtocol, sent: ServerFrame, now: float = 0) -> list[Effect]:
    return protocol.receive(protocol.number, encode_frame(sent), now)


def test_a_desk_with_nothing_begins_with_a_snapshot_and_then_says_hello_from_there() -> None:
    protocol = a_protocol()
    assert protocol.start(0) == [FetchSnapshot(None)]
    assert protocol.snapshot_taken(sample.a_cursor(7), 0) == [Connect(1)]
    [said] = protocol.connected(protocol.number, "token", here(protocol), 0)
    assert isinstance(said, Send)
    assert decode_client_frame(said.data) == Hello(
        token="token", device_id=DEVICE, cursors=[sample.a_cursor(7)]
    )


def test_a_frame_that_follows_is_applied_and_acknowledged_after_the_commit() -> None:
    protocol = following(1, head=3)
    ev = a_frame(1, 3)
    assert frame(protocol, ev) == [Apply(ev)]
    assert protocol.applied(sample.a_cursor(3)) == [CaughtUp()]
    assert said(protocol.tick(1, 1)) == [Ack(clinic=CLINIC, to=3)]
    assert protocol.tick(2, 2) == [], "and only once"


def items(count: int, size: int = 10) -> list[Item]:
    body = msgspec.Raw(b'"%s"' % (b"x" * size))
    return [Item(seq=n + 2, kind="patient", id=an_id(str(n)), v=1, body=body) for n in range(count)]


@pytest.mark.parametrize(("count", "size"), [(ACK_EVENTS, 10), (1, ACK_BYTES)])
def test_much_that_was_applied_is_acknowledged_at_once(count: int, size: int) -> None:
    protocol = following(1)
    frame(protocol, a_frame(1, count + 1, *items(count, size)))
    assert said(protocol.applied(sample.a_cursor(count + 1))) == [Ack(clinic=CLINIC, to=count + 1)]


def test_little_is_acknowledged_together_with_what_follows_it() -> None:
    protocol = following(1)
    for seq in range(1, ACK_EVENTS):
        frame(protocol, a_frame(seq, seq + 1, *items(1)))
        assert said(protocol.applied(sample.a_cursor(seq + 1))) == []
    frame(protocol, a_frame(ACK_EVENTS, ACK_EVENTS + 1, *items(1)))
    acked = said(protocol.applied(sample.a_cursor(ACK_EVENTS + 1)))
    assert acked == [Ack(clinic=CLINIC, to=ACK_EVENTS + 1)]


def test_what_was_accepted_and_is_not_in_the_store_is_not_acknowledged() -> None:
    protocol = following(1)
    frame(protocol, a_frame(1, 500, *items(400)))
    assert said(protocol.tick(1, 1)) == []


def test_an_old_socket_s_late_frames_are_not_heard() -> None:
    protocol = following(1)
    old = protocol.number
    frame(protocol, a_frame(2, 3))
    greet(protocol, a_head(3))
    assert protocol.number != old
    assert protocol.receive(old, encode_frame(a_frame(1, 2)), 1) == []
    assert protocol.disconnected(old, None, 1) == []
    assert protocol.phase is Phase.FOLLOWING


def test_a_socket_that_opens_after_it_was_given_up_is_closed() -> None:
    protocol = a_protocol(sample.a_cursor())
    protocol.start(0)
    first = protocol.number
    protocol.stop()
    assert protocol.connected(first, "token", sample.a_cursor(), 1) == [Close(1000)]
    protocol.start(2)
    assert protocol.connected(first, "token", here(protocol), 3) == [Close(1000)]
    assert said(protocol.connected(protocol.number, "token", here(protocol), 4)) != []


def a_digest(seq: int, kind: str = "patient") -> Digest:
    return Digest(clinic=CLINIC, seq=seq, kind=kind, count=1, hash="0", settled_before=NOON)


def test_a_digest_is_compared_only_by_a_desk_that_stands_where_it_was_made() -> None:
    protocol = following(5)
    assert frame(protocol, a_digest(4)) == []
    assert frame(protocol, a_digest(6)) == []
    assert frame(protocol, a_digest(5)) == [Compare(a_digest(5))]


def test_rows_that_do_not_add_up_are_fetched_anew() -> None:
    protocol = following(5)
    assert protocol.compared(a_digest(5), equal=True, now=1) == []
    assert protocol.compared(a_digest(5), equal=False, now=1) == [
        Close(1000),
        FetchSnapshot(ResyncReason.DIGEST),
    ]


def test_two_ends_that_reckon_differently_do_not_send_the_rows_time_and_again() -> None:
    protocol = following(5)
    protocol.compared(a_digest(5), equal=False, now=1)
    protocol.snapshot_taken(sample.a_cursor(5), 2)
    greet(protocol, a_head(5), now=3)
    assert protocol.compared(a_digest(5), equal=False, now=4) == []
    assert protocol.compared(a_digest(5, "payment"), equal=False, now=4) != []
    protocol.snapshot_taken(sample.a_cursor(5), 5)
    greet(protocol, a_head(5), now=6)
    assert protocol.compared(a_digest(5), equal=False, now=4 + DIGEST_PAUSE_S) != []


def test_signals_go_out_and_come_in_while_the_desk_is_connected() -> None:
    protocol = following(5)
    thread = f"prescription:{an_id('rx')}"
    typing = Signal(thread=thread, what=SignalKind.TYPING)
    assert said(protocol.signal(typing)) == [typing]
    told = Signalled(
        thread=thread, what=SignalKind.PRESENT, by=an_id("x"), device=an_id("y"), lease_s=30
    )
    assert frame(protocol, told) == [Told(told)]
    protocol.disconnected(protocol.number, None, 1)
    assert protocol.signal(Signal(thread=thread, what=SignalKind.GONE)) == []


def test_a_server_that_says_there_is_more_and_does_not_send_it_is_asked_anew() -> None:
    protocol = following(5)
    beat = Heartbeat(heads=[a_head(9)], server_time=NOON)
    assert frame(protocol, beat, now=10) == []
    assert frame(protocol, beat, now=10 + BEHIND_S / 2) == []
    assert frame(protocol, beat, now=10 + BEHIND_S) == [
        Close(CloseCode.GAP),
        Cut(expected=True),
        Connect(2),
    ]


def a_beat(seq: int, *, away: bool) -> Heartbeat:
    return Heartbeat(
        heads=[a_head(seq)], server_time=NOON, database_away_since=NOON if away else None
    )


def test_a_server_without_its_database_is_not_called_live() -> None:
    protocol = following(5)
    assert frame(protocol, a_beat(5, away=True)) == [DatabaseAway()]
    assert frame(protocol, a_beat(5, away=True)) == [], "it is said once"
    assert frame(protocol, a_beat(5, away=False)) == [DatabaseBack(behind=False)]


def test_rows_that_come_up_to_the_head_meanwhile_do_not_make_it_live() -> None:
    protocol = following(5, head=8)
    frame(protocol, a_frame(5, 8))
    assert frame(protocol, a_beat(8, away=True)) == [DatabaseAway()]
    assert protocol.applied(sample.a_cursor(8)) == []
    assert frame(protocol, a_beat(8, away=False)) == [CaughtUp()]


def test_rows_that_are_still_to_come_when_the_database_is_back_are_said() -> None:
    protocol = following(5, head=8)
    frame(protocol, a_frame(5, 8))
    frame(protocol, a_beat(8, away=True))
    assert frame(protocol, a_beat(8, away=False)) == [DatabaseBack(behind=True)]
    assert protocol.applied(sample.a_cursor(8)) == [CaughtUp()]


def test_another_server_has_to_say_itself_that_its_database_is_away() -> None:
    protocol = following(5)
    frame(protocol, a_beat(5, away=True))
    protocol.disconnected(protocol.number, CloseCode.RESTART, 1)
    protocol.hurry()
    assert greet(protocol, a_head(5)) == [Serving(behind=False), CaughtUp()]
    assert frame(protocol, a_beat(5, away=True)) == [DatabaseAway()]


def test_a_slow_store_is_not_held_against_the_server() -> None:
    protocol = following(5)
    frame(protocol, a_frame(5, 8))
    beat = Heartbeat(heads=[a_head(9)], server_time=NOON)
    for now in range(10, 200, 10):
        assert frame(protocol, beat, now=now) == []


def test_a_desk_that_is_too_much_for_the_server_rests_longer() -> None:
    least, most = RATE_DELAY_S
    protocol = following(1)
    assert protocol.disconnected(protocol.number, CloseCode.RATE, 0) == [Cut(expected=False)]
    assert protocol.tick(least - 1, least - 1) == []
    assert protocol.tick(most, least) == [Connect(2)]


@pytest.mark.parametrize(
    "code", [CloseCode.RESTART, CloseCode.HEARTBEAT, CloseCode.SLOW, 1006, 1007, None]
)
def test_after_any_other_end_it_resumes_from_where_it_stands(code: int | None) -> None:
    protocol = following(7)
    [cut] = protocol.disconnected(protocol.number, code, 0)
    assert isinstance(cut, Cut)
    assert protocol.tick(2, 2) == [Connect(2)]
    [hello] = said(protocol.connected(protocol.number, "token", here(protocol), 2))
    assert isinstance(hello, Hello)
    assert [cursor.seq for cursor in hello.cursors] == [7]


def test_the_greeting_says_where_the_rows_stand_and_not_what_was_accepted() -> None:
    """A change of rights may have been stored, and the frame before it not (seed 11612)."""
    protocol = following(5)
    frame(protocol, a_frame(5, 6))
    protocol.failed(sample.a_cursor(5), 1, unreadable=False)
    protocol.tick(60, 60)
    stored = msgspec.structs.replace(sample.a_cursor(5), access="less")
    [hello] = said(protocol.connected(protocol.number, "token", stored, 60))
    assert isinstance(hello, Hello)
    assert hello.cursors == [stored]
    protocol.receive(protocol.number, a_welcome(a_head(6, access="less")), 60)
    assert frame(protocol, a_frame(5, 6)) == [Apply(a_frame(5, 6))]


def test_a_desk_that_was_stopped_stays_so_whatever_comes_back_late() -> None:
    protocol = a_protocol()
    protocol.start(0)
    protocol.stop()
    assert protocol.snapshot_taken(sample.a_cursor(3), 1) == []
    assert protocol.snapshot_failed(1) == []
    assert protocol.failed(sample.a_cursor(3), 1, unreadable=False) == []
    assert protocol.tick(100, 100) == []
    assert protocol.phase is Phase.STOPPED
    assert connects(protocol.start(101)), "and begins where the rows are"


def test_a_desk_at_the_head_is_live_with_the_greeting() -> None:
    protocol = a_protocol(sample.a_cursor(4))
    protocol.start(0)
    protocol.connected(protocol.number, "token", here(protocol), 0)
    assert protocol.receive(protocol.number, a_welcome(a_head(4)), 0) == [
        Serving(behind=False),
        CaughtUp(),
    ]


def test_a_gap_resumes_from_the_cursor() -> None:
    protocol = following(1)
    assert frame(protocol, a_frame(2, 3)) == [
        Close(CloseCode.GAP),
        Cut(expected=True),
        Connect(2),
    ]


def test_the_second_mismatch_within_a_minute_fetches_a_snapshot() -> None:
    protocol = following(1)
    frame(protocol, a_frame(2, 3), now=10)
    greet(protocol, a_head(3), now=11)
    assert frame(protocol, a_frame(2, 3), now=69) == [
        Close(CloseCode.GAP),
        FetchSnapshot(ResyncReason.DIGEST),
    ]


def test_a_mismatch_a_minute_after_the_last_resumes_again() -> None:
    protocol = following(1)
    frame(protocol, a_frame(2, 3), now=10)
    greet(protocol, a_head(3), now=11)
    assert connects(frame(protocol, a_frame(2, 3), now=71))


def test_a_frame_that_cannot_be_read_counts_as_a_mismatch() -> None:
    protocol = following(1)
    assert connects(protocol.receive(protocol.number, b"{", 1))
    protocol.connected(protocol.number, "token", here(protocol), 2)
    assert FetchSnapshot(ResyncReason.DIGEST) in protocol.receive(protocol.number, b"[1, 2]", 2)


def test_another_clinic_s_frame_is_passed_over() -> None:
    protocol = following(1)
    assert frame(protocol, Ev(clinic=an_id("other"), epoch="first", from_=1, to=2, items=[])) == []


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (a_head(5, epoch="second"), ResyncReason.EPOCH),
        (a_head(3), ResyncReason.AHEAD),
        (a_head(5, access="others"), ResyncReason.ACCESS),
    ],
)
def test_a_heartbeat_that_contradicts_the_cursor_fetches_a_snapshot(
    head: Head, reason: ResyncReason
) -> None:
    protocol = following(5)
    effects = frame(protocol, Heartbeat(heads=[head], server_time=NOON))
    assert effects == [Close(1000), FetchSnapshot(reason)]


def test_a_frame_of_another_epoch_fetches_a_snapshot() -> None:
    protocol = following(5)
    effects = frame(protocol, a_frame(5, 6, epoch="second"))
    assert effects == [Close(1000), FetchSnapshot(ResyncReason.EPOCH)]


def test_a_server_that_keeps_finding_fault_is_not_asked_for_snapshots_without_a_pause() -> None:
    protocol = following(5)
    resync = Resync(clinic=CLINIC, reason=ResyncReason.EXPIRED)
    for now in (1, 2):
        assert FetchSnapshot(ResyncReason.EXPIRED) in frame(protocol, resync, now=now)
        protocol.snapshot_taken(sample.a_cursor(5), 0)
        protocol.connected(protocol.number, "token", here(protocol), now)
    assert frame(protocol, resync, now=3) == [Close(1000), Cut(expected=False)]
    assert protocol.tick(3 + SNAPSHOT_PAUSE_S, 0) == [FetchSnapshot(ResyncReason.EXPIRED)]


def test_rights_that_were_taken_away_are_purged_and_the_feed_goes_on() -> None:
    protocol = following(5)
    scope = ScopeChanged(clinic=CLINIC, seq=6, access="less", granted=[], revoked=["pharmacy:x"])
    assert frame(protocol, scope) == [ChangeScopes(scope)]
    assert protocol.phase is Phase.FOLLOWING
    assert frame(protocol, a_frame(5, 6)) == [Apply(a_frame(5, 6))]


def test_rights_that_were_granted_need_a_snapshot() -> None:
    protocol = following(5)
    scope = ScopeChanged(clinic=CLINIC, seq=6, access="more", granted=["role:admin"], revoked=[])
    assert frame(protocol, scope) == [
        ChangeScopes(scope),
        Close(1000),
        FetchSnapshot(ResyncReason.ACCESS),
    ]


def test_silence_is_taken_for_a_cut() -> None:
    protocol = following(1)
    assert protocol.tick(SILENCE_S, SILENCE_S) == []
    for second in range(1, 27):
        effects = protocol.tick(SILENCE_S + second, SILENCE_S + second)
        if effects:
            break
    assert effects == [Close(1000), Cut(expected=False)]


def test_a_laptop_that_slept_connects_anew_at_once() -> None:
    protocol = following(1)
    protocol.tick(1, 1000)
    assert protocol.tick(2, 4600) == [Close(1000), Cut(expected=False)]
    assert connects(protocol.tick(40, 9000))


@pytest.mark.parametrize("jump", [-3600.0, -7.0, 7.0, 3600.0])
def test_a_clock_on_the_wall_that_jumps_either_way_ends_the_connection(jump: float) -> None:
    protocol = following(1)
    protocol.tick(1, 1000)
    assert protocol.tick(2, 1001 + jump) == [Close(1000), Cut(expected=False)]


@pytest.mark.parametrize("drift", [-4.0, 0.0, 4.0])
def test_a_clock_that_is_put_right_a_little_ends_nothing(drift: float) -> None:
    protocol = following(1)
    protocol.tick(1, 1000)
    assert protocol.tick(2, 1001 + drift) == []


def test_a_clock_that_goes_on_while_the_laptop_sleeps_shows_the_silence() -> None:
    """So Windows counts; a clock on the wall that was set back meanwhile does not hide it."""
    protocol = following(1)
    protocol.tick(1, 1000)
    assert protocol.tick(3601, 1001) == [Close(1000), Cut(expected=False)]


def test_a_token_that_expired_during_a_sleep_is_renewed_and_the_desk_resumes() -> None:
    protocol = following(7)
    protocol.tick(1, 1000)
    protocol.tick(2, 9000)
    protocol.tick(3, 9001)
    protocol.connected(protocol.number, "expired", here(protocol), 3)
    cut, renew = protocol.disconnected(protocol.number, CloseCode.AUTH, 3)
    assert (cut, renew) == (Cut(expected=True), RenewToken())
    assert protocol.renewed("fresh") == [], "the next greeting says it"
    protocol.tick(5, 9003)
    [hello] = said(protocol.connected(protocol.number, "fresh", here(protocol), 5))
    assert isinstance(hello, Hello)
    assert (hello.token, hello.cursors[0].seq) == ("fresh", 7)


def delays_of_an_outage(seed: int) -> list[tuple[float, float]]:
    """When each attempt of ten minutes without a server was put off, and for how long."""
    protocol = FeedProtocol(CLINIC, DEVICE, sample.a_cursor(), random.Random(seed))
    protocol.start(0)
    delays, now = [], 0.0
    while now < 600:
        protocol.disconnected(protocol.number, None, now)
        began = now
        while not connects(protocol.tick(now, now)):
            now += 0.05
        delays.append((began, now - began))
        now += 0.05
    return delays


def test_attempts_come_with_full_jitter_between_nothing_and_half_a_minute() -> None:
    outages = [delays_of_an_outage(seed) for seed in range(60)]
    assert max(delays[0][1] for delays in outages) <= 0.55
    late = [delay for delays in outages for began, delay in delays if began > 200]
    assert LONGEST_DELAY_S * 0.8 < max(late) <= LONGEST_DELAY_S + 0.05
    assert min(late) < LONGEST_DELAY_S * 0.2


def test_in_the_first_minute_of_an_outage_a_desk_asks_every_other_second() -> None:
    early = [
        delay
        for seed in range(60)
        for began, delay in delays_of_an_outage(seed)
        if began < EAGER_FOR_S
    ]
    assert LONGEST_EAGER_DELAY_S * 0.8 < max(early) <= LONGEST_EAGER_DELAY_S + 0.05


def test_after_each_greeting_a_desk_is_as_eager_as_at_first() -> None:
    protocol = a_protocol(sample.a_cursor(1))
    protocol.start(0)
    for begin in (0.0, 1000.0):
        protocol.disconnected(protocol.number, None, begin)
        assert connects(protocol.tick(begin + FIRST_DELAY_S, begin + FIRST_DELAY_S))
        protocol.connected(protocol.number, "token", here(protocol), begin + 1)
        protocol.receive(protocol.number, a_welcome(a_head(1)), begin + 1)


def test_after_a_farewell_desks_come_back_spread_over_the_time_that_the_server_asked_for() -> None:
    protocol = following(1)
    assert frame(protocol, Bye(code=CloseCode.RESTART, spread_ms=10_000), now=5) == []
    assert protocol.disconnected(protocol.number, CloseCode.RESTART, 5) == [Cut(expected=True)]
    due = 5.0
    while not connects(protocol.tick(due, due)):
        due += 0.1
    assert 5.1 < due < 15.1


def test_an_expired_token_is_renewed_before_the_next_attempt() -> None:
    protocol = following(1)
    assert RenewToken() in protocol.disconnected(protocol.number, CloseCode.AUTH, 1)
    protocol = following(1)
    assert frame(protocol, AuthExpiring(expires=NOON)) == [RenewToken()]
    [sent] = protocol.renewed("fresh")
    assert isinstance(sent, Send)
    assert b"fresh" in sent.data


@pytest.mark.parametrize("code", [CloseCode.REVOKED, CloseCode.UPGRADE])
def test_a_server_that_does_not_take_this_desk_is_not_asked_again(code: CloseCode) -> None:
    protocol = following(1)
    assert protocol.disconnected(protocol.number, code, 1) == [Stopped(code)]
    assert protocol.tick(1000, 1000) == []


def test_a_frame_that_the_store_did_not_take_is_asked_for_again() -> None:
    protocol = following(1)
    frame(protocol, a_frame(1, 2))
    assert protocol.failed(sample.a_cursor(1), 1, unreadable=False) == [
        Close(1000),
        Cut(expected=False),
    ]
    assert protocol.tick(60, 0) == [Connect(2)]
    [hello] = protocol.connected(protocol.number, "token", here(protocol), 60)
    assert isinstance(hello, Send)
    assert decode_client_frame(hello.data) == Hello(
        token="token", device_id=DEVICE, cursors=[sample.a_cursor(1)]
    )


@dataclass
class Network:
    """A server's log, a wire that misbehaves, and a desk that keeps rows by version."""

    log: list[Item] = field(default_factory=list)
    truth: dict[UUID, int] = field(default_factory=dict)
    epoch: int = 1
    wire: deque[bytes] = field(default_factory=deque)
    sent_to: int | None = None
    rows: dict[UUID, int] = field(default_factory=dict)
    at: Cursor | None = None
    now: float = 0.0
    snapshots: int = 0
    connected: bool = False

    def __post_init__(self) -> None:
        self.protocol = a_protocol()
        self.carry_out(self.protocol.start(0))

    def cursor(self, seq: int) -> Cursor:
        return sample.a_cursor(seq, epoch=str(self.epoch))

    def write(self, row: int, removed: bool) -> None:
        row_id = UUID(int=row)
        version = self.truth.get(row_id, len(self.log)) + 1
        self.log.append(
            Item(seq=len(self.log) + 1, kind="patient", id=row_id, v=version, gone=removed)
        )
        if removed:
            self.truth.pop(row_id, None)
        else:
            self.truth[row_id] = version
        self.flush()

    def flush(self, least: int = 1) -> None:
        """The server sends what the socket has not been sent."""
        if self.sent_to is not None and len(self.log) - self.sent_to >= least:
            items = self.log[self.sent_to :]
            ev = a_frame(self.sent_to, len(self.log), *items, epoch=str(self.epoch))
            self.wire.append(encode_frame(ev))
            self.sent_to = len(self.log)

    def restore(self) -> None:
        """The server's database is yesterday's: the log's end is lost."""
        self.epoch += 1
        del self.log[len(self.log) // 2 :]
        self.truth = {}
        for item in self.log:
            if item.gone:
                self.truth.pop(item.id, None)
            else:
                self.truth[item.id] = item.v
        self.cut()

    def cut(self) -> None:
        self.wire.clear()
        self.sent_to = None
        if self.connected:
            self.connected = False
            self.carry_out(self.protocol.disconnected(self.protocol.number, None, self.now))

    def rows_at(self) -> Cursor:
        assert self.at is not None
        return self.at

    def deliver(self) -> None:
        if self.wire and self.connected:
            self.carry_out(
                self.protocol.receive(self.protocol.number, self.wire.popleft(), self.now)
            )

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Connect(number):
                    self.connected = True
                    self.carry_out(
                        self.protocol.connected(number, "token", self.rows_at(), self.now)
                    )
                case Close():
                    self.connected = False
                    self.wire.clear()
                    self.sent_to = None
                case Send(data):
                    self.hear(msgspec.json.decode(data))
                case FetchSnapshot():
                    self.snapshots += 1
                    self.rows = dict(self.truth)
                    self.at = self.cursor(len(self.log))
                    self.carry_out(self.protocol.snapshot_taken(self.at, 0))
                case Apply(ev):
                    self.apply(ev)

    def hear(self, said: dict[str, object]) -> None:
        """The server's side of `hello`; acknowledgements need no answer."""
        if said["t"] != "hello" or self.at is None:
            return
        head = Head(clinic=CLINIC, epoch=str(self.epoch), seq=len(self.log), access=self.at.access)
        self.wire.append(a_welcome(head))
        [cursor] = msgspec.convert(said["cursors"], list[Cursor])
        if cursor.epoch != head.epoch or cursor.seq > head.seq:
            self.wire.append(encode_frame(Resync(clinic=CLINIC, reason=ResyncReason.EPOCH)))
        else:
            self.sent_to = cursor.seq
            self.flush()

    def apply(self, ev: Ev) -> None:
        assert self.at is not None
        assert ev.from_ == self.at.seq, "a frame was accepted that does not follow"
        for item in ev.items:
            known = self.rows.get(item.id, 0)
            if item.gone and item.v >= known:
                self.rows.pop(item.id, None)
            elif item.v > known:
                self.rows[item.id] = item.v
        self.at = msgspec.structs.replace(self.at, seq=ev.to)
        self.carry_out(self.protocol.applied(self.at))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.carry_out(self.protocol.tick(self.now, self.now))


happenings = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("deliver")),
        st.tuples(st.just("lose")),
        st.tuples(st.just("twice")),
        st.tuples(st.just("swap")),
        st.tuples(st.just("garble")),
        st.tuples(st.just("cut")),
        st.tuples(st.just("restore")),
        st.tuples(st.just("wait"), st.sampled_from([0.3, 1.0, 40.0])),
    ),
    max_size=60,
)


@settings(max_examples=400)
@given(happenings)
def test_whatever_the_wire_does_the_rows_end_as_the_log_has_them(
    happenings: list[tuple[object, ...]],
) -> None:
    network = Network()
    for name, *details in happenings:
        match name:
            case "write":
                network.write(int(details[0]), bool(details[1]))  # type: ignore[call-overload]
            case "deliver":
                network.deliver()
            case "lose" if network.wire:
                network.wire.popleft()
            case "twice" if network.wire:
                network.wire.appendleft(network.wire[0])
            case "swap" if len(network.wire) > 1:
                network.wire[0], network.wire[1] = network.wire[1], network.wire[0]
            case "garble" if network.wire:
                network.wire[0] = b"\x00" + network.wire[0][1:]
            case "cut":
                network.cut()
            case "restore":
                network.restore()
            case "wait":
                network.pass_time(float(details[0]))  # type: ignore[arg-type]
    for _ in range(200):  # the network is well again
        network.pass_time(1.0)
        network.flush()
        while network.wire and network.connected:
            network.deliver()
        if network.connected:
            beat = Heartbeat(heads=[a_head(len(network.log), str(network.epoch))], server_time=NOON)
            network.carry_out(
                network.protocol.receive(network.protocol.number, encode_frame(beat), network.now)
            )
    assert network.connected
    assert network.at is not None
    assert network.at.seq == len(network.log)
    assert network.rows == network.truth


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40), st.integers(1, 5))
def test_on_a_sound_wire_one_snapshot_is_all_a_desk_ever_fetches(
    writes: list[tuple[int, bool]], batch: int
) -> None:
    network = Network()
    for number, (row, removed) in enumerate(writes):
        network.write(row, removed)
        if number % batch == 0:
            while network.wire:
                network.deliver()
        if number % 7 == 6:
            network.cut()
            network.pass_time(60)
    while network.wire:
        network.deliver()
    assert network.snapshots == 1
    assert network.rows == network.truth
