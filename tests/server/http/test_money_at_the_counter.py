"""What substitutes, parts and cancelled rests do to the money."""

from __future__ import annotations

import uuid
from uuid import UUID

import msgspec
import pytest

from clinicdesk.contract.entities import PaymentKind, PaymentStatus, PrescriptionStatus
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.contract.reading import PrescriptionDetail
from tests.running_server import Owner
from tests.server.http.hands import Hands


def another_brand(owner: Owner, of: PrescriptionDetail, **changes: object) -> UUID:
    """A product of the same medicine as the first line's."""
    identity = uuid.uuid4()
    changed = {"brand": "Anotherol", **changes}
    owner(
        "insert into medicine select (jsonb_populate_record(m, %s::jsonb)).* from medicine m "
        "where id = %s",
        msgspec.json.encode({"id": identity, "code": identity, "gtin": None, **changed}).decode(),
        of.items[0].medicine_id,
    )
    return identity


def refunds(of: PrescriptionDetail) -> list[int]:
    return [p.amount_minor for p in of.payments if p.kind is PaymentKind.REFUND]


def test_a_cheaper_substitute_owes_the_difference_back(hands: Hands, owner: Owner) -> None:
    paid = hands.bring_to("paid")
    before = paid.items[0].amount_minor
    cheap = another_brand(owner, paid, price_minor=1, pack_size=10)
    after = hands.give("substitute_item", paid, medicine_id=cheap)
    item = after.items[0]
    assert (item.substitute_id, item.substitute_brand) == (cheap, "Anotherol")
    assert item.substitution_reason == "out of stock"
    assert (item.amount_minor, item.prescribed_minor) == (1, before)
    assert refunds(after) == [before - 1]
    assert after.prescription.paid_minor == after.prescription.total_minor
    gone = hands.give("hand_over", hands.give("fulfill_items", after))
    (given,) = [dispense for dispense in gone.dispenses if dispense.item_id == item.id]
    assert (given.medicine_id, given.brand) == (cheap, "Anotherol")


def test_a_dearer_substitute_is_paid_for_before_it_is_handed_over(
    hands: Hands, owner: Owner
) -> None:
    paid = hands.bring_to("paid")
    dear = another_brand(owner, paid, price_minor=500_000, pack_size=10)
    after = hands.give("substitute_item", paid, medicine_id=dear)
    assert after.items[0].amount_minor == line_amount(500_000, 10, 10)
    assert refunds(after) == []
    ready = hands.give("fulfill_items", after)
    problem = hands.refused("hand_over", ready)
    assert isinstance(problem, Conflict)
    assert "is due" in problem.detail
    due = ready.prescription.total_minor - ready.prescription.paid_minor
    too_much = hands.pharmacist.refused(
        hands.pay(ready.prescription.id, due + 1), ready.prescription.version
    )
    assert isinstance(too_much, InvalidField)
    version = hands.pharmacist.done(
        hands.pay(ready.prescription.id), ready.prescription.version
    ).version
    hands.pharmacist.done(hands.hand_over(ready.prescription.id), version)
    gone = hands.look(ready.prescription.id)
    assert gone.prescription.status is PrescriptionStatus.COMPLETED
    assert len(gone.orders) == 1


def test_a_substitution_is_undone_by_the_prescribed_product(hands: Hands, owner: Owner) -> None:
    paid = hands.bring_to("paid")
    item = paid.items[0]
    cheap = another_brand(owner, paid, price_minor=1, pack_size=10)
    after = hands.give("substitute_item", paid, medicine_id=cheap)
    twice = hands.refused("substitute_item", after, medicine_id=cheap)
    assert isinstance(twice, Conflict)
    wrong = hands.refused("check_item", after, medicine_id=item.medicine_id)
    assert isinstance(wrong, Conflict)
    assert "Anotherol" in wrong.detail
    undone = hands.give("substitute_item", after, medicine_id=item.medicine_id)
    assert undone.items[0].substitute_id is None
    assert undone.items[0].amount_minor == item.amount_minor
    due = undone.prescription.total_minor - undone.prescription.paid_minor
    assert due == item.amount_minor - 1
    again = hands.give("substitute_item", undone, medicine_id=cheap)
    assert again.prescription.total_minor == again.prescription.paid_minor == paid_and_owed(again)


