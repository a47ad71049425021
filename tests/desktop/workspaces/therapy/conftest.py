"""A therapist's place for each test, at a desk that never meets a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.core.desk import Desk
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.desktop.workspaces.therapy.room import DemoRows, Room, open_desk, open_room, settled

Opening = Callable[..., Awaitable[Room[Any]]]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture(scope="session")
def demo() -> DemoRows:
    return DemoRows()


@pytest.fixture
async def desk(demo: DemoRows, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await open_desk(tmp_path, demo.member, demo.rows, demo.medicines)
    yield desk
    await desk.close()


@pytest.fixture
async def open_place(design: Design, desk: Desk) -> AsyncIterator[Opening]:
    """Opens a place of the desk and shows it; closes it when the test ends."""
    opened: list[Room[Any]] = []

    async def opening(make: Any = TherapyWorkspace, *, live: bool = True) -> Room[Any]:
        room = open_room(desk, design, make, live=live)
        opened.append(room)
        room.place.show()
        room.place.activateWindow()
        await settled()
        room.place.focus_start()
        await settled()
        return room

    yield opening
    for room in opened:
        await room.close()


@pytest.fixture
async def room(open_place: Opening) -> Room[TherapyWorkspace]:
    return await open_place()
