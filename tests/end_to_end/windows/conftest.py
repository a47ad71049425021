"""Real windows on a real server, worked in by mouse and keyboard.

`clinic` runs for the whole session: one server process, started again where a test killed it.
`stage` has two windows that the tests of one module share; `opened` opens windows for one test.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clinicdesk.demo.hands import Hands
from clinicdesk.demo.witness import Witness
from tests.end_to_end.windows.backstage import Backstage, Clinic
from tests.end_to_end.windows.stage import Opened, Stage
from tests.postgres import url_of

_DATABASE = "windows"
_PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]  # noqa: ANN201
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture(scope="session")
def server_and_cable(
    demo_template: str, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {_DATABASE} template {demo_template}")
    backstage = Backstage()
    folder = tmp_path_factory.mktemp("server")
    clinic = Clinic(backstage, url_of(_DATABASE, postgres_url), folder)
    yield clinic
    clinic.close()
    backstage.close()


@pytest.fixture
def clinic(server_and_cable: Clinic) -> Clinic:
    """The clinic in order, whatever the test before did to it."""
    server_and_cable.mend()
    return server_and_cable


@pytest.fixture(scope="session")
def hands() -> Hands:
    return Hands()


@pytest.fixture
def witness(hands: Hands) -> Iterator[Witness]:
    """Who sees what the notification daemon is told; there is nothing on the screen yet."""
    hands.clear_notifications()
    witness = Witness()
    yield witness
    witness.close()


@pytest.fixture
def opened(clinic: Clinic, hands: Hands, tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(clinic, hands, tmp_path)
    yield opened
    opened.close_all()
    assert opened.complaints() == ""


@pytest.fixture(scope="module")
def windows(
    server_and_cable: Clinic, hands: Hands, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    server_and_cable.mend()
    stage = Stage(server_and_cable, hands, tmp_path_factory.mktemp("desks"))
    yield stage
    stage.close()
    assert stage.complaints() == ""


@pytest.fixture
def stage(windows: Stage, clinic: Clinic, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Two windows of one module's tests, both live; opened anew after a test that failed."""
    windows.wait_live()
    yield windows
    if not request.node.stash.get(_PASSED, False):
        clinic.mend()
        windows.open_anew()
