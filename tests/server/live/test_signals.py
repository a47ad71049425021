"""Presence on one server and between two, without sockets, clock or database."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest

from clinicdesk.contract.frames import SIGNAL_LEASE_S, CloseCode, Signal, SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from clinicdesk.server.database.database import Actor
from clinicdesk.server.live.rooms import Tell
from clinicdesk.server.live.signals import (
    ASK_AGAIN_S,
    MOST_THREADS,
    Ask,
    Effect,
    Misuse,
    Misused,
    PassOn,
    Signals,
)

CLINIC = uuid4()
HERE, PEER = UUID(int=1), UUID(int=2)
ASHA, BEN = uuid4(), uuid4()
PRESCRIPTION = thread_of("prescription", uuid4())
PHARMACY = thread_of("pharmacy", uuid4())
PRESENT, TYPING, GONE = SignalKind.PRESENT, SignalKind.TYPING, SignalKind.GONE


def at_desk(member: UUID, device: UUID | None = None, clinic: UUID = CLINIC) -> Actor:
    return Actor(
        clinic_id=clinic, member_id=member, account_id=uuid4(), device_id=device or uuid4()
    )


class Server:
    """One server's signals; its database lets in whoever is not kept out."""

    def __init__(self, server_id: UUID = HERE) -> None:
        self.signals = Signals(server_id)
        self.kept_out: set[UUID] = set()
        self.told: dict[object, list[Signalled]] = {}
        self.passed_on: list[bytes] = []
        self.misused: list[Misused] = []
        self.asked: list[Ask] = []
        self.answers = True

    def says(
        self,
        socket: str,
        who: Actor,
        what: SignalKind = PRESENT,
        thread: str = PRESCRIPTION,
        now: float = 0.0,
        about: UUID | None = None,
    ) -> None:
        signal = Signal(thread=thread, what=what, about=about)
        self.take(self.signals.heard(socket, who, signal, now), now)

    def take(self, effects: Iterable[Effect], now: float) -> None:
        for effect in effects:
            if isinstance(effect, Tell):
                for socket in effect.sockets:
                    self.told.setdefault(socket, []).append(effect.frame)
            elif isinstance(effect, PassOn):
                self.passed_on.append(effect.data)
            elif isinstance(effect, Misused):
                self.misused.append(effect)
            else:
                self.asked.append(effect)
                if self.answers:
                    self.answer(effect, now)

    def answer(self, ask: Ask, now: float) -> None:
        may = ask.who.member_id not in self.kept_out
        self.take(self.signals.answered(ask, may, now), now)

    def heard_by(self, socket: str) -> list[tuple[UUID, SignalKind]]:
        return [(frame.by, frame.what) for frame in self.told.pop(socket, [])]


@pytest.fixture
def server() -> Server:
    return Server()


def test_those_at_the_same_thing_are_told_of_each_other(server: Server) -> None:
    server.says("a", at_desk(ASHA))
    server.says("b", at_desk(BEN))
    assert server.heard_by("a") == [(BEN, PRESENT)]
    assert server.heard_by("b") == [(ASHA, PRESENT)]


def test_a_newcomer_is_told_at_once_who_is_writing(server: Server) -> None:
    server.says("a", at_desk(ASHA), TYPING)
    server.says("b", at_desk(BEN))
    assert server.heard_by("b") == [(ASHA, TYPING)]


def test_nobody_is_told_of_their_own_device_but_of_their_other_one(server: Server) -> None:
    desk = at_desk(ASHA)
    server.says("a", desk)
    server.says("again", desk)
    assert server.told == {}
    server.says("other", at_desk(ASHA))
    assert server.heard_by("a") == [(ASHA, PRESENT)]


def test_whoever_may_not_see_the_thing_is_neither_told_nor_seen(server: Server) -> None:
    server.kept_out = {BEN}
    server.says("a", at_desk(ASHA))
    server.says("b", at_desk(BEN))
    server.says("a", at_desk(ASHA), TYPING)
    assert server.told == {}
    assert server.misused == []


def test_the_same_thread_of_another_clinic_is_another_room(server: Server) -> None:
    server.says("a", at_desk(ASHA))
    server.says("b", at_desk(BEN, clinic=uuid4()))
    assert server.told == {}


def test_nothing_is_told_before_the_database_has_answered(server: Server) -> None:
    server.answers = False
    server.says("a", at_desk(ASHA))
    server.says("b", at_desk(BEN))
    assert server.told == {}
    first, second = server.asked
    server.answer(second, 0.1)
    server.answer(first, 0.2)
    assert server.heard_by("b") == [(ASHA, PRESENT)]


def test_what_was_said_while_the_database_thought_counts(server: Server) -> None:
    server.says("b", at_desk(BEN))
    server.answers = False
    desk = at_desk(ASHA)
    server.says("a", desk)
    server.says("a", desk, TYPING)
    assert len(server.asked) == 2
    server.answer(server.asked[-1], 0.1)
    assert server.heard_by("b") == [(ASHA, TYPING)]


