"""At the shelves: what lies there, what came, what was counted, what is ordered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from clinicdesk.contract.commands import (
    AdjustStock,
    AnyCommand,
    CancelSupplyOrder,
    ReceiveGoods,
    ReceiveStock,
    SetReorder,
    SubmitSupplyOrder,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import MovementKind
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.printing.preview import PrintPreview
from clinicdesk.desktop.printing.registers import Registers
from tests.core.sample import an_id
from tests.desktop.workspaces.dashboard.page import a_medicine
from tests.desktop.workspaces.pharmacy.counter import NOON, focused, settled, until
from tests.desktop.workspaces.stock.place import Place, line_id, next_year

C = TypeVar("C", bound=AnyCommand)


async def given(place: Place, kind: type[C]) -> C:
    """The command of a kind that the desk has saved."""
    outbox = place.desk.outbox
    await until(lambda: any(isinstance(entry.command, kind) for entry in outbox.entries()))
    (found,) = [e.command for e in outbox.entries() if isinstance(e.command, kind)]
    return found


def titles(place: Place) -> list[str]:
    model = place.workspace.shelves.model
    return [str(model.data(model.index(row))).split(",")[0] for row in range(model.rowCount())]


async def test_shelves_stand_by_name_and_tabs_narrow_them(place: Place) -> None:
    await until(lambda: titles(place)[0] == "Amoxicillin 500 mg tablet")
    assert titles(place) == sorted(titles(place))
    place.workspace.show_place("low")
    assert {name.split()[0] for name in titles(place)} == {
        "Amoxicillin", "Azithromycin", "Paracetamol", "Salbutamol",
    }, "and of salbutamol all that lies there has expired"  # fmt: skip
    place.workspace.show_place("expiring")
    assert {name.split()[0] for name in titles(place)} == {"Metformin", "Salbutamol"}


async def test_what_is_written_off_makes_its_shelf_low_before_the_server_has_counted_it(
    place: Place,
) -> None:
    low = place.workspace.counter()
    await place.desk.stock.adjust(
        an_id("Cetirizine C-9"), -190, "water in the cupboard", MovementKind.WRITTEN_OFF
    )
    await until(lambda: place.workspace.counter() == low + 1)
    place.workspace.show_place("low")
    assert "Cetirizine" in {name.split()[0] for name in titles(place)}


async def test_at_midnight_what_expires_is_no_stock_any_more(place: Place) -> None:
    low, page = place.workspace.counter(), place.workspace.shelves
    page._now = lambda: NOON + timedelta(days=26)
    page._look_at_the_day()
    assert place.workspace.counter() == low + 1, "the metformin had 25 days left"
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    count = page.pane.findChild(QLabel, "on_hand")
    assert isinstance(count, QLabel)
    assert count.text() == "0"


async def test_what_came_is_received_by_keyboard(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F2)
    place.type("B-77")
    place.key(Qt.Key.Key_Tab)
    place.type("2099-03")
    place.key(Qt.Key.Key_Tab)
    place.type("4")
    place.key(Qt.Key.Key_Return)
    command = await given(place, ReceiveStock)
    assert command.number == "B-77"
    assert command.expiry == date(2099, 3, 31)
    assert command.quantity == 4 * a_medicine("Metformin").pack_size
    assert command.cost_minor == 500


async def test_a_scanned_pack_fills_in_its_batch_and_expiry(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F2)
    scan = ProductScan("09300000000001", "LOT9", date(2098, 1, 31), [a_medicine("Metformin")])
    assert place.workspace.take_scan(scan)
    place.key(Qt.Key.Key_Return)
    command = await given(place, ReceiveStock)
    assert (command.number, command.expiry) == ("LOT9", date(2098, 1, 31))


async def test_a_pack_of_another_medicine_is_not_received(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F2)
    scan = ProductScan("09300000000002", "LOT9", date(2098, 1, 31), [a_medicine("Cetirizine")])
    place.workspace.take_scan(scan)
    assert any("another medicine" in text for text, _ in place.said)
    assert place.workspace.shelves._receive.batch.text() == ""


async def test_a_scan_shows_the_shelf(place: Place) -> None:
    scan = ProductScan("09300000000002", None, None, [a_medicine("Cetirizine")])
    assert place.workspace.take_scan(scan)
    level = place.workspace.shelves.pane.level
    assert level is not None
    assert level.medicine_id == an_id("Cetirizine")


@pytest.mark.parametrize("typed", ["03/04/27", "", "tomorrow", "2027-02-30"])
async def test_a_doubtful_expiry_is_refused_and_nothing_typed_is_lost(
    place: Place, typed: str
) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F2)
    place.type("B-1")
    place.key(Qt.Key.Key_Tab)
    place.type(typed)
    place.key(Qt.Key.Key_Return)
    sheet = place.workspace.shelves._receive
    assert sheet.isVisible()
    assert sheet.batch.text() == "B-1"
    assert sheet.expiry.text() == typed
    assert not place.desk.outbox.entries()


async def test_a_count_records_the_difference_with_its_reason(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F3)
    place.type("100")
    place.workspace.shelves._count.reason.setFocus()
    place.type("fell behind the shelf")
    place.key(Qt.Key.Key_Return)
    command = await given(place, AdjustStock)
    assert command.quantity == -20
    assert command.kind is MovementKind.ADJUSTED
    assert command.reason == "fell behind the shelf"


async def test_an_unchanged_count_is_nothing_to_record(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F3)
    place.key(Qt.Key.Key_Return)
    assert place.workspace.shelves._count.isVisible()
    assert not place.desk.outbox.entries()


async def test_when_to_order_is_kept(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F4)
    place.type("60")
    place.key(Qt.Key.Key_Return)
    command = await given(place, SetReorder)
    assert (command.medicine_id, command.reorder_level) == (an_id("Metformin"), 60)


async def test_a_delivery_is_taken_in_with_two_enters(place: Place) -> None:
    place.workspace.open_thing("supply_order", an_id("sent"))
    await settled()
    place.key(Qt.Key.Key_F2)
    expiry = next_year()
    place.type("B-1")
    place.key(Qt.Key.Key_Tab)
    place.type(expiry)
    place.key(Qt.Key.Key_Return)
    await settled()
    place.key(Qt.Key.Key_Return)
    command = await given(place, ReceiveGoods)
    (goods,) = command.goods
    assert goods.line_id == line_id("sent", 1)
    assert goods.packs == 4  # one of five had come before


async def test_no_more_is_received_than_is_to_come(place: Place) -> None:
    place.workspace.open_thing("supply_order", an_id("sent"))
    await settled()
    place.key(Qt.Key.Key_F2)
    sheet = place.workspace.orders._goods
    place.type("B-1")
    sheet.expiry.setText(next_year())
    sheet.packs.setValue(5)
    place.key(Qt.Key.Key_Return)
    assert sheet.goods == []
    assert sheet.isVisible()


async def test_an_order_begins_with_what_is_low_and_not_ordered_yet(place: Place) -> None:
    place.workspace.show_place("orders")
    place.workspace.orders.new_order()
    sheet = place.workspace.orders._write
    await until(sheet.isVisible)
    # All else that is low is ordered already.
    assert [entry.medicine.generic_name for entry in sheet._entries] == ["Salbutamol"]
    sheet.search.setFocus()
    place.type("metformin")
    place.key(Qt.Key.Key_Return)
    await until(lambda: len(sheet._entries) == 2)
    await until(lambda: sheet.search.text() == "")
    place.key(Qt.Key.Key_Return)
    command = await given(place, WriteSupplyOrder)
    assert [line.medicine_id for line in command.lines] == [
        an_id("Salbutamol"), an_id("Metformin"),
    ]  # fmt: skip


async def test_an_empty_order_says_what_is_missing(place: Place) -> None:
    place.workspace.show_place("orders")
    place.workspace.orders.new_order()
    sheet = place.workspace.orders._write
    await until(sheet.isVisible)
    for entry in list(sheet._entries):
        *_, away = entry.parts
        assert isinstance(away, QPushButton)
        away.click()
    sheet.search.setFocus()
    place.key(Qt.Key.Key_Return)
    await settled()
    assert sheet.isVisible()
    assert not place.desk.outbox.entries()


async def test_a_draft_is_sent_and_cancelled_only_with_a_reason(place: Place) -> None:
    place.workspace.open_thing("supply_order", an_id("draft"))
    await settled()
    place.key(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    place.key(Qt.Key.Key_Return)
    assert not place.desk.outbox.entries()
    place.key(Qt.Key.Key_Escape)
    place.key(Qt.Key.Key_F5)
    assert (await given(place, SubmitSupplyOrder)).supply_order_id == an_id("draft")
    window = place.workspace.window()
    await until(lambda: window.findChildren(PrintPreview), "its paper is offered")
    window.findChildren(PrintPreview)[0].reject()
    window.activateWindow()  # a window manager's work, and none is here
    place.workspace.open_thing("supply_order", an_id("sent"))
    await settled()
    place.key(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    place.type("ordered twice")
    place.key(Qt.Key.Key_Return)
    assert (await given(place, CancelSupplyOrder)).reason == "ordered twice"


async def test_a_supplier_needs_a_name(place: Place) -> None:
    place.workspace.show_place("orders")
    place.workspace.orders.new_supplier()
    place.key(Qt.Key.Key_Return)
    assert not place.desk.outbox.entries()
    assert isinstance(focused(), QLineEdit)
    place.workspace.orders._supplier.name.setText("Kōwhai Wholesale")
    place.key(Qt.Key.Key_Return)
    assert (await given(place, WriteSupplier)).name == "Kōwhai Wholesale"


async def test_a_supplier_is_corrected_and_what_is_typed_stays_while_another_is_looked_at(
    place: Place,
) -> None:
    place.workspace.show_place("orders")
    place.key(Qt.Key.Key_F7)
    sheet = place.workspace.orders._supplier
    assert (sheet.list.hasFocus(), sheet.name.text()) == (True, "Aotearoa Wholesale")
    place.key(Qt.Key.Key_Down)
    assert sheet.name.text() == "Sahyadri Pharma Distributors"
    sheet.phone.setText("+91 20 2553 1111")
    place.key(Qt.Key.Key_Up)
    assert sheet.phone.text() == ""
    place.key(Qt.Key.Key_Down)
    assert sheet.phone.text() == "+91 20 2553 1111"
    place.key(Qt.Key.Key_Return)
    written = await given(place, WriteSupplier)
    assert (written.supplier_id, written.phone) == (an_id("supplier"), "+91 20 2553 1111")
    assert (written.email, written.address, written.active) == ("orders@example.org", "Pune", True)


async def test_a_supplier_is_retired_and_taken_back(place: Place) -> None:
    place.workspace.show_place("orders")
    place.key(Qt.Key.Key_F7)
    place.key(Qt.Key.Key_F8)
    retired = await given(place, WriteSupplier)
    assert (retired.supplier_id, retired.active) == (an_id("other"), False)
    await settled()
    place.key(Qt.Key.Key_F7)
    sheet = place.workspace.orders._supplier
    assert sheet.name.text() == "Sahyadri Pharma Distributors", "the retired stand last"
    place.key(Qt.Key.Key_Down)
    place.key(Qt.Key.Key_F8)
    await until(lambda: len(place.desk.outbox.entries()) == 2)
    again = place.desk.outbox.entries()[-1].command
    assert isinstance(again, WriteSupplier)
    assert again.active


async def test_a_new_supplier_has_a_key(place: Place) -> None:
    place.workspace.show_place("orders")
    place.key(Qt.Key.Key_F3)
    sheet = place.workspace.orders._supplier
    assert sheet.isVisible()
    assert sheet.name.hasFocus()
    assert not sheet.retire.isVisible()


async def test_the_registers_are_beside_what_is_counted(place: Place) -> None:
    button = place.workspace.findChild(QPushButton, "stock_registers")
    assert isinstance(button, QPushButton)
    button.click()
    await settled()
    (asked,) = place.workspace.window().findChildren(Registers)
    assert asked.isVisible()
    assert button.accessibleDescription() == "Ctrl+Shift+R"
    asked.close()
