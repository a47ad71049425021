"""Lines that wait for goods, and goods that wait for them: each patient is served and told once."""

from __future__ import annotations

import itertools
import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from clinicdesk.contract.commands import (
    CheckItem,
    Command,
    DeclineItem,
    HoldItems,
    OweItem,
    PickItems,
    ReceiveStock,
    RejectOrder,
    ReleaseItems,
    ReturnToStock,
    SubstituteItem,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Medicine,
    OrderResponse,
    PrescriptionItem,
    Verified,
)
from tests.running_server import Owner
from tests.server.http.hands import Hands
from tests.server.http.stocked import Ordered, Stocked
from tests.server.http.waiting import Paid, waiting


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


@pytest.fixture
def medicine(stocked: Stocked) -> Medicine:
    return next(m for m in stocked.medicines if m.pack_size == 10)


def _two_of_a_kind(stocked: Stocked) -> tuple[Medicine, Medicine]:
    """Two products of one medicine, either of which may be dispensed for the other."""

    def kind(one: Medicine) -> tuple[str, str, str]:
        return one.generic_name, one.strength, one.form

    return next(
        (one, two)
        for one, two in itertools.permutations(stocked.medicines, 2)
        if kind(one) == kind(two)
    )


def deliver(stocked: Stocked, ordered: Ordered, packs: int) -> None:
    ordered.version = stocked.desk.done(
        ordered.delivery(ordered.goods(0, packs)), ordered.version
    ).version


def checked(item: PrescriptionItem, quantity: int) -> CheckItem:
    return CheckItem(
        prescription_id=item.prescription_id,
        item_id=item.id,
        dispense_id=uuid.uuid4(),
        medicine_id=item.medicine_id,
        quantity=quantity,
        batch_id=None,
        verified=Verified.SCAN,
    )


def test_goods_that_come_let_those_be_picked_who_signed_first(
    stocked: Stocked, medicine: Medicine
) -> None:
    first, second, third = (waiting(stocked, medicine, 10) for _ in range(3))
    ordered = stocked.order((medicine, 10))
    deliver(stocked, ordered, 1)
    assert first.stands() == ("PICKING", 0, first.version + 1)
    assert second.stands() == ("OWING", 10, second.version)
    assert first.notices() == [("owing_ready", "QUEUED")]
    assert second.notices() == []
    deliver(stocked, ordered, 5)
    assert second.stands()[0] == third.stands()[0] == "PICKING"
    assert first.stands() == ("PICKING", 0, first.version + 1)
    assert len(first.notices()) == len(second.notices()) == len(third.notices()) == 1


def test_goods_without_an_order_and_a_count_that_finds_more_serve_too(
    stocked: Stocked, medicine: Medicine
) -> None:
    first, second, third = (waiting(stocked, medicine, 10) for _ in range(3))
    received = stocked.receive(medicine, 10)
    stocked.desk.done(received)
    assert (first.stands()[0], second.stands()[0]) == ("PICKING", "OWING")
    stocked.desk.done(stocked.adjust(received.batch_id, 10))
    assert (second.stands()[0], third.stands()[0]) == ("PICKING", "OWING")
    stocked.desk.done(stocked.adjust(received.batch_id, -5))
    assert third.stands() == ("OWING", 10, third.version)
    assert [len(each.notices()) for each in (first, second, third)] == [1, 1, 0]


def test_what_comes_of_a_larger_debt_can_be_picked_and_the_rest_stays_owing(
    stocked: Stocked, medicine: Medicine
) -> None:
    prescription = waiting(stocked, medicine, 25)
    deliver(stocked, stocked.order((medicine, 1)), 1)
    assert prescription.stands()[:2] == ("PICKING", 15)


def test_goods_that_came_before_a_line_was_owed_without_knowing_of_them_are_given_to_it(
    stocked: Stocked, medicine: Medicine
) -> None:
    prescription = Paid(stocked, (medicine, 10))
    stocked.desk.done(stocked.receive(medicine, 30))
    done = prescription.owe(in_stock=0)  # as its desk knew the shelf when it was cut off
    assert prescription.stands() == ("PICKING", 0, done.version)
    assert prescription.notices() == [("owing_ready", "QUEUED")]


