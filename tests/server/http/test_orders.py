"""A pharmacy's order against a prescription: taken on, sent back, sent elsewhere, delivered."""

from __future__ import annotations

import uuid
from uuid import UUID

import msgspec
import pytest

from clinicdesk.contract.codes import code_of
from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    CancelPrescription,
    CheckItem,
    DeliverOrder,
    DispatchOrder,
    FulfillItems,
    HandOver,
    HoldItems,
    OweItem,
    PickItems,
    RejectOrder,
    RerouteOrder,
    ReturnToStock,
    TakePayment,
    UncheckItem,
)
from clinicdesk.contract.entities import OrderResponse, PaymentMethod, Verified
from clinicdesk.contract.problems import Conflict, IllegalState, InvalidField, NotFound
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.server.domain.pharmacy.orders import order_id
from tests.running_server import Desk, Owner
from tests.server.http.hands import OTHER_PHARMACIST, RECEPTION, Hands, rows, snapshot


class Ordered:
    """A paid prescription and its order, at the version that was seen last."""

    def __init__(self, hands: Hands, owner: Owner, lines: int = 2) -> None:
        self.hands, self.owner = hands, owner
        self.id = hands.bring_to("paid", lines).prescription.id
        self.elsewhere = hands.server.sign_in(OTHER_PHARMACIST)
        there = self.elsewhere.session.member.pharmacy_id
        assert there is not None
        self.other_pharmacy: UUID = there

    @property
    def now(self) -> PrescriptionDetail:
        """As the prescriber sees it."""
        return self.hands.look(self.id)

    @property
    def version(self) -> int:
        return self.now.prescription.version

    def statuses(self) -> list[str]:
        """Of its orders, first to last."""
        return [str(order.status) for order in self.now.orders]

    def done(self, command: object, desk: Desk | None = None) -> None:
        (desk or self.hands.pharmacist).done(command, self.version)  # type: ignore[arg-type]

    def refused(self, command: object, desk: Desk | None = None) -> object:
        return (desk or self.hands.pharmacist).refused(command, self.version)  # type: ignore[arg-type]

    def reject(
        self,
        response: OrderResponse = OrderResponse.OUT_OF_STOCK,
        quoted: int | None = None,
    ) -> RejectOrder:
        return RejectOrder(
            prescription_id=self.id,
            response=response,
            note="not before Monday",
            quoted_minor=quoted,
        )

    def reroute(self, pharmacy_id: UUID | None = None) -> RerouteOrder:
        return RerouteOrder(prescription_id=self.id, pharmacy_id=pharmacy_id or self.other_pharmacy)

    def ready(self) -> FulfillItems:
        items = [item.id for item in self.now.items]
        return FulfillItems(prescription_id=self.id, item_ids=items, hand_reason="no barcode")

    def price_elsewhere(self, line: int, price_minor: int) -> None:
        """What a pack of the line's medicine costs at the other pharmacy, from long ago on."""
        medicine_id = self.now.items[line].medicine_id
        clinic_id = self.now.prescription.clinic_id
        self.owner(
            "insert into price_list (id, clinic_id, pharmacy_id, name, currency, revision, "
            "price_count) values (%s, %s, %s, 'Other', 'INR', 1, 0) on conflict do nothing",
            uuid.uuid4(),
            clinic_id,
            self.other_pharmacy,
        )
        self.owner(
            "delete from price where pharmacy_id = %s and medicine_id = %s",
            self.other_pharmacy,
            medicine_id,
        )
        self.owner(
            "insert into price (id, clinic_id, price_list_id, pharmacy_id, revision, medicine_id, "
            "price_minor, currency, effective_from, withdrawn) select %s, l.clinic_id, l.id, "
            "l.pharmacy_id, 1, %s, %s, l.currency, '2020-01-01', false from price_list l "
            "where l.pharmacy_id = %s",
            uuid.uuid4(),
            medicine_id,
            price_minor,
            self.other_pharmacy,
        )


@pytest.fixture
def ordered(hands: Hands, owner: Owner) -> Ordered:
    return Ordered(hands, owner)


def test_the_payment_opens_an_order_whose_name_both_ends_know(ordered: Ordered) -> None:
    (order,) = ordered.now.orders
    assert order.id == order_id(ordered.id, 1)
    assert order.code == code_of("PO", order.id)
    assert (order.status, order.pharmacy_id) == ("PENDING", ordered.hands.pharmacy_id)


