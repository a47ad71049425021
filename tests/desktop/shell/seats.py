"""Desks without a server for tests of the window: the real core over a store of the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from clinicdesk.contract.entities import Member, Row
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.device import Device
from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.session import Session
from clinicdesk.core.trace import NoTrace
from clinicdesk.core.transport import Transport
from clinicdesk.core.vault import MemoryVault
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.shell.desk_view import DeskView
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from tests.core.sample import a_snapshot, an_id, clinic, pharmacist
from tests.desktop.shell.plain_workspace import PlainWorkspace, plain_workspaces

NOBODY = "http://127.0.0.1:9"
"""The discard port: nothing answers there."""


def home_in(folder: Path, profile: str = "test") -> Home:
    return Home(profile, folder / "config", folder / "data")


async def a_session(home: Home, member: Member = pharmacist, server: str = NOBODY) -> Session:
    """A session that was signed in to some time and cannot reach its server now."""
    vault = MemoryVault()
    profiles = Profiles.read(home)
    user = Remembered(
        server=server, login="pia", session_id=an_id("session"), member=member, clinic=clinic,
        last_used=datetime.now(UTC),
    )  # fmt: skip
    device = await Device.load(profiles.device_id, home, vault)
    return Session(user, device, Transport(server), home, vault, profiles, "a refresh token")


@asynccontextmanager
async def a_desk(folder: Path, *rows: Row, member: Member = pharmacist) -> AsyncIterator[Desk]:
    """An open desk that holds these rows."""
    desk = await Desk.open(await a_session(home_in(folder), member))
    try:
        await desk.replica.swap(a_snapshot(member, *rows))
        await desk.search.indexed()
        yield desk
    finally:
        await desk.close()


class Seat:
    """A window with somebody's desk in it.

    Attributes:
        told: Sentences that were reported.
    """

    def __init__(self, desk: Desk, design: Design, folder: Path) -> None:
        self.design = design
        self.desk = desk
        self.reporter = Reporter()
        self.told: list[str] = []
        self.reporter.reported.connect(self.told.append)
        self.tasks = TaskOwner(self.reporter)
        self.window = MainWindow(self.design, utc_now)
        self.context = Context(
            desk=desk,
            design=self.design,
            tasks=self.tasks,
            toast=self.window.toast,
            go=lambda kind, thing: self.view.go(kind, thing),
            zone=ZoneInfo("Asia/Kolkata"),
            painted=PaintTrace(NoTrace()),
        )
        self.settings = Settings.read(home_in(folder))
        makers = plain_workspaces(desk.member.role)
        self.view = DeskView(self.window, self.context, makers, self.settings, utc_now)
        self.window.resize(1280, 800)
        self.window.show()

    def workspace(self, key: str) -> PlainWorkspace:
        found = self.window.findChild(PlainWorkspace, f"workspace_{key}")
        assert isinstance(found, PlainWorkspace)
        return found

    async def leave(self) -> None:
        await self.tasks.end()
        self.view.close()
        self.window.deleteLater()


@asynccontextmanager
async def a_seat(
    design: Design, folder: Path, *rows: Row, member: Member = pharmacist
) -> AsyncIterator[Seat]:
    """A desk in its window, as after sign-in."""
    async with a_desk(folder, *rows, member=member) as desk:
        seat = Seat(desk, design, folder)
        try:
            yield seat
        finally:
            await seat.leave()
