"""A server of its own for the machine, which looks at everything afresh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clinicdesk.server.database.migrate import migrate
from clinicdesk.server.domain.staff import sessions
from clinicdesk.server.live import gateway
from tests.postgres import url_of
from tests.running_server import SECRET, RunningServer
from tests.state_machine.place import Place

POLL_S = 0.02


@pytest.fixture(scope="session")
def machine_database(postgres_url: str) -> str:
    """A migrated database, for all examples of this worker."""
    name = "state_machine"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    url = url_of(name, postgres_url)
    migrate(url)
    return url


@pytest.fixture
def place(
    machine_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    # Rights are trusted for two seconds and silent intervals told once a second; that they are is
    # tested elsewhere. The model knows one moment only.
    monkeypatch.setattr(sessions, "TRUSTED_S", 0.0)
    monkeypatch.setattr(gateway, "POLL_S", POLL_S)
    server = RunningServer(machine_database, tmp_path)
    server.start()
    place = Place(server, SECRET)
    yield place
    place.close()
    server.stop()
    server.client.close()
