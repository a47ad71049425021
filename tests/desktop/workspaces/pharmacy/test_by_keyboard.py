"""A prescription goes from the queue into the patient's hands by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from clinicdesk.contract.commands import CheckItem, FulfillItems, HandOver, TakePayment
from clinicdesk.contract.entities import ItemStatus, PaymentStatus, PrescriptionStatus, Schedule
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    a_refund,
    focused,
    is_inside,
    settled,
    until,
)

CTRL = Qt.KeyboardModifier.ControlModifier


def sheet(counter: Counter, name: str) -> Sheet:
    found: Sheet = counter.find(Sheet, name)
    return found


def errors(within: Sheet) -> str:
    return " ".join(each.text() for each in within.findChildren(InlineError))


def status(counter: Counter, name: str = "rx") -> PrescriptionStatus:
    return counter.prescription(name).status


def item_status(counter: Counter, line: int, name: str = "rx") -> ItemStatus:
    found = counter.desk.replica.items.get(an_id(f"{name} line {line}"))
    assert found is not None
    return found.status


async def test_payment_lines_and_hand_over_take_seven_keys_without_a_scanner(
    open_with: Opening,
) -> None:
    counter = await open_with(*a_counter_prescription().all())
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.PAID)
    counter.key(Qt.Key.Key_F9)
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.FULFILLED)
    counter.key(Qt.Key.Key_F10)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.COMPLETED)
    assert counter.prescription("rx").collected_by == "Meera Deshpande"
    commands = [entry.command for entry in counter.desk.outbox.entries()]
    assert [type(command) for command in commands] == [TakePayment, FulfillItems, HandOver]
    assert ("Handed over to Meera Deshpande.", Tone.SUCCESS) in counter.said


async def test_the_change_is_reckoned_while_the_amount_is_typed(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all())
    counter.key(Qt.Key.Key_F8)
    change: QLabel = counter.find(QLabel, "change_due")
    assert counter.find(QLabel, "amount_due").text() == "₹\N{NO-BREAK SPACE}412.00"
    assert change.text() == "₹\N{NO-BREAK SPACE}0.00"
    counter.type("500")
    assert change.text() == "₹\N{NO-BREAK SPACE}88.00"
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.PAID)
    payment = next(iter(counter.desk.replica.payments.of(an_id("rx"))))
    assert payment.amount_minor == 41_200
    assert ("Paid. Give back ₹\N{NO-BREAK SPACE}88.00.", Tone.SUCCESS) in counter.said


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("400", "Received: it has to cover the amount due."),
        ("four", "Received: write an amount, like 412.00."),
        ("4,12", "Received: write an amount, like 412.00."),
    ],
)
async def test_an_amount_that_does_not_do_is_refused_beside_the_field(
    open_with: Opening, typed: str, sentence: str
) -> None:
    counter = await open_with(*a_counter_prescription().all())
    counter.key(Qt.Key.Key_F8)
    counter.type(typed)
    counter.key(Qt.Key.Key_Return)
    payment = sheet(counter, "payment_sheet")
    assert errors(payment).strip() == sentence
    assert payment.isVisible()
    assert counter.find(QLineEdit, "received_field").text() == typed
    assert counter.desk.outbox.entries() == []


async def test_escape_leaves_a_sheet_and_the_keyboard_is_where_it_was(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all())
    before = focused()
    counter.key(Qt.Key.Key_F8)
    assert is_inside(focused(), sheet(counter, "payment_sheet"))
    counter.key(Qt.Key.Key_Escape)
    assert focused() is before
    assert counter.desk.outbox.entries() == []


async def test_enter_twice_takes_the_payment_once(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all())
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.PAID)
    await until(lambda: not counter.tasks.running)
    assert len(counter.desk.outbox.entries()) == 1


async def test_space_checks_a_line_with_a_reason_and_goes_on_to_the_next(
    open_with: Opening,
) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    counter.key(Qt.Key.Key_Return)
    table = counter.workspace.pane.table
    assert focused() is table
    for line in (1, 2, 3):
        assert table.current_place() == line - 1
        counter.key(Qt.Key.Key_Space)
        assert is_inside(focused(), sheet(counter, "by_hand_sheet"))
        counter.key(Qt.Key.Key_2)
        counter.key(Qt.Key.Key_Return)
        await until(lambda line=line: item_status(counter, line) is ItemStatus.CHECKED)
        await until(lambda: not counter.tasks.running)
        assert focused() is table
    checks = [entry.command for entry in counter.desk.outbox.entries()]
    assert {check.hand_reason for check in checks if isinstance(check, CheckItem)} == {
        "Has no barcode"
    }
    counter.key(Qt.Key.Key_Escape)
    assert is_inside(focused(), counter.workspace.queue)


async def test_a_line_is_declined_with_a_reason_and_its_money_is_owed_back(
    open_with: Opening,
) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    counter.key(Qt.Key.Key_Return)
    counter.key(Qt.Key.Key_Down)
    counter.key(Qt.Key.Key_Delete)
    decline = sheet(counter, "decline_sheet")
    counter.type("x")
    counter.key(Qt.Key.Key_Return)
    assert "Reason: write at least a word." in errors(decline)
    counter.type(" out of stock")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: item_status(counter, 2) is ItemStatus.DECLINED)
    await until(lambda: counter.workspace.pane.refund_card.isVisible())
    words = counter.find(QLabel, "refund_words").text()
    assert words == "₹\N{NO-BREAK SPACE}200.00 is owed back to the patient."


async def test_it_is_cancelled_with_a_reason(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all())
    counter.key(Qt.Key.Key_Delete, CTRL)
    counter.type("not collected")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.CANCELLED)
    assert counter.prescription("rx").cancel_reason == "not collected"


async def test_a_refund_is_paid_out_after_one_question(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED)
    refund = a_refund(rows.prescriptions[0], 11_200)
    counter = await open_with(*rows.all(), refund)
    counter.key(Qt.Key.Key_F7)
    assert counter.find(QLabel, "refund_amount").text() == "₹\N{NO-BREAK SPACE}112.00"
    counter.key(Qt.Key.Key_Return)

    def paid_out() -> bool:
        found = counter.desk.replica.payments.get(refund.id)
        return found is not None and found.status is PaymentStatus.COMPLETED

    await until(paid_out)
    await until(lambda: not counter.workspace.pane.refund_card.isVisible())


async def test_somebody_else_collects(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.FULFILLED).all())
    counter.key(Qt.Key.Key_F10)
    counter.type("Sunil, her brother")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter) is PrescriptionStatus.COMPLETED)
    assert counter.prescription("rx").collected_by == "Sunil, her brother"


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (Qt.Key.Key_F10, "It is waiting for payment."),
        (Qt.Key.Key_F7, "Nothing was paid yet."),
        (Qt.Key.Key_Delete, "It is waiting for payment."),
        (Qt.Key.Key_Space, "It is waiting for payment."),
    ],
)
async def test_a_key_whose_action_is_off_says_why(
    open_with: Opening, key: Qt.Key, sentence: str
) -> None:
    counter = await open_with(*a_counter_prescription().all())
    counter.key(key)
    await settled()
    assert counter.said == [(sentence, Tone.WARNING)]
    assert not any(each.isVisible() for each in counter.workspace.findChildren(Sheet))


async def test_the_last_line_is_not_declined_but_the_prescription_cancelled(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(lines=1, status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_Delete)
    assert counter.said[-1][0] == "This is the last line; cancel the prescription instead."


async def test_a_controlled_medicine_is_not_handed_over_without_the_server(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED, controlled=True)
    assert all(item.schedule is Schedule.H for item in rows.items)
    counter = await open_with(*rows.all(), live=False)
    button = counter.workspace.pane.ui.hand_over_button
    assert not button.isEnabled()
    assert "controlled medicine" in button.toolTip()
    assert "controlled medicine" in counter.workspace.pane.ui.why_off.text()