def test_what_a_desk_knew_of_and_passed_over_is_not_pressed_on_it(
    stocked: Stocked, medicine: Medicine
) -> None:
    stocked.desk.done(stocked.receive(medicine, 12))
    known, older = Paid(stocked, (medicine, 10)), Paid(stocked, (medicine, 10))
    known.owe(in_stock=12)
    older.owe(in_stock=None)
    assert known.stands()[0] == older.stands()[0] == "OWING"
    stocked.desk.done(stocked.receive(medicine, 8, number="B2"))
    assert known.stands()[:2] == ("PICKING", 2)
    assert older.stands()[:2] == ("OWING", 10)


def test_goods_that_were_kept_for_what_is_sent_back_are_given_to_who_waits_next(
    stocked: Stocked, medicine: Medicine
) -> None:
    first, second = (waiting(stocked, medicine, 10) for _ in range(2))
    stocked.desk.done(stocked.receive(medicine, 10))
    assert [first.stands()[0], second.stands()[0]] == ["PICKING", "OWING"]
    first.version += 1
    first.give(
        RejectOrder(
            prescription_id=first.id, response=OrderResponse.CANNOT_SUPPLY, note="it is damaged"
        )
    )
    assert [first.stands()[:2], second.stands()[:2]] == [("PENDING", 0), ("PICKING", 0)]
    assert len(second.notices()) == 1


def test_goods_that_were_kept_for_a_line_that_is_declined_are_given_to_who_waits_next(
    stocked: Stocked, medicine: Medicine
) -> None:
    other = next(m for m in stocked.medicines if m.id != medicine.id)
    first = Paid(stocked, (medicine, 10), (other, 1))
    for place in range(2):
        first.owe(place)
    second = waiting(stocked, medicine, 10)
    stocked.desk.done(stocked.receive(medicine, 10))
    first.version = first.stands()[2]
    assert second.stands()[0] == "OWING"
    first.give(
        DeclineItem(prescription_id=first.id, item_id=first.item_id, reason="no longer wanted")
    )
    assert second.stands()[:2] == ("PICKING", 0)


def test_goods_that_were_kept_for_a_line_on_hold_are_given_to_who_waits_next(
    stocked: Stocked, medicine: Medicine
) -> None:
    stocked.desk.done(stocked.receive(medicine, 10))
    first = Paid(stocked, (medicine, 10))
    first.give(PickItems(prescription_id=first.id, item_ids=[first.item_id]))
    second = waiting(stocked, medicine, 10)
    assert second.stands()[0] == "OWING"
    first.give(
        HoldItems(prescription_id=first.id, item_ids=[first.item_id], reason="dose is asked for")
    )
    assert second.stands()[:2] == ("PICKING", 0)
    first.give(ReleaseItems(prescription_id=first.id, item_ids=[first.item_id]))
    assert first.stands()[:2] == ("PENDING", 0), "promised once"


def test_goods_that_were_kept_for_a_line_that_is_substituted_are_given_to_who_waits_next(
    stocked: Stocked,
) -> None:
    medicine, other = _two_of_a_kind(stocked)
    stocked.desk.done(stocked.receive(medicine, 10))
    first = Paid(stocked, (medicine, 10))
    first.give(PickItems(prescription_id=first.id, item_ids=[first.item_id]))
    second = waiting(stocked, medicine, 10)
    first.give(
        SubstituteItem(
            prescription_id=first.id, item_id=first.item_id, medicine_id=other.id,
            reason="the patient prefers it",
        )
    )  # fmt: skip
    assert second.stands()[:2] == ("PICKING", 0)


def test_a_line_that_waits_takes_what_lies_there_of_the_product_it_is_substituted_by(
    stocked: Stocked,
) -> None:
    medicine, other = _two_of_a_kind(stocked)
    stocked.desk.done(stocked.receive(other, 50))
    line = waiting(stocked, medicine, 10)
    line.give(
        SubstituteItem(
            prescription_id=line.id, item_id=line.item_id, medicine_id=other.id,
            reason="it does not come before Friday",
        )
    )  # fmt: skip
    assert line.stands()[:2] == ("PICKING", 0)