def test_who_left_before_the_answer_came_was_never_there(server: Server) -> None:
    server.says("b", at_desk(BEN))
    server.answers = False
    desk = at_desk(ASHA)
    server.says("a", desk)
    server.says("a", desk, GONE)
    server.answer(server.asked[-1], 0.1)
    assert server.told == {}


def test_leaving_and_the_end_of_the_socket_are_told(server: Server) -> None:
    asha = at_desk(ASHA)
    server.says("a", asha)
    server.says("b", at_desk(BEN))
    server.told.clear()
    server.says("a", asha, GONE)
    assert server.heard_by("b") == [(ASHA, GONE)]
    server.says("a", asha)
    server.told.clear()
    server.take(server.signals.left("a", 1.0), 1.0)
    assert server.heard_by("b") == [(ASHA, GONE)]


def test_a_socket_that_dies_after_its_successor_came_takes_nobody_away(server: Server) -> None:
    desk = at_desk(ASHA)
    server.says("old", desk)
    server.says("b", at_desk(BEN))
    server.says("new", desk, now=1.0)
    server.told.clear()
    server.take(server.signals.left("old", 2.0), 2.0)
    assert server.heard_by("b") == [(ASHA, PRESENT)]


def test_a_presence_that_is_not_renewed_ends_with_its_lease(server: Server) -> None:
    ben = at_desk(BEN)
    server.says("a", at_desk(ASHA))
    server.says("b", ben, now=20.0)
    server.told.clear()
    server.take(server.signals.tick(SIGNAL_LEASE_S - 0.1), SIGNAL_LEASE_S - 0.1)
    assert server.told == {}
    server.take(server.signals.tick(SIGNAL_LEASE_S), SIGNAL_LEASE_S)
    assert server.heard_by("b") == [(ASHA, GONE)]
    server.says("b", ben, TYPING, now=SIGNAL_LEASE_S + 1)
    assert "a" not in server.told


def test_a_renewal_asks_the_database_again_and_keys_do_not(server: Server) -> None:
    desk = at_desk(ASHA)
    server.says("a", desk)
    server.says("a", desk, TYPING, now=ASK_AGAIN_S - 0.1)
    assert len(server.asked) == 1
    server.says("a", desk, PRESENT, now=20.0)
    assert len(server.asked) == 2


def test_a_right_that_was_lost_ends_the_presence_at_its_renewal(server: Server) -> None:
    ben = at_desk(BEN)
    server.says("a", at_desk(ASHA))
    server.says("b", ben)
    server.told.clear()
    server.kept_out = {BEN}
    server.says("b", ben, now=20.0)
    assert server.heard_by("a") == [(BEN, GONE)]
    assert server.heard_by("b") == []


def test_whose_rights_change_is_told_nothing_until_it_is_known_what_they_may(
    server: Server,
) -> None:
    asha = at_desk(ASHA)
    server.says("a", asha)
    server.says("b", at_desk(BEN))
    server.told.clear()
    server.answers = False
    server.take(server.signals.rights_changed("b", 1.0), 1.0)
    server.says("a", asha, TYPING, now=1.1)
    assert server.told == {}
    server.answer(server.asked[-1], 1.2)
    assert server.heard_by("b") == [(ASHA, TYPING)]


def test_an_answer_from_before_the_rights_changed_counts_for_nothing(server: Server) -> None:
    server.says("a", at_desk(ASHA))
    server.answers = False
    server.says("b", at_desk(BEN))
    (before,) = (ask for ask in server.asked if ask.socket == "b")
    server.take(server.signals.rights_changed("b", 0.5), 0.5)
    server.take(server.signals.answered(before, True, 0.6), 0.6)
    assert server.told == {}


def test_when_the_database_is_away_the_next_signal_asks_again(server: Server) -> None:
    server.answers = False
    desk = at_desk(ASHA)
    server.says("a", desk)
    server.signals.unanswered(server.asked[-1])
    server.says("a", desk, now=1.0)
    assert len(server.asked) == 2


def test_a_list_shows_who_is_at_what(server: Server) -> None:
    prescription = uuid4()
    server.says("a", at_desk(ASHA), thread=PHARMACY)
    server.says("b", at_desk(BEN), thread=PHARMACY, about=prescription)
    (told,) = server.told["a"]
    assert (told.by, told.about) == (BEN, prescription)
    assert server.asked[-1].about == prescription


