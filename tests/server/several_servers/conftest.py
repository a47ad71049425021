"""A clinic of its own for each test, and as many servers on its database as the test asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.several_servers.fleet import Fleet
from tests.server.several_servers.nats_process import NatsProcess
from tests.server.several_servers.visitors import Visitors


@pytest.fixture
async def nats() -> AsyncIterator[NatsProcess]:
    nats = NatsProcess()
    try:
        await nats.start()
        yield nats
    finally:
        await nats.kill()


@pytest.fixture
async def fleet(database_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    fleet = Fleet(database_url, tmp_path)
    yield fleet
    await fleet.kill()


@pytest.fixture
async def visitors() -> AsyncIterator[Visitors]:
    visitors = Visitors()
    yield visitors
    await visitors.close()
