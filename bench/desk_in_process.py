"""A pharmacist's desk with its real window inside of the measuring process, the server down."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QWidget

from bench.figures import resident_mb
from bench.remembered_desk import LastingMemoryVault, leave_behind
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.desktop.app import collect_here
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.door import clinic_zone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.places import workspaces_of
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.shell.desk_view import DeskView
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context

_SIZE: Final = (1280, 800)
_PATIENCE_S: Final = 60.0
_Child = TypeVar("_Child", bound=QWidget)


class Marks:
    """A trace in memory: the moment of each event's last mark, `time.perf_counter()`."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def mark(self, event: str, **_ids: object) -> None:
        self.at[event] = time.perf_counter()


class Opened(Struct, frozen=True):
    """The desk in its window.

    Attributes:
        first_rows_ms: From asking for the desk to its first rows painted.
        complete_ms: Until every row is in memory. grown_mb: memory that was taken meanwhile.
    """

    desk: Desk
    window: MainWindow
    marks: Marks
    tasks: TaskOwner
    first_rows_ms: float
    complete_ms: float
    grown_mb: float

    @property
    def queue(self) -> QAbstractItemView:
        """The list of prescriptions."""
        return _child(self.window, QAbstractItemView, "queue_list")

    @property
    def search_field(self) -> QLineEdit:
        """The queue's own search."""
        return _child(self.window, QLineEdit, "queue_search")


@asynccontextmanager
async def opened_desk(patients: int, prescriptions: int) -> AsyncIterator[Opened]:
    """Make the store, then open it as the program does; only the opening is timed."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home("bench", Path(folder) / "config", Path(folder) / "data")
        # In another process: what making the rows takes is not the desk's memory.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            made = other.submit(_make, home, patients, prescriptions)
            user, secrets = await asyncio.wrap_future(made)
        opened = await _open(user, home, LastingMemoryVault(secrets))
        try:
            yield opened
        finally:
            opened.window.hide()
            await opened.tasks.end()
            await opened.desk.close()


def _make(home: Home, patients: int, prescriptions: int) -> tuple[Remembered, dict[str, str]]:
    vault = LastingMemoryVault()
    user = asyncio.run(leave_behind(home, vault, patients=patients, prescriptions=prescriptions))
    return user, vault.secrets


async def _open(user: Remembered, home: Home, vault: LastingMemoryVault) -> Opened:
    window, design = await empty_window()
    marks, grown, begun = Marks(), resident_mb(), time.perf_counter()
    desk = await Desk.open_offline(
        user, home=home, vault=vault, profiles=Profiles.read(home), trace=marks
    )
    tasks = TaskOwner(Reporter())
    show_desk(desk, home, window, design, marks, tasks)
    await _until(lambda: "painted" in marks.at)
    first_rows = marks.at["painted"] - begun
    await _until(lambda: desk.replica.complete)
    complete = time.perf_counter() - begun
    return Opened(
        desk, window, marks, tasks, first_rows * 1e3, complete * 1e3, resident_mb() - grown
    )


async def empty_window() -> tuple[MainWindow, Design]:
    """The window as it stands before any desk is open, painted."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    collect_here(app)
    design = apply(app, Appearance.LIGHT)
    window = MainWindow(design, utc_now)
    window.resize(*_SIZE)
    window.show()
    await asyncio.sleep(0.1)
    return window, design


def show_desk(
    desk: Desk, home: Home, window: MainWindow, design: Design, marks: Marks, tasks: TaskOwner
) -> DeskView:
    """Put a desk into the window, as the program does."""
    context = Context(
        desk=desk, design=design, tasks=tasks, toast=window.toast,
        go=lambda _kind, _thing: None, zone=clinic_zone(desk.clinic.zone),
        painted=PaintTrace(marks),
    )  # fmt: skip
    makers = workspaces_of(desk.member.role)
    return DeskView(window, context, makers, Settings.read(home), utc_now)


async def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit("the window did not come to show its rows")
        await asyncio.sleep(0.002)


def _child(window: QWidget, kind: type[_Child], name: str) -> _Child:
    found = window.findChild(kind, name)
    assert found is not None, name
    return found
