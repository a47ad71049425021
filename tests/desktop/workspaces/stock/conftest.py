"""The looks, and the place for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from tests.desktop.workspaces.dashboard.page import some_shelves
from tests.desktop.workspaces.pharmacy.counter import open_desk, settled, until
from tests.desktop.workspaces.stock.place import Place, open_place, some_orders


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def place(design: Design, tmp_path: Path) -> AsyncIterator[Place]:
    """Shelves and orders, in front of somebody."""
    desk = await open_desk(tmp_path, *some_shelves(), *some_orders())
    place = await open_place(desk, design)
    place.workspace.show()
    place.workspace.activateWindow()
    place.workspace.focus_start()
    model = place.workspace.shelves.model
    await until(lambda: "…" not in str(model.data(model.index(0))), "the medicines' names")
    await settled()
    yield place
    await place.tasks.end()
    place.workspace.close()
    place.workspace.deleteLater()
    await desk.close()