def test_goods_that_were_promised_are_not_promised_again(
    stocked: Stocked, medicine: Medicine
) -> None:
    first, second = (Paid(stocked, (medicine, 10)) for _ in range(2))
    stocked.desk.done(stocked.receive(medicine, 15))
    second.owe(in_stock=0)
    assert second.stands()[0] == "PICKING"
    first.owe(in_stock=0)  # signed first, and owed last
    assert first.stands()[:2] == ("PICKING", 5)
    third = Paid(stocked, (medicine, 10))
    third.owe(in_stock=0)
    assert third.stands()[0] == "OWING"
    assert [len(each.notices()) for each in (first, second, third)] == [1, 1, 0]


def test_a_part_that_is_handed_over_does_not_make_the_rest_wait_for_goods_that_came_meanwhile(
    stocked: Stocked, medicine: Medicine
) -> None:
    other = next(m for m in stocked.medicines if m.id != medicine.id)
    prescription = Paid(stocked, (medicine, 20), (other, 1))
    stocked.desk.done(stocked.receive(medicine, 12))
    prescription.give(checked(prescription.now().items[0], 12))
    stocked.desk.done(stocked.receive(medicine, 30, number="B2"))
    # Cut off since: what the desk does next it does without knowing of those.
    prescription.owe(in_stock=0)
    assert prescription.stands()[:2] == ("CHECKED", 8), "the bag is to be handed over first"
    prescription.owe(1, in_stock=0)
    prescription.give(stocked.hands.hand_over(prescription.id))
    assert prescription.stands() == ("PICKING", 0, prescription.version)
    assert prescription.stands(1)[0] == "OWING"
    assert prescription.notices() == [("owing_ready", "QUEUED")]
    prescription.give(checked(prescription.now().items[0], 8))
    stocked.desk.done(stocked.receive(other, 1))
    assert prescription.stands(1)[0] == "PICKING"
    assert len(prescription.notices()) == 2


def test_a_line_that_comes_off_hold_gets_what_came_while_it_was_on_it(
    stocked: Stocked, medicine: Medicine
) -> None:
    prescription = waiting(stocked, medicine, 10)
    lines = [prescription.item_id]
    prescription.give(
        HoldItems(prescription_id=prescription.id, item_ids=lines, reason="dose to be confirmed")
    )
    stocked.desk.done(stocked.receive(medicine, 10))
    assert prescription.notices() == []
    prescription.give(ReleaseItems(prescription_id=prescription.id, item_ids=lines))
    assert prescription.stands() == ("PICKING", 0, prescription.version)
    assert len(prescription.notices()) == 1


def test_what_nobody_collected_goes_to_who_waits_for_it(
    stocked: Stocked, medicine: Medicine
) -> None:
    stocked.desk.done(stocked.receive(medicine, 10))
    prepared = Paid(stocked, (medicine, 10))
    prepared.give(checked(prepared.now().items[0], 10))
    waits = waiting(stocked, medicine, 10)
    prepared.give(
        ReturnToStock(
            prescription_id=prepared.id, item_ids=[prepared.item_id], reason="never collected"
        )
    )
    assert waits.stands()[:2] == ("PICKING", 0)
    assert len(waits.notices()) == 1


def test_expired_goods_serve_nobody(stocked: Stocked, medicine: Medicine) -> None:
    received = stocked.receive(medicine, 5)
    stocked.desk.done(received)
    stocked.owner("update batch set expiry = '2020-01-31' where id = %s", received.batch_id)
    prescription = waiting(stocked, medicine, 10)
    stocked.desk.done(stocked.adjust(received.batch_id, 20))
    assert prescription.stands() == ("OWING", 10, prescription.version)


def test_the_pharmacy_s_order_follows_what_can_be_picked(
    stocked: Stocked, medicine: Medicine
) -> None:
    prescription = waiting(stocked, medicine, 1)
    state = "select status from purchase_order where prescription_id = %s"
    ((before,),) = stocked.owner(state, prescription.id)
    deliver(stocked, stocked.order((medicine, 1)), 1)
    ((after,),) = stocked.owner(state, prescription.id)
    assert (before, after) == ("PENDING", "DISPENSING")


