"""Lanes follow lines and orders, the queue's view stays, and the hall's screen tells little."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from clinicdesk.contract.entities import (
    ItemStatus,
    OrderResponse,
    OrderStatus,
    PrescriptionStatus,
)
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.workspaces.pharmacy.big_screen import BigScreen
from clinicdesk.desktop.workspaces.pharmacy.queue_view import Sort
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from tests.core.sample import NOON, an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    an_order,
    at,
    many,
    open_counter,
    open_desk,
    settled,
)


def shown(counter: Counter) -> list[RowContent]:
    model = counter.workspace.queue.model
    return [model.index(place).data(CONTENT_ROLE) for place in range(model.rowCount())]


def lane(counter: Counter, name: str = "rx") -> Lane | None:
    return counter.workspace.queue.lanes.lane_of(counter.prescription(name))


async def test_digits_go_to_the_lanes_in_their_order(open_with: Opening) -> None:
    counter = await open_with(*many(84).all())
    for digit, wanted in (
        (Qt.Key.Key_1, Lane.UNPAID), (Qt.Key.Key_2, Lane.DISPENSE), (Qt.Key.Key_3, Lane.READY),
        (Qt.Key.Key_5, Lane.DONE),
    ):  # fmt: skip
        counter.key(digit)
        await settled()
        assert counter.workspace.queue.lane is wanted


async def test_what_only_waits_for_stock_stands_in_the_lane_of_what_is_owing(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all())
    assert lane(counter) is Lane.DISPENSE
    first, second, third = rows.items
    await counter.feed(
        replace(first, version=2, status=ItemStatus.HANDED_OVER, supplied=10),
        replace(second, version=2, status=ItemStatus.OWING, owing=3),
        replace(third, version=2, status=ItemStatus.CHECKED, prepared=20),
    )
    assert lane(counter) is Lane.DISPENSE
    await counter.feed(replace(third, version=3, status=ItemStatus.HANDED_OVER, supplied=20))
    assert lane(counter) is Lane.OWING
    assert counter.workspace.queue.count(Lane.OWING) == 1
    counter.workspace.queue.show_lane(Lane.OWING)
    assert [row.status for row in shown(counter)] == ["1 item(s) owing"]  # untranslated
    await counter.feed(replace(second, version=3, status=ItemStatus.PICKING, owing=3))
    assert lane(counter) is Lane.DISPENSE
    assert shown(counter) == []


async def test_what_was_sent_back_waits_beside_the_work(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    order = an_order(rows.prescriptions[0])
    counter = await open_with(*rows.all(), order)
    assert counter.workspace.queue.count(Lane.SENT_BACK) == 0
    await counter.feed(
        replace(
            order,
            version=2,
            status=OrderStatus.REJECTED,
            response=OrderResponse.OUT_OF_STOCK,
            response_note="not before Friday",
            closed_at=NOON,
        )
    )
    assert lane(counter) is Lane.SENT_BACK
    assert counter.workspace.counter() == 0


async def test_what_was_handed_over_before_today_is_found_by_search(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.COMPLETED)
    yesterday = NOON - timedelta(days=1)
    rows.prescriptions[0] = replace(rows.prescriptions[0], completed_at=yesterday)
    counter = await open_with(*rows.all())
    assert counter.workspace.queue.count(Lane.DONE) == 0
    assert counter.workspace.open_thing("prescription", an_id("rx"))
    await settled()
    assert [row.tail for row in shown(counter)] == ["RX-7F3K2"]


async def test_at_midnight_what_was_handed_over_goes_and_who_waited_comes_last(
    design: Design, tmp_path: Path
) -> None:
    done = a_counter_prescription("done", status=PrescriptionStatus.COMPLETED, completed_at=NOON)
    old = a_counter_prescription("old", status=PrescriptionStatus.PAID, code="RX-00000")
    paid = at(7 * 60 + 1)  # past midnight of the clinic
    fresh = a_counter_prescription("fresh", status=PrescriptionStatus.PAID, paid_at=paid)
    rows = {row.id: row for each in (done, old, fresh) for row in each.all()}
    desk = await open_desk(tmp_path, *rows.values())
    clock = [NOON]
    counter = open_counter(desk, design, now=lambda: clock[0])
    queue = counter.workspace.queue
    queue.show_lane(Lane.DISPENSE)
    assert [row.tail for row in shown(counter)] == ["RX-00000", "RX-7F3K2"]
    queue.show_lane(Lane.DONE)
    assert queue.model.rowCount() == queue.count(Lane.DONE) == 1
    clock[0] = at(7 * 60 + 5)
    queue._on_clock()
    assert queue.model.rowCount() == queue.count(Lane.DONE) == 0
    queue.show_lane(Lane.DISPENSE)
    assert [row.tail for row in shown(counter)] == ["RX-7F3K2", "RX-00000"]
    await counter.tasks.end()
    counter.workspace.close()
    counter.workspace.deleteLater()
    await desk.close()


async def test_order_and_filter_are_there_again_when_the_member_comes_back(
    open_with: Opening,
) -> None:
    rows = many(84)
    counter = await open_with(*rows.all())
    doctor = rows.practitioners[1]
    counter.workspace.queue.view_menu.change(sort=Sort.NAME, prescriber=doctor.id)
    await settled()
    names = [row.primary for row in shown(counter)]
    assert names == sorted(names, key=lambda name: name.casefold())
    chip: Chip = counter.find(Chip, "queue_filter")
    assert chip.text() == f"Only: {doctor.name}"
    again = await open_with(*rows.all())
    assert _prescribers(again) == {doctor.id}
    again.find(Chip, "queue_filter").click()
    await settled()
    assert len(_prescribers(again)) > 1


async def test_a_patient_who_is_renamed_takes_their_new_place_in_a_lane_by_name(
    open_with: Opening,
) -> None:
    rows = many(84)
    counter = await open_with(*rows.all())
    queue = counter.workspace.queue
    queue.view_menu.change(sort=Sort.NAME)
    queue.show_lane(Lane.DISPENSE)
    await settled()
    place = queue.model.row_at(0)
    assert place is not None
    first = next(each for each in rows.patients if each.id == place.patient_id)
    for lane in (Lane.DISPENSE, Lane.UNPAID):  # as it is shown, and as it is left
        queue.show_lane(lane)
        name = "Zzz" if lane is Lane.DISPENSE else "Aaa"
        await counter.feed(replace(first, version=first.version + 1, name=name))
        first = replace(first, version=first.version + 1)
        queue.show_lane(Lane.DISPENSE)
        await settled()
        names = [row.primary for row in shown(counter)]
        assert name in names
        assert names == sorted(names, key=lambda name: name.casefold())


async def test_only_what_i_have_begun(open_with: Opening) -> None:
    mine = a_counter_prescription("mine", status=PrescriptionStatus.PAID)
    counter = await open_with(*mine.all(), *many(28).all())
    counter.workspace.queue.show_lane(Lane.DISPENSE)
    counter.workspace.queue.view_menu.change(mine=True)
    assert shown(counter) == []
    item = mine.items[0]
    me = counter.desk.member.id
    await counter.feed(
        replace(item, version=2, status=ItemStatus.PICKING, updated_by=me, updated_at=NOON)
    )
    assert [row.tail for row in shown(counter)] == ["RX-7F3K2"]
    assert shown(counter)[0].status == "Picking"


async def test_the_big_screen_tells_codes_and_initials_and_nothing_else(
    open_with: Opening,
) -> None:
    ready = a_counter_prescription("ready", status=PrescriptionStatus.FULFILLED, bin="A7")
    paid = a_counter_prescription("paid", status=PrescriptionStatus.PAID, code="RX-7F3K9")
    patients = {row.id for row in ready.patients}
    rest = [row for row in paid.all() if row.id not in patients]
    brought = a_counter_prescription(
        "brought", status=PrescriptionStatus.FULFILLED, delivery=True, code="RX-7F3L1"
    )
    rest += [row for row in brought.all() if row.id not in patients]
    counter = await open_with(*ready.all(), *[r for r in rest if r.id not in _ids(ready)])
    counter.key(Qt.Key.Key_F11)
    screen = counter.workspace._screen
    assert isinstance(screen, BigScreen)
    assert [(c.code, c.letters, c.place) for c in screen.ready] == [("7F3K2", "MD", "A7")]
    assert [(c.code, c.letters) for c in screen.preparing] == [("7F3K9", "MD")]
    assert not screen.findChildren(QLabel)
    assert "Meera" not in screen.accessibleName()
    done = counter.prescription("ready")
    await counter.feed(
        replace(done, version=2, status=PrescriptionStatus.COMPLETED, completed_at=NOON)
    )
    assert screen.ready == []
    screen.close()


async def test_the_big_screen_lets_nobody_wait_for_what_went_back_to_the_shelf(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all())
    counter.key(Qt.Key.Key_F11)
    screen = counter.workspace._screen
    assert isinstance(screen, BigScreen)
    assert len(screen.preparing) == 1
    back = ItemStatus.RETURNED_TO_STOCK
    await counter.feed(*(replace(each, version=2, status=back) for each in rows.items))
    assert screen.preparing == []
    screen.close()


async def test_the_digits_of_the_lanes_hold_in_an_empty_lane_too(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    counter.key(Qt.Key.Key_4)
    await settled()
    assert counter.workspace.queue.model.rowCount() == 0
    counter.key(Qt.Key.Key_2)
    assert counter.workspace.queue.model.rowCount() == 1
    assert counter.workspace.queue.search.text() == ""


def _ids(rows: object) -> set[UUID]:
    return {row.id for row in rows.all()}  # type: ignore[attr-defined]


def _prescribers(counter: Counter) -> set[UUID]:
    model = counter.workspace.queue.model
    rows = (model.row_at(place) for place in range(model.rowCount()))
    return {row.practitioner_id for row in rows if row is not None}
