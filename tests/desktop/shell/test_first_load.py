"""A desk that has nothing yet: how its clinic comes, and what is said when it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QProgressBar, QWidget

from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.snapshot_intake import Progress
from clinicdesk.core.trace import Trace
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.shell.first_load import FirstLoad
from tests.core.sample import a_patient, a_snapshot, pharmacist
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.seats import Seat, a_seat, a_session, home_in


class Marks:
    """How often each thing was traced."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()

    def mark(self, event: str, **_ids: object) -> None:
        self.count[event] += 1


@asynccontextmanager
async def a_new_seat(
    design: Design, folder: Path, trace: Trace | None = None
) -> AsyncIterator[Seat]:
    """Somebody has signed in for the first time on this computer."""
    desk = await Desk.open(await a_session(home_in(folder)), trace=trace)
    await until(lambda: desk.link.status is LinkStatus.OFFLINE, "nobody there")
    seat = Seat(desk, design, folder)
    try:
        yield seat
    finally:
        await seat.leave()
        await desk.close()


def page(seat: Seat) -> FirstLoad | None:
    found = seat.window.ui.workspaces.currentWidget()
    return found if isinstance(found, FirstLoad) else None


def said(seat: Seat) -> str:
    state = seat.window.findChild(QWidget, "first_load_state")
    assert state is not None
    return state.accessibleName()


def bar(seat: Seat) -> QProgressBar:
    found = seat.window.findChild(QProgressBar, "first_load_bar")
    assert found is not None
    return found


@on_qt_loop
async def test_how_far_the_clinic_is_stands_where_the_workspace_will_be(
    design: Design, tmp_path: Path
) -> None:
    async with a_new_seat(design, tmp_path) as seat:
        seat.desk.link.become(LinkStatus.CATCHING_UP)
        seat.desk.link.progress_to(Progress(12_400, 50_000))
        assert page(seat) is not None
        assert said(seat) == "Fetching your clinic"
        assert bar(seat).isVisible()
        assert bar(seat).value() == 248
        assert seat.window.pill.text() == "Catching up 24 %"


@on_qt_loop
async def test_the_workspace_comes_when_everything_is_here(design: Design, tmp_path: Path) -> None:
    async with a_new_seat(design, tmp_path) as seat:
        await until(seat.window.search.isEnabled, "the whole window")
        seat.window.activateWindow()
        QTest.keyClick(seat.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
        assert page(seat) is not None
        await seat.desk.replica.swap(a_snapshot(pharmacist, a_patient()))
        await until(lambda: page(seat) is None, "the workspace")
        assert seat.workspace("other").isVisible()
        assert seat.workspace("other").typed.hasFocus()


@on_qt_loop
async def test_a_clinic_that_cannot_be_fetched_is_said_to_be_missing_and_asked_for_again(
    design: Design, tmp_path: Path
) -> None:
    marks = Marks()
    async with a_new_seat(design, tmp_path, marks) as seat:
        assert said(seat) == "Your clinic is not on this computer yet"
        assert not bar(seat).isVisible()
        state = page(seat)
        assert state is not None
        (again,) = (b for b in state.findChildren(QAbstractButton) if b.isVisible())
        assert again.text() == "Try again"
        before = marks.count["fetch snapshot"]
        QTest.mouseClick(again, Qt.MouseButton.LeftButton)
        await until(lambda: marks.count["fetch snapshot"] > before, "another attempt")
        assert page(seat) is not None


@on_qt_loop
async def test_rows_that_are_fetched_anew_leave_the_workspace_where_it_is(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, a_patient()) as seat:
        seat.desk.link.become(LinkStatus.CATCHING_UP)
        seat.desk.link.progress_to(Progress(1, 3))
        assert page(seat) is None
        assert seat.window.pill.text() == "Catching up 33 %"
        seat.desk.link.progress_to(None)
        assert seat.window.pill.text() == "Catching up"
