"""What others do appears by itself; what this desk does while offline is kept and marked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import Done
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.contract.problems import IllegalState
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Button
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent, RowContent
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import NOON, a_snapshot, an_id, pharmacist
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    focused,
    many,
    on_shelf,
    scan_of,
    settled,
    until,
)


def row(counter: Counter, name: str) -> RowContent | None:
    """What the queue says of a prescription; None when the lane does not show it."""
    model = counter.workspace.queue.model
    place = model.place_of(an_id(name))
    if place is None:
        return None
    content: RowContent = model.index(place).data(CONTENT_ROLE)
    return content


def pending_words(counter: Counter) -> str:
    """What stands beside the total: how far this desk's own change has come."""
    pill = counter.find(StatusPill, "prescription_pending").pill
    return "" if pill is None else str(pill.text)


def only_op(counter: Counter) -> UUID:
    (entry,) = counter.desk.outbox.entries()
    return entry.op_id


async def test_a_signed_prescription_is_in_the_queue_at_once(open_with: Opening) -> None:
    counter = await open_with(*many(12).all())
    queue = counter.workspace.queue
    told: list[int] = []
    counter.workspace.badge_changed.connect(told.append)
    chosen, waiting = queue.selection.current, queue.count(Lane.UNPAID)
    arrived = a_counter_prescription("new")
    await counter.feed(*arrived.prescriptions, *arrived.items)
    assert queue.count(Lane.UNPAID) == waiting + 1
    assert told == [counter.workspace.counter()]
    assert row(counter, "new") is not None
    assert queue.ui.queue_list.glow.strength(an_id("new")) > 0
    assert queue.selection.current == chosen


async def test_the_newest_unpaid_and_the_longest_waiting_paid_come_first(
    open_with: Opening,
) -> None:
    counter = await open_with(*many(60).all())
    queue = counter.workspace.queue

    def waits() -> list[float]:
        rows = [queue.model.row_at(place) for place in range(queue.model.rowCount())]
        return [
            (each.paid_at or each.signed_at or NOON).timestamp()
            for each in rows
            if each is not None
        ]

    queue.show_lane(Lane.UNPAID)
    assert waits() == sorted(waits(), reverse=True)
    queue.show_lane(Lane.DISPENSE)
    assert waits() == sorted(waits())


async def test_what_is_paid_here_leaves_the_lane_and_stays_in_hand(open_with: Opening) -> None:
    counter = await open_with(*many(12).all(), *_only_rows("rx"))
    counter.workspace.open_thing("prescription", an_id("rx"))
    await settled()
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.prescription("rx").status is PrescriptionStatus.PAID)
    await until(lambda: not counter.tasks.running)
    assert row(counter, "rx") is None
    pane = counter.workspace.pane
    assert pane.prescription is not None
    assert pane.prescription.id == an_id("rx")
    assert pane.ui.fulfil_button.isVisible()


async def test_work_done_offline_is_saved_here_and_says_so(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all(), live=False)
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: pending_words(counter))
    assert pending_words(counter) == "Saved here, not yet sent"
    counter.workspace.queue.show_lane(Lane.DISPENSE)
    shown = row(counter, "rx")
    assert shown is not None
    assert (shown.status, shown.status_tone) == ("Saved here, not sent", Tone.WARNING)
    assert counter.workspace.note() == "as of 17:30"


async def test_nothing_in_the_head_moves_when_the_mark_comes_and_goes(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all(), live=False)
    head = counter.workspace.pane.head
    beside = [part for part in head.findChildren(QWidget) if part.parentWidget() is head]
    before = [part.geometry() for part in beside]
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: pending_words(counter))
    await settled()
    assert len(before) > 2
    assert [part.geometry() for part in beside] == before


async def test_the_mark_goes_when_the_server_has_done_it(open_with: Opening) -> None:
    rows = a_counter_prescription()
    counter = await open_with(*rows.all(), live=False)
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.desk.outbox.entries())
    op_id = only_op(counter)
    counter.desk.link.become(LinkStatus.LIVE)
    counter.desk.outbox.mark_sending(op_id, sending=True)
    await settled()
    assert pending_words(counter) == "Sending"
    await counter.desk.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=counter.seq + 1))
    paid = replace(
        rows.prescriptions[0],
        version=2,
        status=PrescriptionStatus.PAID,
        paid_minor=41_200,
        paid_at=NOON,
    )
    await counter.feed(paid, op_ids=(op_id,))
    assert pending_words(counter) == ""
    assert counter.prescription("rx").status is PrescriptionStatus.PAID


