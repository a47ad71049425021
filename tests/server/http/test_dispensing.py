"""Dispensing by item: what happens to lines between the payment and the hand-over."""

from __future__ import annotations

import uuid
from uuid import UUID

import msgspec
import pytest

from clinicdesk.contract.commands import CheckItem, UncheckItem
from clinicdesk.contract.entities import (
    DispenseStatus,
    OrderStatus,
    PrescriptionStatus,
    Verified,
)
from clinicdesk.contract.problems import Conflict, IllegalState, InvalidField, NotFound
from clinicdesk.contract.reading import PrescriptionDetail
from tests.running_server import Owner
from tests.server.http.hands import Hands


def states(of: PrescriptionDetail) -> list[str]:
    return [str(item.status) for item in of.items]


def counts(of: PrescriptionDetail, place: int = 0) -> tuple[int, int, int]:
    """Supplied, prepared, owing."""
    item = of.items[place]
    return (item.supplied, item.prepared, item.owing)


def check(
    hands: Hands, of: PrescriptionDetail, place: int = 0, **changes: object
) -> PrescriptionDetail:
    hands.pharmacist.done(hands.check(of, place, **changes), of.prescription.version)
    return hands.look(of.prescription.id)


def test_lines_are_picked_checked_bagged_and_handed_over(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    picked = hands.give("pick_items", paid)
    assert states(picked) == ["PICKING", "PICKING"]
    assert [order.status for order in picked.orders] == [OrderStatus.DISPENSING]
    checked = check(hands, check(hands, picked, 0), 1)
    assert states(checked) == ["CHECKED", "CHECKED"]
    assert counts(checked) == (0, 10, 0)
    ready = hands.give("fulfill_items", checked, hand_reason=None, bin="A4")
    assert states(ready) == ["READY", "READY"]
    assert (ready.prescription.status, ready.prescription.bin) == ("FULFILLED", "A4")
    assert [order.status for order in ready.orders] == [OrderStatus.READY]
    gone = hands.give("hand_over", ready)
    assert states(gone) == ["HANDED_OVER", "HANDED_OVER"]
    assert counts(gone) == (10, 0, 0)
    assert {(d.status, d.collected_by) for d in gone.dispenses} == {
        (DispenseStatus.HANDED_OVER, "The patient")
    }
    assert (gone.prescription.status, gone.prescription.bin) == ("COMPLETED", None)
    assert [order.status for order in gone.orders] == [OrderStatus.COLLECTED]


def test_what_is_checked_can_be_handed_over_without_a_bag(hands: Hands) -> None:
    checked = check(hands, check(hands, hands.bring_to("paid"), 0), 1)
    gone = hands.give("hand_over", checked)
    assert gone.prescription.status is PrescriptionStatus.COMPLETED
    assert gone.prescription.fulfilled_at == gone.prescription.completed_at


def test_a_dispense_says_product_maker_and_who_checked_it_how(hands: Hands) -> None:
    checked = check(hands, hands.bring_to("paid"))
    (dispense,) = checked.dispenses
    medicine = next(m for m in hands.medicines if m.id == checked.items[0].medicine_id)
    assert (dispense.brand, dispense.manufacturer) == (medicine.brand, medicine.manufacturer)
    assert (dispense.quantity, dispense.status) == (10, DispenseStatus.PREPARED)
    assert dispense.checked_by == hands.pharmacist.session.member.id
    assert (dispense.verified, dispense.hand_reason) == (Verified.SCAN, None)


def test_another_product_is_stopped(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    other = paid.items[1]
    problem = hands.refused("check_item", paid, medicine_id=other.medicine_id)
    assert isinstance(problem, Conflict)
    assert problem.field == "medicine_id"
    assert other.generic_name in problem.detail
    assert "put it back" in problem.detail
    assert counts(hands.look(paid.prescription.id)) == (0, 0, 0)


def test_a_product_that_the_formulary_does_not_have_is_stopped(hands: Hands) -> None:
    problem = hands.refused("check_item", hands.bring_to("paid"), medicine_id=uuid.uuid4())
    assert isinstance(problem, InvalidField)
    assert problem.field == "medicine_id"


def test_no_more_is_checked_than_is_authorised(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    assert isinstance(hands.refused("check_item", paid, quantity=11), InvalidField)
    part = check(hands, paid, quantity=4)
    assert states(part)[0] == "PICKING"
    problem = hands.refused("check_item", part, quantity=7)
    assert isinstance(problem, InvalidField)
    assert (problem.field, "6 of 10" in problem.detail) == ("quantity", True)


def test_a_check_by_hand_says_why(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    problem = hands.refused("check_item", paid, verified=Verified.HAND)
    assert isinstance(problem, InvalidField)
    assert problem.field == "hand_reason"
    checked = check(hands, paid, verified=Verified.HAND, hand_reason="barcode torn")
    assert checked.dispenses[0].hand_reason == "barcode torn"


def test_lines_that_nobody_checked_are_made_ready_with_a_reason_alone(hands: Hands) -> None:
    half = check(hands, hands.bring_to("paid"), quantity=4)
    problem = hands.refused("fulfill_items", half, hand_reason=None)
    assert isinstance(problem, InvalidField)
    assert (problem.field, "Lines 1 and 2" in problem.detail) == ("hand_reason", True)
    ready = hands.give("fulfill_items", half)
    assert counts(ready) == (0, 10, 0)
    first = [d for d in ready.dispenses if d.item_id == ready.items[0].id]
    assert [(d.quantity, d.verified) for d in first] == [(4, "scan"), (6, "hand")]


def test_what_was_checked_is_put_back(hands: Hands) -> None:
    checked = check(hands, hands.bring_to("paid"))
    back = hands.give("uncheck_item", checked)
    assert (states(back)[0], counts(back)) == ("PENDING", (0, 0, 0))
    assert [d.status for d in back.dispenses] == [DispenseStatus.RETURNED]
    again = check(hands, back)
    assert counts(again) == (0, 10, 0)


def test_a_dispense_s_identifier_serves_once(hands: Hands) -> None:
    checked = check(hands, hands.bring_to("paid"))
    taken = checked.dispenses[0].id
    problem = hands.pharmacist.refused(
        hands.check(checked, 1, dispense_id=taken), checked.prescription.version
    )
    assert isinstance(problem, Conflict)
    assert problem.field == "dispense_id"


def test_what_is_not_there_is_owed_handed_over_in_part_and_served_when_it_comes(
    hands: Hands,
) -> None:
    part = check(hands, check(hands, hands.bring_to("paid"), 1), 0, quantity=4)
    problem = hands.refused("hand_over", part)
    assert isinstance(problem, Conflict)
    assert "Line 1" in problem.detail
    owed = hands.give("owe_item", part)
    assert (states(owed)[0], counts(owed)) == ("CHECKED", (0, 4, 6))
    gone = hands.give("hand_over", owed)
    assert states(gone) == ["OWING", "HANDED_OVER"]
    assert counts(gone) == (4, 0, 6)
    assert gone.prescription.status is PrescriptionStatus.PAID
    assert [order.status for order in gone.orders] == [OrderStatus.DISPENSING]
    came = check(hands, hands.give("pick_items", gone, item_ids=[gone.items[0].id]))
    assert (states(came)[0], counts(came)) == ("CHECKED", (4, 6, 0))
    done = hands.give("hand_over", came, collected_by="A daughter")
    assert counts(done) == (10, 0, 0)
    assert done.prescription.status is PrescriptionStatus.COMPLETED
    collected = {
        d.quantity: d.collected_by for d in done.dispenses if d.item_id == done.items[0].id
    }
    assert collected == {4: "The patient", 6: "A daughter"}


def test_a_line_of_which_nothing_is_there_is_owing_as_a_whole(hands: Hands) -> None:
    owed = hands.give("owe_item", hands.bring_to("paid"))
    assert (states(owed)[0], counts(owed)) == ("OWING", (0, 0, 10))
    part = check(hands, owed, quantity=4)
    assert (states(part)[0], counts(part)) == ("CHECKED", (0, 4, 6))
    back = hands.give("uncheck_item", part)
    assert (states(back)[0], counts(back)) == ("PENDING", (0, 0, 6))


def test_a_ready_line_with_something_owing_does_not_fulfil_the_prescription(hands: Hands) -> None:
    part = check(hands, check(hands, hands.bring_to("paid"), 1), 0, quantity=4)
    owed = hands.give("owe_item", part)
    ready = hands.give("fulfill_items", owed, hand_reason=None)
    assert states(ready) == ["READY", "READY"]
    assert ready.prescription.status is PrescriptionStatus.PAID


def test_a_line_on_hold_comes_back_where_it_was(hands: Hands) -> None:
    checked = check(hands, hands.bring_to("paid"))
    held = hands.give("hold_items", checked)
    assert states(held) == ["ON_HOLD", "ON_HOLD"]
    assert held.items[0].hold_reason == "dose to be confirmed"
    nothing = hands.refused("hand_over", held)
    assert isinstance(nothing, Conflict)
    released = hands.give("release_items", held)
    assert states(released) == ["CHECKED", "PENDING"]
    assert counts(released) == (0, 10, 0)
    assert released.items[0].hold_reason is None


def test_the_rest_is_handed_over_while_a_line_is_on_hold(hands: Hands) -> None:
    checked = check(hands, hands.bring_to("paid"))
    held = hands.give("hold_items", checked, item_ids=[checked.items[1].id])
    gone = hands.give("hand_over", held)
    assert states(gone) == ["HANDED_OVER", "ON_HOLD"]
    assert gone.prescription.status is PrescriptionStatus.PAID
    free = hands.give("release_items", gone, item_ids=[gone.items[1].id])
    last = hands.give("decline_item", free, item_id=free.items[1].id)
    assert last.prescription.status is PrescriptionStatus.COMPLETED
    assert last.prescription.collected_by == "The patient"
    assert [order.status for order in last.orders] == [OrderStatus.COLLECTED]


def test_what_nobody_collected_goes_back_and_may_be_started_again_or_cancelled(
    hands: Hands,
) -> None:
    ready = hands.bring_to("fulfilled")
    back = hands.give("return_to_stock", ready)
    assert states(back) == ["RETURNED_TO_STOCK"] * 2
    assert back.prescription.status is PrescriptionStatus.PAID
    assert {(d.status, d.return_reason) for d in back.dispenses} == {
        (DispenseStatus.RETURNED, "not collected")
    }
    assert [order.status for order in back.orders] == [OrderStatus.DISPENSING]
    assert isinstance(hands.refused("hand_over", back), Conflict)
    one = hands.give("restart_items", back, item_ids=[back.items[0].id])
    assert states(one) == ["PENDING", "RETURNED_TO_STOCK"]
    other = hands.give("cancel_item", one, item_id=one.items[1].id)
    assert states(other)[1] == "CANCELLED"
    last = hands.give("fulfill_items", other, item_ids=[other.items[0].id])
    assert last.prescription.status is PrescriptionStatus.FULFILLED


def test_a_counselling_note_is_kept_and_taken_away(hands: Hands) -> None:
    noted = hands.give("note_counselling", hands.bring_to("paid"))
    assert noted.prescription.counselling == "with plenty of water"
    assert hands.give("note_counselling", noted, text=" ").prescription.counselling is None


def test_a_prescription_of_which_a_part_was_handed_over_is_cancelled_line_by_line(
    hands: Hands,
) -> None:
    part = check(hands, hands.bring_to("paid"), 1)
    owed = hands.give("owe_item", part)
    gone = hands.give("hand_over", owed)
    for desk in (hands.pharmacist, hands.prescriber):
        problem = desk.refused(hands.cancel(gone.prescription.id), gone.prescription.version)
        assert isinstance(problem, Conflict)
        assert "line by line" in problem.detail
    done = hands.give("cancel_item", gone, item_id=gone.items[0].id)
    assert states(done) == ["CANCELLED", "HANDED_OVER"]
    assert done.prescription.status is PrescriptionStatus.COMPLETED


def test_what_was_begun_is_not_declined(hands: Hands) -> None:
    part = check(hands, hands.bring_to("paid"), quantity=4)
    problem = hands.refused("decline_item", part)
    assert isinstance(problem, Conflict)
    assert "put them back" in problem.detail


def test_a_prescription_that_has_expired_is_neither_paid_nor_dispensed(
    hands: Hands, owner: Owner
) -> None:
    signed, paid = hands.bring_to("signed"), hands.bring_to("paid")
    owner("update prescription set valid_until = current_date - 2")
    for name, of in (("take_payment", signed), ("check_item", paid), ("fulfill_items", paid)):
        fresh = hands.look(of.prescription.id)
        problem = hands.refused(name, fresh)
        assert isinstance(problem, Conflict), name
        assert "expired" in problem.detail
    fresh = hands.look(paid.prescription.id)
    hands.pharmacist.done(hands.cancel(fresh.prescription.id), fresh.prescription.version)


def test_a_signed_prescription_is_valid_for_half_a_year_a_controlled_one_for_a_month(
    hands: Hands,
) -> None:
    plain = hands.bring_to("signed").prescription
    assert plain.signed_at is not None
    assert plain.valid_until is not None
    assert 179 <= (plain.valid_until - plain.signed_at.date()).days <= 181


def test_what_was_sent_back_is_not_dispensed(hands: Hands) -> None:
    sent_back = hands.give("reject_order", hands.bring_to("paid"))
    for name in ("pick_items", "check_item", "owe_item", "hold_items", "fulfill_items"):
        problem = hands.refused(name, sent_back)
        assert isinstance(problem, Conflict), name
        assert "sent back" in problem.detail


@pytest.mark.parametrize("command", [CheckItem, UncheckItem])
def test_a_line_that_is_not_there_is_named_as_missing(
    hands: Hands, command: type[CheckItem | UncheckItem]
) -> None:
    name = {CheckItem: "check_item", UncheckItem: "uncheck_item"}[command]
    problem = hands.refused(name, hands.bring_to("paid"), item_id=uuid.uuid4())
    assert isinstance(problem, NotFound)
    assert problem.entity == "prescription_item"


def test_a_line_that_was_ready_before_units_were_counted_is_handed_over_whole(
    hands: Hands, owner: Owner
) -> None:
    ready = hands.bring_to("fulfilled")
    owner(
        "update prescription_item set prepared = 0 where prescription_id = %s",
        ready.prescription.id,
    )
    owner("delete from dispense where prescription_id = %s", ready.prescription.id)
    gone = hands.give("hand_over", hands.look(ready.prescription.id))
    assert counts(gone) == (10, 0, 0)
    assert gone.prescription.status is PrescriptionStatus.COMPLETED


def test_a_repeat_is_a_prescription_of_its_own_at_today_s_prices(
    hands: Hands, owner: Owner
) -> None:
    written = hands.write(repeats=1)
    version = hands.prescriber.done(written).version
    version = hands.prescriber.done(hands.sign(written.prescription_id), version).version
    version = hands.pharmacist.done(hands.pay(written.prescription_id), version).version
    paid = hands.look(written.prescription_id)
    first = hands.give("hand_over", hands.give("fulfill_items", paid))
    owner("update medicine set price_minor = 2 * price_minor")
    repeat_id = uuid.uuid4()
    counted = hands.give("dispense_repeat", first, repeat_id=repeat_id)
    assert (counted.prescription.repeats, counted.prescription.repeats_used) == (1, 1)
    repeat = hands.look(repeat_id, hands.pharmacist)
    assert (repeat.prescription.repeat_of, repeat.prescription.repeats) == (
        first.prescription.id,
        0,
    )
    assert repeat.prescription.signed_at == first.prescription.signed_at
    assert repeat.prescription.valid_until == first.prescription.valid_until
    assert repeat.prescription.seal not in (None, first.prescription.seal)
    assert [i.medicine_id for i in repeat.items] == [i.medicine_id for i in first.items]
    assert repeat.prescription.total_minor > first.prescription.total_minor
    assert (repeat.dispenses, repeat.payments, repeat.orders) == ([], [], [])
    version = hands.pharmacist.done(hands.pay(repeat_id), repeat.prescription.version).version
    hands.give("hand_over", hands.give("fulfill_items", hands.look(repeat_id)))
    again = hands.refused("dispense_repeat", counted)
    assert isinstance(again, Conflict)
    assert "used up" in again.detail
    none = hands.refused("dispense_repeat", hands.bring_to("completed"))
    assert isinstance(none, Conflict)


def test_a_repeat_needs_an_identifier_of_its_own(hands: Hands, owner: Owner) -> None:
    done = hands.bring_to("completed")
    owner("update prescription set repeats = 2 where id = %s", done.prescription.id)
    fresh = hands.look(done.prescription.id)
    problem = hands.refused("dispense_repeat", fresh, repeat_id=done.prescription.id)
    assert isinstance(problem, Conflict)
    assert problem.field == "repeat_id"


def test_the_front_desk_sees_orders_without_clinical_text(hands: Hands) -> None:
    sent_back = hands.give("reject_order", hands.bring_to("paid"))
    reception = hands.server.sign_in("anjali.kulkarni")
    seen = hands.look(sent_back.prescription.id, reception)
    assert [(o.response, o.response_note) for o in seen.orders] == [("out_of_stock", None)]
    assert seen.dispenses == []


def test_lines_in_wrong_states_are_named(hands: Hands) -> None:
    checked = check(hands, hands.bring_to("paid"))
    problem = hands.refused("pick_items", checked)
    assert isinstance(problem, IllegalState)
    assert problem.id == checked.items[0].id
    assert "Line 1" in problem.detail


def unchanged(before: PrescriptionDetail, after: PrescriptionDetail) -> bool:
    return msgspec.json.encode(before) == msgspec.json.encode(after)


def test_a_refused_check_leaves_nothing_behind(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    hands.refused("check_item", paid, batch_id=UUID(int=1))
    assert unchanged(paid, hands.look(paid.prescription.id))
