"""An order leaves the house: seen as paper, printed or saved, by key and without the server."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog

from clinicdesk.contract.commands import SubmitSupplyOrder
from clinicdesk.contract.paper import Document, PaperForm, Printed
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.printing.destinations import PrintingChoices, ToFile
from clinicdesk.desktop.printing.preview import PrintPreview
from tests.core.sample import an_id
from tests.desktop.workspaces.dashboard.page import a_medicine
from tests.desktop.workspaces.pharmacy.counter import pharmacist, settled, until
from tests.printing.readers import words_of

if TYPE_CHECKING:
    from tests.desktop.workspaces.stock.place import Place

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def without_the_server(place: Place) -> None:
    place.desk.link.become(LinkStatus.OFFLINE)


async def shown(place: Place) -> PrintPreview:
    """The preview, when its pages are there."""
    window = place.workspace.window()
    await until(lambda: [each for each in window.findChildren(PrintPreview) if each.isVisible()])
    (preview,) = (each for each in window.findChildren(PrintPreview) if each.isVisible())
    await until(preview.ui.preview_print.isEnabled)
    return preview


async def choose_order(place: Place, name: str) -> None:
    place.workspace.open_thing("supply_order", an_id(name))
    await settled()


async def save(place: Place, preview: PrintPreview, words: str, path: Path) -> None:
    """Save it by keyboard, as what `words` say."""
    told = len(place.said)
    where = preview.findChild(QComboBox, "preview_where")
    (index,) = [at for at in range(where.count()) if where.itemText(at).startswith(words)]
    where.setCurrentIndex(index)
    QTest.keyClick(preview, Qt.Key.Key_Return)
    (dialog,) = preview.findChildren(QFileDialog)
    assert dialog.defaultSuffix() == path.suffix[1:]
    dialog.fileSelected.emit(str(path))
    dialog.close()
    await until(lambda: len(place.said) > told)
    assert place.said[-1][0] == "Saved"
    await settled()
    place.workspace.activateWindow()  # a window manager's work, and none is here
    await settled()


async def untold(place: Place) -> list[Printed]:
    """Prints that wait to be told to the server."""
    keys = await place.desk.scratch.keys("print:")
    found = [await place.desk.scratch.read(key, Printed) for key in reversed(keys)]
    return [each for each in found if each is not None]


async def test_the_key_shows_the_order_as_paper_and_its_print_is_kept_for_the_server(
    place: Place, tmp_path: Path
) -> None:
    await choose_order(place, "sent")
    place.key(Qt.Key.Key_P, CTRL)
    preview = await shown(place)
    assert preview.ui.preview_about.text() == "Sahyadri Pharma Distributors · SO-SENT"
    target = tmp_path / "order.pdf"
    await save(place, preview, "Save as PDF", target)
    said = words_of(target.read_bytes())
    for part in (
        "Order SO-SENT",
        "Sahyadri Pharma Distributors",
        "Licence",
        "3 products, 15 packs",
    ):
        assert part in said, part
    (told,) = await untold(place)
    assert (told.document, told.subject_id) == (Document.SUPPLY_ORDER, an_id("sent"))
    assert (told.form, told.what) == (PaperForm.PDF, "")


async def test_sending_an_order_offers_its_paper_at_once_with_who_sent_it(
    place: Place, tmp_path: Path
) -> None:
    await choose_order(place, "draft")
    place.key(Qt.Key.Key_F5)
    preview = await shown(place)
    assert any(isinstance(e.command, SubmitSupplyOrder) for e in place.desk.outbox.entries())
    target = tmp_path / "order.pdf"
    await save(place, preview, "Save as PDF", target)
    said = words_of(target.read_bytes())
    assert "Draft" not in said
    assert f"Ordered by {pharmacist.name}" in said


async def test_a_draft_is_seen_before_it_is_sent_and_makes_no_copy_of_the_order(
    place: Place, tmp_path: Path
) -> None:
    await choose_order(place, "draft")
    place.key(Qt.Key.Key_P, CTRL)
    await save(place, await shown(place), "Save as PDF", tmp_path / "draft.pdf")
    assert "Draft of an order" in words_of((tmp_path / "draft.pdf").read_bytes())
    assert not place.desk.outbox.entries(), "looking sends nothing"
    await settled()
    place.key(Qt.Key.Key_F5)
    preview = await shown(place)
    assert not preview.findChild(Banner, "preview_copy").isVisible()


async def test_the_order_is_saved_as_a_table_and_where_it_went_is_remembered(
    place: Place, tmp_path: Path
) -> None:
    await choose_order(place, "sent")
    place.key(Qt.Key.Key_P, CTRL)
    target = tmp_path / "order.csv"
    await save(place, await shown(place), "Save as a table (CSV)", target)
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))
    assert [(row["Order"], row["No"], row["Packs"], row["Cost of a pack"]) for row in rows] == [
        ("SO-SENT", str(number), "5", "8.00") for number in (1, 2, 3)
    ]
    assert rows[0]["Code"] == a_medicine(rows[0]["Medicine"].split()[0]).code
    (told,) = await untold(place)
    assert (told.form, told.what) == (PaperForm.CSV, "csv")
    kept = PrintingChoices.read(place.desk.session.home.config)
    assert kept.destination(Document.SUPPLY_ORDER) == ToFile(csv=True)


async def test_the_second_paper_says_that_it_is_a_copy(place: Place, tmp_path: Path) -> None:
    await choose_order(place, "sent")
    for number in (1, 2):
        place.key(Qt.Key.Key_P, CTRL)
        preview = await shown(place)
        assert preview.findChild(Banner, "preview_copy").isVisible() == (number == 2)
        await save(place, preview, "Save as PDF", tmp_path / f"{number}.pdf")
        await settled()
    assert "Copy 2: not a second order" in words_of((tmp_path / "2.pdf").read_bytes())
