"""A clinic of its own for each test, a server process on it, desks that talk to it.

`server` serves, `proxy` is the cable to it, `office` where desks stand (their server is the proxy),
`truth` the database as its owner sees it. A module that kills its server overrides `server` by
`server_process`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.end_to_end.desks import Office
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.server import ServerHere, ServerProcess
from tests.own_settings import own_settings

__all__ = ["own_settings", "server", "server_process"]


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> AsyncIterator[ServerHere | ServerProcess]:
    server = ServerHere(database_url, tmp_path)
    await server.start()
    yield server
    await server.end()


@pytest.fixture
async def server_process(database_url: str, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(database_url, tmp_path)
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
async def proxy(server: ServerHere | ServerProcess) -> AsyncIterator[Proxy]:
    async with Proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
async def office(proxy: Proxy, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path, proxy.url)
    yield office
    await office.close_all()