def test_an_order_is_acknowledged_and_then_follows_the_work(ordered: Ordered) -> None:
    ordered.done(AcknowledgeOrder(prescription_id=ordered.id))
    assert ordered.statuses() == ["ACKNOWLEDGED"]
    items = [item.id for item in ordered.now.items]
    ordered.done(PickItems(prescription_id=ordered.id, item_ids=items[:1]))
    assert ordered.statuses() == ["DISPENSING"]
    ordered.done(ordered.ready())
    assert ordered.statuses() == ["READY"]
    back = ReturnToStock(prescription_id=ordered.id, item_ids=items[:1], reason="not collected")
    ordered.done(back)
    assert ordered.statuses() == ["DISPENSING"]
    assert ordered.now.orders[0].ready_at is None
    again = ordered.refused(AcknowledgeOrder(prescription_id=ordered.id))
    assert isinstance(again, IllegalState)
    assert again.entity == "purchase_order"


def test_an_order_is_collected_with_the_hand_over_and_cancelled_with_the_prescription(
    hands: Hands, owner: Owner
) -> None:
    collected, cancelled = Ordered(hands, owner), Ordered(hands, owner)
    collected.done(collected.ready())
    collected.done(HandOver(prescription_id=collected.id, collected_by="The patient"))
    assert collected.statuses() == ["COLLECTED"]
    assert collected.now.orders[0].closed_at is not None
    stop = CancelPrescription(prescription_id=cancelled.id, reason="not needed any more")
    cancelled.done(stop, hands.prescriber)
    assert cancelled.statuses() == ["CANCELLED"]


def test_what_is_sent_back_reaches_the_prescriber_with_the_reason(ordered: Ordered) -> None:
    ordered.done(ordered.reject())
    (order,) = [
        row
        for row in rows(snapshot(ordered.hands.prescriber), "purchase_order")
        if row["prescription_id"] == str(ordered.id)
    ]
    assert (order["status"], order["response"], order["response_note"]) == (
        "REJECTED",
        "out_of_stock",
        "not before Monday",
    )
    reception = ordered.hands.server.sign_in(RECEPTION)
    (seen,) = [
        row
        for row in rows(snapshot(reception), "purchase_order")
        if row["prescription_id"] == str(ordered.id)
    ]
    assert (seen["status"], seen["response_note"]) == ("REJECTED", None)


def test_nothing_is_dispensed_of_what_was_sent_back(ordered: Ordered) -> None:
    ordered.done(ordered.reject())
    item = ordered.now.items[0]
    check = CheckItem(
        prescription_id=ordered.id,
        item_id=item.id,
        dispense_id=uuid.uuid4(),
        medicine_id=item.medicine_id,
        quantity=1,
        batch_id=None,
        verified=Verified.SCAN,
    )
    for command in (
        PickItems(prescription_id=ordered.id, item_ids=[item.id]),
        OweItem(prescription_id=ordered.id, item_id=item.id),
        check,
        ordered.ready(),
    ):
        refused = ordered.refused(command)
        assert isinstance(refused, Conflict)
        assert "sent back to the prescriber" in refused.detail


def test_what_was_fetched_and_not_found_is_sent_back_and_dispensed_elsewhere(
    ordered: Ordered,
) -> None:
    items = [item.id for item in ordered.now.items]
    ordered.done(PickItems(prescription_id=ordered.id, item_ids=items[:1]))
    assert ordered.statuses() == ["DISPENSING"]
    ordered.done(ordered.reject())
    assert ordered.statuses() == ["REJECTED"]
    assert [item.status for item in ordered.now.items] == ["PENDING", "PENDING"]
    ordered.done(ordered.reroute(), ordered.hands.prescriber)
    assert ordered.statuses() == ["REJECTED", "PENDING"]
    ordered.done(ordered.ready(), ordered.elsewhere)
    ordered.done(HandOver(prescription_id=ordered.id, collected_by="Anu"), ordered.elsewhere)
    assert ordered.statuses() == ["REJECTED", "COLLECTED"]


def test_what_was_checked_goes_back_onto_the_shelf_before_it_is_sent_back(
    ordered: Ordered,
) -> None:
    item = ordered.now.items[0]
    ordered.done(ordered.hands.check(ordered.now))
    refused = ordered.refused(ordered.reject())
    assert isinstance(refused, Conflict)
    assert "put it back to stock" in refused.detail
    ordered.done(UncheckItem(prescription_id=ordered.id, item_id=item.id))
    ordered.done(ordered.reject())
    assert ordered.statuses() == ["REJECTED"]


