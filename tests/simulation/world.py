"""A small world out of one seed: clinics, servers, desks, people at work, and what goes wrong.

It has two parts. For a while people work and things break; then everything is mended, and after a
bounded time each desk must be at rest with what a fresh snapshot would give it, and each command
must have taken effect exactly once or be refused.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar
from unittest.mock import patch
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.commands import Done
from clinicdesk.contract.entities import Role
from clinicdesk.core.live.protocol import FeedProtocol
from clinicdesk.core.sending import Request, Sending
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.transport import Answer, Outcome, Unreachable, UnreachableReason
from clinicdesk.server.live.protocol import LiveConnection
from tests.simulation.checks import Checks
from tests.simulation.clinic import member_columns, new_id
from tests.simulation.database import ClinicLog, Database
from tests.simulation.desk import Computer, Program
from tests.simulation.line import End, Line
from tests.simulation.mishaps import Mishaps
from tests.simulation.people import People
from tests.simulation.server import ServerProcess, SnapshotTaken, Token
from tests.simulation.timeline import Broken, Timeline

SETTLED_WITHIN_S: Final = 200.0
"""Virtual seconds from the moment that all is mended: the longest rest is one of 60."""
LOOK_EVERY_S: Final = 2.0

_Found = TypeVar("_Found")


class Cast(Struct, frozen=True):
    """Who plays; the tests of the simulation itself put in somebody who makes a mistake.

    Attributes:
        gaps: Somebody skips frames, so that desks find gaps. epochs: Answers name their epoch.
    """

    feed: type[FeedProtocol] = FeedProtocol
    connection: type[LiveConnection] = LiveConnection
    sending: type[Sending] = Sending
    computer: type[Computer] = Computer
    gaps: bool = False
    epochs: bool = True


THE_REAL_ONES: Final = Cast()


class World:
    """Everything there is.

    Attributes:
        token_life: Seconds that an access token is good for.
    """

    def __init__(self, seed: int, cast: Cast = THE_REAL_ONES) -> None:
        self.seed = seed
        self.cast = cast
        self.timeline = timeline = Timeline(seed)
        chance = timeline.chance
        self.database = Database(timeline)
        self.checks = Checks(self.database, gaps=cast.gaps)
        self.servers = [
            ServerProcess(f"server {n}", timeline, self.database, cast.connection)
            for n in range(chance.choice([1, 1, 2, 3]))
        ]
        for server in self.servers:
            server.peers = [peer for peer in self.servers if peer is not server]
        self.token_life = chance.choice([45.0, 90.0, 600.0, 600.0])
        self.latency = chance.choice([0.002, 0.02, 0.2])
        self.lossy = chance.choice([0.0, 0.05, 0.2])
        self.lines: list[tuple[Computer, Line]] = []
        self.unplugged: set[str] = set()
        self.computers: list[Computer] = []
        self.practitioners = [new_id(chance) for _ in range(2)]
        self.pharmacies = [new_id(chance) for _ in range(2)]
        for _ in range(chance.choice([1, 1, 1, 2])):
            self._found_clinic()
        self.database.founded()
        self.people = People(self)
        self.mishaps = Mishaps(self)

    def _found_clinic(self) -> None:
        chance = self.timeline.chance
        clinic = new_id(chance)
        self.database.clinics[clinic] = log = ClinicLog(clinic)
        if chance.random() < 0.15:
            log.retention = chance.randint(5, 25)
        for _ in range(chance.randint(1, 3)):
            role = chance.choice([Role.THERAPIST, Role.PHARMACIST, Role.RECEPTION, Role.ADMIN])
            member = new_id(chance)
            facts = {
                Role.THERAPIST: {"practitioner_id": str(chance.choice(self.practitioners))},
                Role.PHARMACIST: {"pharmacy_id": str(chance.choice(self.pharmacies))},
            }.get(role, {})
            self.database.write(
                clinic, ("member", member, member_columns(clinic, member, role, **facts))
            )
            for _ in range(chance.choice([1, 1, 2])):
                name = f"desk {len(self.computers)}"
                self.computers.append(self.cast.computer(self, name, clinic, member))

    def note(self, who: str, what: str, *with_what: object) -> None:
        self.timeline.note(who, what, *with_what)

    # Its course

    def run(self) -> None:
        """Raises Broken."""
        chance = self.timeline.chance
        for computer in self.computers:
            self.timeline.after(chance.uniform(0, 3), computer.boot)
        trouble = chance.choice([15.0, 40.0, 80.0])
        self.people.plan(trouble)
        self.mishaps.plan(trouble)
        self.timeline.run_until(trouble)
        self.mishaps.mend()
        self._wait_until_settled()
        self._look_at_all()
        for computer in self.computers:
            computer.disk.give_back()

    def _wait_until_settled(self) -> None:
        mended = self.timeline.now
        reasons = [""]
        while self.timeline.now - mended < SETTLED_WITHIN_S:
            self.timeline.run_until(self.timeline.now + LOOK_EVERY_S)
            self.mishaps.look_for_lost_rows()
            reasons = [f"{c.name}: {why}" for c in self.computers if (why := self._unsettled(c))]
            if not reasons:
                return
        raise Broken("no rest is found: " + "; ".join(reasons))

    def _unsettled(self, computer: Computer) -> str:
        return self.checks.settled(computer) or self.mishaps.unfound(computer)

    def _look_at_all(self) -> None:
        for computer in self.computers:
            self.checks.equal(computer)
            self._no_storm(computer)
        self.checks.exactly_once(self.computers)

    def _no_storm(self, computer: Computer) -> None:
        causes = (
            1 + self.database.restores + self.mishaps.rights_changed + computer.history.corrupted
        )
        log = self.database.clinics[computer.clinic]
        if log.retention is None and not self.cast.gaps and len(computer.snapshots) > 2 * causes:
            raise Broken(f"{computer.name} fetched {len(computer.snapshots)} snapshots")

    # The network

    def dial(self, computer: Computer, end: End) -> Line | None:
        """A connection to any of the servers; None when there is none to be had."""
        server = self._any_server()
        if server is None or computer.name in self.unplugged:
            return None
        line = Line(self.timeline, self.latency, end)
        server.accept(line)
        self.lines = [(c, each) for c, each in self.lines if each.desk or each.server]
        self.lines.append((computer, line))
        self.note(computer.name, "connects to {}", server.name)
        return line

    def _any_server(self) -> ServerProcess | None:
        up = [server for server in self.servers if server.up]
        return self.timeline.chance.choice(up) if up else None

    def fetch(self, program: Program, then: Callable[[SnapshotTaken | Outcome], None]) -> None:
        """GET of a snapshot."""
        token = program.computer.token.text
        self._call(program, lambda server: server.snapshot(token), then)

    def renew(self, program: Program, then: Callable[[Token | Outcome], None]) -> None:
        """A fresh access token."""
        token, life = program.computer.token, self.token_life
        self._call(program, lambda server: server.renew(token, life), then)

    def command(
        self,
        program: Program,
        entry: OutboxEntry,
        request: Request,
        then: Callable[[Outcome], None],
    ) -> None:
        """A command with its identity."""
        token = program.computer.token.text
        op_id = UUID(request.headers["Idempotency-Key"])
        if_match = request.headers.get("If-Match")

        def ask(server: ServerProcess) -> Outcome:
            answer = server.command(token, entry.command, op_id, request.body, if_match)
            if isinstance(answer, Done):
                epoch = self.database.epoch if self.cast.epochs else ""
                named = msgspec.structs.replace(answer, epoch=epoch)
                return Answer(200, msgspec.json.encode(named))
            return answer

        self._call(program, ask, then)

    def _call(
        self,
        program: Program,
        ask: Callable[[ServerProcess], _Found],
        then: Callable[[_Found | Unreachable], None],
    ) -> None:
        """A call may be lost on its way, in the server, or on the way back; or come late."""
        chance, computer, timeline = self.timeline.chance, program.computer, self.timeline

        def answer(outcome: _Found | Unreachable, delay: float) -> None:
            computer.later(program, delay, lambda: then(outcome))

        def arrive() -> None:
            server = self._any_server()
            if server is None or computer.name in self.unplugged:
                answer(_unreachable(heard=False), 0.1)
            elif timeline.maybe(self.lossy):
                answer(_unreachable(heard=True), chance.uniform(1, 15))
            else:
                generation = server.generation
                timeline.after(chance.uniform(0.001, 0.05), lambda: act(server, generation))

        def act(server: ServerProcess, generation: int) -> None:
            if server.generation != generation:
                answer(_unreachable(heard=True), 0.1)
                return
            outcome = ask(server)
            if timeline.maybe(self.lossy) or computer.name in self.unplugged:
                answer(_unreachable(heard=True), chance.uniform(0.1, 15))
            else:
                slow = chance.uniform(1, 14) if timeline.maybe(0.03) else 0.0
                answer(outcome, self.latency * chance.uniform(0.5, 1.5) + slow)

        timeline.after(self.latency * chance.uniform(0.5, 1.5), arrive)


def _unreachable(*, heard: bool) -> Unreachable:
    return Unreachable(UnreachableReason.NOT_THERE, "", heard)


@contextmanager
def small_limits(chance: random.Random) -> Iterator[None]:
    """Windows that a few rows fill, so that small worlds come to their edges; identifiers that the
    seed decides."""
    with (
        patch("clinicdesk.server.live.window.WINDOW", 12),
        patch("clinicdesk.server.live.window.WINDOW_BYTES", 6000),
        patch("clinicdesk.core.live.protocol.ACK_EVENTS", 4),
        patch("clinicdesk.core.live.protocol.ACK_BYTES", 2000),
        patch("clinicdesk.core.outbox.new_id", lambda: new_id(chance)),
    ):
        yield


def run_seed(seed: int, cast: Cast = THE_REAL_ONES) -> World:
    """One world from beginning to end. Raises Broken."""
    world = World(seed, cast)
    with small_limits(world.timeline.chance):
        try:
            world.run()
        except Broken as broken:
            broken.trace = world.timeline.trace()
            raise
        except Exception as error:
            error.add_note(f"in the world of seed {seed}")
            raise
    return world
