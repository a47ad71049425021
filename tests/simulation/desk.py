"""A desk: the real protocol, outbox and sending, with a person, a disk, a clock and a bad network.

`Computer` is the machine, which outlives its program: its disk and its clocks. `Program` is one run
of the client; it does what `core.live.follower` and `core.sender` do, in virtual time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.commands import AnyCommand, Done
from clinicdesk.contract.frames import Digest, Ev, ResyncReason
from clinicdesk.contract.problems import Refusal, SessionExpired
from clinicdesk.core.bodies import BadFrame
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.live.effects import (
    Apply,
    CaughtUp,
    ChangeScopes,
    Close,
    Compare,
    Connect,
    Cut,
    Effect,
    FetchSnapshot,
    RenewToken,
    Send,
    Serving,
    Stopped,
    Told,
)
from clinicdesk.core.live.protocol import TICK_S, Phase
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.sending import answer_in, request_of
from clinicdesk.core.sending_delay import delay_of, may_be_done
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.trace import NoTrace
from clinicdesk.core.transport import Outcome
from tests.simulation.disk import Disk, PowerCut, at_once
from tests.simulation.line import Line
from tests.simulation.replica import Replica
from tests.simulation.server import SnapshotTaken, Token
from tests.simulation.timeline import BEGIN, Broken

if TYPE_CHECKING:
    import clinicdesk.core.replica
    from tests.simulation.world import World


class Fetched(Struct):
    """A snapshot that a desk took, and why."""

    reason: ResyncReason | None
    epoch: str
    at: float


class Computer:
    """A machine with one member's desk on it.

    Attributes:
        program: The present run; None while it is off.
        submitted: Commands that a person was told are saved: op_id to the command.
        refused: Those of them that the server refused.
        left: Commands that left the outbox as done: op_id to (epoch, cursor's seq) then.
    """

    def __init__(self, world: World, name: str, clinic: UUID, member: UUID) -> None:
        chance = world.timeline.chance
        self.world = world
        self.name = name
        self.clinic = clinic
        self.member = member
        self.device = UUID(int=chance.getrandbits(128))
        self.disk = Disk()
        self.program: Program | None = None
        self.token = Token(clinic, member, self.device, -1.0)
        self.signed_out = False
        self.slow_disk = 0.0
        self.submitted: dict[UUID, AnyCommand] = {}
        self.refused: set[UUID] = set()
        self.left: dict[UUID, tuple[str, int]] = {}
        self.snapshots: list[Fetched] = []
        self.history = world.checks.history_of(self)
        self._absent: deque[Callable[[], None]] | None = None  # what waits while it sleeps
        self._slept = 0.0
        self._asleep_since = 0.0
        self._clock_off = chance.choice([0.0, 0.0, chance.uniform(-4000, 4000)])

    # Clocks

    @property
    def now(self) -> float:
        """Its clock that only goes forward, and stands still while it sleeps."""
        asleep = self.world.timeline.now - self._asleep_since if self._absent is not None else 0.0
        return self.world.timeline.now - self._slept - asleep

    @property
    def wall(self) -> float:
        """Its clock on the wall, which may be wrong."""
        return BEGIN.timestamp() + self.world.timeline.now + self._clock_off

    def set_clock(self, by: float) -> None:
        self._clock_off += by

    # Power

    def boot(self) -> None:
        """Start the program, unless it runs."""
        if self.program is None:
            self.world.note(self.name, "starts")
            self.program = Program(self)
            self.call(self.program, self.program.start)

    def die(self, *, server_hears: bool) -> None:
        """kill -9, or the power is cut (`server_hears` is False)."""
        program, self.program = self.program, None
        if program is not None:
            self.world.note(self.name, "dies")
            program.alive = False
            if program.line is not None:
                program.line.desk = None
                program.line.cut(desk_hears=False, server_hears=server_hears)

    def sleep(self, seconds: float, *, suspended: bool) -> None:
        """The lid is closed; or, not `suspended`, the process is stopped while clocks go on."""
        if self._absent is not None:
            return
        self.world.note(self.name, "sleeps for {:.1f} s", seconds)
        self._absent = deque()
        self._asleep_since = self.world.timeline.now
        self.world.timeline.after(seconds, lambda: self._wake(suspended))

    def _wake(self, suspended: bool) -> None:
        self.world.note(self.name, "wakes")
        waiting, self._absent = self._absent, None
        if suspended:
            self._slept += self.world.timeline.now - self._asleep_since
        for happening in waiting or ():
            happening()

    def call(self, program: Program, do: Callable[[], None]) -> None:
        """Have the program do something, if it is still there and once it is awake."""
        if self._absent is not None:
            self._absent.append(lambda: self.call(program, do))
        elif program.alive:
            try:
                do()
            except PowerCut:
                self.die(server_hears=self.world.timeline.maybe(0.5))
                self.world.timeline.after(self.world.timeline.chance.uniform(0.1, 5), self.boot)

    def later(self, program: Program, delay: float, do: Callable[[], None]) -> None:
        self.world.timeline.after(delay, lambda: self.call(program, do))


class Program:
    """One run of the client."""

    def __init__(self, computer: Computer) -> None:
        self.alive = True
        self.computer = computer
        self.world = world = computer.world
        self.line: Line | None = None
        self.status = "connecting"
        self.replica = Replica(computer.disk, computer.member)
        self.outbox = Outbox(
            computer.disk.outbox(),
            cast("clinicdesk.core.replica.Replica", self.replica),
            self._nobody,
            self._wall,
            NoTrace(),
        )
        self.replica.applied.add(lambda _applied: self._look_what_left())
        chance = world.timeline.chance
        self.protocol = world.cast.feed(
            computer.clinic, computer.device, self.replica.cursor, chance
        )
        self.sending = world.cast.sending(chance)
        self._queue: deque[Effect] = deque()
        self._busy = False
        self._renewing: list[Callable[[bool], None]] = []
        self._held: set[UUID] = set()

    def _nobody(self) -> Any:
        """Whoever is signed in: nothing is shown, so nobody needs to know."""

    def _wall(self) -> datetime:
        return BEGIN + timedelta(seconds=self.computer.wall - BEGIN.timestamp())

    def start(self) -> None:
        self.world.checks.booted(self.computer, self.replica)
        at_once(self.outbox.load())
        self._held = {entry.op_id for entry in self.outbox.entries()}
        for entry in self.outbox.entries():  # also one that nobody was told is saved
            self.computer.submitted.setdefault(entry.op_id, entry.command)
            if entry.refusal is not None:
                self.computer.refused.add(entry.op_id)
        self.outbox.work.add(lambda _event: self.send())
        if self.computer.signed_out:
            self.status = "signed out"
        else:
            self.take(self.protocol.start(self.computer.now))
        self._tick()
        self.send()

    def _tick(self) -> None:
        computer = self.computer
        self.take(self.protocol.tick(computer.now, computer.wall))
        if self.line is not None and self._token_is_due():
            self.renew(lambda _done: None)
        computer.later(self, TICK_S, self._tick)

    # The feed, as the follower does it

    def take(self, effects: list[Effect]) -> None:
        self._queue.extend(effects)
        while self._queue and not self._busy and self.alive:
            self._carry_out(self._queue.popleft())

    def _free(self) -> None:
        self._busy = False
        self.take([])

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(data):
                if self.line is not None:
                    self._note("sends {}", data)
                    self.world.checks.sends(self.computer, self.replica, data)
                    self.line.send_up(data)
            case Apply(ev):
                self._begin_to_apply(ev)
            case Connect(number):
                self._busy = True
                self._connect(number)
            case ChangeScopes():
                self._change_scopes(effect)
            case Compare(digest):
                self._compare(digest)
            case FetchSnapshot(reason):
                self._fetch_snapshot(reason)
            case Close(code):
                self._close(code)
            case RenewToken():
                self.renew(lambda _done: None)
            case Serving() | CaughtUp():
                self.status = "live"
                self.sending.server_is_back()
                self.send()
            case Cut():
                self.status = "cut"
            case Stopped(code):
                self.status = f"stopped: {code}"
                self._note("is stopped: {}", code)
                self.world.checks.shut_out(self.computer, self.replica, code)
            case Told():
                pass

    def _connect(self, number: int) -> None:
        def with_token(good: bool) -> None:
            if good:  # opening a socket takes a while
                delay = self.world.timeline.chance.uniform(0.005, 0.2)
                self.computer.later(self, delay, lambda: self._opened(number))
            else:
                self._not_connected(number)
                self._free_soon()

        self._with_token(with_token)

    def _opened(self, number: int) -> None:
        wire = _Wire(self, number)
        self.line = wire.line = self.world.dial(self.computer, wire)
        if self.line is None:
            self._not_connected(number)
        else:
            token = self.computer.token.text
            assert self.replica.cursor is not None
            effects = self.protocol.connected(number, token, self.replica.cursor, self.computer.now)
            self.take_later(effects)
        self._free()

    def _not_connected(self, number: int) -> None:
        self.take_later(self.protocol.disconnected(number, None, self.computer.now))

    def take_later(self, effects: list[Effect]) -> None:
        """After what is being done."""
        self._queue.extend(effects)

    def _free_soon(self) -> None:
        self.computer.later(self, 0.0, self._free)

    def on_message(self, wire: _Wire, data: bytes) -> None:
        self._note("gets {}", data)
        effects = self.protocol.receive(wire.number, data, self.computer.now)
        if effects and wire.line is not self.line:
            raise Broken(f"{self.computer.name} heard connection {wire.number}, which is given up")
        self.take(effects)

    def on_closed(self, wire: _Wire, code: int | None) -> None:
        if self.line is wire.line:
            self.line = None
        self._note("connection {} is gone: {}", wire.number, code)
        self.take(self.protocol.disconnected(wire.number, code, self.computer.now))

    def _close(self, code: int) -> None:
        line, self.line = self.line, None
        self._note("closes with {}", code)
        self.world.checks.closed(self.computer, code)
        if line is not None:
            line.close_from_desk(code)

    def _begin_to_apply(self, ev: Ev) -> None:
        if self.computer.slow_disk and self.world.timeline.maybe(0.5):
            self._busy = True
            delay = self.world.timeline.chance.uniform(0, self.computer.slow_disk)

            def finish() -> None:
                self._apply(ev)
                self._free()

            self.computer.later(self, delay, finish)
        else:
            self._apply(ev)

    def _apply(self, ev: Ev) -> None:
        cursor = self.replica.cursor
        if cursor is None or ev.from_ != cursor.seq:
            return
        self.computer.history.attempt(ev.epoch, ev.to)
        try:
            self.replica.apply(ev)
        except BadFrame:
            self.take_later(self.protocol.failed(cursor, self.computer.now, unreadable=True))
            return
        except StoreLost:
            self._note("cannot store {}..{}", ev.from_, ev.to)
            self.take_later(self.protocol.failed(cursor, self.computer.now, unreadable=False))
            return
        self._note("has {}..{} of {}", ev.from_, ev.to, ev.epoch)
        self.world.checks.applied(self.computer, ev)
        assert self.replica.cursor is not None
        for following in self.protocol.applied(self.replica.cursor):
            self._carry_out(following)

    def _change_scopes(self, effect: ChangeScopes) -> None:
        self._note("rights change: {}", effect.frame)
        try:
            self.replica.change_scopes(effect.frame)
        except StoreLost:
            assert self.replica.cursor is not None
            effects = self.protocol.failed(self.replica.cursor, self.computer.now, unreadable=True)
            self.take_later(effects)
            if self.protocol.phase is Phase.STOPPED:
                self.computer.later(self, 5.0, lambda: self._change_scopes_later(effect))
        else:
            self.world.checks.narrowed(self.computer, self.replica)

    def _change_scopes_later(self, effect: ChangeScopes) -> None:
        if self.protocol.phase is Phase.STOPPED:
            self.take([effect])

    def _compare(self, digest: Digest) -> None:
        cursor = self.replica.cursor
        if cursor is None or cursor.seq != digest.seq:
            return
        equal = self.replica.digest(digest.kind) == (digest.count, digest.hash)
        if not equal:
            self._note("does not add up: {}", digest)
            self.world.checks.does_not_add_up(self.computer)
        self.take_later(self.protocol.compared(digest, equal=equal, now=self.computer.now))

    def _fetch_snapshot(self, reason: ResyncReason | None) -> None:
        if self.protocol.phase is not Phase.SNAPSHOT:
            return
        self._busy = True

        def taken(outcome: SnapshotTaken | Outcome) -> None:
            if isinstance(outcome, SnapshotTaken):
                self._swap(outcome, reason)
            else:
                self.take_later(self.protocol.snapshot_failed(self.computer.now))
            self._free()

        def with_token(good: bool) -> None:
            if good:
                self.world.fetch(self, taken)
            else:
                self.take_later(self.protocol.snapshot_failed(self.computer.now))
                self._free_soon()

        self._with_token(with_token)

    def _swap(self, snapshot: SnapshotTaken, reason: ResyncReason | None) -> None:
        cursor = snapshot.cursor
        self.computer.history.attempt(cursor.epoch, cursor.seq)
        try:
            self.replica.swap(snapshot)
        except StoreLost:
            self.take_later(self.protocol.snapshot_failed(self.computer.now))
            return
        self._note("has a snapshot at {} of {}: {}", cursor.seq, cursor.epoch, reason)
        self.computer.snapshots.append(Fetched(reason, cursor.epoch, self.world.timeline.now))
        self.world.checks.swapped(self.computer, snapshot, reason)
        assert self.replica.cursor is not None
        effects = self.protocol.snapshot_taken(self.replica.cursor, self.computer.now)
        self.take_later(effects)

    # The session

    def _token_is_due(self) -> bool:
        """By the server's word on how long it lasts, less a tenth."""
        token = self.computer.token
        return token.expires_in - self.world.token_life * 0.1 <= self.world.timeline.now

    def _with_token(self, then: Callable[[bool], None]) -> None:
        if self._token_is_due():
            self.renew(then)
        else:
            then(True)

    def renew(self, then: Callable[[bool], None]) -> None:
        """Ask for a fresh token; those who ask meanwhile share the answer."""
        if self.computer.signed_out:
            self.computer.later(self, 0.0, lambda: then(False))
            return
        self._renewing.append(then)
        if len(self._renewing) == 1:
            self.world.renew(self, self._renewed)

    def _renewed(self, outcome: Token | Outcome) -> None:
        waiting, self._renewing = self._renewing, []
        good = isinstance(outcome, Token)
        if isinstance(outcome, Token):
            self.computer.token = outcome
            self.take(self.protocol.renewed(outcome.text))
        elif isinstance(outcome, SessionExpired):
            self._note("has to sign in again")
            self.computer.signed_out = True
            self.status = "signed out"
            self.take(self.protocol.stop())
        for each in waiting:
            each(good)

    def sign_in_again(self) -> None:
        """The person types the password."""
        if not (self.computer.signed_out or self.protocol.phase is Phase.STOPPED):
            return
        self._note("signs in again")
        self.computer.signed_out = False
        self.take(self.protocol.start(self.computer.now))
        self.send()

    # The outbox, as the sender does it

    def submit(self, command: AnyCommand) -> None:
        """A person does something; they are told that it is saved, or that it is not."""
        try:
            done = at_once(self.outbox.submit(command))
        except StoreLost:
            self._note("cannot save a command")
            return
        self._note("submits {} {}", type(command).__name__, done.op_id)
        self._held.add(done.op_id)
        self.computer.submitted[done.op_id] = command

    def send(self) -> None:
        if self.computer.signed_out:
            return
        now = self.computer.now
        going, due = self.sending.begin(self.outbox.next_to_send, now)
        for entry in going:
            self._send(entry)
        if due is not None:
            self.computer.later(self, max(0.01, due - now), self.send)

    def _send(self, entry: OutboxEntry) -> None:
        self.outbox.mark_sending(entry.op_id, sending=True)
        self.world.command(self, entry, request_of(entry), lambda o: self._sent(entry, o))

    def _sent(self, entry: OutboxEntry, outcome: Outcome) -> None:
        answer = answer_in(outcome)
        self._note("hears of {}: {}", entry.op_id, outcome if answer is None else answer)
        kept = self._keep(entry, answer) if answer is not None else False
        if not kept:
            self.outbox.put_off(entry.op_id, delay_of(outcome), heard=may_be_done(outcome))
            if isinstance(outcome, SessionExpired):
                self.renew(lambda _done: None)
        self.sending.over(entry, outcome, kept=kept, now=self.computer.now)
        self.send()

    def _keep(self, entry: OutboxEntry, answer: Done | Refusal) -> bool:
        try:
            kept = at_once(self.outbox.finish(entry.op_id, answer))
        except StoreLost:
            return False
        if kept and not isinstance(answer, Done):
            self.computer.refused.add(entry.op_id)
        self._look_what_left()
        return kept

    def _look_what_left(self) -> None:
        """Note what is in the outbox no longer, and where the rows stood then."""
        here = {entry.op_id for entry in self.outbox.entries()}
        cursor = self.replica.cursor
        if cursor is not None:
            for op_id in self._held - here:
                self.computer.left[op_id] = (cursor.epoch, cursor.seq)
        self._held = here

    def _note(self, what: str, *with_what: object) -> None:
        self.world.note(self.computer.name, what, *with_what)


class _Wire:
    """The desk's end of one connection, with its number."""

    def __init__(self, program: Program, number: int) -> None:
        self.program = program
        self.number = number
        self.line: Line | None = None

    def on_message(self, data: bytes) -> None:
        computer = self.program.computer
        computer.call(self.program, lambda: self.program.on_message(self, data))

    def on_closed(self, code: int | None) -> None:
        computer = self.program.computer
        computer.call(self.program, lambda: self.program.on_closed(self, code))
