"""What a pharmacy sends back comes before its prescriber, who sends it elsewhere."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from clinicdesk.contract.commands import RerouteOrder
from clinicdesk.contract.entities import OrderResponse, OrderStatus, PrescriptionStatus
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.pharmacy_rows import PharmacyRows
from clinicdesk.desktop.workspaces.therapy.pill_flow import PillFlow
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import (
    DemoRows,
    Room,
    an_order,
    sent_back,
    settled,
    until,
)


async def with_one_sent_back(
    opening: Opening, demo: DemoRows, **changes: Any
) -> Room[PrescriptionsWorkspace]:
    room = await opening(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    shown = room.place.detail.prescription
    paid = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.PAID, paid_at=demo.now,
        paid_minor=shown.total_minor, updated_at=demo.now,
    )  # fmt: skip
    await room.feed(paid, sent_back(paid, demo.now, **changes))
    return room


def spoken_row(rows: PharmacyRows, place: int) -> str:
    return str(rows.data(rows.index(place), Qt.ItemDataRole.AccessibleTextRole))


async def test_the_answer_and_the_quote_are_shown(open_place: Opening, demo: DemoRows) -> None:
    room = await with_one_sent_back(open_place, demo)
    banner = room.find(Banner, "sent_back")
    assert banner.isVisible()
    said = " ".join(part.text() for part in banner.findChildren(QLabel))
    assert "Only the imported brand" in said
    assert "642.50" in said


async def test_another_pharmacy_is_chosen_and_the_order_goes_there(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await with_one_sent_back(
        open_place, demo, response=OrderResponse.OUT_OF_STOCK, quoted_minor=None
    )
    detail = room.place.detail
    detail.reroute()
    rows = detail.reroute_sheet.rows
    await until(rows.rowCount)
    before = detail.prescription.pharmacy_id
    assert rows.place_of(before) == -1, "it does not go where it cannot be had"
    detail.reroute_sheet.confirm()
    await until(lambda: room.desk.outbox.entries())
    (entry,) = room.desk.outbox.entries()
    assert isinstance(entry.command, RerouteOrder)
    assert entry.command.pharmacy_id != before


async def test_a_quote_can_be_taken(open_place: Opening, demo: DemoRows) -> None:
    room = await with_one_sent_back(open_place, demo)
    detail = room.place.detail
    detail.reroute()
    rows, before = detail.reroute_sheet.rows, detail.prescription.pharmacy_id
    await until(rows.rowCount)
    quoted = [n for n in range(rows.rowCount()) if "642.50" in spoken_row(rows, n)]
    assert quoted == [rows.place_of(before)]
    for _ in range(quoted[0]):
        room.key(Qt.Key.Key_Down)
    assert "642.50" in room.find(QPushButton, "confirm_reroute_button").text()
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.desk.outbox.entries())
    (entry,) = room.desk.outbox.entries()
    assert isinstance(entry.command, RerouteOrder)
    assert entry.command.pharmacy_id == before


async def test_what_was_sent_back_stands_in_its_own_lane_and_counts_as_the_prescribers_work(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await with_one_sent_back(open_place, demo)
    place = room.place
    drafts = place.rows.count(Lane.DRAFTS)
    shown = place.detail.prescription
    assert place.rows.count(Lane.SENT_BACK) == 1
    assert place.counter() == drafts + 1
    assert "1 sent back" in place.counter_words(place.counter())
    place.rows.show_lane(Lane.SENT_BACK)
    assert place.rows.selection.current == shown.id
    assert "Sent back" in place.rows.model.data(place.rows.model.index(0))
    place.detail.reroute()
    await until(place.detail.reroute_sheet.rows.rowCount)
    place.detail.reroute_sheet.confirm()
    await until(lambda: place.rows.count(Lane.SENT_BACK) == 0)
    assert place.counter() == drafts


async def test_when_the_last_was_sent_elsewhere_the_keyboard_stays_beside_the_lane(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await with_one_sent_back(open_place, demo)
    place = room.place
    elsewhere = QPushButton("Patients", place.window())
    elsewhere.show()
    place.rows.show_lane(Lane.SENT_BACK)
    place.rows.focus_rows()
    place.detail.reroute()
    await until(place.detail.reroute_sheet.rows.rowCount)
    place.detail.reroute_sheet.confirm()
    await until(lambda: place.rows.count(Lane.SENT_BACK) == 0)
    await until(place.detail.reroute_sheet.isHidden)
    assert QApplication.focusWidget() is room.find(QLineEdit, "prescription_search")


async def test_enter_on_what_was_sent_back_asks_where_it_goes(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await with_one_sent_back(open_place, demo)
    room.place.rows.show_lane(Lane.SENT_BACK)
    room.place.rows.focus_rows()
    assert any("pharmacy" in hint.text for hint in room.place.hints())
    room.key(Qt.Key.Key_Return)
    await settled()
    assert room.place.detail.reroute_sheet.isVisible()


async def test_repeats_and_delivery_are_shown(open_place: Opening, demo: DemoRows) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    shown = room.place.detail.prescription
    terms = room.find(PillFlow, "prescription_terms")
    assert not terms.isVisible()
    await room.feed(
        replace(shown, version=shown.version + 1, repeats=3, repeats_used=1, delivery=True)
    )
    await until(terms.isVisible)
    repeats, delivery = terms.pills()
    assert "2 of 3 repeat" in repeats.text
    assert delivery.text == "To be delivered"


async def test_what_was_delivered_is_not_said_to_be_collected(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    shown = room.place.detail.prescription
    over = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.COMPLETED, paid_at=demo.now,
        completed_at=demo.now, collected_by="Meera Deshpande", delivery=True, updated_at=demo.now,
    )  # fmt: skip
    await room.feed(over, an_order(over, demo.now, status=OrderStatus.DELIVERED))
    end = room.find(Banner, "prescription_end")
    await until(end.isVisible)
    said = " ".join(part.text() for part in end.findChildren(QLabel))
    assert "Delivered to Meera Deshpande" in said
    assert not room.find(PillFlow, "prescription_terms").isVisible()


async def test_what_the_window_says_of_a_desk_is_asked_for_without_a_trace(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await with_one_sent_back(open_place, demo)
    for _ in range(3):
        room.place.note()
    heard: list[None] = []
    room.place.hints_changed.connect(lambda: heard.append(None))
    room.place.rows.sent_back.changed.emit(set())
    assert len(heard) == 1
