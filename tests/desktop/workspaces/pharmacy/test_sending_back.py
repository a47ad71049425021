"""An order that this pharmacy cannot supply goes back to its prescriber, also once it was begun."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from clinicdesk.contract.commands import RejectOrder
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderResponse,
    OrderStatus,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from clinicdesk.desktop.workspaces.shared.order_words import answer_words
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import a_frame, an_id, gone
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    an_order,
    scan_of,
    settled,
    until,
)

RX: UUID = an_id("rx")


def first_line(counter: Counter) -> PrescriptionItem:
    found = counter.desk.replica.items.get(an_id("rx line 1"))
    assert found is not None
    return found


def send_back_sheet(counter: Counter) -> Sheet:
    found: Sheet = counter.find(Sheet, "send_back_sheet")
    return found


@pytest.fixture
async def counter(open_with: Opening) -> Counter:
    """Three lines are paid for, at a pharmacy that keeps no stock here."""
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    return await open_with(*rows.all(), an_order(rows.prescriptions[0]))


async def test_an_order_that_was_found_empty_at_the_shelf_is_sent_back(counter: Counter) -> None:
    counter.key(Qt.Key.Key_P)
    await until(lambda: first_line(counter).status is ItemStatus.PICKING)
    (order,) = counter.desk.replica.orders.values()
    assert order.status is OrderStatus.DISPENSING
    counter.key(Qt.Key.Key_X)
    counter.type("the last box is damaged")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.desk.orders.open_order(RX) is None)
    assert first_line(counter).status is ItemStatus.PENDING
    assert counter.workspace.queue.count(Lane.SENT_BACK) == 1


async def test_the_head_tells_how_far_the_order_has_come(counter: Counter) -> None:
    status = counter.find(StatusPill, "prescription_status")
    assert status.accessibleName() == "Paid"
    counter.key(Qt.Key.Key_P)
    await until(lambda: status.accessibleName() == "Dispensing")


async def test_an_order_of_which_a_line_is_checked_is_not_sent_back_until_that_is_undone(
    counter: Counter,
) -> None:
    counter.workspace.take_scan(scan_of("Cetzy"))
    await until(lambda: first_line(counter).status is ItemStatus.CHECKED)
    counter.key(Qt.Key.Key_X)
    assert not send_back_sheet(counter).isVisible()
    assert counter.desk.orders.can(RejectOrder, RX) == (
        "Some of it is prepared already: put it back first."
    )
    counter.workspace.pane.choose_line(first_line(counter).id)
    counter.key(Qt.Key.Key_Space)
    await until(lambda: first_line(counter).status is ItemStatus.PENDING)
    counter.key(Qt.Key.Key_X)
    assert send_back_sheet(counter).isVisible()


def sent_back(counter: Counter) -> list[RejectOrder]:
    entries = counter.desk.outbox.entries()
    return [each.command for each in entries if isinstance(each.command, RejectOrder)]


async def test_out_of_stock_is_reason_enough_and_is_said_once(counter: Counter) -> None:
    counter.key(Qt.Key.Key_X)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: sent_back(counter))
    (command,) = sent_back(counter)
    assert command.response is OrderResponse.OUT_OF_STOCK
    await until(lambda: counter.desk.orders.open_order(RX) is None)
    (order,) = counter.desk.replica.orders.values()
    assert answer_words(order) == "Out of stock"
    assert answer_words(replace(order, response_note="until May")) == "Out of stock: until May"


async def test_that_it_cannot_be_supplied_wants_a_word_more(counter: Counter) -> None:
    counter.key(Qt.Key.Key_X)
    counter.key(Qt.Key.Key_3)
    counter.key(Qt.Key.Key_Return)
    await settled()
    assert send_back_sheet(counter).isVisible()
    assert not sent_back(counter)


async def test_what_goes_to_another_pharmacy_while_it_is_seen_goes_with_a_word(
    counter: Counter,
) -> None:
    rows = [*counter.desk.replica.items.of(RX), counter.prescription("rx")]
    await counter.desk.replica.apply(a_frame(counter.seq, counter.seq + 1, *map(gone, rows)))
    await until(lambda: counter.workspace.pane.prescription is None)
    assert counter.said == [
        ("RX-7F3K2 went to another pharmacy: its prescriber sent it there.", Tone.INFO)
    ]