def test_what_was_ready_is_sent_back_once_all_of_it_is_in_stock_again(ordered: Ordered) -> None:
    items = [item.id for item in ordered.now.items]
    ordered.done(ordered.ready())
    assert isinstance(ordered.refused(ordered.reject()), IllegalState)
    for item_id in items:
        ordered.done(
            ReturnToStock(prescription_id=ordered.id, item_ids=[item_id], reason="it is damaged")
        )
    ordered.done(ordered.reject())
    assert ordered.statuses() == ["REJECTED"]
    assert [item.status for item in ordered.now.items] == ["PENDING", "PENDING"]
    ordered.done(ordered.reroute(), ordered.hands.prescriber)
    ordered.done(ordered.ready(), ordered.elsewhere)


def test_what_was_handed_over_in_part_is_not_sent_back(ordered: Ordered) -> None:
    first = ordered.now.items[0]
    ordered.done(OweItem(prescription_id=ordered.id, item_id=first.id))
    ordered.done(ordered.hands.check(ordered.now, 1))
    ordered.done(HandOver(prescription_id=ordered.id, collected_by="Anu"))
    refused = ordered.refused(ordered.reject())
    assert isinstance(refused, Conflict)
    assert "handed over already" in refused.detail


@pytest.mark.parametrize(
    ("response", "quoted"),
    [(OrderResponse.QUOTE, None), (OrderResponse.OUT_OF_STOCK, 100)],
)
def test_a_quote_names_a_price_and_nothing_else_does(
    ordered: Ordered, response: OrderResponse, quoted: int | None
) -> None:
    refused = ordered.refused(ordered.reject(response, quoted))
    assert isinstance(refused, InvalidField)
    assert refused.field == "quoted_minor"


def test_only_what_was_sent_back_goes_to_another_pharmacy(ordered: Ordered) -> None:
    refused = ordered.refused(ordered.reroute(), ordered.hands.prescriber)
    assert isinstance(refused, Conflict)
    assert ordered.statuses() == ["PENDING"]


def test_the_other_pharmacy_has_it_from_then_on_and_the_first_has_not(ordered: Ordered) -> None:
    patient = ordered.now.prescription.patient_id
    ordered.done(ordered.reject())
    ordered.done(ordered.reroute(), ordered.hands.prescriber)
    assert ordered.statuses() == ["REJECTED", "PENDING"]
    assert ordered.now.orders[1].id == order_id(ordered.id, 2)
    there = snapshot(ordered.elsewhere)
    assert str(patient) in {row["id"] for row in rows(there, "patient")}
    assert str(ordered.id) in {row["id"] for row in rows(there, "prescription")}
    gone = ordered.hands.pharmacist.get(f"/api/prescriptions/{ordered.id}")
    assert gone.status_code == 404
    acknowledge = AcknowledgeOrder(prescription_id=ordered.id)
    assert isinstance(ordered.refused(acknowledge), NotFound)
    ordered.done(acknowledge, ordered.elsewhere)
    ordered.done(ordered.ready(), ordered.elsewhere)
    ordered.done(HandOver(prescription_id=ordered.id, collected_by="Anu"), ordered.elsewhere)
    assert ordered.statuses() == ["REJECTED", "COLLECTED"]


def test_what_is_cheaper_there_is_owed_back_there(ordered: Ordered) -> None:
    before = ordered.now
    ordered.price_elsewhere(0, 1)
    ordered.price_elsewhere(1, before.items[1].amount_minor)
    ordered.done(ordered.reject())
    ordered.done(ordered.reroute(), ordered.hands.prescriber)
    after = ordered.now
    assert after.prescription.total_minor == sum(item.amount_minor for item in after.items)
    assert after.prescription.total_minor < before.prescription.total_minor
    assert after.prescription.paid_minor == after.prescription.total_minor
    (refund,) = [entry for entry in after.payments if entry.status == "PENDING"]
    excess = before.prescription.total_minor - after.prescription.total_minor
    assert (refund.amount_minor, refund.kind) == (excess, "refund")
    assert {entry.pharmacy_id for entry in after.payments} == {ordered.other_pharmacy}


def test_what_is_dearer_there_is_due_before_it_is_handed_over(ordered: Ordered) -> None:
    ordered.price_elsewhere(0, 900_000)
    ordered.done(ordered.reject())
    ordered.done(ordered.reroute(), ordered.hands.prescriber)
    header = ordered.now.prescription
    due = header.total_minor - header.paid_minor
    assert due > 0
    ordered.done(ordered.ready(), ordered.elsewhere)
    hand_over = HandOver(prescription_id=ordered.id, collected_by="Anu")
    refused = ordered.refused(hand_over, ordered.elsewhere)
    assert isinstance(refused, Conflict)
    assert "due" in refused.detail
    pay = TakePayment(
        prescription_id=ordered.id,
        payment_id=uuid.uuid4(),
        method=PaymentMethod.CASH,
        amount_minor=due,
        currency=header.currency,
    )
    ordered.done(pay, ordered.elsewhere)
    ordered.done(hand_over, ordered.elsewhere)
    assert ordered.now.prescription.status == "COMPLETED"


