"""At the prices: what a medicine costs here, and another price in its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from clinicdesk.contract.commands import SetPrice
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.problems import InvalidField
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.shell.outbox_words import about_words
from clinicdesk.desktop.workspaces.stock.days import day_text, read_day
from clinicdesk.desktop.workspaces.stock.price_lookup import PriceLookup
from tests.desktop.workspaces.dashboard.page import some_shelves
from tests.desktop.workspaces.pharmacy.counter import open_desk, settled, until
from tests.desktop.workspaces.stock.place import Place, open_place
from tests.desktop.workspaces.stock.price_list import (
    TODAY,
    a_price,
    a_price_list,
    keep_prices,
    real_medicines,
)

AZITHROMYCIN = next(each for each in real_medicines() if each.brand.startswith("Azithosag"))
OTHER = next(each for each in real_medicines() if each.generic_name == "Cetirizine")


@pytest.fixture
async def prices(design: Design, tmp_path: Path) -> AsyncIterator[Place]:
    """The page of the prices, in front of somebody, with a real list."""
    desk = await open_desk(tmp_path, *some_shelves(), a_price_list())
    place = await open_place(desk, design)
    listed = [a_price(AZITHROMYCIN, 11_000, -60), a_price(AZITHROMYCIN, 12_000, 20)]
    await keep_prices(desk, real_medicines(), listed)
    place.workspace.show()
    place.workspace.activateWindow()
    await until(place.workspace.isActiveWindow)
    place.workspace.show_place("prices")
    await settled()
    yield place
    await place.tasks.end()
    place.workspace.close()
    place.workspace.deleteLater()
    await desk.close()


def lookup(place: Place) -> PriceLookup:
    return place.workspace.prices.lookup


async def shown(place: Place, medicine: Medicine) -> None:
    def is_shown() -> bool:
        prices = lookup(place).shown
        return prices is not None and prices.medicine.id == medicine.id

    await until(is_shown, medicine.brand)


async def find(place: Place, medicine: Medicine) -> None:
    place.type(medicine.brand)
    await shown(place, medicine)


async def test_with_nothing_typed_what_is_kept_here_is_listed(prices: Place) -> None:
    await until(lambda: lookup(prices).model.rowCount() == 6)
    assert lookup(prices).shown is not None


async def test_a_few_letters_show_what_it_costs_since_when_and_until_when(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    pane = lookup(prices).pane
    assert pane._price.text() == "₹\N{NO-BREAK SPACE}110.00"
    assert pane._sentence.text() == (
        "In force since 11 Jan 2026, until 31 Mar 2026. From 1 Apr 2026 a pack costs "
        "₹\N{NO-BREAK SPACE}120.00."
    )
    said = [str(pane._model.data(pane._model.index(row, 0))) for row in range(3)]
    assert said[-1].endswith("71.00"), "the formulary's price stands last"


async def test_a_scanned_pack_shows_its_price_whatever_was_typed(prices: Place) -> None:
    await find(prices, OTHER)
    assert AZITHROMYCIN.gtin is not None
    scan = ProductScan(AZITHROMYCIN.gtin, None, None, [AZITHROMYCIN])
    assert prices.workspace.take_scan(scan)
    await shown(prices, AZITHROMYCIN)
    assert prices.workspace.tabs.current == "prices"


async def test_a_pack_that_is_scanned_while_a_price_is_typed_loses_nothing(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    prices.key(Qt.Key.Key_F2)
    prices.type("125")
    assert prices.workspace.take_scan(ProductScan("1", None, None, [OTHER]))
    sheet = lookup(prices).sheet
    assert sheet.isVisible()
    assert sheet.price.text() == "125"
    assert any("another medicine" in text for text, _ in prices.said)


async def test_a_typed_barcode_finds_its_medicine(prices: Place) -> None:
    assert AZITHROMYCIN.gtin is not None
    prices.type(AZITHROMYCIN.gtin.lstrip("0"))
    await shown(prices, AZITHROMYCIN)
    assert lookup(prices).model.rowCount() == 1


async def test_a_typed_code_of_the_list_finds_its_medicine(prices: Place) -> None:
    prices.type(AZITHROMYCIN.code.lower())
    await shown(prices, AZITHROMYCIN)
    assert lookup(prices).list.currentIndex().row() == 0


async def test_another_price_is_set_by_keyboard_and_seen_at_once(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    prices.key(Qt.Key.Key_F2)
    assert lookup(prices).sheet.ui.sheet_confirm.text() == "Set the price"
    prices.type("125")
    prices.key(Qt.Key.Key_Return)
    await until(lambda: prices.desk.outbox.entries())
    (entry,) = prices.desk.outbox.entries()
    assert isinstance(entry.command, SetPrice)
    assert entry.command.price_minor == 12_500
    assert (entry.command.effective_from, entry.command.effective_until) == (TODAY, None)
    await until(lambda: "125.00" in lookup(prices).pane._price.text())
    said = about_words(entry, prices.desk.replica)
    assert said == "Azithromycin 250 mg tablet · ₹\N{NO-BREAK SPACE}125.00"


async def test_a_price_that_was_wrong_is_corrected_from_its_own_day(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    prices.key(Qt.Key.Key_F3)
    assert lookup(prices).sheet.begins.text() == day_text(TODAY - timedelta(days=60))
    prices.type("111")
    prices.key(Qt.Key.Key_Return)
    await until(lambda: prices.desk.outbox.entries())
    (entry,) = prices.desk.outbox.entries()
    assert isinstance(entry.command, SetPrice)
    assert entry.command.effective_from == TODAY - timedelta(days=60)


async def test_an_earlier_price_is_reached_and_corrected_without_the_mouse(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    prices.key(Qt.Key.Key_Return)
    assert lookup(prices).list.hasFocus()
    prices.key(Qt.Key.Key_Return)
    assert lookup(prices).pane.table.hasFocus()
    prices.key(Qt.Key.Key_Up)
    prices.key(Qt.Key.Key_Return)
    assert lookup(prices).sheet.begins.text() == day_text(TODAY + timedelta(days=20))
    assert lookup(prices).sheet.price.text() == "120.00"
    prices.key(Qt.Key.Key_Escape)
    assert lookup(prices).list.hasFocus()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("12,50", "“12,50” is no amount"), ("0", "0.00 is no price"), ("", "Write what a pack")],
)
async def test_a_refused_amount_is_named_and_nothing_is_saved(
    prices: Place, typed: str, said: str
) -> None:
    await find(prices, AZITHROMYCIN)
    prices.key(Qt.Key.Key_F2)
    if typed:
        prices.type(typed)
    else:
        prices.key(Qt.Key.Key_Delete)
    prices.key(Qt.Key.Key_Return)
    sheet = lookup(prices).sheet
    assert sheet.isVisible()
    assert said in sheet._price.error()
    assert sheet.price.hasFocus()
    assert not prices.desk.outbox.entries()


async def test_a_price_is_asked_for_the_medicine_that_is_shown_then(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    lookup(prices).search.setText(OTHER.brand)
    prices.key(Qt.Key.Key_F2)
    assert not lookup(prices).sheet.isVisible(), "what it would be about is being looked up"
    await until(lambda: lookup(prices).sheet.isVisible())
    assert OTHER.generic_name in lookup(prices).sheet.ui.sheet_about.text()
    lookup(prices).open_medicine(AZITHROMYCIN.id)
    await shown(prices, AZITHROMYCIN)
    assert not lookup(prices).sheet.isVisible()


async def test_a_price_that_the_server_refused_is_named_and_asked_for_again(prices: Place) -> None:
    await find(prices, AZITHROMYCIN)
    prices.key(Qt.Key.Key_F2)
    prices.type("125")
    prices.key(Qt.Key.Key_Return)
    await until(lambda: prices.desk.outbox.entries())
    (entry,) = prices.desk.outbox.entries()
    answer = InvalidField(detail="Look at the year again.", field="effective_from")
    await prices.desk.outbox.finish(entry.op_id, answer)
    banner = lookup(prices).pane._refused
    await until(banner.isVisible)
    assert "125.00" in banner.accessibleName()
    lookup(prices).search.setText("")
    (refused,) = prices.desk.outbox.refused()
    assert prices.workspace.mend(refused)
    await until(lambda: lookup(prices).sheet.isVisible())
    assert lookup(prices).sheet.price.text() == "125.00"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("1 Dec 2026", date(2026, 12, 1)),
        ("1 december 2026", date(2026, 12, 1)),
        ("31/12/2026", date(2026, 12, 31)),
        ("12.31.2026", date(2026, 12, 31)),
        ("5/5/2026", date(2026, 5, 5)),
        ("1 Mar", date(2027, 3, 1)),
        ("12 Mar", date(2026, 3, 12)),
        ("today", date(2026, 3, 12)),
        ("tomorrow", date(2026, 3, 13)),
        ("+7", date(2026, 3, 19)),
        ("01/12/2026", None),
        ("30 Feb 2026", None),
        ("1 Ma 2026", None),
        ("next week", None),
        ("", None),
    ],
)
def test_a_day_is_read_where_it_can_be_read_in_one_way_only(typed: str, meant: date | None) -> None:
    assert read_day(typed, date(2026, 3, 12)) == meant
