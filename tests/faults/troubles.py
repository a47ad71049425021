"""Inflicts the troubles of a plan on a site, and mends everything at the end.

A trouble that lasts goes on beside the next ones. What is down already is not broken again: such a
trouble is counted as skipped.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from tests.end_to_end.clinic import CORNER, MAIN, TARA, an_id
from tests.end_to_end.server import ServerProcess
from tests.faults import server_clock
from tests.faults.cable import A_COMMAND, A_REFRESH, A_SNAPSHOT, Cable, Way
from tests.faults.desk_process import DeskSpec, Order
from tests.faults.desk_processes import DeskProcessHandle
from tests.faults.history import Book, now
from tests.faults.plan import Kind, Trouble
from tests.faults.site import Site

_ENDS_WITHIN_S: Final = 30.0
"""What is being answered may take ten seconds."""
_SMALL_PIECE: Final = 7
_SLOW_BYTES_PER_S: Final = 3000
_SKEWS_S: Final = (-90_000.0, -4000.0, -600.0, 0.0, 45.0, 4000.0, 90_000.0)
_SERVER_SKEWS: Final = ("-90s", "-5s", "+0s", "+5s", "+90s")
_RIGHTS: Final = (
    ("quin", "pharmacist", None, MAIN),
    ("quin", "pharmacist", None, CORNER),
    ("quin", "pharmacist", TARA, CORNER),
    ("rita", "reception", None, None),
    ("rita", "reception", TARA, None),
    ("rita", "admin", None, None),
)
"""Login, role, practitioner and pharmacy: counters are changed, rights are given and taken."""
_END_SESSIONS: Final = """
select pg_terminate_backend(pid) from pg_stat_activity
where pid <> pg_backend_pid() and backend_type = 'client backend' and random() < %(share)s
"""


class Troublemaker:
    """Carries troubles out, one beside the other.

    Attributes:
        done: How many of each kind came. skipped: or found nothing to break.
        wrong: What did not do as it was told, in sentences.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._book = Book(site.folder / "faults.jsonl")
        self._lasting: set[asyncio.Task[None]] = set()
        self._database = asyncio.Lock()
        self._busy: set[object] = set()
        self.done: Counter[Kind] = Counter()
        self.skipped: Counter[Kind] = Counter()
        self.wrong: list[str] = []

    async def inflict(self, trouble: Trouble) -> None:
        """Begin it; what lasts goes on by itself."""
        work = self._works()[trouble.kind]
        self._book.write({"at": now(), "trouble": trouble})
        task = asyncio.create_task(self._count(trouble, work))
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)
        await asyncio.sleep(0)

    async def settled(self) -> None:
        """Let what lasts end."""
        while self._lasting:
            await asyncio.gather(*self._lasting)

    async def mend(self) -> None:
        """Let what lasts end, then make everything whole."""
        await self.settled()
        for cable in self._site.cables.values():
            cable.heal()
        if self._site.small_disk is not None:
            self._site.small_disk.free()
        if self._site.bus is not None:
            await self._site.bus.start()
        if self._site.cluster.postmaster is None:
            await self._site.cluster.start()
        for server in self._site.servers:
            server.send(signal.SIGCONT)
            await self._site.start_server(server)
        for process in self._site.processes:
            process.thaw()
            await process.start()

    async def _count(self, trouble: Trouble, work: Callable[[Trouble], Awaitable[bool]]) -> None:
        try:
            came = await work(trouble)
        except Exception as error:  # what it is about was broken, and not by us
            self.wrong.append(f"{trouble.kind} could not be inflicted: {error!r}")
            return
        (self.done if came else self.skipped)[trouble.kind] += 1

    def _works(self) -> dict[Kind, Callable[[Trouble], Awaitable[bool]]]:
        return {
            Kind.CUT: self._cut, Kind.RESET: self._cut, Kind.DEAD: self._dead,
            Kind.SILENT_UP: self._silent, Kind.SILENT_DOWN: self._silent,
            Kind.DELAY: self._weather, Kind.PIECES: self._weather, Kind.SLOW: self._weather,
            Kind.LOST: self._lose, Kind.LOST_REFRESH: self._lose, Kind.LOST_SNAPSHOT: self._lose,
            Kind.MOVE: self._move,
            Kind.DESK_KILLED: self._kill_desks, Kind.DESK_ASLEEP: self._freeze_desks,
            Kind.SERVER_KILLED: self._kill_server, Kind.SERVER_STOPPED: self._restart_server,
            Kind.SERVER_ASLEEP: self._freeze_server, Kind.SERVER_CLOCK: self._kill_server,
            Kind.SESSIONS_ENDED: self._end_sessions,
            Kind.POSTMASTER_KILLED: self._kill_database, Kind.CLUSTER_KILLED: self._kill_database,
            Kind.CLOCK: self._set_clock, Kind.RIGHTS: self._change_rights,
            Kind.DISK_FULL: self._fill_disk, Kind.BUS_KILLED: self._kill_bus,
        }  # fmt: skip

    # The network

    def _cable(self, trouble: Trouble) -> Cable:
        cables = list(self._site.cables.values())
        return cables[trouble.whom % len(cables)]

    async def _cut(self, trouble: Trouble) -> bool:
        cable = self._cable(trouble)
        had = cable.open_connections > 0
        cable.drop(rudely=trouble.kind is Kind.RESET)
        return had

    async def _dead(self, trouble: Trouble) -> bool:
        cable = self._cable(trouble)
        cable.cut()
        await asyncio.sleep(trouble.lasts_s)
        cable.heal()
        return True

    async def _silent(self, trouble: Trouble) -> bool:
        """Half-open: one direction stops, and nobody is told; then it goes on, or breaks."""
        cable = self._cable(trouble)
        way = Way.UP if trouble.kind is Kind.SILENT_UP else Way.DOWN
        cable.weather[way].flows.clear()
        await asyncio.sleep(trouble.lasts_s)
        if trouble.chance < 0.5:
            cable.drop(rudely=True)
        cable.weather[way].flows.set()
        return True

    async def _weather(self, trouble: Trouble) -> bool:
        cable = self._cable(trouble)
        for way in (Way.UP, Way.DOWN) if trouble.chance < 0.6 else (Way.DOWN,):
            weather = cable.weather[way]
            match trouble.kind:
                case Kind.DELAY:
                    weather.delay_s = 0.05 + trouble.chance
                case Kind.PIECES:
                    weather.piece = _SMALL_PIECE
                case _:
                    weather.bytes_per_s = _SLOW_BYTES_PER_S
        await asyncio.sleep(trouble.lasts_s)
        for weather in cable.weather.values():
            weather.clear()
        return True

    async def _lose(self, trouble: Trouble) -> bool:
        wanted = {Kind.LOST_REFRESH: A_REFRESH, Kind.LOST_SNAPSHOT: A_SNAPSHOT}
        self._cable(trouble).lose_answers(wanted.get(trouble.kind, A_COMMAND))
        return True

    async def _move(self, trouble: Trouble) -> bool:
        servers = self._site.servers
        self._cable(trouble).lead_to(servers[int(trouble.chance * len(servers))].port)
        return True

    # Desks

    def _process(self, trouble: Trouble) -> DeskProcessHandle:
        return self._site.processes[trouble.whom % len(self._site.processes)]

    async def _kill_desks(self, trouble: Trouble) -> bool:
        process = self._process(trouble)
        with self._taking(process) as is_whole:
            if not is_whole:
                return False
            await process.kill()
            await asyncio.sleep(trouble.lasts_s)
            await process.start()
        return True

    async def _freeze_desks(self, trouble: Trouble) -> bool:
        process = self._process(trouble)
        with self._taking(process) as is_whole:
            if not is_whole:
                return False
            process.freeze()
            await asyncio.sleep(trouble.lasts_s)
            process.thaw()
        return True

    async def _set_clock(self, trouble: Trouble) -> bool:
        desks: list[DeskSpec] = self._site.desks
        desk = desks[trouble.whom % len(desks)]
        process = self._site.process_of(desk.name)
        with self._taking(process) as is_whole:
            if not is_whole:
                return False
            skew = _SKEWS_S[int(trouble.chance * len(_SKEWS_S))]
            await process.order(Order("clock", desk=desk.name, skew_s=skew))
        return True

    async def _fill_disk(self, trouble: Trouble) -> bool:
        disk = self._site.small_disk
        if disk is None:
            return False
        with self._taking(disk) as is_whole:
            if not is_whole:
                return False
            disk.fill()
            await asyncio.sleep(trouble.lasts_s)
            disk.free()
        return True

    # Servers

    def _server(self, trouble: Trouble) -> ServerProcess:
        return self._site.servers[trouble.whom % len(self._site.servers)]

    async def _kill_server(self, trouble: Trouble) -> bool:
        server = self._server(trouble)
        with self._taking(server) as is_whole:
            if not is_whole:
                return False
            await server.kill()
            await asyncio.sleep(trouble.lasts_s)
            if trouble.kind is Kind.SERVER_CLOCK:
                server.use(
                    **server_clock.environment(random.Random(trouble.chance).choice(_SERVER_SKEWS))
                )
            await self._site.start_server(server)
        return True

    async def _restart_server(self, trouble: Trouble) -> bool:
        server = self._server(trouble)
        with self._taking(server) as is_whole:
            if not is_whole:
                return False
            try:
                async with asyncio.timeout(_ENDS_WITHIN_S):
                    await server.stop()
            except TimeoutError:
                self.wrong.append(f"The server at {server.port} did not end when it was told to.")
                await server.kill()
            await self._site.start_server(server)
        return True

    async def _freeze_server(self, trouble: Trouble) -> bool:
        server = self._server(trouble)
        with self._taking(server) as is_whole:
            if not is_whole:
                return False
            server.send(signal.SIGSTOP)
            await asyncio.sleep(trouble.lasts_s)
            server.send(signal.SIGCONT)
        return True

    async def _kill_bus(self, trouble: Trouble) -> bool:
        bus = self._site.bus
        if bus is None:
            return False
        with self._taking(bus) as is_whole:
            if not is_whole:
                return False
            await bus.kill()
            await asyncio.sleep(trouble.lasts_s)
            await bus.start()
        return True

    # The database

    async def _kill_database(self, trouble: Trouble) -> bool:
        if self._database.locked():
            return False
        async with self._database:
            self._site.cluster.kill(sessions_too=trouble.kind is Kind.CLUSTER_KILLED)
            await asyncio.sleep(trouble.lasts_s)
            await self._site.cluster.start()
        return True

    async def _end_sessions(self, trouble: Trouble) -> bool:
        return await self._as_owner(
            lambda: self._site.truth.do(_END_SESSIONS, share=0.2 + trouble.chance)
        )

    async def _change_rights(self, trouble: Trouble) -> bool:
        login, role, practitioner, pharmacy = _RIGHTS[trouble.whom % len(_RIGHTS)]
        return await self._as_owner(
            lambda: self._site.truth.do(
                "update member set role = %(role)s, practitioner_id = %(practitioner)s,"
                " pharmacy_id = %(pharmacy)s where id = %(id)s",
                role=role, practitioner=practitioner, pharmacy=pharmacy,
                id=an_id(f"member {login}"),
            )
        )  # fmt: skip

    async def _as_owner(self, work: Callable[[], Awaitable[None]]) -> bool:
        if self._database.locked():
            return False
        try:
            await work()
        except psycopg.Error:
            return False  # killed in the middle
        return True

    @contextmanager
    def _taking(self, thing: object) -> Iterator[bool]:
        """Whether it is whole; nobody else breaks it meanwhile."""
        is_whole = thing not in self._busy
        self._busy.add(thing)
        try:
            yield is_whole
        finally:
            if is_whole:
                self._busy.discard(thing)
