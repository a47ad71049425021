"""A desk for each test that prints."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.contract.entities import Row
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from tests.desktop.printing.paper_desk import PaperDesk, open_paper_desk
from tests.desktop.workspaces.pharmacy.counter import settled

Opening = Callable[..., Awaitable[PaperDesk]]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def open_with(design: Design, tmp_path: Path) -> AsyncIterator[Opening]:
    """Opens a desk over these rows, shows its view, and closes it when the test ends."""
    opened: list[PaperDesk] = []

    async def opening(*rows: Row) -> PaperDesk:
        paper = await open_paper_desk(tmp_path / str(len(opened)), design, *rows)
        opened.append(paper)
        paper.view.show()
        await settled()
        return paper

    yield opening
    for paper in opened:
        await paper.tasks.end()
        paper.view.close()
        paper.view.deleteLater()
        await settled()
        await paper.desk.close()