def paid_and_owed(of: PrescriptionDetail) -> int:
    return sum(
        p.amount_minor if p.kind is PaymentKind.PAYMENT else -p.amount_minor for p in of.payments
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"generic_name": "Something else"},
        {"strength": "a thousand units"},
        {"form": "another form"},
        {"discontinued": True},
        {"currency": "NZD"},
    ],
)
def test_only_the_same_medicine_takes_a_line_s_place(
    hands: Hands, owner: Owner, changed: dict[str, object]
) -> None:
    paid = hands.bring_to("paid")
    other = another_brand(owner, paid, **changed)
    problem = hands.refused("substitute_item", paid, medicine_id=other)
    assert isinstance(problem, Conflict)
    assert problem.field == "medicine_id"
    nothing = hands.refused("substitute_item", paid, medicine_id=uuid.uuid4())
    assert isinstance(nothing, InvalidField)


def test_what_is_checked_is_put_back_before_it_is_substituted(hands: Hands, owner: Owner) -> None:
    paid = hands.bring_to("paid")
    other = another_brand(owner, paid)
    part = hands.give("check_item", paid, quantity=4)
    problem = hands.refused("substitute_item", part, medicine_id=other)
    assert isinstance(problem, Conflict)
    assert "put them back" in problem.detail


def test_once_a_part_was_handed_over_a_substitute_keeps_the_price(
    hands: Hands, owner: Owner
) -> None:
    paid = hands.bring_to("paid")
    part = hands.give("check_item", paid, quantity=4)
    rest = hands.give("owe_item", part)
    other_line = hands.give("hold_items", rest, item_ids=[rest.items[1].id])
    gone = hands.give("hand_over", other_line)
    dear = another_brand(owner, paid, price_minor=500_000, pack_size=10)
    after = hands.give("substitute_item", gone, medicine_id=dear)
    assert after.items[0].amount_minor == paid.items[0].amount_minor
    assert after.prescription.total_minor == paid.prescription.total_minor


def test_a_rest_that_is_cancelled_costs_nothing_and_the_part_supplied_its_share(
    hands: Hands,
) -> None:
    paid = hands.bring_to("paid")
    part = hands.give("owe_item", hands.give("check_item", paid, quantity=4))
    gone = hands.give("hand_over", hands.give("check_item", part, **_second(hands, part)))
    after = hands.give("cancel_item", gone)
    first, second = paid.items
    share = (2 * first.amount_minor * 4 + 10) // 20
    assert after.prescription.total_minor == share + second.amount_minor
    assert refunds(after) == [first.amount_minor - share]
    assert after.prescription.status is PrescriptionStatus.COMPLETED
    owed = next(p for p in after.payments if p.kind is PaymentKind.REFUND)
    settled = hands.give("pay_out_refund", after, payment_id=owed.id)
    assert {p.status for p in settled.payments} == {PaymentStatus.COMPLETED}


def test_of_what_has_expired_the_rest_that_had_come_is_paid_back(
    hands: Hands, owner: Owner
) -> None:
    paid = hands.bring_to("paid")
    owed = hands.give("owe_item", hands.give("check_item", paid, quantity=4))
    part = hands.give("hand_over", hands.give("check_item", owed, **_second(hands, owed)))
    owner(
        "update prescription_item set status = 'PICKING', owing = 0 where id = %s", part.items[0].id
    )  # as a delivery leaves it
    owner("update prescription set valid_until = '2026-01-01' where id = %s", part.prescription.id)
    come = hands.look(part.prescription.id)
    assert "expired" in hands.refused("check_item", come).detail
    after = hands.give("cancel_item", hands.give("owe_item", come))
    assert after.prescription.status is PrescriptionStatus.COMPLETED
    assert sum(refunds(after)) == paid.prescription.total_minor - after.prescription.total_minor


def _second(hands: Hands, of: PrescriptionDetail) -> dict[str, object]:
    """What makes a check one of the second line."""
    check = hands.check(of, 1)
    return {"item_id": check.item_id, "medicine_id": check.medicine_id, "quantity": check.quantity}


def test_nothing_is_taken_when_nothing_is_due(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    problem = hands.refused("take_payment", paid, amount_minor=1)
    assert isinstance(problem, Conflict)
    assert "Nothing is due" in problem.detail
