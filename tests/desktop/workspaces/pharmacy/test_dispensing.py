"""Lines are checked against the box in the hand; what does not fit stops, and nothing is lost."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPlainTextEdit, QPushButton

from clinicdesk.contract.commands import (
    CheckItem,
    DispatchOrder,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    NoteCounselling,
    RejectOrder,
    SubstituteItem,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderResponse,
    OrderStatus,
    PrescriptionItem,
    PrescriptionStatus,
    SafetyFinding,
    Severity,
    Stage,
)
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.workspaces.pharmacy.reasons import reasons_by_hand
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import CLINIC, NOON, an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    Rows,
    a_counter_prescription,
    an_order,
    focused,
    is_inside,
    on_shelf,
    product,
    scan_of,
    settled,
    until,
)

LATER, SOON, PAST = date(2028, 4, 30), date(2026, 5, 31), date(2025, 12, 31)


def item(counter: Counter, line: int, name: str = "rx") -> PrescriptionItem:
    found = counter.desk.replica.items.get(an_id(f"{name} line {line}"))
    assert found is not None
    return found


def cell(counter: Counter, line: int, column: ItemColumn) -> CellContent:
    found: CellContent = counter.workspace.pane.items.index(line - 1, column).data(CONTENT_ROLE)
    return found


def pill(counter: Counter, line: int) -> str:
    shown = cell(counter, line, ItemColumn.STATE).pill
    assert shown is not None
    return shown.text


def asked(counter: Counter, name: str) -> Sheet:
    found: Sheet = counter.find(Sheet, name)
    return found


def given(counter: Counter, kind: type) -> list[object]:
    commands = (entry.command for entry in counter.desk.outbox.entries())
    return [command for command in commands if isinstance(command, kind)]


@pytest.fixture
async def counter(open_with: Opening) -> Counter:
    """Three lines are paid for; of the first there is plenty, of the second an old box as well, of
    the third too little."""
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    return await open_with(
        *rows.all(),
        an_order(rows.prescriptions[0]),
        *on_shelf("Cetzy", ("B2207", LATER, 200)),
        *on_shelf("Alerid", ("K11", LATER, 60)),
        *on_shelf("Azrel", ("A1193", PAST, 30), ("A1201", SOON, 60)),
        *on_shelf("Calpar", ("C330", LATER, 12)),
    )


async def test_the_table_says_what_lies_on_the_shelf_and_what_comes_next(counter: Counter) -> None:
    assert cell(counter, 1, ItemColumn.AMOUNT).text == "B2207 · "
    assert cell(counter, 1, ItemColumn.AMOUNT).tail == "Apr 2028"
    assert cell(counter, 2, ItemColumn.AMOUNT).text == "A1201 · "
    assert cell(counter, 2, ItemColumn.AMOUNT).tail_tone is Tone.WARNING
    assert cell(counter, 3, ItemColumn.AMOUNT).text == "12 of 20 in stock"
    assert [pill(counter, line) for line in (1, 2, 3)] == [
        "Scan the box", "To dispense", "8 will be owing",
    ]  # fmt: skip
    assert cell(counter, 1, ItemColumn.NEXT).text == "Scan"


async def test_a_product_without_a_shelf_is_said_to_be_not_kept_here(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all(), *on_shelf("Alerid", ("K11", LATER, 60)))
    assert cell(counter, 1, ItemColumn.AMOUNT).text == "not kept here"
    counter.key(Qt.Key.Key_S)
    assert asked(counter, "substitute_sheet").isVisible()


async def test_a_pharmacy_that_keeps_no_stock_here_misses_none(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    assert cell(counter, 1, ItemColumn.AMOUNT).text == ""


async def test_a_scanned_box_checks_its_line_with_its_batch(counter: Counter) -> None:
    assert counter.workspace.take_scan(scan_of("Azrel", "A1201", SOON))
    await until(lambda: item(counter, 2).status is ItemStatus.CHECKED)
    (check,) = given(counter, CheckItem)
    assert isinstance(check, CheckItem)
    assert (check.quantity, check.batch_id) == (3, an_id("batch A1201"))
    assert cell(counter, 2, ItemColumn.AMOUNT).text == "A1201 · "
    assert pill(counter, 2) == "Checked"
    assert cell(counter, 2, ItemColumn.NEXT) == CellContent("undo", key="Space", right=True)


async def test_a_box_that_is_too_small_is_checked_as_far_as_it_goes_and_the_rest_owed(
    counter: Counter,
) -> None:
    counter.workspace.take_scan(scan_of("Calpar", "C330"))
    await until(lambda: item(counter, 3).prepared == 12)
    assert item(counter, 3).status is ItemStatus.PICKING
    assert pill(counter, 3) == "12 of 20 checked"
    assert cell(counter, 3, ItemColumn.NEXT) == CellContent("owe 8", key="O", right=True)
    counter.workspace.pane.choose_line(item(counter, 3).id)
    counter.key(Qt.Key.Key_O)
    await until(lambda: item(counter, 3).owing == 8)
    assert pill(counter, 3) == "12, 8 owing"
    assert ("8 owing of Paracetamol 500 mg tablet.", Tone.SUCCESS) in counter.said


async def test_a_part_that_is_in_the_hand_is_checked_and_the_rest_owed(
    open_with: Opening,
) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    counter.workspace.pane.choose_line(item(counter, 3).id)
    counter.key(Qt.Key.Key_Space)
    units: NumberField = counter.find(NumberField, "check_units")
    assert (units.value(), units.minimum(), units.maximum()) == (20, 1, 20)
    counter.key(Qt.Key.Key_1)
    units.setFocus()
    units.selectAll()
    counter.type("12")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 3).prepared == 12)
    assert item(counter, 3).status is ItemStatus.PICKING
    counter.workspace.pane.choose_line(item(counter, 3).id)
    counter.key(Qt.Key.Key_Space)
    assert (units.text(), units.maximum()) == ("8 of 8", 8)
    units.setFocus()
    units.selectAll()
    counter.type("3")
    counter.key(Qt.Key.Key_Escape)
    counter.key(Qt.Key.Key_Space)
    assert (units.text(), units.value()) == ("8 of 8", 8)
    counter.key(Qt.Key.Key_Escape)
    counter.key(Qt.Key.Key_O)
    await until(lambda: item(counter, 3).owing == 8)


async def test_a_wrong_product_stops_until_it_was_read(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Amoxel", "Z1"))
    stop = asked(counter, "stop_sheet")
    assert stop.isVisible()
    scanned = counter.find(QLabel, "stop_scanned").text()
    assert scanned == "Amoxicillin 250 mg / 5 ml oral suspension · Amoxel · batch Z1"
    assert counter.find(QLabel, "stop_wanted").text() == "Cetirizine 10 mg tablet · Cetzy"
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    await settled()
    assert stop.isVisible()
    assert given(counter, CheckItem) == []
    counter.key(Qt.Key.Key_Return)
    assert not stop.isVisible()
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)


async def test_another_brand_stops_and_says_how_it_is_substituted(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Alerid", "K11"))
    banner = counter.find(Sheet, "stop_sheet").accessibleDescription()
    assert "Another product of the same medicine" in banner
    assert given(counter, CheckItem) == []


async def test_an_expired_box_stops(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Azrel", "A1193", PAST))
    stop = asked(counter, "stop_sheet")
    assert "Expired on 31 Dec 2025" in stop.accessibleDescription()
    assert given(counter, CheckItem) == []


async def test_a_batch_that_was_never_received_stops(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Cetzy", "FOREIGN"))
    stop = asked(counter, "stop_sheet")
    assert "Batch FOREIGN was never received here" in stop.accessibleDescription()


async def test_a_second_box_of_a_checked_line_stops(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    stop = asked(counter, "stop_sheet")
    assert "This line is checked already" in stop.accessibleDescription()
    assert len(given(counter, CheckItem)) == 1


async def test_two_boxes_scanned_in_one_breath_are_one_check_and_a_stop(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    stop = asked(counter, "stop_sheet")
    await until(stop.isVisible)
    assert "This line is checked already" in stop.accessibleDescription()
    assert len(given(counter, CheckItem)) == 1


async def test_no_key_goes_past_a_stop(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Amoxel", "Z1"))
    counter.workspace.pane.table.setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_F10, Qt.Key.Key_O):
        counter.key(key)
    stop = asked(counter, "stop_sheet")
    assert stop.isVisible()
    assert is_inside(focused(), stop)
    assert counter.desk.outbox.entries() == []


async def test_space_on_a_checked_line_undoes_it(counter: Counter) -> None:
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)
    counter.workspace.pane.choose_line(item(counter, 1).id)
    counter.key(Qt.Key.Key_Space)
    await until(lambda: item(counter, 1).status is ItemStatus.PENDING)
    assert item(counter, 1).prepared == 0


async def test_a_line_is_substituted_with_price_and_stock_in_sight(counter: Counter) -> None:
    counter.key(Qt.Key.Key_S)
    products: QListView = counter.find(QListView, "substitutes_list")
    await until(products.isVisible)
    first = products.model().index(0, 0).data(CONTENT_ROLE)
    assert first.primary == "Alerid"
    assert first.secondary == "₹\N{NO-BREAK SPACE}28.00, ₹\N{NO-BREAK SPACE}72.00 less: owed back"
    assert first.status == "60 in stock"
    assert is_inside(focused(), asked(counter, "substitute_sheet"))
    counter.type("Patient asks for it")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).substitute_id is not None)
    (command,) = given(counter, SubstituteItem)
    assert isinstance(command, SubstituteItem)
    assert command.reason == "Patient asks for it"
    counter.workspace.take_scan(scan_of("Alerid", "K11"))
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)


async def test_a_line_is_held_with_a_reason_and_gone_on_with(counter: Counter) -> None:
    counter.key(Qt.Key.Key_H)
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.ON_HOLD)
    assert item(counter, 1).hold_reason == "Asking the prescriber"
    counter.workspace.pane.choose_line(item(counter, 1).id)
    counter.key(Qt.Key.Key_H)
    await until(lambda: item(counter, 1).status is ItemStatus.PENDING)


async def test_what_was_typed_stands_there_again_after_escape(counter: Counter) -> None:
    counter.key(Qt.Key.Key_H)
    counter.type("Doctor calls back at four")
    counter.key(Qt.Key.Key_Escape)
    counter.key(Qt.Key.Key_H)
    field = asked(counter, "hold_sheet").findChild(QLineEdit, "reason_field")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Doctor calls back at four"


async def test_a_digit_in_a_sentence_of_ones_own_is_a_digit(counter: Counter) -> None:
    counter.key(Qt.Key.Key_H)
    counter.type("Back at 4")
    field = asked(counter, "hold_sheet").findChild(QLineEdit, "reason_field")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Back at 4"


async def test_counselling_is_saved_while_one_types_and_told_at_the_hand_over(
    counter: Counter,
) -> None:
    counter.key(Qt.Key.Key_C)
    field: QPlainTextEdit = counter.find(QPlainTextEdit, "counselling_field")
    assert focused() is field
    counter.type("At night, may cause drowsiness")
    counter.key(Qt.Key.Key_Escape)
    await until(lambda: counter.prescription("rx").counselling)
    assert focused() is counter.workspace.pane.table
    (note,) = given(counter, NoteCounselling)
    assert isinstance(note, NoteCounselling)
    assert note.text == "At night, may cause drowsiness"


async def test_what_is_there_is_handed_over_and_the_rest_waits_as_owing(counter: Counter) -> None:
    for brand, batch, line in (("Cetzy", "B2207", 1), ("Azrel", "A1201", 2), ("Calpar", "C330", 3)):
        counter.workspace.take_scan(scan_of(brand, batch))
        await until(lambda line=line: item(counter, line).prepared)
    counter.workspace.pane.choose_line(item(counter, 3).id)
    counter.key(Qt.Key.Key_O)
    await until(lambda: item(counter, 3).owing == 8)
    counter.key(Qt.Key.Key_F10)
    noted = asked(counter, "hand_over_sheet").ui.sheet_note.text()
    assert "8 unit(s) of Calpar are owing: tell them when to come." in noted
    counter.key(Qt.Key.Key_2)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 3).status is ItemStatus.OWING)
    (handed,) = given(counter, HandOver)
    assert isinstance(handed, HandOver)
    assert handed.collected_by == "spouse of Meera Deshpande"
    assert counter.prescription("rx").status is PrescriptionStatus.PAID
    assert counter.workspace.queue.lanes.lane_of(counter.prescription("rx")) is Lane.OWING
    assert counter.workspace.queue.count(Lane.OWING) == 1
    why_off = counter.find(QLabel, "why_off")
    await until(lambda: why_off.text() == "Hand over is off: 8 unit(s) wait for stock.")


async def test_a_name_and_a_relation_are_both_kept(counter: Counter) -> None:
    for line in (1, 2, 3):
        counter.workspace.pane.choose_line(item(counter, line).id)
        counter.key(Qt.Key.Key_Space)
        counter.key(Qt.Key.Key_1)
        counter.key(Qt.Key.Key_Return)
        await until(lambda line=line: item(counter, line).prepared)
    counter.key(Qt.Key.Key_O)
    await until(lambda: item(counter, 3).owing)
    counter.key(Qt.Key.Key_F10)
    counter.key(Qt.Key.Key_3)
    counter.type("Usha Rao")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: given(counter, HandOver))
    (handed,) = given(counter, HandOver)
    assert isinstance(handed, HandOver)
    assert handed.collected_by == "Usha Rao (parent)"


async def test_the_bag_gets_a_bin_that_the_queue_names(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    rows.items[:] = [
        replace(each, status=ItemStatus.CHECKED, prepared=each.quantity) for each in rows.items
    ]
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_B)
    counter.type("A7")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.prescription("rx").status is PrescriptionStatus.FULFILLED)
    assert counter.prescription("rx").bin == "A7"
    assert ("Ready, in bin A7.", Tone.SUCCESS) in counter.said


async def test_an_order_is_acknowledged_and_sent_back_with_a_quote(counter: Counter) -> None:
    counter.key(Qt.Key.Key_A)
    await until(
        lambda: (
            [o.status for o in counter.desk.replica.orders.values()] == [OrderStatus.ACKNOWLEDGED]
        )
    )
    counter.key(Qt.Key.Key_X)
    counter.key(Qt.Key.Key_2)
    counter.type("only the dear brand can be had")
    price: QLineEdit = counter.find(QLineEdit, "send_back_price")
    price.setText("512")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: given(counter, RejectOrder))
    (command,) = given(counter, RejectOrder)
    assert isinstance(command, RejectOrder)
    assert (command.response, command.quoted_minor) == (OrderResponse.QUOTE, 51_200)
    await until(lambda: counter.workspace.queue.count(Lane.SENT_BACK) == 1)
    assert counter.workspace.queue.count(Lane.DISPENSE) == 0


async def test_a_delivery_leaves_and_arrives(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED, delivery=True)
    order = an_order(rows.prescriptions[0], status=OrderStatus.READY, ready_at=NOON)
    counter = await open_with(*rows.all(), order)
    counter.key(Qt.Key.Key_T)
    await until(lambda: given(counter, DispatchOrder))
    counter.key(Qt.Key.Key_T)
    assert is_inside(focused(), asked(counter, "delivered_sheet"))
    counter.type("Sunil, at the gate")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.prescription("rx").status is PrescriptionStatus.COMPLETED)


@pytest.mark.parametrize("delivery", [True, False])
async def test_only_a_delivery_has_a_button_to_leave_by(open_with: Opening, delivery: bool) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED, delivery=delivery)
    order = an_order(rows.prescriptions[0], status=OrderStatus.READY, ready_at=NOON)
    counter = await open_with(*rows.all(), order)
    assert counter.find(QPushButton, "bring_button").isVisible() is delivery


async def test_what_is_on_its_way_is_delivered_and_not_handed_over(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED, delivery=True, bin="D2")
    order = an_order(rows.prescriptions[0], status=OrderStatus.READY, ready_at=NOON)
    counter = await open_with(*rows.all(), order)
    bring, hand_over = (
        counter.find(QPushButton, name) for name in ("bring_button", "hand_over_button")
    )
    assert bring.text().startswith("Dispatch")
    assert hand_over.isVisible()
    bring.click()
    await until(lambda: given(counter, DispatchOrder))
    await until(lambda: bring.text().startswith("Delivered"))
    assert not hand_over.isVisible()
    bring.click()
    sheet = asked(counter, "delivered_sheet")
    assert "Taken in by" in [each.text() for each in sheet.findChildren(QLabel)]


async def test_a_repeat_is_shown_once_it_is_here(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED)
    done = replace(
        rows.prescriptions[0], status=PrescriptionStatus.COMPLETED, repeats=2, repeats_used=0,
        completed_at=NOON, collected_by="Meera Deshpande",
    )  # fmt: skip
    rows.prescriptions[0] = done
    counter = await open_with(*rows.all())
    counter.workspace.open_thing("prescription", done.id)
    await settled()
    counter.key(Qt.Key.Key_N)
    await until(lambda: given(counter, DispenseRepeat))
    (command,) = given(counter, DispenseRepeat)
    assert isinstance(command, DispenseRepeat)
    repeat = replace(
        done, id=command.repeat_id, repeat_of=done.id, status=PrescriptionStatus.DRAFT, repeats=0,
        code="RX-7F3L9", completed_at=None, collected_by=None, paid_minor=0, paid_at=None,
    )  # fmt: skip
    await counter.feed(repeat)
    await until(lambda: counter.workspace.pane.prescription == repeat)


async def test_what_is_over_asks_for_no_reason(open_with: Opening) -> None:
    rows = with_penicillin()
    counter = await open_with(*rows.all())
    card = counter.find(Card, "findings_card")
    await until(card.isVisible)

    def words() -> str:
        return " ".join(each.text() for each in card.findChildren(QLabel) if each.isVisible())

    assert "A reason is asked for when it is checked." in words()
    ready = replace(rows.prescriptions[0], version=2, status=PrescriptionStatus.FULFILLED)
    lines = [replace(each, version=2, status=ItemStatus.READY) for each in rows.items]
    await counter.feed(ready, *lines)
    await until(lambda: "A reason" not in words())
    assert "penicillins" in words()


async def test_what_is_ready_says_its_bin(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED, bin="A3")
    counter = await open_with(*rows.all())
    place = counter.find(StatusPill, "prescription_bin")
    assert place.isVisible()
    assert place.pill.text == "Bin A3"


async def test_what_is_put_back_can_be_dispensed_again(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED)
    rows.items[:] = [replace(each, prepared=each.quantity) for each in rows.items]
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_R)
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.RETURNED_TO_STOCK)
    await until(lambda: not counter.tasks.running)
    counter.workspace.pane.choose_line(item(counter, 1).id)
    counter.key(Qt.Key.Key_R)
    await until(lambda: item(counter, 1).status is ItemStatus.PENDING)


def with_penicillin() -> Rows:
    """The first line is of what the patient is allergic to."""
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    medicine = product("Amoxel")
    rows.items[0] = replace(
        rows.items[0],
        medicine_id=medicine.id,
        generic_name=medicine.generic_name,
        strength=medicine.strength,
        form=medicine.form,
        brand=medicine.brand,
    )
    return rows


async def test_a_finding_that_nobody_answered_asks_for_a_reason(open_with: Opening) -> None:
    counter = await open_with(*with_penicillin().all())
    await until(lambda: counter.workspace.pane.findings.findings())
    assert counter.find(Card, "findings_card").isVisible()
    counter.workspace.take_scan(scan_of("Amoxel"))
    sheet = asked(counter, "override_sheet")
    await until(sheet.isVisible)
    assert given(counter, CheckItem) == []
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)
    (check,) = given(counter, CheckItem)
    assert isinstance(check, CheckItem)
    assert [answer.reason for answer in check.overrides] == ["Agreed with the prescriber"]


async def test_lines_that_nobody_checked_are_not_made_ready_past_a_finding(
    open_with: Opening,
) -> None:
    counter = await open_with(*with_penicillin().all())
    await until(lambda: counter.workspace.pane.findings.findings())
    counter.key(Qt.Key.Key_F9)
    counter.key(Qt.Key.Key_2)
    counter.find(QLineEdit, "bin_field").setText("A7")
    counter.key(Qt.Key.Key_Return)
    sheet = asked(counter, "override_sheet")
    assert sheet.isVisible()
    assert is_inside(focused(), sheet)
    assert given(counter, FulfillItems) == []
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: given(counter, FulfillItems))
    (ready,) = given(counter, FulfillItems)
    assert isinstance(ready, FulfillItems)
    (finding,) = counter.workspace.pane.findings.findings()
    assert [(answer.key, answer.reason) for answer in ready.overrides] == [
        (finding.key, "Agreed with the prescriber")
    ]
    assert (ready.bin, ready.hand_reason) == ("A7", reasons_by_hand()[1])
    await until(lambda: counter.prescription("rx").status is PrescriptionStatus.FULFILLED)
    assert ("Ready, in bin A7.", Tone.SUCCESS) in counter.said


async def test_a_line_that_must_not_be_dispensed_keeps_the_bag_from_being_ready(
    open_with: Opening,
) -> None:
    rows = with_penicillin()
    rows.allergies[0] = replace(rows.allergies[0], severity=Severity.SEVERE)
    counter = await open_with(*rows.all())
    await until(lambda: counter.workspace.pane.findings.findings())
    for key in (Qt.Key.Key_F9, Qt.Key.Key_Space):
        counter.key(key)
        stop = asked(counter, "stop_sheet")
        assert stop.isVisible()
        words = " ".join(each.text() for each in stop.findChildren(QLabel) if each.isVisible())
        assert "Decline the line with D" in words
        assert not asked(counter, "ready_sheet").isVisible()
        counter.key(Qt.Key.Key_Return)
    assert counter.desk.outbox.entries() == []


async def test_what_the_prescriber_answered_is_shown_and_asked_no_more(open_with: Opening) -> None:
    rows = with_penicillin()
    counter = await open_with(*rows.all())
    await until(lambda: counter.workspace.pane.findings.findings())
    (finding,) = counter.workspace.pane.findings.findings()
    await counter.feed(
        SafetyFinding(
            id=an_id("answer"), clinic_id=CLINIC, version=1, prescription_id=an_id("rx"),
            item_id=rows.items[0].id, patient_id=rows.items[0].patient_id,
            practitioner_id=rows.items[0].practitioner_id, pharmacy_id=rows.items[0].pharmacy_id,
            signed_at=NOON, stage=Stage.PRESCRIBING, kind=finding.kind, tier=finding.tier,
            key=finding.key, summary=finding.summary, reason="Took it last year without harm",
            by=an_id("doctor 0"), at=NOON,
        )
    )  # fmt: skip
    card = counter.find(Card, "findings_card")
    words = " ".join(each.text() for each in card.findChildren(QLabel) if each.isVisible())
    assert "Dr Sunita Rao: “Took it last year without harm”" in words
    counter.workspace.take_scan(scan_of("Amoxel"))
    await until(lambda: item(counter, 1).status is ItemStatus.CHECKED)
    assert not asked(counter, "override_sheet").isVisible()
