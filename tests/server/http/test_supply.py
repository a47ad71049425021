"""Orders to suppliers, and the goods that come."""

from __future__ import annotations

import uuid
from uuid import UUID

import msgspec
import pytest

from clinicdesk.contract.commands import (
    AcknowledgeSupplyOrder,
    CancelSupplyOrder,
    CloseSupplyOrder,
    ReviseSupplyOrder,
    SubmitSupplyOrder,
    SupplyLine,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.problems import (
    Conflict,
    IllegalState,
    InvalidField,
    NotAllowed,
    NotFound,
    Stale,
)
from tests.running_server import Owner
from tests.server.http.hands import ADMIN, OTHER_PHARMACIST, RECEPTION, Hands, rows, snapshot
from tests.server.http.stocked import LATER, LONG_AGO, SOON, Stocked


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


def status_of(stocked: Stocked, order_id: UUID) -> str:
    ((status,),) = stocked.owner("select status from supply_order where id = %s", order_id)
    return str(status)


def draft(stocked: Stocked, *medicines: Medicine, supplier_id: UUID) -> WriteSupplyOrder:
    return WriteSupplyOrder(
        supply_order_id=uuid.uuid4(),
        supplier_id=supplier_id,
        note=None,
        lines=[
            SupplyLine(id=uuid.uuid4(), medicine_id=medicine.id, packs=3, cost_minor=900)
            for medicine in medicines
        ],
    )


def test_a_draft_names_its_products_and_adds_up_what_they_cost(stocked: Stocked) -> None:
    one, two = stocked.medicines[:2]
    written = draft(stocked, one, two, supplier_id=stocked.supplier())
    stocked.desk.done(written)
    working_set = snapshot(stocked.desk)
    (order,) = [
        row
        for row in rows(working_set, "supply_order")
        if row["id"] == str(written.supply_order_id)
    ]
    lines = [
        row
        for row in rows(working_set, "supply_order_line")
        if row["supply_order_id"] == str(written.supply_order_id)
    ]
    assert (order["status"], order["line_count"], order["total_minor"]) == ("DRAFT", 2, 5400)
    assert order["code"].startswith("SO-")
    assert {line["pack_size"] for line in lines} == {one.pack_size, two.pack_size}
    assert any(one.generic_name in line["description"] for line in lines)


def test_a_revised_draft_says_what_was_sent_last(stocked: Stocked) -> None:
    one, two, three = stocked.medicines[:3]
    written = draft(stocked, one, two, supplier_id=stocked.supplier())
    version = stocked.desk.done(written).version
    kept = written.lines[1]
    added = SupplyLine(id=uuid.uuid4(), medicine_id=three.id, packs=7, cost_minor=100)
    revised = ReviseSupplyOrder(
        supply_order_id=written.supply_order_id,
        supplier_id=written.supplier_id,
        note="by Friday",
        lines=[kept, added],
    )
    stocked.desk.done(revised, version)
    lines = stocked.owner(
        "select line, medicine_id, packs_ordered from supply_order_line "
        "where supply_order_id = %s order by line",
        written.supply_order_id,
    )
    assert lines == [(1, two.id, 3), (2, three.id, 7)]
    stale = stocked.desk.refused(revised, version)
    assert isinstance(stale, Stale)
    assert "in the meantime" in stale.detail


def test_what_cannot_be_ordered_is_refused_by_its_line(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    written = draft(stocked, medicine, medicine, supplier_id=stocked.supplier())
    twice = stocked.desk.refused(written)
    assert isinstance(twice, InvalidField)
    assert twice.field == "lines[1].medicine_id"
    unknown = msgspec.structs.replace(written.lines[0], medicine_id=uuid.uuid4())
    missing = stocked.desk.refused(msgspec.structs.replace(written, lines=[unknown]))
    assert isinstance(missing, InvalidField)
    assert missing.field == "lines[0].medicine_id"
    for packs in (0, -1, 1.5):
        line = {"id": str(uuid.uuid4()), "medicine_id": str(medicine.id), "cost_minor": 1}
        body = {"supply_order_id": str(uuid.uuid4()), "note": None, "packs": packs}
        body |= {"supplier_id": str(written.supplier_id), "lines": [line | {"packs": packs}]}
        answer = stocked.desk.client.post(
            "/api/supply-orders",
            json=body,
            headers={
                "Authorization": f"Bearer {stocked.desk.access_token}",
                "Idempotency-Key": str(uuid.uuid4()),
            },
        )
        assert answer.status_code == 422
        assert answer.json()["field"] == "lines[0].packs" or "lines" in answer.json()["field"]


def test_nothing_is_ordered_from_a_supplier_that_was_given_up(stocked: Stocked) -> None:
    supplier_id = stocked.supplier()
    written = draft(stocked, stocked.medicines[0], supplier_id=supplier_id)
    version = stocked.desk.done(written).version
    gone = WriteSupplier(
        supplier_id=supplier_id, name="Gone", phone="", email="", address="", active=False
    )
    stocked.desk.done(gone)
    submit = SubmitSupplyOrder(supply_order_id=written.supply_order_id)
    refused = stocked.desk.refused(submit, version)
    assert isinstance(refused, Conflict)
    assert "Gone" in refused.detail
    another = draft(stocked, stocked.medicines[0], supplier_id=supplier_id)
    assert isinstance(stocked.desk.refused(another), InvalidField)


def test_an_empty_order_is_not_submitted(stocked: Stocked) -> None:
    written = draft(stocked, supplier_id=stocked.supplier())
    version = stocked.desk.done(written).version
    submit = SubmitSupplyOrder(supply_order_id=written.supply_order_id)
    assert isinstance(stocked.desk.refused(submit, version), Conflict)


def test_goods_are_not_expected_in_the_past(stocked: Stocked) -> None:
    written = draft(stocked, stocked.medicines[0], supplier_id=stocked.supplier())
    stocked.desk.done(written)
    submit = SubmitSupplyOrder(supply_order_id=written.supply_order_id)
    version = stocked.desk.done(submit, 1).version
    confirm = AcknowledgeSupplyOrder(supply_order_id=written.supply_order_id, expected_on=LONG_AGO)
    refused = stocked.desk.refused(confirm, version)
    assert isinstance(refused, InvalidField)
    assert refused.field == "expected_on"


def test_goods_come_in_packs_and_lie_on_the_shelf_in_units(stocked: Stocked) -> None:
    one, two = stocked.medicines[:2]
    ordered = stocked.order((one, 10), (two, 4))
    part = ordered.delivery(ordered.goods(0, 6), ordered.goods(0, 1, number="G8", expiry=LATER))
    version = stocked.desk.done(part, ordered.version).version
    assert status_of(stocked, ordered.id) == "PARTIALLY_RECEIVED"
    assert stocked.batches(one) == [
        ("G7", SOON, 6 * one.pack_size),
        ("G8", LATER, 1 * one.pack_size),
    ]
    rest = ordered.delivery(ordered.goods(0, 3), ordered.goods(1, 4))
    stocked.desk.done(rest, version)
    assert status_of(stocked, ordered.id) == "RECEIVED"
    assert stocked.on_hand(one) == 10 * one.pack_size
    assert stocked.on_hand(two) == 4 * two.pack_size
    moved = stocked.owner(
        "select sum(quantity), count(distinct subject_id) from stock_movement "
        "where subject_id = %s and kind = 'received'",
        ordered.id,
    )
    assert moved == [(10 * one.pack_size + 4 * two.pack_size, 1)]


def test_more_than_was_ordered_is_refused_and_nothing_of_the_delivery_is_taken(
    stocked: Stocked,
) -> None:
    one, two = stocked.medicines[:2]
    ordered = stocked.order((one, 10), (two, 4))
    too_much = ordered.delivery(
        ordered.goods(1, 4), ordered.goods(0, 6), ordered.goods(0, 5, number="G8")
    )
    refused = stocked.desk.refused(too_much, ordered.version)
    assert isinstance(refused, InvalidField)
    assert refused.field == "goods[2].packs"
    assert "4 of 10 packs" in refused.detail
    assert stocked.on_hand(one) is None
    assert stocked.on_hand(two) is None
    assert status_of(stocked, ordered.id) == "ACKNOWLEDGED"


def test_expired_goods_and_goods_of_another_order_are_refused(stocked: Stocked) -> None:
    one, two = stocked.medicines[:2]
    ordered, other = stocked.order((one, 10)), stocked.order((two, 10))
    expired = stocked.desk.refused(
        ordered.delivery(ordered.goods(0, 1, expiry=LONG_AGO)), ordered.version
    )
    assert isinstance(expired, InvalidField)
    assert expired.field == "goods[0].expiry"
    strange = stocked.desk.refused(ordered.delivery(other.goods(0, 1)), ordered.version)
    assert isinstance(strange, InvalidField)
    assert strange.field == "goods[0].line_id"


def test_a_short_delivery_is_closed_with_a_reason_and_a_whole_one_without(
    stocked: Stocked,
) -> None:
    one = stocked.medicines[0]
    short, whole = stocked.order((one, 10)), stocked.order((one, 2))
    version = stocked.desk.done(short.delivery(short.goods(0, 6)), short.version).version
    silent = CloseSupplyOrder(supply_order_id=short.id)
    refused = stocked.desk.refused(silent, version)
    assert isinstance(refused, InvalidField)
    assert refused.field == "reason"
    stocked.desk.done(
        CloseSupplyOrder(supply_order_id=short.id, reason="not made any more"), version
    )
    version = stocked.desk.done(whole.delivery(whole.goods(0, 2)), whole.version).version
    stocked.desk.done(CloseSupplyOrder(supply_order_id=whole.id), version)
    assert status_of(stocked, short.id) == "CLOSED_SHORT"
    assert status_of(stocked, whole.id) == "CLOSED"


def test_an_order_is_cancelled_until_goods_have_come(stocked: Stocked) -> None:
    one = stocked.medicines[0]
    ordered = stocked.order((one, 10))
    cancel = CancelSupplyOrder(supply_order_id=ordered.id, reason="ordered twice")
    version = stocked.desk.done(ordered.delivery(ordered.goods(0, 6)), ordered.version).version
    refused = stocked.desk.refused(cancel, version)
    assert isinstance(refused, IllegalState)
    assert "PARTIALLY_RECEIVED" in refused.detail
    early = stocked.order((one, 10))
    stocked.desk.done(
        CancelSupplyOrder(supply_order_id=early.id, reason="ordered twice"), early.version
    )
    assert status_of(stocked, early.id) == "CANCELLED"


def test_an_order_is_its_own_pharmacy_s_to_see_and_to_change(stocked: Stocked) -> None:
    ordered = stocked.order((stocked.medicines[0], 10))
    cancel = CancelSupplyOrder(supply_order_id=ordered.id, reason="ordered twice")
    sign_in = stocked.hands.server.sign_in
    assert isinstance(sign_in(OTHER_PHARMACIST).refused(cancel, ordered.version), NotFound)
    for desk in (stocked.hands.prescriber, sign_in(RECEPTION), sign_in(ADMIN)):
        assert isinstance(desk.refused(cancel, ordered.version), NotAllowed)


def test_the_same_delivery_sent_twice_is_entered_once(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    ordered = stocked.order((medicine, 5))
    delivery, op_id = ordered.delivery(ordered.goods(0, 2)), uuid.uuid4()
    answers = [stocked.desk.send(delivery, ordered.version, op_id=op_id) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert stocked.on_hand(medicine) == 2 * medicine.pack_size


def test_a_delivery_that_comes_as_another_command_is_refused_and_counted_once(
    stocked: Stocked,
) -> None:
    medicine = stocked.medicines[0]
    ordered = stocked.order((medicine, 5))
    delivery = ordered.delivery(ordered.goods(0, 1), ordered.goods(0, 1, number="G8"))
    version = stocked.desk.done(delivery, ordered.version).version
    again = stocked.desk.refused(delivery, version)
    assert isinstance(again, Conflict)
    assert again.field == "delivery_id"
    assert "entered already" in again.detail
    assert stocked.on_hand(medicine) == 2 * medicine.pack_size
    stocked.desk.done(ordered.delivery(ordered.goods(0, 1)), version)
    assert stocked.on_hand(medicine) == 3 * medicine.pack_size


def test_stock_that_comes_as_another_command_is_refused_and_counted_once(stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    received = stocked.receive(medicine, 20)
    stocked.desk.done(received)
    again = stocked.desk.refused(received)
    assert isinstance(again, Conflict)
    assert again.field == "batch_id"
    assert stocked.on_hand(medicine) == 20
