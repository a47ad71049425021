"""What the safety rules ask when a prescription is signed, and again when it is dispensed."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import pytest

from clinicdesk.cli import main
from clinicdesk.contract.commands import (
    CheckItem,
    DispenseRepeat,
    DraftItem,
    FulfillItems,
    Override,
    SignAndSend,
    TakePayment,
    WriteDraft,
)
from clinicdesk.contract.entities import ItemStatus, PaymentMethod, Stage, Tier, Verified
from clinicdesk.contract.problems import Conflict
from clinicdesk.contract.reading import CurrentMedicines
from tests.server.http.hands import OTHER_PRESCRIBER, RECEPTION, Hands

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running_server import Desk, Owner

BLEEDING = "interaction:ibuprofen+warfarin"
REASON = "INR is checked twice a week"


@pytest.fixture
def hands(hands: Hands, demo_database: str, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """In a clinic that has our own rules."""
    monkeypatch.setenv("CLINICDESK_DATABASE_URL", demo_database)
    assert main(["server", "import-rules", "--clinic", "Roshni Clinic"]) == 0
    return hands


def line(hands: Hands, name: str, strength: str = "", **changes: object) -> DraftItem:
    medicine = next(
        m
        for m in hands.medicines
        if m.generic_name == name and strength in m.strength and m.route == "oral"
    )
    written = DraftItem(
        id=uuid.uuid4(),
        medicine_id=medicine.id,
        dose="1 tablet",
        route=medicine.route,
        frequency="OD",
        days=20,
        quantity=10,
        instructions="",
    )
    return msgspec.structs.replace(written, **changes)


def adult(hands: Hands, place: int = 0) -> UUID:
    """Somebody whom adults' limits hold for."""
    grown = [p for p in hands.patients if p.birth_date.year < 1990]
    return grown[place].id


def write(hands: Hands, *names: str, desk: Desk | None = None, **changes: object) -> WriteDraft:
    lines = [line(hands, name) for name in names]
    written = hands.write(items=lines, patient_id=adult(hands), **changes)
    (desk or hands.prescriber).done(written)
    return written


def sign(hands: Hands, written: WriteDraft, **reasons: str) -> SignAndSend:
    overrides = [Override(key=key, reason=reason) for key, reason in reasons.items()]
    return msgspec.structs.replace(hands.sign(written.prescription_id), overrides=overrides)


def answered(hands: Hands, written: WriteDraft) -> SignAndSend:
    return sign(hands, written, **{BLEEDING: REASON})


def check(written: WriteDraft, **reasons: str) -> CheckItem:
    """The first line, whole, by hand."""
    item = written.items[0]
    return CheckItem(
        prescription_id=written.prescription_id,
        item_id=item.id,
        dispense_id=uuid.uuid4(),
        medicine_id=item.medicine_id,
        quantity=item.quantity,
        batch_id=None,
        verified=Verified.HAND,
        hand_reason="no barcode on it",
        overrides=[Override(key=key, reason=reason) for key, reason in reasons.items()],
    )


def ready(written: WriteDraft, **reasons: str) -> FulfillItems:
    """All lines, none of which was checked before."""
    return FulfillItems(
        prescription_id=written.prescription_id,
        item_ids=[item.id for item in written.items],
        bin="B4",
        hand_reason="no barcode on them",
        overrides=[Override(key=key, reason=reason) for key, reason in reasons.items()],
    )


def paid_before_a_finding(hands: Hands, owner: Owner, **changes: object) -> tuple[WriteDraft, int]:
    """Ibuprofen, for a patient for whom a colleague has prescribed warfarin since."""
    mine = write(hands, "Ibuprofen", **changes)
    version = pay(hands, mine, hands.prescriber.done(sign(hands, mine), 1).version)
    other = colleague(hands, owner)
    theirs = write(hands, "Warfarin", desk=other)
    other.done(answered(hands, theirs), 1)
    return mine, version


def pay(hands: Hands, written: WriteDraft, version: int) -> int:
    header = hands.look(written.prescription_id).prescription
    money = TakePayment(
        prescription_id=header.id,
        payment_id=uuid.uuid4(),
        method=PaymentMethod.CASH,
        amount_minor=header.total_minor,
        currency=header.currency,
    )
    return hands.pharmacist.done(money, version).version


def colleague(hands: Hands, owner: Owner) -> Desk:
    """Another prescriber of the same patient."""
    desk = hands.server.sign_in(OTHER_PRESCRIBER)
    owner(
        "update patient set practitioner_ids = practitioner_ids || %s where id = %s",
        [desk.session.member.practitioner_id],
        adult(hands),
    )
    return desk


