"""The page of the price list at a real server: a file is chosen, looked at, and in force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication

from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.stock.prices import PricesPage
from tests.end_to_end.clinic import AMOXICILLIN, CLINIC, MAIN, PARACETAMOL
from tests.end_to_end.desks import Office
from tests.end_to_end.polling import until
from tests.end_to_end.shelves import open_price_lists
from tests.end_to_end.truth import Truth

MEGABYTE = 1024 * 1024


@dataclass
class Page:
    """The page in front of somebody, and what it said beside itself."""

    desk: Desk
    page: PricesPage
    said: list[tuple[str, Tone]] = field(default_factory=list)

    @property
    def trouble(self) -> str:
        """The sentence that stands on the page."""
        return " ".join(
            each.accessibleName() for each in self.page.findChildren(InlineError)
            if each.isVisible()
        )  # fmt: skip

    async def chosen(self, path: Path) -> None:
        """The file was named in the dialog; the page has said what is in it."""
        self.page.read(path)
        await until(self.page.importing.open_button.isEnabled)

    def lines(self) -> str:
        """What the table lists."""
        model = self.page.importing.table.model()
        cells = [
            str(model.index(row, column).data() or "")
            for row in range(model.rowCount())
            for column in range(model.columnCount())
        ]
        return " | ".join(cells)


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def page(office: Office, truth: Truth, design: Design) -> AsyncIterator[Page]:
    """Of a pharmacist whose pharmacy has an empty list."""
    await open_price_lists(truth)
    desk = await office.open("pia")
    await until(lambda: desk.pricing.list_of(MAIN))
    tasks = TaskOwner(Reporter())
    said: list[tuple[str, Tone]] = []
    context = Context(
        desk=desk, design=design, tasks=tasks,
        toast=lambda text, tone=Tone.NEUTRAL, **_: said.append((text, tone)),
        go=lambda _kind, _thing: None, zone=ZoneInfo("Asia/Kolkata"),
        painted=PaintTrace(NoTrace()),
    )  # fmt: skip
    page = PricesPage(context, utc_now)
    page.resize(1000, 700)
    page.show()
    yield Page(desk, page, said)
    await tasks.end()
    page.close()
    page.deleteLater()


def a_file(folder: Path, content: str) -> Path:
    path = folder / "prices.csv"
    path.write_text(content, encoding="utf-8")
    return path


async def nothing_changed(page: Page, truth: Truth) -> None:
    assert await truth.value("select count(*) from price where clinic_id = %(c)s", c=CLINIC) == 0
    listed = page.desk.pricing.list_of(MAIN)
    assert listed is not None
    assert listed.revision == 1


async def test_a_file_is_looked_at_taken_and_the_prescribers_price(
    page: Page, office: Office, tmp_path: Path
) -> None:
    tara = await office.open("tara")
    await page.chosen(a_file(tmp_path, "code,price\nParacetamol,15.50\nAmoxicillin,130\n"))
    assert page.trouble == ""
    assert page.page.importing.preview is not None
    assert page.page.importing.preview.writes == 2
    assert "Paracetamol" in page.lines()
    known = await tara.search.medicines_of([PARACETAMOL, AMOXICILLIN])
    assert await tara.pricing.price_at(MAIN, known[PARACETAMOL]) == 2_000

    page.page.importing.apply()
    await until(lambda: page.said)
    assert page.said[-1][1] is Tone.SUCCESS
    assert page.page.importing.preview is None

    async def is_known() -> bool:
        return await tara.pricing.price_at(MAIN, known[PARACETAMOL]) == 1_550

    await until(is_known)
    assert await tara.pricing.price_at(MAIN, known[AMOXICILLIN]) == 13_000


async def test_one_line_of_ten_megabytes_is_not_even_sent(
    page: Page, truth: Truth, tmp_path: Path
) -> None:
    await page.chosen(a_file(tmp_path, "x" * (10 * MEGABYTE)))
    assert "8 MB" in page.trouble
    assert page.page.importing.preview is None
    await nothing_changed(page, truth)


async def test_a_line_without_an_end_is_refused_by_the_server(
    page: Page, truth: Truth, tmp_path: Path
) -> None:
    await page.chosen(a_file(tmp_path, "code,price\n" + "x" * (5 * MEGABYTE)))
    assert page.page.importing.preview is None or page.page.importing.preview.writes == 0
    assert page.trouble or "row" in page.lines().lower() or page.lines()
    assert not page.page.importing.apply_button.isEnabled()
    await nothing_changed(page, truth)


async def test_a_doubled_code_and_another_currency_are_left_out_by_line(
    page: Page, truth: Truth, tmp_path: Path
) -> None:
    content = "code,price,currency\nParacetamol,15,INR\nParacetamol,16,INR\nAmoxicillin,9,USD\n"
    await page.chosen(a_file(tmp_path, content))
    preview = page.page.importing.preview
    assert preview is not None
    assert [(line.line, line.field) for line in preview.left_out] == [
        (3, "code"),
        (4, "currency"),
    ]
    assert "Line 2" in preview.left_out[0].detail
    assert "USD" in preview.left_out[1].detail
    page.page.importing.tabs.select("left_out")
    assert "Paracetamol" in page.lines()
    await nothing_changed(page, truth)


async def test_a_file_that_is_no_price_list_is_named_as_such(
    page: Page, truth: Truth, tmp_path: Path
) -> None:
    for content in ("", "name,colour\nParacetamol,red\n", "\x00\x01\x02"):
        await page.chosen(a_file(tmp_path, content))
        assert page.trouble, repr(content)
        assert page.page.importing.preview is None
    await page.chosen(tmp_path / "gone.csv")
    assert "gone.csv" in page.trouble
    await nothing_changed(page, truth)
