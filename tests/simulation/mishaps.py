"""What goes wrong. Each world draws which kinds of it there are, so that rare pairs meet often."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from clinicdesk.contract.entities import Role
from clinicdesk.contract.frames import CloseCode
from tests.simulation.database import Columns
from tests.simulation.server import ServerProcess

if TYPE_CHECKING:
    from tests.simulation.desk import Computer
    from tests.simulation.world import World


class Mishaps:
    """Attributes:
    rights_changed: How often somebody's rights changed.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._timeline = world.timeline
        self._chance = world.timeline.chance
        self._lost: dict[str, set[tuple[str, UUID]]] = {}
        self.over = False
        self.rights_changed = 0

    def plan(self, until: float) -> None:
        """Draw the kinds of this world, and when they happen."""
        chance = self._chance
        kinds = chance.sample(sorted(MISHAPS), chance.randint(0, 6))
        for _ in range(chance.choice([2, 6, 15]) if kinds else 0):
            mishap = MISHAPS[chance.choice(kinds)]
            self._timeline.after(chance.uniform(0, until), lambda m=mishap: m(self))  # type: ignore[misc]

    def mend(self) -> None:
        """All is well from here on: what runs runs, what is plugged in stays so."""
        world = self._world
        self._timeline.note("world", "all is mended")
        self.over = True
        world.database.down = False
        world.lossy = 0.0
        world.unplugged.clear()
        for server in world.servers:
            server.deaf = False
            if not server.up:
                server.start()
        for clinic, log in world.database.clinics.items():
            gone = [
                (kind, row_id, {**row.columns, "active": True})
                for (kind, row_id), row in log.rows.items()
                if kind == "member" and not row.columns["active"]
            ]
            if gone:
                world.database.write(clinic, *gone)
        for computer in world.computers:
            computer.disk.full, computer.disk.fails, computer.slow_disk = False, "", 0.0
            computer.boot()
            self._timeline.after(1.0, lambda c=computer: self._sign_in(c))  # type: ignore[misc]
            self._timeline.after(90.0, lambda c=computer: self._sign_in(c))  # type: ignore[misc]

    def look_for_lost_rows(self) -> None:
        """Where rows were lost, the servers have the desks compare; not always the same one."""
        if self._lost:
            for server in self._world.servers:
                for _ in range(4):
                    server.give_digest()

    def unfound(self, computer: Computer) -> str:
        """Why the lost rows of a desk are not there again; empty when they are."""
        assert computer.program is not None
        log = self._world.database.clinics[computer.clinic]
        lacking = [
            key
            for key in self._lost.get(computer.name, ())
            if key in log.rows and key not in computer.program.replica.rows
        ]
        position = computer.program.replica.position
        if position is None:
            return "it has no rows"
        there = log.visible_to(position.scopes)
        return f"it lacks {lacking}" if any(key in there for key in lacking) else ""

    def _sign_in(self, computer: Computer) -> None:
        if (program := computer.program) is not None:
            computer.call(program, program.sign_in_again)

    # Kinds

    def _later(self, least: float, most: float, do: Callable[[], None]) -> None:
        def unless_over() -> None:
            if not self.over:
                do()

        self._timeline.after(self._chance.uniform(least, most), unless_over)

    def _computer(self) -> Computer:
        return self._chance.choice(self._world.computers)

    def cut_a_line(self) -> None:
        lines = [(c, line) for c, line in self._world.lines if line.desk and line.server]
        if lines:
            computer, line = self._chance.choice(lines)
            desk_hears, server_hears = self._chance.random() < 0.5, self._chance.random() < 0.5
            self._timeline.note("world", "cuts {} {} {}", computer.name, desk_hears, server_hears)
            line.cut(desk_hears=desk_hears, server_hears=server_hears)

    def hold_a_line(self) -> None:
        lines = [(c, line) for c, line in self._world.lines if line.desk and line.server]
        if lines:
            computer, line = self._chance.choice(lines)
            seconds = self._chance.uniform(0.5, 40)
            self._timeline.note("world", "holds {} for {:.1f} s", computer.name, seconds)
            line.hold(seconds)

    def kick_a_desk(self) -> None:
        """A socket ends for a reason that lies elsewhere."""
        sockets = [socket for server in self._world.servers for socket in server.sockets]
        if sockets:
            code = self._chance.choice(
                [1006, 1011, CloseCode.RATE, CloseCode.SLOW, CloseCode.HEARTBEAT, CloseCode.AUTH]
            )
            socket = self._chance.choice(sockets)
            socket.line.close_from_server(code)
            socket.on_closed(code)

    def unplug(self) -> None:
        computer = self._computer()
        self._timeline.note("world", "unplugs {}", computer.name)
        self._world.unplugged.add(computer.name)
        for other, line in self._world.lines:
            if other is computer:
                line.cut(desk_hears=False, server_hears=False)
        self._later(1, 60, lambda: self._world.unplugged.discard(computer.name))

    def kill_a_server(self) -> None:
        self._down(lambda server: server.crash(desks_hear=self._chance.random() < 0.6))

    def stop_a_server(self) -> None:
        self._down(lambda server: server.stop())

    def _down(self, bring_down: Callable[[ServerProcess], None]) -> None:
        server = self._chance.choice(self._world.servers)
        if server.up:
            self._timeline.note(server.name, "goes down")
            bring_down(server)
            self._later(0.3, 20, lambda: None if server.up else server.start())

    def deafen_a_server(self) -> None:
        server = self._chance.choice(self._world.servers)
        server.deaf = True

    def lose_the_database(self) -> None:
        self._world.database.down = True
        self._timeline.note("database", "is away")

        def back() -> None:
            self._world.database.down = False

        self._later(0.5, 15, back)

    def restore_the_database(self) -> None:
        undone = self._chance.choice([1, 1, 2, 5, 20])
        self._world.database.restore(undone)
        self._timeline.note("database", "is restored without the last {}", undone)

    def kill_a_desk(self) -> None:
        computer = self._computer()
        computer.die(server_hears=self._chance.random() < 0.5)
        self._later(0.1, 15, computer.boot)

    def cut_power_at_a_commit(self) -> None:
        self._computer().disk.fails = self._chance.choice(["before", "after"])

    def fill_a_disk(self) -> None:
        computer = self._computer()
        computer.disk.full = True

        def empty() -> None:
            computer.disk.full = False

        self._later(1, 20, empty)

    def slow_a_disk(self) -> None:
        self._computer().slow_disk = self._chance.choice([0.05, 1.0, 8.0])

    def close_a_lid(self) -> None:
        self._computer().sleep(self._chance.uniform(1, 90), suspended=True)

    def stop_a_process(self) -> None:
        self._computer().sleep(self._chance.uniform(0.5, 50), suspended=False)

    def set_a_clock(self) -> None:
        self._computer().set_clock(self._chance.choice([-3600, -3, 3, 30, 86400]))

    def be_impatient(self) -> None:
        computer = self._computer()
        if (program := computer.program) is not None:
            computer.call(program, lambda: program.take(program.protocol.hurry()))

    def change_rights(self) -> None:
        chance = self._chance

        def moved(columns: Columns) -> Columns:
            role = chance.choice([Role.THERAPIST, Role.PHARMACIST, Role.RECEPTION, Role.ADMIN])
            if chance.random() < 0.4:  # taken away alone
                return {**columns, "practitioner_id": None, "pharmacy_id": None}
            practitioner = chance.choice(self._world.practitioners)
            pharmacy = chance.choice(self._world.pharmacies)
            return {
                **columns,
                "role": role.value,
                "practitioner_id": str(practitioner) if role is Role.THERAPIST else None,
                "pharmacy_id": str(pharmacy) if role is Role.PHARMACIST else None,
            }

        self._change_member(moved)

    def end_a_membership(self) -> None:
        self._change_member(lambda columns: {**columns, "active": False})

        def again(columns: Columns) -> Columns:
            return {**columns, "active": True}

        computer = self._computer()
        self._later(2, 30, lambda: self._change_member(again))
        self._later(30, 40, lambda: self._sign_in(computer))

    def _change_member(self, change: Callable[[Columns], Columns]) -> None:
        world = self._world
        if world.database.down:
            return
        computer = self._computer()
        key = ("member", computer.member)
        before = world.database.clinics[computer.clinic].rows[key].columns
        after = change(before)
        self.rights_changed += 1
        self._timeline.note("world", "changes rights of {}", computer.name)
        world.database.write(computer.clinic, (*key, after))
        for server in world.servers:
            if server.up:
                server.committed(computer.clinic)
                break

    def lose_a_row(self) -> None:
        """A row goes astray on one desk, once in a world: only a check sum can tell."""
        computer = self._computer()
        program = computer.program
        if self._lost or program is None:
            return
        rows = [key for key in program.replica.rows if key[0] in ("patient", "prescription")]
        if rows:
            key = self._chance.choice(sorted(rows, key=str))
            self._timeline.note(computer.name, "loses {}", key)
            self._lost[computer.name] = {key}
            computer.history.corrupted += 1
            del program.replica.rows[key]
            computer.disk.lose(key[0], key[1].bytes)

    def compare_rows(self) -> None:
        """Not a mishap: a server has a desk compare what it holds."""
        for server in self._world.servers:
            if server.up:
                server.give_digest()


MISHAPS: Final[dict[str, Callable[[Mishaps], None]]] = {
    name: getattr(Mishaps, name)
    for name in (
        "cut_a_line", "hold_a_line", "kick_a_desk", "unplug", "kill_a_server", "stop_a_server",
        "deafen_a_server", "lose_the_database", "restore_the_database", "kill_a_desk",
        "cut_power_at_a_commit", "fill_a_disk", "slow_a_disk", "close_a_lid", "stop_a_process",
        "set_a_clock", "be_impatient", "change_rights", "end_a_membership", "lose_a_row",
        "compare_rows",
    )
}  # fmt: skip
