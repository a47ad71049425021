"""The prescriptions that a desk has let go, in the patient's page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.working_set import settled_before
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.button import Button
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.patient_page import PatientPage
from tests.core import sample
from tests.core.conftest import LastingVault, sign_in
from tests.core.sample import NOON, PATIENT, a_patient, a_prescription, an_id, an_item, signed
from tests.core.small_server import PAGE, SmallServer
from tests.desktop.shell.on_qt_loop import on_qt_loop, until

OLD = ("one", "two", "three", "four")


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


class Page:
    """A patient's page at a desk that let go of what was settled."""

    def __init__(self, desk: Desk, page: PatientPage) -> None:
        self.desk = desk
        self.page = page

    def part(self, name: str) -> QWidget:
        found = self.page.findChild(QWidget, name)
        assert found is not None, name
        return found

    def said(self, name: str) -> str:
        part = self.part(name)
        return str(part.property("text")) if part.isVisible() else ""

    @property
    def button(self) -> Button:
        found = self.part("older_prescriptions_button")
        assert isinstance(found, Button)
        return found

    @property
    def rows(self) -> int:
        return self.page.older.list.model().rowCount()

    async def press(self) -> None:
        before = self.rows
        QTest.mouseClick(self.button, Qt.MouseButton.LeftButton)
        await until(lambda: self.rows > before, "older prescriptions")


@asynccontextmanager
async def a_page(design: Design, folder: Path, *, old: int) -> AsyncIterator[Page]:
    server = SmallServer(sample.therapist, sample.pharmacist)
    server.write(a_patient())
    for day, name in enumerate(OLD[:old]):
        at = NOON + timedelta(days=day)
        done = PrescriptionStatus.COMPLETED
        row = signed(a_prescription(name, created_at=at, updated_at=at, status=done))
        line = an_item(
            row, f"line of {name}", substitute_id=an_id("Novamox"), substitute_brand="Novamox",
            substitution_reason="Out of stock",
        )  # fmt: skip
        server.write(row, line)
    await server.start()
    desk = await Desk.open(await sign_in(server, sample.therapist, folder, LastingVault()))
    await until(lambda: desk.link.status is LinkStatus.LIVE, "a desk that follows")
    await desk.replica.let_go(settled_before(utc_now()), frozenset())
    tasks = TaskOwner(Reporter())
    context = Context(
        desk=desk, design=design, tasks=tasks, toast=lambda *_: None, go=lambda *_: None,
        zone=ZoneInfo("Asia/Kolkata"), painted=PaintTrace(NoTrace()),
    )  # fmt: skip
    page = PatientPage(context, clinical=True)
    page.resize(900, 700)
    page.show_patient(PATIENT)
    page.show()
    try:
        yield Page(desk, page)
    finally:
        await tasks.end()
        page.deleteLater()
        await desk.close()
        await server.stop()


@on_qt_loop
async def test_older_prescriptions_come_from_the_server_page_by_page(
    design: Design, tmp_path: Path
) -> None:
    async with a_page(design, tmp_path, old=len(OLD)) as page:
        assert page.rows == 0
        await page.press()
        assert page.rows == PAGE
        assert page.button.text() == "Show more"
        await page.press()
        assert page.rows == len(OLD)
        assert not page.button.isVisible()
        assert len(page.desk.replica.prescriptions) == 0


@on_qt_loop
async def test_the_chosen_one_shows_its_lines(design: Design, tmp_path: Path) -> None:
    async with a_page(design, tmp_path, old=1) as page:
        await page.press()
        page.page.older.selection.choose(an_id("one"))
        await until(lambda: page.said("older_prescription_lines"), "the lines")
        words = "Amoxicillin 500 mg capsule: 1 capsule, three times a day"
        said = page.said("older_prescription_lines").replace("\N{NO-BREAK SPACE}", " ")
        assert words in said
        assert said.endswith("Novamox instead of Amoex · Out of stock")


@on_qt_loop
async def test_a_patient_without_older_ones_is_said_to_have_none(
    design: Design, tmp_path: Path
) -> None:
    async with a_page(design, tmp_path, old=0) as page:
        QTest.mouseClick(page.button, Qt.MouseButton.LeftButton)
        await until(lambda: page.said("older_prescriptions_said") == "There are no older ones.")


@on_qt_loop
async def test_without_the_server_the_button_is_off_and_says_why(
    design: Design, tmp_path: Path
) -> None:
    async with a_page(design, tmp_path, old=1) as page:
        page.desk.link.become(LinkStatus.OFFLINE, "gone")
        assert not page.button.isEnabled()
        assert page.said("older_prescriptions_reason") == "They need the server"
        page.desk.link.become(LinkStatus.LIVE)
        assert page.button.isEnabled()
        assert page.said("older_prescriptions_reason") == ""


@on_qt_loop
async def test_another_patient_finds_it_closed(design: Design, tmp_path: Path) -> None:
    async with a_page(design, tmp_path, old=1) as page:
        await page.press()
        page.page.older.show_patient(an_id("somebody else"))
        assert page.rows == 0
        assert page.button.text() == "Older prescriptions"
