"""The server's end of a live socket, without sockets or clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.entities import ENTITIES, Member, Role
from clinicdesk.contract.frames import (
    Ack,
    Auth,
    CloseCode,
    Cursor,
    Digest,
    Ev,
    Heartbeat,
    Hello,
    Resync,
    ResyncReason,
    ScopeChanged,
    ServerFrame,
    Welcome,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.server.database.log import LogEntry
from clinicdesk.server.live.answers import Identity, Position
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.effects import Authenticate, Close, Effect, Send
from clinicdesk.server.live.protocol import LiveConnection, Phase
from clinicdesk.server.live.render import RenderedEntry
from clinicdesk.server.live.window import WINDOW

CLINIC, PHARMACY, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EPOCH = "e1"
ME = Member(
    id=UUID(int=9),
    clinic_id=CLINIC,
    version=1,
    account_id=uuid4(),
    name="Vikram Patil",
    role=Role.PHARMACIST,
    practitioner_id=None,
    pharmacy_id=PHARMACY,
    active=True,
)
MY_ACCESS = access_digest(scopes_of(ME))


def identity(member: Member = ME, *, until: datetime = NOON + timedelta(minutes=10)) -> Identity:
    return Identity(session_id=uuid4(), member=member, expires=until)


def entry(seq: int, *, entity: str = "pharmacy", **columns: Any) -> RenderedEntry:
    old, new = columns.pop("old", None), columns.pop("new", None)
    return RenderedEntry(
        LogEntry(
            clinic_id=CLINIC,
            seq=seq,
            at=NOON,
            actor_id=None,
            device_id=None,
            op_id=None,
            entity=entity,
            entity_id=columns.get("entity_id", UUID(int=seq)),
            version=seq,
            change="update" if old and new else "insert" if new else "delete",
            old=old,
            new=new,
        )
    )


def pharmacy_row(seq: int) -> dict[str, Any]:
    return {
        "id": str(UUID(int=seq)), "clinic_id": str(CLINIC), "version": seq, "name": "Lifeline",
        "licence_number": "", "address": "", "phone": "", "active": True,
    }  # fmt: skip


def batch(entries: list[RenderedEntry], *, after: int = 5, to: int | None = None) -> Batch:
    return Batch(CLINIC, EPOCH, entries, after, entries[-1].seq if to is None else to)


def row_of(entity: str, **columns: Any) -> dict[str, Any]:
    """A row of the log; what is not named is null."""
    return dict.fromkeys(ENTITIES[entity].__struct_fields__) | columns


def frames(effects: list[Effect]) -> list[ServerFrame]:
    return [
        decode_server_frame(effect.message.text) for effect in effects if isinstance(effect, Send)
    ]


def closed_with(effects: list[Effect]) -> int | None:
    codes = [effect.code for effect in effects if isinstance(effect, Close)]
    return codes[0] if codes else None


def hello(seq: int | None = 5, *, epoch: str = EPOCH, clinic: UUID = CLINIC) -> bytes:
    cursors = [] if seq is None else [Cursor(clinic=clinic, epoch=epoch, seq=seq, access=MY_ACCESS)]
    return encode_frame(Hello(token="t", device_id=uuid4(), cursors=cursors))


def connected(
    seq: int | None = 5, *, head: int = 5, **kwargs: Any
) -> tuple[LiveConnection, list[Effect]]:
    connection = LiveConnection(0.0)
    assert connection.receive(hello(seq, **kwargs), 0.0) == [Authenticate("t")]
    position = Position(epoch=EPOCH, head=head, resumable_after=2)
    return connection, connection.authenticated(identity(), position, 0.0, NOON)


def test_a_desk_at_the_head_is_welcomed_and_live() -> None:
    connection, effects = connected()
    (welcome,) = frames(effects)
    assert isinstance(welcome, Welcome)
    assert welcome.heads[0].seq == 5
    assert connection.phase is Phase.LIVE
    assert connection.wants_after == 5


@pytest.mark.parametrize(
    ("seq", "epoch", "reason"),
    [
        (5, "e0", ResyncReason.EPOCH),
        (9, EPOCH, ResyncReason.AHEAD),
        (1, EPOCH, ResyncReason.EXPIRED),
    ],
)
def test_a_cursor_that_cannot_be_served_is_sent_for_a_snapshot(
    seq: int, epoch: str, reason: ResyncReason
) -> None:
    connection, effects = connected(seq, epoch=epoch)
    _, resync = frames(effects)
    assert isinstance(resync, Resync)
    assert resync.reason is reason
    assert connection.wants_after is None
    assert connection.receive(hello(), 1.0) == [Authenticate("t")], (
        "it may come back with a snapshot"
    )


def test_rights_that_changed_while_the_desk_was_away_ask_for_a_snapshot() -> None:
    connection = LiveConnection(0.0)
    connection.receive(hello(), 0.0)
    moved = msgspec.structs.replace(ME, pharmacy_id=OTHER)
    position = Position(epoch=EPOCH, head=5, resumable_after=2)
    resync = frames(connection.authenticated(identity(moved), position, 0.0, NOON))[1]
    assert isinstance(resync, Resync)
    assert resync.reason is ResyncReason.ACCESS


def test_a_frame_covers_its_whole_interval_though_most_of_it_is_for_others() -> None:
    connection, _ = connected(head=8)
    hidden = entry(6, entity="allergy", new=row_of("allergy", practitioner_ids=[], pharmacy_ids=[]))
    shown = entry(7, new=pharmacy_row(7))
    (ev,) = frames(connection.offer(batch([hidden, shown], to=8), 1.0))
    assert isinstance(ev, Ev)
    assert (ev.from_, ev.to) == (5, 8)
    assert [item.seq for item in ev.items] == [7]
    assert connection.wants_after == 8


def test_what_concerns_a_desk_not_at_all_moves_its_cursor_with_the_next_frame() -> None:
    connection, _ = connected(head=8)
    hidden = entry(6, entity="allergy", new=row_of("allergy", practitioner_ids=[], pharmacy_ids=[]))
    assert connection.offer(batch([hidden], to=6), 1.0) == []
    assert connection.wants_after == 6
    (ev,) = frames(connection.offer(batch([entry(7, new=pharmacy_row(7))], after=6), 1.0))
    assert isinstance(ev, Ev)
    assert (ev.from_, ev.to) == (5, 7)


def test_the_cursor_moves_at_the_next_tick_when_nothing_else_moves_it() -> None:
    connection, _ = connected(head=8)
    hidden = entry(6, entity="allergy", new=row_of("allergy", practitioner_ids=[], pharmacy_ids=[]))
    connection.offer(batch([hidden], to=6), 1.0)
    (ev,) = frames(connection.tick(2.0, NOON, 6))
    assert isinstance(ev, Ev)
    assert (ev.from_, ev.to, ev.items) == (5, 6, [])
    assert connection.tick(3.0, NOON, 6) == []


def test_desks_with_the_same_rights_are_sent_one_and_the_same_message() -> None:
    rows = batch([entry(6, new=pharmacy_row(6))])
    (one,), (other,) = (connected()[0].offer(rows, 1.0) for _ in range(2))
    assert isinstance(one, Send)
    assert isinstance(other, Send)
    assert one.message is other.message


def test_a_row_that_leaves_the_scope_is_told_as_gone() -> None:
    connection, _ = connected()
    row = row_of("prescription", practitioner_id=str(OTHER), signed_at="x")
    left = entry(
        6,
        entity="prescription",
        old={**row, "pharmacy_id": str(PHARMACY)},
        new={**row, "pharmacy_id": str(OTHER)},
    )
    (ev,) = frames(connection.offer(batch([left], to=6), 1.0))
    assert isinstance(ev, Ev)
    assert ev.items[0].gone
    assert ev.items[0].body is msgspec.UNSET


def member_row(member: Member) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(member)
    return row


def test_a_change_of_rights_counts_from_its_own_sequence_number() -> None:
    connection, _ = connected()
    moved = msgspec.structs.replace(ME, pharmacy_id=OTHER, version=2)
    change = entry(7, entity="member", entity_id=ME.id, old=member_row(ME), new=member_row(moved))
    payment = {"practitioner_id": str(uuid4()), "pharmacy_id": str(PHARMACY)}
    before = entry(6, entity="payment", old=payment)
    after = entry(8, entity="payment", old=payment)
    first, scope = frames(connection.offer(batch([before, change, after], to=8), 1.0))
    assert isinstance(first, Ev)
    assert isinstance(scope, ScopeChanged)
    assert [item.seq for item in first.items] == [6, 7]
    assert scope.seq == 7
    assert scope.revoked == [f"pharmacy:{PHARMACY}"]
    assert scope.granted == [f"pharmacy:{OTHER}"]
    assert connection.wants_after == 8, "what was the old pharmacy's is not told after the change"


def test_whoever_loses_all_rights_is_closed() -> None:
    connection, _ = connected()
    left = msgspec.structs.replace(ME, active=False, version=2)
    change = entry(6, entity="member", entity_id=ME.id, old=member_row(ME), new=member_row(left))
    effects = connection.offer(batch([change, entry(7, new=pharmacy_row(7))], to=7), 1.0)
    assert closed_with(effects) == CloseCode.REVOKED
    (scope,) = [frame for frame in frames(effects) if isinstance(frame, ScopeChanged)]
    assert scope.granted == [], "the desk is told to drop what it has before it is shut out"
    assert scope.revoked == sorted(scopes_of(ME))
    assert [item.seq for ev in frames(effects) if isinstance(ev, Ev) for item in ev.items] == [6]


def test_a_desk_that_does_not_acknowledge_is_sent_no_more_than_its_window() -> None:
    connection, _ = connected()
    seq = 5
    while (after := connection.wants_after) is not None:
        assert after == seq
        rows = [entry(number, new=pharmacy_row(number)) for number in range(seq + 1, seq + 65)]
        connection.offer(batch(rows, after=seq), 1.0)
        seq += 64
    assert seq - 5 == WINDOW
    connection.receive(encode_frame(Ack(clinic=CLINIC, to=seq)), 2.0)
    assert connection.wants_after == seq


def test_a_desk_that_never_acknowledges_is_closed_as_slow() -> None:
    connection, _ = connected()
    connection.offer(batch([entry(6, new=pharmacy_row(6))], to=6), 1.0)
    assert connection.tick(50.0, NOON, 6) != []  # a heartbeat
    assert connection.receive(encode_frame(Ack(clinic=CLINIC, to=5)), 50.0) == [], "nothing new"
    assert closed_with(connection.tick(62.0, NOON, 6)) == CloseCode.SLOW


def test_a_desk_hears_at_once_that_the_database_is_away_and_that_it_is_back() -> None:
    connection, _ = connected()
    away = NOON + timedelta(seconds=3)
    (told,) = frames(connection.tick(5.0, NOON + timedelta(seconds=5), 5, away))
    assert isinstance(told, Heartbeat)
    assert told.database_away_since == away
    assert connection.tick(6.0, NOON + timedelta(seconds=6), 5, away) == [], "it has been told"
    (told,) = frames(connection.tick(16.0, NOON + timedelta(seconds=16), 5, away))
    assert isinstance(told, Heartbeat)
    assert told.database_away_since == away, "whoever missed it hears it again"
    (told,) = frames(connection.tick(17.0, NOON + timedelta(seconds=17), 5, None))
    assert isinstance(told, Heartbeat)
    assert told.database_away_since is None


def test_delivery_pauses_when_the_token_expires_and_goes_on_with_a_fresh_one() -> None:
    connection, _ = connected()
    late = NOON + timedelta(minutes=10)
    connection.tick(600.0, late, 5)
    assert connection.wants_after is None
    assert connection.receive(encode_frame(Auth(token="u")), 601.0) == [Authenticate("u")]
    position = Position(epoch=EPOCH, head=5, resumable_after=2)
    fresh = identity(until=late + timedelta(minutes=10))
    connection.authenticated(fresh, position, 601.0, late)
    assert connection.wants_after == 5


def test_an_expired_desk_is_closed_after_its_grace() -> None:
    connection, _ = connected()
    expired = NOON + timedelta(minutes=10, seconds=30)
    assert closed_with(connection.tick(630.0, expired, 5)) == CloseCode.AUTH


def test_tokens_that_come_faster_than_they_are_looked_up_are_not_piled_up() -> None:
    connection, _ = connected()
    tokens = [encode_frame(Auth(token=f"token {n}")) for n in range(100)]
    looked_up = [effect for token in tokens for effect in connection.receive(token, 1.0)]
    assert looked_up == [Authenticate("token 0")]
    position = Position(epoch=EPOCH, head=10, resumable_after=0)
    effects = connection.authenticated(identity(), position, 1.0, NOON)
    assert effects[-1] == Authenticate("token 99")
    assert Authenticate not in map(type, connection.authenticated(identity(), position, 1.0, NOON))


def test_an_ended_session_ends_the_socket_once() -> None:
    connection, _ = connected()
    assert closed_with(connection.ended()) == CloseCode.AUTH
    assert connection.ended() == []


def test_a_token_of_somebody_else_ends_the_socket() -> None:
    connection, _ = connected()
    connection.receive(encode_frame(Auth(token="u")), 1.0)
    other = msgspec.structs.replace(ME, id=uuid4())
    position = Position(epoch=EPOCH, head=5, resumable_after=2)
    effects = connection.authenticated(identity(other), position, 1.0, NOON)
    assert closed_with(effects) == CloseCode.AUTH


def test_a_cursor_of_another_clinic_ends_the_socket() -> None:
    _, effects = connected(clinic=UUID(int=77))
    assert closed_with(effects) == CloseCode.REVOKED


def test_a_hello_that_never_comes_ends_the_socket() -> None:
    connection = LiveConnection(0.0)
    assert connection.tick(9.0, NOON, 0) == []
    assert closed_with(connection.tick(10.5, NOON, 0)) == CloseCode.HEARTBEAT


def test_the_hello_after_a_snapshot_has_as_much_time_as_the_first() -> None:
    connection, _ = connected(1)
    assert connection.phase is Phase.RESYNC
    connection.receive(hello(), 60.0)
    assert connection.tick(61.0, NOON, 5) == []
    assert closed_with(connection.tick(71.0, NOON, 5)) == CloseCode.HEARTBEAT


def a_digest(seq: int) -> Digest:
    return Digest(clinic=CLINIC, seq=seq, kind="pharmacy", count=0, hash="0", settled_before=NOON)


def test_a_digest_is_sent_to_a_desk_that_was_sent_what_it_counts() -> None:
    connection, _ = connected()
    assert frames(connection.check(a_digest(5), 1.0)) == [a_digest(5)]
    assert connection.check(a_digest(6), 1.0) == [], "it has not been sent so much"
    connection.offer(batch([entry(6, new=pharmacy_row(6))], to=6), 1.0)
    assert connection.check(a_digest(5), 1.0) == [], "it has been sent more"


def test_a_digest_takes_the_cursor_along_when_nothing_was_for_the_desk() -> None:
    connection, _ = connected()
    hidden = entry(6, entity="allergy", new=row_of("allergy", practitioner_ids=[], pharmacy_ids=[]))
    assert connection.offer(batch([hidden], to=8), 1.0) == []
    moved, digest = frames(connection.check(a_digest(7), 1.0))
    assert isinstance(moved, Ev)
    assert (moved.from_, moved.to, moved.items) == (5, 7, [])
    assert digest == a_digest(7)
    (moved,) = frames(connection.tick(1.0, NOON, 8))
    assert isinstance(moved, Ev)
    assert (moved.from_, moved.to) == (7, 8)


def test_what_was_read_for_a_socket_that_paused_meanwhile_is_not_sent() -> None:
    connection, _ = connected()
    connection.tick(1.0, NOON + timedelta(minutes=10), 5)
    assert connection.phase is Phase.PAUSED
    read = batch([entry(6, new=pharmacy_row(6))], to=6)
    assert connection.offer(read, 1.0) == []
    connection.receive(encode_frame(Auth(token="u")), 2.0)
    later = identity(until=NOON + timedelta(minutes=20))
    connection.authenticated(later, Position(epoch=EPOCH, head=6, resumable_after=2), 2.0, NOON)
    assert connection.wants_after == 5
    assert frames(connection.offer(read, 2.0)) != []


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_whatever_comes_first_it_is_a_hello_or_the_end(data: bytes | str) -> None:
    connection = LiveConnection(0.0)
    effects = connection.receive(data, 0.0)
    assert closed_with(effects) is not None
    assert connection.phase is Phase.CLOSED
    assert connection.receive(hello(), 0.0) == [], "nothing is heard after the end"


def test_an_endless_frame_is_refused_unread() -> None:
    assert closed_with(LiveConnection(0.0).receive(b" " * 20_000, 0.0)) == CloseCode.SLOW


def test_acknowledging_what_was_never_sent_ends_the_socket() -> None:
    connection, _ = connected()
    effects = connection.receive(encode_frame(Ack(clinic=CLINIC, to=99)), 1.0)
    assert closed_with(effects) == CloseCode.GAP


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), max_size=30), st.data())
def test_intervals_follow_each_other_without_gap_whatever_is_in_them(
    batches: list[tuple[int, bool]], data: st.DataObject
) -> None:
    connection, _ = connected()
    seq, expected = 5, 5
    for size, acknowledge in batches:
        if connection.wants_after is None:
            break
        rows = [
            entry(seq + place, new=pharmacy_row(seq + place))
            for place in range(1, size + 1)
            if data.draw(st.booleans())
        ]
        effects = connection.offer(batch(rows, after=seq, to=seq + size), 1.0)
        seq += size
        for ev in frames([*effects, *connection.tick(1.0, NOON, seq)]):
            assert isinstance(ev, Ev)
            assert ev.from_ == expected
            expected = ev.to
        if acknowledge:
            connection.receive(encode_frame(Ack(clinic=CLINIC, to=expected)), 1.0)
    assert expected == seq
