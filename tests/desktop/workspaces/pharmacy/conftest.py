"""A counter for each test, at a desk that never meets a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.contract.entities import Row
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from tests.desktop.workspaces.pharmacy.counter import Counter, open_counter, open_desk, settled

Opening = Callable[..., Awaitable[Counter]]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def open_with(design: Design, tmp_path: Path) -> AsyncIterator[Opening]:
    """Opens the counter over these rows and shows it; closes it when the test ends."""
    opened: list[Counter] = []

    async def opening(*rows: Row, live: bool = True) -> Counter:
        desk = await open_desk(tmp_path / str(len(opened)), *rows)
        counter = open_counter(desk, design, live=live)
        opened.append(counter)
        counter.workspace.show()
        counter.workspace.activateWindow()
        counter.workspace.focus_start()
        await settled()
        return counter

    yield opening
    for counter in opened:
        await counter.tasks.end()
        counter.workspace.close()
        counter.workspace.deleteLater()
        await settled()
        await counter.desk.close()
