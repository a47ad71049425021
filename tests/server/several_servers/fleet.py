"""Several server processes on one database, and what each of them measures of its bus."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from tests.end_to_end.polling import until
from tests.end_to_end.server import ServerProcess


class Fleet:
    """Servers of one database.

    Attributes:
        servers: Those that were started, in that order.
    """

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url = database_url
        self.servers: list[ServerProcess] = []
        self._folder = folder

    async def start(self, count: int, **environment: str) -> list[ServerProcess]:
        """So many more, all at once; each with a data folder of its own."""
        new = [self.add(**environment) for _ in range(count)]
        await asyncio.gather(*(server.start() for server in new))
        return new

    def add(self, **environment: str) -> ServerProcess:
        """One more that the test starts itself."""
        folder = self._folder / f"server {len(self.servers)}"
        folder.mkdir()
        server = ServerProcess(self.database_url, folder, **environment)
        self.servers.append(server)
        return server

    async def kill(self) -> None:
        await asyncio.gather(*(server.kill() for server in self.servers))


async def measured(server: ServerProcess, sample: str) -> float:
    """What the server says of a measurement, as `name{label="value"}`; 0 where it says nothing."""
    async with httpx.AsyncClient(trust_env=False) as http:
        page = (await http.get(f"{server.url}/metrics")).text
    for line in page.splitlines():
        name, _, value = line.rpartition(" ")
        if name == sample:
            return float(value)
    return 0.0


async def can_tell_its_peers(server: ServerProcess, bus: str) -> bool:
    return await measured(server, f'clinicdesk_hints_bus_up{{bus="{bus}"}}') == 1


async def joined(servers: list[ServerProcess], bus: str) -> None:
    """Wait until each of them can tell the others."""
    for server in servers:
        await until(lambda server=server: can_tell_its_peers(server, bus))


async def hints_heard(server: ServerProcess, bus: str) -> float:
    return await measured(server, f'clinicdesk_hints_heard_total{{bus="{bus}"}}')