def test_a_quote_is_taken_at_the_pharmacy_that_made_it(ordered: Ordered) -> None:
    before = ordered.now.prescription
    quoted = before.total_minor + 1234
    ordered.done(ordered.reject(OrderResponse.QUOTE, quoted))
    assert before.pharmacy_id is not None
    ordered.done(ordered.reroute(before.pharmacy_id), ordered.hands.prescriber)
    after = ordered.now
    assert after.prescription.total_minor == quoted
    assert sum(item.amount_minor for item in after.items) == quoted
    assert ordered.statuses() == ["REJECTED", "PENDING"]
    assert after.prescription.pharmacy_id == before.pharmacy_id


def test_a_pharmacy_that_made_no_quote_is_not_asked_again(ordered: Ordered) -> None:
    ordered.done(ordered.reject(OrderResponse.CANNOT_SUPPLY))
    same = ordered.now.prescription.pharmacy_id
    assert same is not None
    refused = ordered.refused(ordered.reroute(same), ordered.hands.prescriber)
    assert isinstance(refused, Conflict)
    assert refused.field == "pharmacy_id"
    nowhere = ordered.refused(ordered.reroute(uuid.uuid4()), ordered.hands.prescriber)
    assert isinstance(nowhere, InvalidField)


def test_what_one_pharmacy_put_on_hold_or_owed_begins_anew_at_the_next(ordered: Ordered) -> None:
    first, second = (item.id for item in ordered.now.items)
    ordered.done(OweItem(prescription_id=ordered.id, item_id=first))
    ordered.done(
        HoldItems(prescription_id=ordered.id, item_ids=[second], reason="ask the prescriber")
    )
    ordered.done(ordered.reject())
    ordered.done(ordered.reroute(), ordered.hands.prescriber)
    items = ordered.now.items
    assert [(i.status, i.owing, i.hold_reason) for i in items] == [("PENDING", 0, None)] * 2


def test_what_is_brought_to_the_patient_is_handed_over_at_the_door(ordered: Ordered) -> None:
    early = ordered.refused(DispatchOrder(prescription_id=ordered.id))
    assert isinstance(early, IllegalState)
    ordered.done(ordered.ready())
    ordered.done(DispatchOrder(prescription_id=ordered.id))
    assert ordered.statuses() == ["OUT_FOR_DELIVERY"]
    at_counter = ordered.refused(HandOver(prescription_id=ordered.id, collected_by="Somebody"))
    assert isinstance(at_counter, Conflict)
    assert "on its way" in at_counter.detail
    ordered.done(DeliverOrder(prescription_id=ordered.id, received_by="A neighbour"))
    now = ordered.now
    assert (now.prescription.status, now.orders[0].status) == ("COMPLETED", "DELIVERED")
    assert now.orders[0].received_by == now.prescription.collected_by == "A neighbour"
    assert all(item.supplied == item.quantity for item in now.items)
    assert {d.collected_by for d in now.dispenses} == {"A neighbour"}


def test_what_nobody_took_in_comes_back(ordered: Ordered) -> None:
    ordered.done(ordered.ready())
    ordered.done(DispatchOrder(prescription_id=ordered.id))
    items = [item.id for item in ordered.now.items]
    ordered.done(ReturnToStock(prescription_id=ordered.id, item_ids=items, reason="nobody at home"))
    assert ordered.statuses() == ["DISPENSING"]
    assert ordered.now.orders[0].dispatched_at is None


def test_an_order_that_was_sent_back_is_cancelled_with_its_prescription(ordered: Ordered) -> None:
    paid = ordered.now.prescription.paid_minor
    ordered.done(ordered.reject())
    stop = CancelPrescription(prescription_id=ordered.id, reason="not needed any more")
    ordered.done(stop, ordered.hands.prescriber)
    assert ordered.statuses() == ["REJECTED"]
    (refund,) = [entry for entry in ordered.now.payments if entry.kind == "refund"]
    assert refund.amount_minor == paid


def test_nothing_is_rerouted_once_it_has_expired(ordered: Ordered) -> None:
    ordered.done(ordered.reject())
    ordered.owner("update prescription set valid_until = '2026-01-01' where id = %s", ordered.id)
    refused = ordered.refused(ordered.reroute(), ordered.hands.prescriber)
    assert isinstance(refused, Conflict)
    assert "expired" in refused.detail
    assert msgspec.structs.asdict(refused)["field"] == ""
