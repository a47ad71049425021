"""Units leave the shelves with a check and come back with a return, batch by batch."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.problems import Conflict, InvalidField, decode_problem
from clinicdesk.contract.reading import PrescriptionDetail
from tests.running_server import Owner
from tests.server.http.hands import COLLEAGUE, Hands
from tests.server.http.stocked import LATER, LONG_AGO, SOON, Stocked


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


def paid(hands: Hands, *medicines: Medicine, quantity: int = 20) -> PrescriptionDetail:
    return hands.bring_to("paid", items=[a_line(hands, m, quantity) for m in medicines])


def a_line(hands: Hands, medicine: Medicine, quantity: int) -> DraftItem:
    return hands.line(medicine_id=medicine.id, route=medicine.route, quantity=quantity)


def ledger(owner: Owner, medicine: Medicine) -> int:
    ((total,),) = owner(
        "select coalesce(sum(quantity), 0) from stock_movement where medicine_id = %s", medicine.id
    )
    found: int = total
    return found


def test_the_batch_that_expires_first_goes_first(hands: Hands, stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 50, number="LATE", expiry=LATER))
    stocked.desk.done(stocked.receive(medicine, 50, number="SOON", expiry=SOON))
    checked = hands.give("check_item", paid(hands, medicine, medicine))
    (dispense,) = checked.dispenses
    assert (dispense.batch_number, dispense.expiry) == ("SOON", SOON)
    assert stocked.batches(medicine) == [("SOON", SOON, 30), ("LATE", LATER, 50)]
    assert stocked.on_hand(medicine) == 80


def test_a_line_that_one_batch_does_not_cover_goes_on_with_the_next(
    hands: Hands, stocked: Stocked
) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 12, number="SOON", expiry=SOON))
    stocked.desk.done(stocked.receive(medicine, 50, number="LATE", expiry=LATER))
    checked = hands.give("check_item", paid(hands, medicine, medicine))
    portions = sorted((d.batch_number, d.quantity) for d in checked.dispenses)
    assert portions == [("LATE", 8), ("SOON", 12)]
    assert checked.items[0].prepared == 20


def test_the_batch_in_the_hand_is_the_one_that_is_taken(hands: Hands, stocked: Stocked) -> None:
    medicine = stocked.medicines[0]
    late = stocked.receive(medicine, 50, number="LATE", expiry=LATER)
    stocked.desk.done(late)
    stocked.desk.done(stocked.receive(medicine, 50, number="SOON", expiry=SOON))
    checked = hands.give("check_item", paid(hands, medicine, medicine), batch_id=late.batch_id)
    assert [d.batch_number for d in checked.dispenses] == ["LATE"]


def test_more_than_is_there_is_refused_with_how_much_there_is(
    hands: Hands, stocked: Stocked
) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 12))
    of = paid(hands, medicine, medicine)
    problem = hands.refused("check_item", of)
    assert isinstance(problem, Conflict)
    assert problem.field == "quantity"
    assert "12 of 20 in stock" in problem.detail
    assert "owe the rest with O" in problem.detail
    part = hands.give("check_item", of, quantity=12)
    empty = hands.refused("check_item", part, quantity=8)
    assert isinstance(empty, Conflict)
    assert "None of 8" in empty.detail
    assert stocked.on_hand(medicine) == 0


def test_a_named_batch_that_is_too_small_says_what_the_others_have(
    hands: Hands, stocked: Stocked
) -> None:
    medicine = stocked.medicines[0]
    small = stocked.receive(medicine, 5, number="SMALL")
    stocked.desk.done(small)
    stocked.desk.done(stocked.receive(medicine, 50, number="LATE", expiry=LATER))
    problem = hands.refused("check_item", paid(hands, medicine, medicine), batch_id=small.batch_id)
    assert isinstance(problem, Conflict)
    assert "SMALL has 5 of 20" in problem.detail
    assert "50 there" in problem.detail


def test_what_has_expired_is_never_taken(hands: Hands, stocked: Stocked, owner: Owner) -> None:
    medicine = stocked.medicines[0]
    old = stocked.receive(medicine, 50, number="OLD")
    stocked.desk.done(old)
    owner("update batch set expiry = %s where id = %s", LONG_AGO, old.batch_id)
    of = paid(hands, medicine, medicine)
    by_itself = hands.refused("check_item", of)
    assert isinstance(by_itself, Conflict)
    assert "None of 20" in by_itself.detail
    named = hands.refused("check_item", of, batch_id=old.batch_id)
    assert isinstance(named, Conflict)
    assert (named.field, "expired on 31 Jan 2020" in named.detail) == ("batch_id", True)


def test_a_batch_may_be_taken_on_the_day_it_expires_where_the_clinic_is(
    hands: Hands, stocked: Stocked, owner: Owner
) -> None:
    medicine = stocked.medicines[0]
    last = stocked.receive(medicine, 50)
    stocked.desk.done(last)
    ((today,),) = owner("select (now() at time zone 'Asia/Kolkata')::date")
    of = paid(hands, medicine, medicine)
    owner("update batch set expiry = %s where id = %s", today - timedelta(days=1), last.batch_id)
    assert isinstance(hands.refused("check_item", of), Conflict)
    owner("update batch set expiry = %s where id = %s", today, last.batch_id)
    hands.give("check_item", of)


def test_a_batch_of_another_product_or_of_none_is_refused(hands: Hands, stocked: Stocked) -> None:
    medicine, other = stocked.medicines[:2]
    theirs = stocked.receive(other, 50)
    stocked.desk.done(theirs)
    of = paid(hands, medicine, other)
    unkept = hands.refused("check_item", of, batch_id=theirs.batch_id)
    assert isinstance(unkept, InvalidField)
    stocked.desk.done(stocked.receive(medicine, 50))
    for batch_id in (theirs.batch_id, uuid.uuid4()):
        problem = hands.refused("check_item", of, batch_id=batch_id)
        assert isinstance(problem, InvalidField)
        assert problem.field == "batch_id"


def test_what_is_put_back_is_in_its_batch_again(
    hands: Hands, stocked: Stocked, owner: Owner
) -> None:
    medicine = stocked.medicines[0]
    stocked.desk.done(stocked.receive(medicine, 12, number="SOON"))
    stocked.desk.done(stocked.receive(medicine, 50, number="LATE", expiry=LATER))
    full = stocked.batches(medicine)
    checked = hands.give("check_item", paid(hands, medicine, medicine))
    hands.give("uncheck_item", checked)
    assert stocked.batches(medicine) == full
    assert ledger(owner, medicine) == stocked.on_hand(medicine) == 62


def test_what_nobody_collected_and_what_is_cancelled_is_in_stock_again(
    hands: Hands, stocked: Stocked, owner: Owner
) -> None:
    medicine, other = stocked.medicines[:2]
    stocked.desk.done(stocked.receive(medicine, 50))
    stocked.desk.done(stocked.receive(other, 50))
    ready = hands.give("fulfill_items", paid(hands, medicine, other))
    assert (stocked.on_hand(medicine), stocked.on_hand(other)) == (30, 30)
    back = hands.give("return_to_stock", ready)
    assert (stocked.on_hand(medicine), stocked.on_hand(other)) == (50, 50)
    again = hands.give("fulfill_items", hands.give("restart_items", back))
    assert (stocked.on_hand(medicine), stocked.on_hand(other)) == (30, 30)
    hands.prescriber.done(hands.cancel(again.prescription.id), again.prescription.version)
    assert (stocked.on_hand(medicine), stocked.on_hand(other)) == (50, 50)
    assert ledger(owner, medicine) == 50
    reasons = owner(
        "select reason from stock_movement where medicine_id = %s and kind = 'returned'",
        medicine.id,
    )
    assert sorted(reason for (reason,) in reasons) == ["not collected", "not needed any more"]


def test_lines_by_hand_take_from_the_shelves_too_or_none_of_them_does(
    hands: Hands, stocked: Stocked
) -> None:
    medicine, other = stocked.medicines[:2]
    stocked.desk.done(stocked.receive(medicine, 50))
    stocked.desk.done(stocked.receive(other, 7))
    of = paid(hands, medicine, other)
    problem = hands.refused("fulfill_items", of)
    assert isinstance(problem, Conflict)
    assert "Line 2: 7 of 20 in stock" in problem.detail
    assert (stocked.on_hand(medicine), stocked.on_hand(other)) == (50, 7)
    hands.give("fulfill_items", of, item_ids=[of.items[0].id])
    assert stocked.on_hand(medicine) == 30


def test_two_counters_at_the_last_box_one_has_it_and_the_other_is_told_who(
    hands: Hands, stocked: Stocked, owner: Owner
) -> None:
    medicine, other = stocked.medicines[:2]
    colleague = hands.server.sign_in(COLLEAGUE)
    desks = [hands.pharmacist, colleague]
    for turn in range(3):
        stocked.desk.done(stocked.receive(medicine, 20, number=f"LAST{turn}"))
        asked = [hands.check(paid(hands, medicine, other)) for _ in desks]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda d, c: d.send(c, 3), desks, asked))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        winner = next(d for d, a in zip(desks, answers, strict=True) if a.is_success)
        loser = next(a for a in answers if not a.is_success)
        problem = decode_problem(loser.content)
        assert isinstance(problem, Conflict)
        assert "None of 20" in problem.detail
        assert winner.session.member.name in problem.detail
        assert stocked.on_hand(medicine) == ledger(owner, medicine) == 0


def test_many_counters_at_one_shelf_never_take_more_than_it_has(
    hands: Hands, stocked: Stocked, owner: Owner
) -> None:
    medicine, other = stocked.medicines[:2]
    stocked.desk.done(stocked.receive(medicine, 33, number="SOON"))
    stocked.desk.done(stocked.receive(medicine, 20, number="LATE", expiry=LATER))
    colleague = hands.server.sign_in(COLLEAGUE)
    checks = [hands.check(paid(hands, medicine, other, quantity=10)) for _ in range(8)]
    desks = [hands.pharmacist, colleague] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda d, c: d.send(c, 3), desks, checks))
    given = sum(answer.is_success for answer in answers)
    assert given == 5, [answer.text for answer in answers]
    assert stocked.on_hand(medicine) == ledger(owner, medicine) == 3
    assert all(left >= 0 for _, _, left in stocked.batches(medicine))


def test_a_check_that_was_sent_twice_takes_once(hands: Hands, stocked: Stocked) -> None:
    medicine, other = stocked.medicines[:2]
    stocked.desk.done(stocked.receive(medicine, 50))
    of = paid(hands, medicine, other)
    command, op_id = hands.check(of), uuid.uuid4()
    for _ in range(2):
        answer = hands.pharmacist.send(command, of.prescription.version, op_id=op_id)
        assert answer.is_success, answer.text
    again = hands.pharmacist.refused(
        msgspec.structs.replace(command, item_id=of.items[1].id, medicine_id=other.id),
        of.prescription.version + 1,
    )
    assert isinstance(again, Conflict)
    assert stocked.on_hand(medicine) == 30


def test_a_prescriber_who_cancels_does_not_get_in_the_way_of_who_checks(
    hands: Hands, stocked: Stocked, owner: Owner
) -> None:
    medicine, other = stocked.medicines[:2]
    stocked.desk.done(stocked.receive(medicine, 200))
    for _ in range(3):
        ready = hands.give("fulfill_items", paid(hands, medicine, other))
        beside = paid(hands, medicine, other)
        reorder = stocked.reorder(medicine)
        with ThreadPoolExecutor(3) as pool:
            answers = [
                pool.submit(hands.prescriber.send, hands.cancel(ready.prescription.id), 4),
                pool.submit(hands.pharmacist.send, hands.check(beside), 3),
                pool.submit(hands.pharmacist.send, reorder),
            ]
        assert [answer.result().status_code for answer in answers] == [200, 200, 200]
    assert stocked.on_hand(medicine) == ledger(owner, medicine) == 140
