"""Finding a prescription in the queue, and moving through it without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    a_refund,
    focused,
    is_inside,
    many,
    settled,
)


def names(counter: Counter) -> set[str]:
    model = counter.workspace.queue.model
    return {model.index(place).data(CONTENT_ROLE).primary for place in range(model.rowCount())}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("wiremu", {"Tāne Wiremu", "Wiremu Parata-Kāretu"}),
        ("TANE", {"Tāne Wiremu"}),
        ("राजेश", {"राजेश शर्मा"}),
        ("rx-7f3a3", {"Fatima Sheikh"}),
        ("P-004183", {"Tāne Wiremu"}),
        ("deshpnde", {"Meera Deshpande"}),
    ],
)
async def test_a_search_looks_in_all_lanes(open_with: Opening, typed: str, found: set[str]) -> None:
    counter = await open_with(*many(84).all())
    counter.workspace.queue.search_for(typed)
    await settled()
    assert names(counter) == found
    lanes = {
        counter.workspace.queue.lanes.lane_of(row)
        for place in range(counter.workspace.queue.model.rowCount())
        if (row := counter.workspace.queue.model.row_at(place)) is not None
    }
    assert typed.startswith("rx") or len(lanes) > 1


async def test_a_slash_on_the_rows_begins_a_search_and_enter_takes_the_first(
    open_with: Opening,
) -> None:
    counter = await open_with(*many(84).all())
    counter.type("/hine")
    search: QLineEdit = counter.find(QLineEdit, "queue_search")
    assert search.text() == "hine"
    assert names(counter) == {"Hine Ngāta"}
    counter.key(Qt.Key.Key_Return)
    await settled()
    pane = counter.workspace.pane
    patient = counter.desk.replica.patients.get(pane.prescription and pane.prescription.patient_id)
    assert patient is not None
    assert patient.name == "Hine Ngāta"
    assert focused() is counter.workspace.queue.ui.queue_list


async def test_a_space_in_the_search_is_a_space(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    counter.type("/meera desh")
    await settled()
    assert counter.find(QLineEdit, "queue_search").text() == "meera desh"
    assert counter.desk.outbox.entries() == []


async def test_choosing_a_lane_leaves_the_search(open_with: Opening) -> None:
    counter = await open_with(*many(84).all())
    counter.workspace.queue.search_for("hine")
    counter.key(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    await settled()
    assert counter.workspace.queue.lane is Lane.READY
    assert counter.find(QLineEdit, "queue_search").text() == ""
    assert counter.workspace.queue.model.rowCount() == counter.workspace.queue.count(Lane.READY)


async def test_the_lanes_together_hold_every_signed_prescription(open_with: Opening) -> None:
    counter = await open_with(*many(84).all())
    queue = counter.workspace.queue
    assert sum(queue.count(lane) for lane in Lane if lane is not Lane.REFUND) == 84
    for lane in Lane:
        queue.show_lane(lane)
        assert queue.model.rowCount() == queue.count(lane), lane


async def test_money_owed_back_has_a_lane_whatever_the_status(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED)
    counter = await open_with(*rows.all())
    queue = counter.workspace.queue
    queue.show_lane(Lane.REFUND)
    assert queue.model.rowCount() == 0
    assert queue.empty.accessibleName() == "No refund is owed"
    await counter.feed(a_refund(rows.prescriptions[0], 11_200))
    assert queue.count(Lane.REFUND) == 1
    assert queue.model.index(0).data(CONTENT_ROLE).status == "Refund ₹\N{NO-BREAK SPACE}112.00"


async def test_a_prescription_opened_from_elsewhere_shows_its_lane(open_with: Opening) -> None:
    counter = await open_with(*many(84).all())
    which = "rx 4"
    assert counter.prescription(which).status is PrescriptionStatus.COMPLETED
    assert counter.workspace.open_thing("prescription", an_id(which))
    await settled()
    assert counter.workspace.queue.lane is Lane.DONE
    assert counter.workspace.queue.selection.current == an_id(which)
    assert not counter.workspace.open_thing("prescription", an_id("nowhere"))
    assert not counter.workspace.open_thing("medicine", an_id(which))


async def test_all_prescriptions_of_a_patient_are_shown_together(open_with: Opening) -> None:
    counter = await open_with(*many(84).all())
    counter.workspace.pane.history_wanted.emit(an_id("patient 5"))
    await settled()
    assert names(counter) == {"Hine Ngāta"}
    assert counter.workspace.queue.model.rowCount() == 7


async def test_down_from_the_search_reaches_the_rows_and_ctrl_f_comes_back(
    open_with: Opening,
) -> None:
    counter = await open_with(*many(84).all())
    counter.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert focused() is counter.workspace.queue.search
    counter.key(Qt.Key.Key_Down)
    assert is_inside(focused(), counter.workspace.queue.ui.queue_list)


async def test_fifty_thousand_prescriptions_are_listed_searched_and_changed(
    open_with: Opening,
) -> None:
    counter = await open_with(*many(50_000, patients=2_000, lines=False).all())
    queue = counter.workspace.queue
    waiting = (Lane.UNPAID, Lane.DISPENSE, Lane.READY, Lane.CANCELLED)
    rows = counter.desk.replica.prescriptions.values()
    done = sum(row.status is PrescriptionStatus.COMPLETED for row in rows)
    assert sum(queue.count(lane) for lane in waiting) == 50_000 - done
    queue.search_for("P-005000")
    await settled()
    assert queue.model.rowCount() == 25
