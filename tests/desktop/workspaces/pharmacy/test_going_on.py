"""Where the keyboard goes on, what stays behind, and why something cannot be done."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton

from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    a_counter_prescription,
    an_order,
    focused,
    is_inside,
    on_shelf,
    settled,
    until,
)

RX = an_id("rx")
LATER = date(2028, 4, 30)


async def test_opened_again_it_stands_at_the_line_that_waits(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    supplied = replace(
        rows.items[0], status=ItemStatus.HANDED_OVER, supplied=rows.items[0].quantity
    )
    rows.items[0] = supplied
    counter = await open_with(*rows.all())
    pane = counter.workspace.pane
    pane.choose_line(supplied.id)
    assert counter.workspace.open_thing("prescription", RX)
    assert pane.current_item is not None
    assert pane.current_item.line == 2


async def test_what_was_sent_back_is_not_said_to_wait_for_checks(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all(), an_order(rows.prescriptions[0]))
    said = counter.workspace.pane.ui.why_off
    assert "not checked yet" in said.text()
    counter.key(Qt.Key.Key_X)
    counter.type("the last box is damaged")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.desk.orders.open_order(RX) is None)
    await settled()
    assert "It was sent back to the prescriber." in said.text()


async def test_without_another_product_nobody_is_asked_why(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all())
    counter.workspace.pane.choose_line(rows.items[1].id)
    counter.key(Qt.Key.Key_S)
    sheet: Sheet = counter.find(Sheet, "substitute_sheet")
    said = counter.find(QLabel, "no_substitutes")
    await until(lambda: said.text() == "The formulary has no other product of this medicine.")
    assert not counter.find(QLineEdit, "substitute_reason_field").isVisible()
    assert not counter.find(QPushButton, "confirm_substitute_button").isVisible()
    assert is_inside(focused(), sheet)
    counter.key(Qt.Key.Key_Escape)
    counter.workspace.pane.choose_line(rows.items[0].id)
    counter.key(Qt.Key.Key_S)
    await until(counter.find(QListView, "substitutes_list").isVisible)
    assert counter.find(QLineEdit, "substitute_reason_field").isVisible()
    assert counter.find(QPushButton, "confirm_substitute_button").isVisible()


async def test_what_is_on_the_shelf_is_proposed_before_what_is_not_kept(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all(), *on_shelf("Okacet", ("K11", LATER, 60)))
    counter.key(Qt.Key.Key_S)
    products: QListView = counter.find(QListView, "substitutes_list")
    await until(products.isVisible)
    shown = [products.model().index(place, 0).data(CONTENT_ROLE) for place in (0, 1)]
    assert [(row.primary, row.status) for row in shown] == [
        ("Okacet", "60 in stock"), ("Alerid", "not kept here"),
    ]  # fmt: skip


async def test_the_hand_over_names_what_stays_behind_on_hold(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    held = replace(rows.items[0], status=ItemStatus.ON_HOLD, hold_reason="Asking the prescriber")
    checked = [
        replace(line, status=ItemStatus.CHECKED, prepared=line.quantity) for line in rows.items[1:]
    ]
    rows.items[:] = [held, *checked]
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_F10)
    sheet: Sheet = counter.find(Sheet, "hand_over_sheet")
    assert sheet.isVisible()
    assert "On hold, stays here: Cetirizine 10 mg tablet." in sheet.ui.sheet_note.text()


async def test_amounts_stand_at_the_right_under_their_heading(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all())
    table = counter.workspace.pane.items
    amount = ItemColumn.AMOUNT
    assert table.index(0, amount).data(CONTENT_ROLE).right
    side = table.headerData(amount, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
    assert side & Qt.AlignmentFlag.AlignRight