def test_who_waits_too_long_is_not_served(stocked: Stocked, medicine: Medicine) -> None:
    expired = waiting(stocked, medicine, 1)
    stocked.owner("update prescription set valid_until = '2026-01-01' where id = %s", expired.id)
    deliver(stocked, stocked.order((medicine, 5)), 5)
    assert expired.stands()[0] == "OWING"
    assert expired.notices() == []


def test_the_same_delivery_sent_twice_serves_once(stocked: Stocked, medicine: Medicine) -> None:
    prescription = waiting(stocked, medicine, 1)
    ordered = stocked.order((medicine, 5))
    delivery, op_id = ordered.delivery(ordered.goods(0, 2)), uuid.uuid4()
    for _ in range(2):
        stocked.desk.send(delivery, ordered.version, op_id=op_id)
    assert prescription.stands()[0] == "PICKING"
    assert len(prescription.notices()) == 1


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_goods_and_owings_come_no_unit_is_promised_twice(
    stocked: Stocked, medicine: Medicine, seed: int
) -> None:
    chance = random.Random(seed)
    people = [Paid(stocked, (medicine, chance.randint(3, 15))) for _ in range(4)]
    served: Counter[UUID] = Counter()
    for step in range(14):
        before = {each.id: each.stands()[0] for each in people}
        undecided = [each for each in people if before[each.id] == "PENDING"]
        fetched = [each for each in people if before[each.id] == "PICKING"]
        if undecided and chance.random() < 0.4:
            chance.choice(undecided).owe(in_stock=0)
        elif fetched and chance.random() < 0.3:
            person = chance.choice(fetched)
            take_home(person, stocked)
            before[person.id] = "HANDED_OVER"
        else:
            stocked.desk.done(batch(stocked, medicine, chance.randint(1, 12), step))
        for each in people:
            each.version = each.stands()[2]
            served[each.id] += each.stands()[0] == "PICKING" != before[each.id]
        nothing_is_promised_twice(stocked, medicine, people)
        assert {each.id: len(each.notices()) for each in people} == dict(served), "told each time"


def test_desks_that_owe_at_once_while_goods_come_promise_each_unit_once(
    stocked: Stocked, medicine: Medicine
) -> None:
    people = [Paid(stocked, (medicine, 10)) for _ in range(5)]
    owed = [
        (OweItem(prescription_id=p.id, item_id=p.item_id, in_stock=0), p.version) for p in people
    ]
    came = [(batch(stocked, medicine, 7, number), None) for number in range(5)]
    with ThreadPoolExecutor(10) as hands:
        for future in [hands.submit(until_done, stocked, *each) for each in (*owed, *came)]:
            future.result()
    nothing_is_promised_twice(stocked, medicine, people)
    assert stocked.on_hand(medicine) == 35


def until_done(stocked: Stocked, command: Command, version: int | None) -> None:
    """Give a command again as long as the server asks for that, as an outbox does."""
    op_id = uuid.uuid4()
    while (answer := stocked.desk.send(command, version, op_id=op_id)).status_code == 503:
        pass
    assert answer.is_success, answer.text


def batch(stocked: Stocked, medicine: Medicine, units: int, number: int) -> ReceiveStock:
    return stocked.receive(medicine, units, number=f"N{number}")


def take_home(person: Paid, stocked: Stocked) -> None:
    """What is there for somebody is checked and handed over."""
    (item,) = person.now().items
    person.give(checked(item, item.quantity - item.supplied - item.owing))
    person.give(stocked.hands.hand_over(person.id))


def nothing_is_promised_twice(stocked: Stocked, medicine: Medicine, people: list[Paid]) -> None:
    """What lines are served with lies there; and nobody waits for what lies there beyond it."""
    lines = [line for each in people for line in each.now().items]
    promised = sum(
        line.quantity - line.supplied - line.prepared - line.owing
        for line in lines
        if line.status is ItemStatus.PICKING
    )
    there = stocked.on_hand(medicine) or 0
    assert promised <= there
    assert promised == there or not any(line.status is ItemStatus.OWING for line in lines)