def test_two_that_must_not_be_taken_together_are_not_signed_whatever_the_reason(
    hands: Hands,
) -> None:
    written = write(hands, "Tizanidine", "Ciprofloxacin")
    key = "interaction:ciprofloxacin+tizanidine"
    problem = hands.prescriber.refused(sign(hands, written, **{key: "it is meant"}), 1)
    assert isinstance(problem, Conflict)
    assert problem.field == "items[0].medicine_id"
    assert "Lines 1 and 2: Ciprofloxacin and tizanidine must not be taken" in problem.detail


def test_what_asks_for_a_reason_is_refused_by_its_key_and_signed_with_one(hands: Hands) -> None:
    written = write(hands, "Ibuprofen", "Warfarin")
    problem = hands.prescriber.refused(sign(hands, written), 1)
    assert isinstance(problem, Conflict)
    assert problem.field == "overrides"
    assert BLEEDING in problem.detail
    hands.prescriber.done(answered(hands, written), 1)
    for desk in (hands.prescriber, hands.pharmacist):
        (kept,) = hands.look(written.prescription_id, desk).findings
        assert (kept.key, kept.reason, kept.tier) == (BLEEDING, REASON, Tier.OVERRIDE)
        assert (kept.stage, kept.item_id) == (Stage.PRESCRIBING, written.items[0].id)
        assert kept.by == hands.prescriber.session.member.id
        assert kept.version == 1


def test_a_reason_for_what_nobody_asked_is_not_kept(hands: Hands) -> None:
    written = write(hands, "Ibuprofen")
    hands.prescriber.done(answered(hands, written), 1)
    assert hands.look(written.prescription_id).findings == []


def test_a_dose_far_above_the_most_is_not_signed(hands: Hands) -> None:
    many = line(hands, "Paracetamol", "650 mg", dose="4 tablets", frequency="Q4H")
    written = hands.write(items=[many], patient_id=adult(hands))
    hands.prescriber.done(written)
    problem = hands.prescriber.refused(sign(hands, written), 1)
    assert isinstance(problem, Conflict)
    assert "15.6 g a day; the most is 4 g" in problem.detail


def test_what_another_prescriber_signed_counts_and_can_be_asked_for(
    hands: Hands, owner: Owner
) -> None:
    other = colleague(hands, owner)
    theirs = write(hands, "Warfarin", desk=other)
    other.done(hands.sign(theirs.prescription_id), 1)
    path = f"/api/patients/{adult(hands)}/current-medicines"
    told = msgspec.json.decode(hands.prescriber.get(path).content, type=CurrentMedicines)
    (warfarin,) = (entry for entry in told.lines if entry.ingredients == ("warfarin",))
    assert warfarin.ends_in_days == 20
    mine = write(hands, "Ibuprofen")
    problem = hands.prescriber.refused(sign(hands, mine), 1)
    assert isinstance(problem, Conflict)
    assert BLEEDING in problem.detail
    hands.prescriber.done(answered(hands, mine), 1)


def test_what_a_patient_takes_is_told_to_their_carers_alone(hands: Hands, owner: Owner) -> None:
    written = write(hands, "Warfarin")
    hands.prescriber.done(hands.sign(written.prescription_id), 1)
    for login in (RECEPTION, OTHER_PRESCRIBER):
        desk = hands.server.sign_in(login)
        practitioner = desk.session.member.practitioner_id
        owner(
            "update patient set practitioner_ids = array_remove(practitioner_ids, %s) "
            "where id = %s",
            practitioner,
            adult(hands),
        )
        answer = desk.get(f"/api/patients/{adult(hands)}/current-medicines")
        assert msgspec.json.decode(answer.content, type=CurrentMedicines).lines == []


def test_a_reason_of_the_prescriber_holds_at_the_counter(hands: Hands) -> None:
    written = write(hands, "Ibuprofen", "Warfarin")
    version = pay(hands, written, hands.prescriber.done(answered(hands, written), 1).version)
    hands.pharmacist.done(check(written), version)


def test_a_repeat_has_the_prescriber_s_reasons_and_asks_for_no_second_one(hands: Hands) -> None:
    written = write(hands, "Ibuprofen", "Warfarin", repeats=2)
    version = pay(hands, written, hands.prescriber.done(answered(hands, written), 1).version)
    version = hands.pharmacist.done(ready(written), version).version
    version = hands.pharmacist.done(hands.hand_over(written.prescription_id), version).version
    repeat = DispenseRepeat(prescription_id=written.prescription_id, repeat_id=uuid.uuid4())
    hands.pharmacist.done(repeat, version)
    (given,) = hands.look(written.prescription_id).findings
    told = hands.look(repeat.repeat_id, hands.pharmacist)
    (carried,) = told.findings
    assert (carried.key, carried.reason, carried.stage) == (BLEEDING, REASON, Stage.PRESCRIBING)
    assert (carried.by, carried.at) == (given.by, given.at), "who answered, and when"
    assert carried.by == hands.prescriber.session.member.id
    assert carried.item_id in {item.id for item in told.items}
    again = msgspec.structs.replace(
        written,
        prescription_id=repeat.repeat_id,
        items=[
            msgspec.structs.replace(line, id=item.id)
            for line, item in zip(written.items, told.items, strict=True)
        ],
    )
    version = pay(hands, again, told.prescription.version)
    hands.pharmacist.done(check(again), version)
    assert hands.look(repeat.repeat_id).findings == [carried]


