"""Everything that is troubled: a cluster, servers on it, cables, desks in processes.

All of it lives in one folder, which is kept when something was found and gone otherwise.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.server.database.database import Database
from clinicdesk.server.database.migrate import migrate
from clinicdesk.server.domain.staff import Passwords
from tests.end_to_end.clinic import PASSWORD, fill
from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.truth import Truth
from tests.faults.bus import Bus, is_installed
from tests.faults.cable import Cable
from tests.faults.cluster import KillableCluster
from tests.faults.desk_process import DeskSpec, Order
from tests.faults.desk_processes import DeskProcessHandle
from tests.faults.small_disk import NotPermitted, SmallDisk

SERVING_WITHIN_S: Final = 180.0
ROOM: Final = {"CLINICDESK_SOCKETS_PER_ADDRESS": "10000"}
"""All desks of a test have the same address."""
_SMALL_DISK_MB: Final = 64
_ON_SMALL_DISK: Final = 4
"""Desks whose homes are there."""
_WORKERS: Final = ("tara", "pia", "tom", "paul", "quin", "tara", "pia", "rita", "tom", "ada")
"""Who sits at the first desk, the second, ...: all of the staff, and most of it busy."""


class Numbers(Struct, frozen=True):
    """How much of everything there is."""

    desks: int = 24
    desks_per_process: int = 8
    servers: int = 2
    pace_s: float = 4.0
    server_program: str = "clinicdesk"
    steady: bool = False
    with_bus: bool = False
    with_small_disk: bool = False


class Site:
    """What there is. Made by `site`.

    Attributes:
        folder: Of histories and journals. cluster, servers, processes: What runs.
        cables: By the names of their desks. truth: The database as its owner sees it.
        bus: Between the servers, if there is one. small_disk: The last process's, if there is one.
        reasons: Why something that was asked for is not there.
    """

    def __init__(
        self, folder: Path, cluster: KillableCluster, servers: list[ServerProcess]
    ) -> None:
        self.folder = folder
        self.cluster = cluster
        self.servers = servers
        self.truth = Truth(cluster.url)
        self.cables: dict[str, Cable] = {}
        self.processes: list[DeskProcessHandle] = []
        self.bus: Bus | None = None
        self.small_disk: SmallDisk | None = None
        self.reasons: list[str] = []

    @property
    def desks(self) -> list[DeskSpec]:
        """All desks, by number."""
        return [desk for process in self.processes for desk in process.desks]

    def process_of(self, desk: str) -> DeskProcessHandle:
        """The process that a desk is in."""
        return next(p for p in self.processes if any(d.name == desk for d in p.desks))

    async def start_server(self, server: ServerProcess) -> None:
        """Start it, however often that takes: its database may be down as well."""
        deadline = asyncio.get_running_loop().time() + SERVING_WITHIN_S
        while not server.is_running:
            try:
                await server.start()
            except AssertionError:
                await server.kill()  # it may only have been slow, and would still count as running
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def all_live(self, within_s: float = 90.0) -> None:
        """Wait until each desk follows. Raises AssertionError."""

        async def follow() -> bool:
            answers = [await process.order(Order("state")) for process in self.processes]
            return all(answer.get("is_live") for answer in answers)

        await until(follow, within_s)


@asynccontextmanager
async def cluster_with_clinic() -> AsyncIterator[KillableCluster]:
    """A cluster with the clinic of the end-to-end tests in it."""
    async with KillableCluster() as cluster:
        await asyncio.to_thread(migrate, cluster.url)
        database = await Database.open(cluster.url, pool_size=1)
        async with database.as_owner() as tx:
            await fill(tx, Passwords().hash(PASSWORD))
        await database.close()
        yield cluster


@asynccontextmanager
async def site(numbers: Numbers, seed: int) -> AsyncIterator[Site]:
    """Everything, running; its folder stays where it is."""
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-faults-"))
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(cluster_with_clinic())
        there = Site(folder, cluster, [])
        if numbers.with_bus:
            await _add_bus(there, stack)
        way = {} if there.bus is None else {"CLINICDESK_NATS_URL": there.bus.url}
        for _ in range(numbers.servers):
            server = ServerProcess(cluster.url, folder, **ROOM, **way)
            server.program = numbers.server_program
            there.servers.append(server)
            stack.push_async_callback(server.kill)
            await there.start_server(server)
        if numbers.with_small_disk:
            _add_small_disk(there, stack)
        await _add_desks(there, numbers, seed, stack)
        yield there


async def _add_bus(there: Site, stack: AsyncExitStack) -> None:
    if not is_installed():
        there.reasons.append("no message bus: nats-server is not installed")
        return
    there.bus = Bus()
    stack.push_async_callback(there.bus.kill)
    await there.bus.start()


def _add_small_disk(there: Site, stack: AsyncExitStack) -> None:
    try:
        there.small_disk = SmallDisk(there.folder / "small-disk", _SMALL_DISK_MB)
    except NotPermitted as why:
        there.reasons.append(f"no full disk: {why}")
        return
    stack.callback(there.small_disk.close)


async def _add_desks(there: Site, numbers: Numbers, seed: int, stack: AsyncExitStack) -> None:
    specs = []
    for number in range(numbers.desks):
        name = f"desk-{number:03d}"
        server = there.servers[number % len(there.servers)]
        cable = Cable(server.port, random.Random(f"{seed} {name}"))
        there.cables[name] = await stack.enter_async_context(cable)
        specs.append(
            DeskSpec(
                name=name, login=_WORKERS[number % len(_WORKERS)], server=cable.url,
                home=str(there.folder / "homes" / name), seed=seed * 1000 + number,
                steady=numbers.steady,
            )
        )  # fmt: skip
    at_once = numbers.desks_per_process
    if there.small_disk is not None:  # the last process stands on it
        specs = [
            *specs[:-_ON_SMALL_DISK],
            *(
                replace(spec, home=str(there.small_disk.path / spec.name))
                for spec in specs[-_ON_SMALL_DISK:]
            ),
        ]
    for number, first in enumerate(range(0, len(specs), at_once)):
        process = DeskProcessHandle(
            number, specs[first : first + at_once], there.folder, numbers.pace_s
        )
        there.processes.append(process)
        stack.push_async_callback(process.kill)
        await process.start()


def forget(folder: Path) -> None:
    """Remove what a run left behind."""
    shutil.rmtree(folder, ignore_errors=True)
