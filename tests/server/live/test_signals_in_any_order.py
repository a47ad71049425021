"""Signals, answers, rights, cuts, servers and time in any order: who is told, and who is not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from clinicdesk.contract.frames import SIGNAL_LEASE_S, Signal, SignalKind
from clinicdesk.contract.threads import thread_of
from clinicdesk.server.database.database import Actor
from clinicdesk.server.live.rooms import Tell
from clinicdesk.server.live.signals import Ask, Effect, Misused, PassOn, Signals

CLINIC = UUID(int=99)
THREADS = [thread_of("prescription", UUID(int=number)) for number in (1, 2)]
MEMBERS = [UUID(int=10 + number) for number in range(3)]
DESKS = [
    Actor(clinic_id=CLINIC, member_id=member, account_id=member, device_id=UUID(int=device))
    for member, device in ((MEMBERS[0], 1), (MEMBERS[0], 2), (MEMBERS[1], 3), (MEMBERS[2], 4))
]
DESK = st.sampled_from(range(len(DESKS)))
THREAD = st.sampled_from(THREADS)
GONE = SignalKind.GONE


@dataclass
class Said:
    """What somebody last said of one thread, and what came of it."""

    what: SignalKind
    let_in_at: float | None = None


@dataclass
class Server:
    """One server: its signals, the questions that its database has not answered, its bus."""

    signals: Signals
    asked: list[tuple[Ask, float]] = field(default_factory=list)
    bus: deque[bytes] = field(default_factory=deque)


class SignalsInAnyOrder(RuleBasedStateMachine):
    """Two servers, four desks of three members, each desk on one server at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.servers = [Server(Signals(UUID(int=number))) for number in (1, 2)]
        self.at = [0, 1, 1, 0]
        self.sockets = list(range(len(DESKS)))  # of each desk; a new one after a cut
        self.whose = dict(enumerate(range(len(DESKS))))
        self.kept_out: set[tuple[UUID, str]] = set()
        self.let_in: dict[tuple[int, str], float] = {}  # (socket, thread) to when it was asked
        self.said: dict[tuple[int, str], SignalKind] = {}
        self.seen: dict[tuple[int, str], dict[Actor, tuple[SignalKind, float]]] = {}

    # What happens

    @rule(desk=DESK, thread=THREAD, what=st.sampled_from(list(SignalKind)), slow=st.booleans())
    def says(self, desk: int, thread: str, what: SignalKind, *, slow: bool = False) -> None:
        socket = self.sockets[desk]
        self.said[socket, thread] = what
        if what is GONE:
            self.let_in.pop((socket, thread), None)
            self.seen.pop((socket, thread), None)
        signal = Signal(thread=thread, what=what)
        server = self.servers[self.at[desk]]
        self.take(server, server.signals.heard(socket, DESKS[desk], signal, self.now))
        if not slow:
            self.answer_all(server)

    @rule(server=st.integers(0, 1), place=st.integers(0, 5))
    def database_answers(self, server: int, place: int) -> None:
        here = self.servers[server]
        if here.asked:
            ask, at = here.asked.pop(place % len(here.asked))
            self.answer(here, ask, at)

    @rule()
    def buses_carry(self) -> None:
        for number in (0, 1, 0):
            self.bus_carries(number)

    @rule(member=st.sampled_from(MEMBERS), thread=THREAD)
    def loses_the_right(self, member: UUID, thread: str) -> None:
        self.kept_out.add((member, thread))
        for server in self.servers:  # what was read before the change is not known to be wrong yet
            server.asked = [(ask, at) for ask, at in server.asked if ask.who.member_id != member]
        for desk, actor in enumerate(DESKS):
            if actor.member_id == member:
                self.rights_changed(desk)

    @rule(member=st.sampled_from(MEMBERS), thread=THREAD)
    def gains_the_right(self, member: UUID, thread: str) -> None:
        self.kept_out.discard((member, thread))

    @rule(desk=DESK)
    def rights_changed(self, desk: int) -> None:
        socket = self.sockets[desk]
        for thread in THREADS:
            self.let_in.pop((socket, thread), None)
            self.seen.pop((socket, thread), None)
        server = self.servers[self.at[desk]]
        server.asked = [(ask, at) for ask, at in server.asked if ask.socket != socket]
        self.take(server, server.signals.rights_changed(socket, self.now))

    @rule(desk=DESK, to=st.integers(0, 1))
    def comes_back_on_another_socket(self, desk: int, to: int) -> None:
        old = self.sockets[desk]
        server = self.servers[self.at[desk]]
        for thread in THREADS:
            self.let_in.pop((old, thread), None)
            self.said.pop((old, thread), None)
            self.seen.pop((old, thread), None)
        self.take(server, server.signals.left(old, self.now))
        self.sockets[desk] = len(self.whose)
        self.whose[self.sockets[desk]] = desk
        self.at[desk] = to

    @rule(seconds=st.sampled_from([0.5, 4.0, 6.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.let_in = {key: at for key, at in self.let_in.items() if at + SIGNAL_LEASE_S > self.now}
        for server in self.servers:
            self.take(server, server.signals.tick(self.now))

    @rule(server=st.integers(0, 1))
    def bus_carries(self, server: int) -> None:
        here, there = self.servers[server], self.servers[1 - server]
        while here.bus:
            self.take(there, there.signals.from_peer(here.bus.popleft(), self.now))

    @rule()
    def all_comes_to_rest(self) -> None:
        """Everybody who is present says so again, all is answered and carried: all views fit."""
        self.time_passes(5.5)
        for (socket, thread), what in list(self.said.items()):
            if what is not GONE:
                self.says(self.whose[socket], thread, what)
        for server in self.servers:
            self.answer_all(server)
        self.time_passes(0.5)
        self.buses_carry()
        for socket, thread in self.let_in:
            assert self.view(socket, thread) == self.everybody_else(socket, thread)

    # What comes of it

    def take(self, server: Server, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Ask):
                server.asked.append((effect, self.now))
            elif isinstance(effect, PassOn):
                server.bus.append(effect.data)
            elif isinstance(effect, Misused):
                raise AssertionError("these desks are honest")
            else:
                self.hear(effect)

    def answer_all(self, server: Server) -> None:
        while server.asked:
            self.answer(server, *server.asked.pop(0))

    def answer(self, server: Server, ask: Ask, at: float) -> None:
        socket = ask.socket
        assert isinstance(socket, int)
        may = (ask.who.member_id, ask.thread) not in self.kept_out
        here = self.said.get((socket, ask.thread), GONE) is not GONE
        if may and here:
            self.let_in[socket, ask.thread] = at
        if not may:
            self.let_in.pop((socket, ask.thread), None)
        self.take(server, server.signals.answered(ask, may, self.now))

    def hear(self, tell: Tell) -> None:
        frame = tell.frame
        for socket in tell.sockets:
            assert isinstance(socket, int)
            own = DESKS[self.whose[socket]]
            assert (socket, frame.thread) in self.let_in, "told who may not know"
            assert (frame.by, frame.device) != (own.member_id, own.device_id), "told of oneself"
            (whom,) = (
                desk
                for desk in DESKS
                if (desk.member_id, desk.device_id) == (frame.by, frame.device)
            )
            seen = self.seen.setdefault((socket, frame.thread), {})
            if frame.what is GONE:
                seen.pop(whom, None)
            else:
                assert 0 < frame.lease_s <= SIGNAL_LEASE_S
                seen[whom] = frame.what, self.now + frame.lease_s

    def view(self, socket: int, thread: str) -> dict[Actor, SignalKind]:
        seen = self.seen.get((socket, thread), {})
        return {whom: what for whom, (what, until) in seen.items() if until > self.now}

    def everybody_else(self, socket: int, thread: str) -> dict[Actor, SignalKind]:
        own = DESKS[self.whose[socket]]
        return {
            DESKS[self.whose[other]]: self.said[other, thread]
            for other, where in self.let_in
            if where == thread and DESKS[self.whose[other]] != own
        }


SignalsInAnyOrder.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # on a machine that is busy with something else
)
TestSignalsInAnyOrder = SignalsInAnyOrder.TestCase
