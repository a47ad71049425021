"""What has come for a patient is one thing to tell them, and whoever tells them settles it."""

from __future__ import annotations

import pytest

from clinicdesk.contract.commands import ReceivedGoods, ReceiveGoods, TellPatient
from clinicdesk.contract.entities import NoticeStatus
from clinicdesk.contract.problems import Conflict
from clinicdesk.core.identity import new_id
from tests.running_server import Owner
from tests.server.http.hands import Hands
from tests.server.http.stocked import SOON, Ordered, Stocked
from tests.server.http.waiting import Paid, waiting


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


def take_in(stocked: Stocked, ordered: Ordered) -> None:
    """All that was ordered comes at once."""
    goods = [
        ReceivedGoods(
            line_id=line.id, batch_id=new_id(), number=f"B{place}", expiry=SOON, packs=line.packs,
            cost_minor=900,
        )
        for place, line in enumerate(ordered.lines)
    ]  # fmt: skip
    received = ReceiveGoods(supply_order_id=ordered.id, delivery_id=new_id(), goods=goods)
    stocked.desk.done(received, ordered.version)


def test_three_lines_that_come_in_one_delivery_are_one_message(stocked: Stocked) -> None:
    medicines = stocked.medicines[:3]
    prescription = Paid(stocked, *((each, 1) for each in medicines))
    for place in range(3):
        prescription.owe(place)
    take_in(stocked, stocked.order(*((each, 1) for each in medicines)))
    assert [prescription.stands(place)[0] for place in range(3)] == ["PICKING"] * 3
    assert prescription.notices() == [("owing_ready", "QUEUED")]


def test_whoever_has_told_the_patient_settles_it_once(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    prescription = waiting(stocked, medicine, 1)
    tell = TellPatient(prescription_id=prescription.id)
    early = stocked.desk.refused(tell, prescription.version)
    assert isinstance(early, Conflict), "nothing has come yet"
    stocked.desk.done(stocked.receive(medicine, 10))
    prescription.version = prescription.stands()[2]
    prescription.give(tell)
    (notice,) = prescription.now().notices
    assert notice.status is NoticeStatus.TOLD
    assert notice.told_by == prescription.now().prescription.updated_by
    assert notice.told_at is not None
    again = stocked.desk.refused(tell, prescription.version)
    assert isinstance(again, Conflict)
    assert "nothing to tell" in again.detail


def test_who_has_it_in_their_hands_need_not_be_told(stocked: Stocked) -> None:
    """Otherwise what comes later would be told of although it has not come."""
    first, second = stocked.medicines[:2]
    prescription = Paid(stocked, (first, 1), (second, 1))
    prescription.owe(0)
    prescription.owe(1)
    stocked.desk.done(stocked.receive(first, 10))
    prescription.version = prescription.stands()[2]
    hands = stocked.hands
    prescription.give(hands.fulfil(prescription.id, [prescription.item_id]))
    prescription.give(hands.hand_over(prescription.id))
    assert prescription.notices() == [("owing_ready", "TOLD")]
    assert prescription.stands(1)[0] == "OWING"
    stocked.desk.done(stocked.receive(second, 10))
    assert sorted(prescription.notices()) == [("owing_ready", "QUEUED"), ("owing_ready", "TOLD")]