async def test_a_refusal_is_told_until_it_was_read(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription().all(), live=False)
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.desk.outbox.entries())
    op_id = only_op(counter)
    refusal = IllegalState(
        detail="It was cancelled.",
        entity="prescription",
        id=an_id("rx"),
        command="take_payment",
        state="CANCELLED",
        by="Dr Sunita Rao",
        at=NOON + timedelta(minutes=1),
    )
    await counter.desk.outbox.finish(op_id, refusal)
    banner: Banner = counter.find(Banner, "refusal_banner")
    await until(banner.isVisible)
    assert "Take payment" in banner.accessibleName()
    assert "Dr Sunita Rao cancelled it at 17:31" in banner.accessibleName()
    banner.findChild(Button).click()
    await until(lambda: not banner.isVisible())
    assert counter.desk.outbox.entries() == []


async def test_money_back_waits_for_the_server(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all(), live=False)
    counter.key(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert counter.said[-1][0].startswith("Money is to be refunded")
    counter.desk.link.become(LinkStatus.LIVE)
    await settled()
    assert counter.workspace.pane.ui.cancel_button.isEnabled()


async def test_a_sheet_goes_when_somebody_else_was_quicker(open_with: Opening) -> None:
    rows = a_counter_prescription()
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_F8)
    paid = replace(
        rows.prescriptions[0],
        version=2,
        status=PrescriptionStatus.PAID,
        paid_minor=41_200,
        paid_at=NOON,
    )
    await counter.feed(paid)
    assert not any(each.isVisible() for each in counter.workspace.findChildren(Sheet))
    assert counter.said == [("It is paid already.", Tone.WARNING)]
    assert counter.desk.outbox.entries() == []


async def test_what_another_prescription_takes_from_the_shelf_is_said_and_given_back(
    open_with: Opening,
) -> None:
    paid = PrescriptionStatus.PAID
    first = a_counter_prescription("first", lines=1, status=paid, code="RX-7F301")
    second = a_counter_prescription("second", lines=1, status=paid, code="RX-7F302")
    ten = on_shelf("Cetzy", ("B2207", NOON.date() + timedelta(days=900), 10))
    counter = await open_with(*first.all(), *second.all(), *ten)
    assert counter.workspace.open_thing("prescription", an_id("first"))
    counter.workspace.take_scan(scan_of("Cetzy"))
    await until(lambda: counter.desk.outbox.entries())
    assert counter.workspace.open_thing("prescription", an_id("second"))
    items = counter.workspace.pane.items

    def supply() -> str:
        cell: CellContent = items.index(0, ItemColumn.AMOUNT).data(CONTENT_ROLE)
        return cell.text

    await until(lambda: supply() == "none in stock")
    await counter.desk.outbox.discard(only_op(counter))
    await until(lambda: supply().startswith("B2207"))


async def test_a_line_that_changes_keeps_the_current_line_and_glows(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all())
    table = counter.workspace.pane.table
    counter.key(Qt.Key.Key_Return)
    counter.key(Qt.Key.Key_Down)
    await counter.feed(replace(rows.items[2], version=2, status=ItemStatus.READY))
    assert table.current_place() == 1
    assert table.glow.strength(rows.items[2].id) > 0
    assert counter.workspace.pane.items.index(2, 4).data(CONTENT_ROLE).pill.text == "Ready"


async def test_lines_that_come_later_than_their_prescription_have_a_current_one(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.patients, *rows.practitioners, *rows.prescriptions)
    assert counter.workspace.pane.current_item is None
    await counter.feed(*rows.items)
    current = counter.workspace.pane.current_item
    assert current is not None
    assert current.line == 1


async def test_a_desk_without_rows_says_what_it_waits_for(open_with: Opening) -> None:
    counter = await open_with()
    assert counter.workspace.queue.empty.isVisible()
    assert counter.workspace.queue.empty.accessibleName() == "Fetching the prescriptions"


async def test_the_work_begins_by_itself_when_the_first_rows_have_come(open_with: Opening) -> None:
    counter = await open_with()
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    await counter.desk.replica.swap(a_snapshot(pharmacist, *rows.all()))
    await settled()
    assert counter.workspace.queue.lane is Lane.DISPENSE
    assert counter.workspace.queue.selection.current == an_id("rx")
    assert focused() is counter.workspace.queue.ui.queue_list


def _only_rows(name: str) -> list[object]:
    rows = a_counter_prescription(name)
    return [*rows.prescriptions, *rows.items]