def test_a_repeat_asks_anew_what_a_pharmacist_answered_the_first_time(
    hands: Hands, owner: Owner
) -> None:
    mine, version = paid_before_a_finding(hands, owner, repeats=1)
    given = ready(mine, **{BLEEDING: "asked Dr Siddiqui"})
    version = hands.pharmacist.done(given, version).version
    version = hands.pharmacist.done(hands.hand_over(mine.prescription_id), version).version
    repeat = DispenseRepeat(prescription_id=mine.prescription_id, repeat_id=uuid.uuid4())
    hands.pharmacist.done(repeat, version)
    assert hands.look(repeat.repeat_id, hands.pharmacist).findings == []


def test_what_came_up_since_it_was_signed_is_asked_at_the_counter(
    hands: Hands, owner: Owner
) -> None:
    mine, version = paid_before_a_finding(hands, owner)
    problem = hands.pharmacist.refused(check(mine), version)
    assert isinstance(problem, Conflict)
    assert BLEEDING in problem.detail
    hands.pharmacist.done(check(mine, **{BLEEDING: "asked Dr Siddiqui"}), version)
    (kept,) = hands.look(mine.prescription_id, hands.pharmacist).findings
    assert (kept.stage, kept.reason) == (Stage.DISPENSING, "asked Dr Siddiqui")
    assert kept.by == hands.pharmacist.session.member.id


def test_lines_that_are_taken_as_checked_are_asked_about_as_well(
    hands: Hands, owner: Owner
) -> None:
    mine, version = paid_before_a_finding(hands, owner)
    problem = hands.pharmacist.refused(ready(mine), version)
    assert isinstance(problem, Conflict)
    assert problem.field == "overrides"
    assert BLEEDING in problem.detail
    hands.pharmacist.done(ready(mine, **{BLEEDING: "asked Dr Siddiqui"}), version)
    told = hands.look(mine.prescription_id, hands.pharmacist)
    (kept,) = told.findings
    assert (kept.stage, kept.reason) == (Stage.DISPENSING, "asked Dr Siddiqui")
    assert (kept.key, kept.item_id) == (BLEEDING, mine.items[0].id)
    assert kept.by == hands.pharmacist.session.member.id
    assert [item.status for item in told.items] == [ItemStatus.READY]


def test_a_reason_that_was_given_at_the_check_is_not_asked_for_again(
    hands: Hands, owner: Owner
) -> None:
    mine, version = paid_before_a_finding(hands, owner)
    some = msgspec.structs.replace(check(mine, **{BLEEDING: "asked Dr Siddiqui"}), quantity=4)
    version = hands.pharmacist.done(some, version).version
    hands.pharmacist.done(ready(mine, **{BLEEDING: "said twice"}), version)
    (kept,) = hands.look(mine.prescription_id, hands.pharmacist).findings
    assert kept.reason == "asked Dr Siddiqui"


@pytest.mark.parametrize("give", [check, ready])
def test_what_must_not_be_taken_together_is_dispensed_for_no_reason(
    hands: Hands, owner: Owner, give: Callable[..., CheckItem | FulfillItems]
) -> None:
    owner("update safety_rule set withdrawn = true where kind = 'interaction'")
    written = write(hands, "Tizanidine", "Ciprofloxacin")
    version = pay(hands, written, hands.prescriber.done(sign(hands, written), 1).version)
    owner("update safety_rule set withdrawn = false where kind = 'interaction'")
    key = "interaction:ciprofloxacin+tizanidine"
    problem = hands.pharmacist.refused(give(written, **{key: "it is meant"}), version)
    assert isinstance(problem, Conflict)
    assert problem.detail.endswith("Do not dispense it: decline the line, and tell the prescriber.")
    told = hands.look(written.prescription_id, hands.pharmacist)
    assert told.prescription.version == version
    assert told.findings == []
    assert {item.prepared for item in told.items} == {0}


def test_rules_that_were_withdrawn_are_not_asked(hands: Hands, owner: Owner) -> None:
    owner("update safety_rule set withdrawn = true where kind = 'interaction'")
    written = write(hands, "Tizanidine", "Ciprofloxacin")
    hands.prescriber.done(sign(hands, written), 1)
