"""Whatever a reason was asked for says it at its line, to everybody who may come to the counter."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView

from clinicdesk.contract.commands import SubstituteItem
from clinicdesk.contract.entities import ItemStatus, PrescriptionItem, PrescriptionStatus
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    an_order,
    product,
    settled,
    until,
)


def item(counter: Counter, line: int) -> PrescriptionItem:
    found = counter.desk.replica.items.get(an_id(f"rx line {line}"))
    assert found is not None
    return found


def medicine(counter: Counter, line: int) -> CellContent:
    index = counter.workspace.pane.items.index(line - 1, ItemColumn.MEDICINE)
    found: CellContent = index.data(CONTENT_ROLE)
    return found


def remarks(counter: Counter, line: int) -> list[str]:
    return [each.replace("\N{NO-BREAK SPACE}", " ") for each in medicine(counter, line).remarks]


def as_alerid(line: PrescriptionItem) -> PrescriptionItem:
    return replace(
        line, version=line.version + 1, substitute_id=product("Alerid").id,
        substitute_brand="Alerid", substitution_reason="Out of stock",
        prescribed_minor=line.amount_minor, amount_minor=2_800,
    )  # fmt: skip


@pytest.fixture
async def counter(open_with: Opening) -> Counter:
    """Three lines that are paid for, at a pharmacy that counts no stock."""
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    return await open_with(*rows.all(), an_order(rows.prescriptions[0]))


async def substitute(counter: Counter, brand: str, reason: str) -> None:
    counter.key(Qt.Key.Key_S)
    products: QListView = counter.find(QListView, "substitutes_list")
    await until(products.isVisible)
    if reason:
        counter.type(reason)
    while products.currentIndex().data(CONTENT_ROLE).primary != brand:
        counter.key(Qt.Key.Key_Down)
        await settled()
    counter.key(Qt.Key.Key_Return)
    await until(lambda: not counter.tasks.running)


async def test_after_a_substitution_the_line_says_what_to_take_from_the_shelf(
    counter: Counter,
) -> None:
    assert medicine(counter, 1).second.endswith("Cetzy")
    height = counter.workspace.pane.table.rowHeight(0)
    await substitute(counter, "Alerid", "Patient asks for it")
    await until(lambda: item(counter, 1).substitute_id is not None)
    assert remarks(counter, 1) == ["Alerid instead of Cetzy · ₹ 72.00 less · Patient asks for it"]
    assert "Cetzy" not in medicine(counter, 1).second
    assert counter.workspace.pane.table.rowHeight(0) > height, "nothing of it is cut off"
    assert counter.said[-1][0] == "Substituted. The prescriber is told."


async def test_the_product_that_was_written_needs_no_reason(counter: Counter) -> None:
    await counter.feed(as_alerid(item(counter, 1)))
    counter.key(Qt.Key.Key_S)
    products: QListView = counter.find(QListView, "substitutes_list")
    await until(products.isVisible)
    field: QLineEdit = counter.find(QLineEdit, "substitute_reason_field")
    field.clear()
    brands = [
        products.model().index(row, 0).data(CONTENT_ROLE).primary
        for row in range(products.model().rowCount())
    ]
    counter.key(Qt.Key.Key_Escape)
    other = next(brand for brand in brands if brand != "Cetzy")
    await substitute(counter, other, "")
    assert item(counter, 1).substitute_brand == "Alerid", "another product asks why"
    counter.key(Qt.Key.Key_Escape)
    await substitute(counter, "Cetzy", "")
    await until(lambda: item(counter, 1).substitute_id is None)
    assert counter.said[-1][0] == "As prescribed again. The prescriber is told."
    assert remarks(counter, 1) == []
    (command,) = [each.command for each in counter.desk.outbox.entries()]
    assert isinstance(command, SubstituteItem)
    assert command.reason == "As prescribed"


async def test_a_hold_says_why_until_it_goes_on(counter: Counter) -> None:
    counter.key(Qt.Key.Key_H)
    sheet: Sheet = counter.find(Sheet, "hold_sheet")
    field = sheet.findChild(QLineEdit, "reason_field")
    assert isinstance(field, QLineEdit)
    assert field.placeholderText() == "Your colleagues and the prescriber read this"
    counter.type("Dose to be asked")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.ON_HOLD)
    assert remarks(counter, 1) == ["On hold: Dose to be asked"]
    counter.workspace.pane.choose_line(item(counter, 1).id)
    counter.key(Qt.Key.Key_H)
    await until(lambda: item(counter, 1).status is ItemStatus.PENDING)
    assert remarks(counter, 1) == []


async def test_a_cancelled_rest_says_why(counter: Counter) -> None:
    owing = replace(item(counter, 3), version=2, status=ItemStatus.OWING, owing=8, supplied=12)
    await counter.feed(owing)
    counter.workspace.pane.choose_line(owing.id)
    counter.key(Qt.Key.Key_D)
    counter.type("Cannot be had")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 3).status is ItemStatus.CANCELLED)
    assert remarks(counter, 3) == ["The rest cancelled: Cannot be had"]


async def test_a_check_by_hand_says_why_it_was_not_scanned(counter: Counter) -> None:
    counter.key(Qt.Key.Key_Space)
    counter.type("Barcode is torn")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)
    await settled()
    assert remarks(counter, 1) == ["Checked by hand: Barcode is torn"]
    assert remarks(counter, 2) == []


async def test_a_line_that_was_put_back_says_why(counter: Counter) -> None:
    counter.key(Qt.Key.Key_Space)
    counter.type("Barcode is torn")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)
    dispensing = counter.desk.dispensing
    await dispensing.fulfill(
        an_id("rx"), [item(counter, line).id for line in (1, 2, 3)], hand_reason="Loose"
    )
    counter.workspace.pane.choose_line(item(counter, 1).id)
    counter.key(Qt.Key.Key_R)
    counter.type("Wrong strength in the bag")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.RETURNED_TO_STOCK)
    await settled()
    assert remarks(counter, 1) == ["Put back: Wrong strength in the bag"]


async def test_the_hand_over_names_another_product_before_it_goes_home(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED)
    rows.items[:] = [replace(line, prepared=line.quantity) for line in rows.items]
    rows.items[0] = as_alerid(rows.items[0])
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_F10)
    sheet: Sheet = counter.find(Sheet, "hand_over_sheet")
    assert sheet.isVisible()
    said = " ".join(label.text() for label in sheet.findChildren(QLabel) if label.isVisible())
    assert "In the bag: Alerid instead of Cetzy." in said
    assert "Azrel" not in said, "what is as it was written needs no words"
