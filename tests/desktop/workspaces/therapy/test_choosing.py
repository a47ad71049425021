"""Medicines are proposed as the chosen pharmacy has them, and follow what changes there."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton, QTableView

from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.money import line_amount
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.therapy.medicine_popup import MedicinePopup
from clinicdesk.desktop.workspaces.therapy.pharmacy_choice import within
from clinicdesk.desktop.workspaces.therapy.pill_flow import PillFlow
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.desktop.workspaces.therapy.room import (
    DemoRows,
    Room,
    a_level,
    set_price,
    settled,
    until,
)

Place = Room[TherapyWorkspace]


async def begin(room: Place, demo: DemoRows, pharmacy: Any) -> None:
    """A form that goes to a pharmacy, or to none yet."""
    assert room.place.open_thing("patient", demo.patient("Tāne Wiremu").id)
    await settled()
    room.place.write_new()
    await settled()
    room.place.editing.set_pharmacy(None if pharmacy is None else pharmacy.id)
    room.place.editor.focus_start()
    await settled()


async def proposals(room: Place, typed: str) -> MedicinePopup:
    room.type(typed)
    popup: MedicinePopup = room.find(MedicinePopup, "medicine_popup")
    await until(lambda: popup.isVisible() and room.place.editor.entry.search.settled, typed)
    return popup


def said(popup: MedicinePopup) -> list[str]:
    model = popup.model
    return [model.data(model.index(row)) for row in range(model.rowCount())]


def strengths(demo: DemoRows) -> tuple[Medicine, Medicine]:
    """Amoxicillin of 250 and of 500 mg; the lesser is proposed first, as long as nobody minds."""
    return (
        demo.medicine("Amoxicillin", "250 mg", "capsule"),
        demo.medicine("Amoxicillin", "500 mg", "capsule"),
    )


async def test_what_the_pharmacy_has_is_proposed_first_and_each_says_whether_it_is_there(
    room: Place, demo: DemoRows
) -> None:
    lesser, greater = strengths(demo)
    here, other = demo.pharmacies[:2]
    await room.feed(a_level(here, greater, 90), a_level(here, lesser, 0), a_level(other, lesser, 9))
    await begin(room, demo, here)
    popup = await proposals(room, "amoxicillin")
    rows = said(popup)
    assert popup.model.medicines()[0] == greater
    assert rows[0].endswith("In stock")
    assert any("Not kept here" in row for row in rows)
    place = popup.model.medicines().index(lesser)
    assert rows[place].endswith("None in stock")


async def test_without_a_pharmacy_the_order_is_that_of_the_list_and_nothing_is_said_of_shelves(
    room: Place, demo: DemoRows
) -> None:
    lesser, greater = strengths(demo)
    await room.feed(a_level(demo.pharmacies[0], greater, 90))
    await begin(room, demo, None)
    popup = await proposals(room, "amoxicillin")
    assert popup.model.medicines()[0] == lesser
    assert not any("stock" in row or "kept" in row for row in said(popup))


async def test_a_shelf_that_empties_while_one_chooses_is_said_and_nothing_moves(
    room: Place, demo: DemoRows
) -> None:
    lesser, greater = strengths(demo)
    here = demo.pharmacies[0]
    await room.feed(a_level(here, greater, 90), a_level(here, lesser, 90))
    await begin(room, demo, here)
    popup = await proposals(room, "amoxicillin")
    before = popup.model.medicines()
    room.key(Qt.Key.Key_Down)
    await room.feed(a_level(here, lesser, 0, version=2))
    await until(lambda: "None in stock" in said(popup)[0])
    assert popup.model.medicines() == before
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.place.editor.entry.entry().medicine == before[1])


async def test_a_price_that_changes_while_one_chooses_is_shown_and_is_that_of_the_line(
    room: Place, demo: DemoRows
) -> None:
    lesser, _greater = strengths(demo)
    here = demo.pharmacies[0]
    await begin(room, demo, here)
    popup = await proposals(room, "amoxicillin 250")
    await set_price(room, here, lesser, 5_150)
    await until(lambda: "51.50" in said(popup)[0])
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.place.editor.entry.entry().medicine == lesser)
    quantity = room.place.editor.entry.ui.quantity_field.value()
    pills = [pill.text for pill in room.find(PillFlow, "directions_read").pills()]
    assert money(line_amount(5_150, lesser.pack_size, quantity), "INR") in pills
    room.key(Qt.Key.Key_Return)
    form = room.place.editing.form
    assert form is not None
    assert form.lines[0].medicine.price_minor == lesser.price_minor, "the pharmacy may change"


async def test_the_chosen_medicine_says_that_the_pharmacy_has_none(
    room: Place, demo: DemoRows
) -> None:
    lesser, _greater = strengths(demo)
    here = demo.pharmacies[0]
    await room.feed(a_level(here, lesser, 40))
    await begin(room, demo, here)
    await proposals(room, "amoxicillin 250")
    room.key(Qt.Key.Key_Return)
    read = room.find(PillFlow, "directions_read")
    await until(lambda: "In stock" in [pill.text for pill in read.pills()])
    await room.feed(a_level(here, lesser, 0, version=2))
    await until(lambda: "None in stock" in [pill.text for pill in read.pills()])


async def test_down_in_the_empty_search_leads_to_the_lines(room: Place, demo: DemoRows) -> None:
    await begin(room, demo, demo.pharmacies[0])
    await proposals(room, "cetirizine 10")
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.place.editor.entry.entry().medicine is not None)
    room.key(Qt.Key.Key_Return)
    await settled()
    assert not room.find(QPushButton, "remove_line_button").isVisible(), "no line is chosen"
    room.key(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is room.find(QTableView, "lines_table")
    assert room.find(QPushButton, "remove_line_button").isVisible()


async def test_a_delivery_to_nowhere_is_said_while_it_can_be_helped(
    room: Place, demo: DemoRows
) -> None:
    patient = demo.patient("Tāne Wiremu")
    await begin(room, demo, demo.pharmacies[0])
    note = room.find(QLabel, "delivery_note")
    room.find(QCheckBox, "delivery_box").setChecked(True)
    await settled()
    assert not note.isVisible()
    await room.feed(replace(patient, version=2, address=""))
    room.find(QCheckBox, "delivery_box").setChecked(False)
    room.find(QCheckBox, "delivery_box").setChecked(True)
    await settled()
    assert note.isVisible()


async def test_a_price_that_changes_under_the_form_says_what_it_was(
    room: Place, demo: DemoRows
) -> None:
    lesser, _greater = strengths(demo)
    here = demo.pharmacies[0]
    await set_price(room, here, lesser, 4_000)
    await begin(room, demo, here)
    await proposals(room, "amoxicillin 250")
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.place.editor.entry.entry().medicine == lesser)
    room.key(Qt.Key.Key_Return)
    total, was = room.find(QLabel, "draft_total"), room.find(QLabel, "was_label")
    form = room.place.editing.form
    assert form is not None
    quantity = form.lines[0].quantity
    before = money(line_amount(4_000, lesser.pack_size, quantity), "INR")
    await until(lambda: total.text() == before)
    assert not was.isVisible()
    await set_price(room, here, lesser, 5_000)
    await until(lambda: total.text() != before)
    assert was.text() == f"was {before}"


async def test_pharmacies_stand_with_price_and_stock_the_one_that_has_it_all_first(
    room: Place, demo: DemoRows
) -> None:
    lesser, _greater = strengths(demo)
    out, has = demo.pharmacies[:2]
    await room.feed(a_level(out, lesser, 0), a_level(has, lesser, 500))
    await begin(room, demo, out)
    await proposals(room, "amoxicillin 250")
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.place.editor.entry.entry().medicine == lesser)
    room.key(Qt.Key.Key_Return)
    choice = room.find(QComboBox, "pharmacy_choice")
    await until(lambda: choice.itemText(0) == has.name)
    spoken = [choice.itemData(n, Qt.ItemDataRole.AccessibleTextRole) for n in range(choice.count())]
    assert "All in stock" in spoken[0]
    assert has.address.split()[0] in spoken[0]
    assert "short" in spoken[-1]
    assert out.name in spoken[-1]
    assert choice.currentText() == out.name, "what is chosen stays"


def test_the_open_list_of_pharmacies_stays_within_the_window() -> None:
    window, choice = QRect(100, 50, 1280, 800), QRect(920, 680, 300, 32)
    below = QRect(920, 712, 460, 250)
    assert within(below, choice, window) == QPoint(920, 430), "above, as it would not fit below"
    wide = QRect(950, 712, 460, 250)
    assert within(wide, choice, window) == QPoint(920, 430)
    free = QRect(300, 200, 460, 250)
    assert within(free, QRect(300, 168, 300, 32), window) == free.topLeft()