def test_turning_to_another_thing_asks_whether_it_may_be_named(server: Server) -> None:
    ben = at_desk(BEN)
    server.says("b", ben, thread=PHARMACY, about=uuid4())
    server.says("b", ben, thread=PHARMACY, about=uuid4(), now=0.5)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("thread", "about"),
    [
        (thread_of("account", uuid4()), None),
        (thread_of("clinic_log", uuid4()), None),
        (PRESCRIPTION, uuid4()),
    ],
    ids=["a thing without members", "a thing that is no entity", "a subject where none is"],
)
def test_a_signal_at_nothing_that_can_be_met_over_is_misuse(
    server: Server, thread: str, about: UUID | None
) -> None:
    server.says("a", at_desk(ASHA), thread=thread, about=about)
    assert server.misused == [Misused("a", Misuse.NO_SUCH_THREAD)]
    assert Misuse.NO_SUCH_THREAD.code == 1007
    assert server.asked == []


def test_a_socket_is_at_a_few_things_only(server: Server) -> None:
    desk = at_desk(ASHA)
    for _ in range(MOST_THREADS):
        server.says("a", desk, thread=thread_of("prescription", uuid4()))
    assert server.misused == []
    server.says("a", desk)
    assert server.misused == [Misused("a", Misuse.TOO_MANY)]


def test_signals_come_no_faster_than_people_work(server: Server) -> None:
    desk = at_desk(ASHA)
    for number in range(20 * 10):
        server.says("a", desk, TYPING, now=number / 15)
    assert server.misused == []
    for _ in range(60):
        server.says("a", desk, TYPING, now=14.0)
    assert server.misused[0].how.code == CloseCode.RATE


# Several servers


@pytest.fixture
def peer(server: Server) -> Server:
    return Server(PEER)


def carry(sender: Server, receiver: Server, now: float) -> None:
    for data in sender.passed_on:
        receiver.take(receiver.signals.from_peer(data, now), now)
    sender.passed_on.clear()


def test_servers_tell_each_other_who_is_where(server: Server, peer: Server) -> None:
    asha = at_desk(ASHA)
    peer.says("b", at_desk(BEN))
    server.says("a", asha)
    carry(server, peer, 0.1)
    assert peer.heard_by("b") == [(ASHA, PRESENT)]
    carry(peer, server, 0.1)
    assert server.heard_by("a") == [(BEN, PRESENT)]
    server.says("a", asha, GONE, now=1.0)
    carry(server, peer, 1.0)
    assert peer.heard_by("b") == [(ASHA, GONE)]


def test_what_a_peer_told_is_kept_for_who_comes_later(server: Server, peer: Server) -> None:
    server.says("a", at_desk(ASHA))
    carry(server, peer, 0.0)
    peer.says("b", at_desk(BEN), now=5.0)
    assert peer.heard_by("b") == [(ASHA, PRESENT)]


def test_the_presences_of_a_peer_that_died_end_by_themselves(server: Server, peer: Server) -> None:
    server.says("a", at_desk(ASHA))
    carry(server, peer, 0.0)
    peer.says("b", at_desk(BEN), now=15.0)
    peer.told.clear()
    peer.take(peer.signals.tick(SIGNAL_LEASE_S + 0.1), SIGNAL_LEASE_S + 0.1)
    assert peer.heard_by("b") == [(ASHA, GONE)]


def test_a_renewal_travels_to_the_peers_with_the_next_tick(server: Server, peer: Server) -> None:
    asha = at_desk(ASHA)
    server.says("a", asha)
    server.says("a", asha, now=20.0)
    carry(server, peer, 20.0)
    server.take(server.signals.tick(21.0), 21.0)
    assert len(server.passed_on) == 1
    carry(server, peer, 21.0)
    peer.says("b", at_desk(BEN), now=45.0)
    assert peer.heard_by("b") == [(ASHA, PRESENT)]


def test_a_desk_that_changes_servers_stays(server: Server, peer: Server) -> None:
    asha = at_desk(ASHA)
    server.says("a", asha)
    carry(server, peer, 0.0)
    peer.says("b", at_desk(BEN))
    peer.says("a2", asha, now=1.0)
    server.take(server.signals.left("a", 2.0), 2.0)
    peer.told.clear()
    carry(server, peer, 2.0)
    assert peer.heard_by("b") == [(ASHA, PRESENT)]


def test_a_server_that_has_just_come_asks_who_is_there(server: Server, peer: Server) -> None:
    for number in range(20):
        server.says(f"a{number}", at_desk(uuid4()))
    server.passed_on.clear()
    peer.take([peer.signals.ask_peers()], 1.0)
    carry(peer, server, 1.0)
    assert all(len(data) < 5000 for data in server.passed_on)
    carry(server, peer, 1.0)
    peer.says("b", at_desk(BEN), now=2.0)
    assert len(peer.heard_by("b")) == 20


def test_own_words_and_those_of_another_version_mean_nothing(server: Server) -> None:
    server.says("a", at_desk(ASHA))
    server.says("b", at_desk(BEN))
    server.told.clear()
    for data in [*server.passed_on, b"{}", b"\xff", b"[1,2]"]:
        server.take(server.signals.from_peer(data, 1.0), 1.0)
    assert server.told == {}
