"""A prescription's way through the calls, and everything that is refused on it."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import msgspec
import pytest

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.commands import (
    DeclineItem,
    Override,
    PayOutRefund,
    ReviseDraft,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    PaymentKind,
    PaymentStatus,
    PrescriptionStatus,
)
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.problems import (
    Conflict,
    IllegalState,
    InvalidField,
    NotAllowed,
    NotFound,
    Stale,
    decode_problem,
)
from clinicdesk.server.domain.prescribing import refund_id
from tests.running_server import Owner
from tests.server.http.hands import (
    ADMIN,
    COLLEAGUE,
    OTHER_PHARMACIST,
    OTHER_PRESCRIBER,
    PHARMACIST,
    RECEPTION,
    Hands,
    rows,
    snapshot,
)


def test_a_draft_is_named_and_priced_by_the_formulary(hands: Hands) -> None:
    line = hands.line(3, quantity=7, frequency="bid")
    written = hands.write(items=[line])
    outcome = hands.prescriber.done(written)
    assert outcome.version == 1
    detail = hands.look(written.prescription_id)
    medicine = next(m for m in hands.medicines if m.id == line.medicine_id)
    (item,) = detail.items
    assert (item.generic_name, item.brand, item.schedule) == (
        medicine.generic_name,
        medicine.brand,
        medicine.schedule,
    )
    assert item.frequency == "BD"
    assert item.amount_minor == line_amount(medicine.price_minor, medicine.pack_size, 7)
    assert detail.prescription.total_minor == item.amount_minor
    assert detail.prescription.code == prescription_code(written.prescription_id)
    assert detail.prescription.currency == "INR"
    assert not detail.prescription.controlled


def test_a_controlled_line_makes_a_controlled_prescription(hands: Hands) -> None:
    controlled = next(m for m in hands.medicines if m.schedule.controlled)
    written = hands.write(items=[hands.line(), hands.line(1, medicine_id=controlled.id)])
    hands.prescriber.done(written)
    assert hands.look(written.prescription_id).prescription.controlled


def test_a_draft_can_be_revised_reordered_and_emptied(hands: Hands) -> None:
    written = hands.write(lines=3)
    first, second, third = written.items
    hands.prescriber.done(written)
    fourth = hands.line(4)
    revise = ReviseDraft(
        prescription_id=written.prescription_id,
        pharmacy_id=None,
        note=None,
        items=[third, msgspec.structs.replace(first, quantity=4), fourth],
    )
    outcome = hands.prescriber.done(revise, 1)
    detail = hands.look(written.prescription_id)
    assert [item.id for item in detail.items] == [third.id, first.id, fourth.id]
    assert [item.line for item in detail.items] == [1, 2, 3]
    assert detail.items[1].quantity == 4
    assert detail.prescription.item_count == 3
    assert detail.prescription.pharmacy_id is None
    assert detail.prescription.total_minor == sum(item.amount_minor for item in detail.items)
    assert second.id not in {item.id for item in detail.items}
    emptied = msgspec.structs.replace(revise, items=[])
    hands.prescriber.done(emptied, outcome.version)
    assert hands.look(written.prescription_id).prescription.total_minor == 0


def test_a_revision_that_says_the_same_leaves_the_lines_alone(hands: Hands) -> None:
    written = hands.write()
    hands.prescriber.done(written)
    revise = ReviseDraft(
        prescription_id=written.prescription_id,
        pharmacy_id=written.pharmacy_id,
        note="another note",
        items=written.items,
    )
    hands.prescriber.done(revise, 1)
    detail = hands.look(written.prescription_id)
    assert {item.version for item in detail.items} == {1}
    assert detail.prescription.version == 2


def test_a_draft_is_seen_by_its_prescriber_and_the_administrator_alone(hands: Hands) -> None:
    written = hands.write()
    hands.prescriber.done(written)
    path = f"/api/prescriptions/{written.prescription_id}"
    for login in (PHARMACIST, OTHER_PRESCRIBER, RECEPTION):
        answer = hands.server.sign_in(login).get(path)
        assert isinstance(decode_problem(answer.content), NotFound), login
    assert hands.server.sign_in(ADMIN).get(path).is_success


def test_signing_shows_prescription_patient_and_allergies_to_the_pharmacy(hands: Hands) -> None:
    written = hands.write()
    patient_id = str(written.patient_id)
    version = hands.prescriber.done(written).version
    hands.prescriber.done(hands.sign(written.prescription_id), version)
    seen = snapshot(hands.pharmacist)
    assert str(written.prescription_id) in {row["id"] for row in rows(seen, "prescription")}
    assert patient_id in {row["id"] for row in rows(seen, "patient")}
    item_ids = {row["id"] for row in rows(seen, "prescription_item")}
    assert {str(item.id) for item in written.items} <= item_ids
    header = hands.look(written.prescription_id).prescription
    assert header.status is PrescriptionStatus.DRAFT
    assert header.signed_at is not None


def test_the_whole_way_to_completed(hands: Hands) -> None:
    detail = hands.bring_to("completed")
    header = detail.prescription
    assert header.status is PrescriptionStatus.COMPLETED
    assert header.collected_by == "The patient"
    assert header.paid_minor == header.total_minor
    assert [item.status for item in detail.items] == [ItemStatus.HANDED_OVER] * 2
    assert all(item.supplied == item.quantity for item in detail.items)
    stamps = [header.signed_at, header.paid_at, header.fulfilled_at, header.completed_at]
    assert stamps == sorted(stamp for stamp in stamps if stamp is not None)


def test_it_is_paid_when_the_parts_cover_the_total(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    part = hands.pay(signed.id, amount=1)
    version = hands.pharmacist.done(part, signed.version).version
    assert hands.look(signed.id).prescription.status is PrescriptionStatus.DRAFT
    hands.pharmacist.done(hands.pay(signed.id), version)
    header = hands.look(signed.id).prescription
    assert header.status is PrescriptionStatus.PAID
    assert header.paid_minor == header.total_minor


def test_a_prescription_that_costs_nothing_is_paid_with_nothing(hands: Hands, owner: Owner) -> None:
    owner("update medicine set price_minor = 0")
    signed = hands.bring_to("signed").prescription
    hands.pharmacist.done(hands.pay(signed.id, amount=0), signed.version)
    assert hands.look(signed.id).prescription.status is PrescriptionStatus.PAID


@pytest.mark.parametrize("share", [0, 2])
def test_neither_nothing_nor_too_much_is_taken(hands: Hands, share: int) -> None:
    signed = hands.bring_to("signed").prescription
    command = hands.pay(signed.id, amount=share * signed.total_minor)
    problem = hands.pharmacist.refused(command, signed.version)
    assert isinstance(problem, InvalidField)
    assert problem.field == "amount_minor"
    assert "outstanding" in problem.detail


def test_another_currency_is_refused(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    command = msgspec.structs.replace(hands.pay(signed.id), currency="NZD")
    problem = hands.pharmacist.refused(command, signed.version)
    assert isinstance(problem, InvalidField)
    assert problem.field == "currency"


def test_it_is_fulfilled_when_the_last_line_is_ready(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    first, second = (item.id for item in paid.items)
    one = hands.fulfil(paid.prescription.id, [first])
    version = hands.pharmacist.done(one, paid.prescription.version).version
    assert hands.look(paid.prescription.id).prescription.status is PrescriptionStatus.PAID
    again = hands.pharmacist.refused(one, version)
    assert isinstance(again, IllegalState)
    assert (again.entity, again.id, again.state) == ("prescription_item", first, "READY")
    other = hands.fulfil(paid.prescription.id, [second])
    hands.pharmacist.done(other, version)
    assert hands.look(paid.prescription.id).prescription.status is PrescriptionStatus.FULFILLED


def test_a_declined_line_lowers_the_total_and_owes_a_refund(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    kept, left_out = paid.items
    decline = DeclineItem(
        prescription_id=paid.prescription.id, item_id=left_out.id, reason="out of stock"
    )
    version = hands.pharmacist.done(decline, paid.prescription.version).version
    detail = hands.look(paid.prescription.id)
    assert detail.prescription.total_minor == kept.amount_minor
    assert detail.prescription.paid_minor == kept.amount_minor
    refund = next(entry for entry in detail.payments if entry.kind is PaymentKind.REFUND)
    assert (refund.amount_minor, refund.status) == (left_out.amount_minor, PaymentStatus.PENDING)
    assert detail.items[1].decline_reason == "out of stock"
    pay_out = PayOutRefund(prescription_id=paid.prescription.id, payment_id=refund.id)
    version = hands.pharmacist.done(pay_out, version).version
    settled = hands.look(paid.prescription.id).payments
    assert all(entry.status is PaymentStatus.COMPLETED for entry in settled)
    again = hands.pharmacist.refused(pay_out, version)
    assert isinstance(again, IllegalState)
    assert again.entity == "payment"


def test_the_last_line_is_not_declined_but_the_prescription_cancelled(hands: Hands) -> None:
    paid = hands.bring_to("paid", lines=1)
    decline = DeclineItem(
        prescription_id=paid.prescription.id, item_id=paid.items[0].id, reason="out of stock"
    )
    problem = hands.pharmacist.refused(decline, paid.prescription.version)
    assert isinstance(problem, Conflict)
    assert "cancel" in problem.detail


def test_declining_what_is_left_fulfils_what_is_ready(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    first, second = (item.id for item in paid.items)
    one = hands.fulfil(paid.prescription.id, [first])
    version = hands.pharmacist.done(one, paid.prescription.version).version
    decline = DeclineItem(
        prescription_id=paid.prescription.id, item_id=second, reason="out of stock"
    )
    hands.pharmacist.done(decline, version)
    assert hands.look(paid.prescription.id).prescription.status is PrescriptionStatus.FULFILLED


@pytest.mark.parametrize("who", ["prescriber", "pharmacist"])
@pytest.mark.parametrize("state", ["signed", "paid", "fulfilled"])
def test_either_side_cancels_and_what_was_paid_is_owed_back(
    hands: Hands, state: str, who: str
) -> None:
    before = hands.bring_to(state).prescription
    getattr(hands, who).done(hands.cancel(before.id), before.version)
    detail = hands.look(before.id)
    assert detail.prescription.status is PrescriptionStatus.CANCELLED
    assert detail.prescription.cancel_reason == "not needed any more"
    assert (detail.prescription.total_minor, detail.prescription.paid_minor) == (0, 0)
    assert {item.status for item in detail.items} == {ItemStatus.CANCELLED}
    owed = [entry for entry in detail.payments if entry.kind is PaymentKind.REFUND]
    expected = [] if state == "signed" else [before.paid_minor]
    assert [entry.amount_minor for entry in owed] == expected


def test_only_therapists_begin_prescriptions(hands: Hands) -> None:
    for login in (PHARMACIST, RECEPTION, ADMIN):
        problem = hands.server.sign_in(login).refused(hands.write())
        assert isinstance(problem, NotAllowed), login


def test_another_clinic_s_patient_pharmacy_and_medicine_cannot_be_named(
    hands: Hands, owner: Owner
) -> None:
    def theirs(table: str) -> UUID:
        found = owner(
            f"select t.id from {table} t join clinic c on c.clinic_id = t.clinic_id "
            "where c.name <> 'Roshni Clinic' limit 1"
        )
        identifier: UUID = found[0][0]
        return identifier

    patient = hands.prescriber.refused(hands.write(patient_id=theirs("patient")))
    pharmacy = hands.prescriber.refused(hands.write(pharmacy_id=theirs("pharmacy")))
    line = hands.line(medicine_id=theirs("medicine"))
    medicine = hands.prescriber.refused(hands.write(items=[line]))
    assert isinstance(patient, NotFound)
    assert isinstance(pharmacy, InvalidField)
    assert isinstance(medicine, InvalidField)
    assert (pharmacy.field, medicine.field) == ("pharmacy_id", "items[0].medicine_id")


def test_somebody_else_s_patient_cannot_be_prescribed_for(hands: Hands) -> None:
    other = hands.server.sign_in(ADMIN)
    mine = {row.id for row in hands.patients}
    everybody = {UUID(row["id"]) for row in rows(snapshot(other), "patient")}
    allergic = {UUID(row["id"]) for row in rows(snapshot(hands.prescriber), "patient")}
    stranger = sorted(everybody - mine - allergic)[0]
    assert isinstance(hands.prescriber.refused(hands.write(patient_id=stranger)), NotFound)


def test_two_pharmacists_racing_for_one_hand_over_one_wins_and_the_other_is_told_who(
    hands: Hands,
) -> None:
    ready = hands.bring_to("fulfilled").prescription
    colleague = hands.server.sign_in(COLLEAGUE)
    command = hands.hand_over(ready.id)
    desks = [hands.pharmacist, colleague]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda desk: desk.send(command, ready.version), desks))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    winner = next(d for d, a in zip(desks, answers, strict=True) if a.is_success)
    loser = next(a for a in answers if not a.is_success)
    problem = decode_problem(loser.content)
    assert isinstance(problem, Stale)
    assert problem.by == winner.session.member.name
    assert problem.state == "COMPLETED"
    assert problem.by in problem.detail


def test_an_edit_of_what_somebody_changed_meanwhile_is_stale(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    hands.pharmacist.done(hands.pay(signed.id), signed.version)
    problem = hands.prescriber.refused(hands.cancel(signed.id), signed.version)
    assert isinstance(problem, Stale)
    assert (problem.current, problem.by, problem.state) == (
        signed.version + 1,
        "Vikram Patil",
        "PAID",
    )


def test_the_versions_of_own_commands_chain(hands: Hands) -> None:
    written = hands.write()
    first = hands.prescriber.done(written)
    second = hands.prescriber.done(hands.sign(written.prescription_id), first.version)
    assert (first.version, second.version) == (1, 2)
    assert second.seq > first.seq


def test_a_prescription_without_a_medicine_is_not_signed(hands: Hands) -> None:
    written = hands.write(lines=0)
    version = hands.prescriber.done(written).version
    problem = hands.prescriber.refused(hands.sign(written.prescription_id), version)
    assert isinstance(problem, Conflict)


def test_a_medicine_that_meets_an_allergy_is_signed_with_a_reason_or_if_severe_not_at_all(
    hands: Hands, owner: Owner
) -> None:
    line = hands.line()
    medicine = next(m for m in hands.medicines if m.id == line.medicine_id)

    def allergic(severity: str) -> None:
        owner(
            "insert into allergy (id, clinic_id, patient_id, substance, severity, "
            "reaction, active, recorded_at) values (%s, %s, %s, %s, %s, 'rash', true, now())",
            uuid.uuid4(),
            medicine.clinic_id,
            hands.patients[0].id,
            medicine.ingredients[0],
            severity,
        )

    allergic("moderate")
    written = hands.write(items=[line])
    version = hands.prescriber.done(written).version
    sign = hands.sign(written.prescription_id)
    refused = hands.prescriber.refused(sign, version)
    assert isinstance(refused, Conflict)
    assert (refused.field, medicine.generic_name in refused.detail) == ("overrides", True)
    (substance,) = medicine.ingredients
    key = f"allergy:{substance}:{substance}"
    assert key in refused.detail
    reasoned = msgspec.structs.replace(
        sign, overrides=[Override(key=key, reason="mild, years ago")]
    )
    hands.prescriber.done(reasoned, version)
    (finding,) = hands.look(written.prescription_id, hands.pharmacist).findings
    assert (finding.key, finding.reason) == (key, "mild, years ago")
    allergic("severe")
    written = hands.write(items=[hands.line()])
    version = hands.prescriber.done(written).version
    problem = hands.prescriber.refused(hands.sign(written.prescription_id), version)
    assert isinstance(problem, Conflict)
    assert medicine.generic_name in problem.detail


def test_a_draft_for_a_patient_who_left_the_prescriber_s_care_is_not_signed(
    hands: Hands, owner: Owner
) -> None:
    draft = hands.bring_to("draft").prescription
    owner("update patient set practitioner_ids = '{}' where id = %s", draft.patient_id)
    problem = hands.prescriber.refused(hands.sign(draft.id), draft.version)
    assert isinstance(problem, NotFound)
    assert problem.entity == "patient"


def test_two_drafts_signed_at_once_make_the_patient_known_to_both_pharmacies(
    hands: Hands, owner: Owner
) -> None:
    colleague = hands.server.sign_in(OTHER_PHARMACIST).session.member.pharmacy_id
    assert colleague is not None
    owner("update patient set pharmacy_ids = '{}' where id = %s", hands.patients[0].id)
    drafts = [hands.bring_to("draft").prescription for _ in range(6)]
    signing = [
        msgspec.structs.replace(hands.sign(draft.id), pharmacy_id=pharmacy)
        for draft, pharmacy in zip(drafts, [hands.pharmacy_id, colleague] * 3, strict=True)
    ]
    with ThreadPoolExecutor(len(signing)) as pool:
        answers = list(pool.map(lambda each: hands.prescriber.send(each, 1), signing))
    assert all(answer.is_success for answer in answers), [each.text for each in answers]
    ((known,),) = owner("select pharmacy_ids from patient where id = %s", hands.patients[0].id)
    assert sorted(known) == sorted([hands.pharmacy_id, colleague])


def test_a_closed_pharmacy_takes_nothing(hands: Hands, owner: Owner) -> None:
    draft = hands.bring_to("draft").prescription
    owner("update pharmacy set active = false where id = %s", hands.pharmacy_id)
    problem = hands.prescriber.refused(hands.sign(draft.id), draft.version)
    assert isinstance(problem, InvalidField)
    assert problem.field == "pharmacy_id"


def test_a_medicine_withdrawn_since_the_draft_is_not_signed(hands: Hands, owner: Owner) -> None:
    detail = hands.bring_to("draft")
    withdrawn = detail.items[1].medicine_id
    owner("update medicine set discontinued = true where id = %s", withdrawn)
    problem = hands.prescriber.refused(
        hands.sign(detail.prescription.id), detail.prescription.version
    )
    assert isinstance(problem, Conflict)
    assert problem.field == "items[1].medicine_id"
    new = hands.prescriber.refused(hands.write(items=[hands.line(medicine_id=withdrawn)]))
    assert isinstance(new, InvalidField)


def test_identifiers_that_are_in_use_are_refused(hands: Hands) -> None:
    written = hands.write()
    hands.prescriber.done(written)
    twice = hands.prescriber.refused(hands.write(prescription_id=written.prescription_id))
    assert isinstance(twice, Conflict)
    assert twice.field == "prescription_id"
    line = hands.line(id=written.items[0].id)
    assert isinstance(hands.prescriber.refused(hands.write(items=[line])), Conflict)
    one = hands.line()
    problem = hands.prescriber.refused(hands.write(items=[one, hands.line(1, id=one.id)]))
    assert isinstance(problem, InvalidField)
    assert problem.field == "items[1].id"


def test_a_payment_s_identifier_serves_once(hands: Hands) -> None:
    first, second = hands.bring_to("signed").prescription, hands.bring_to("signed").prescription
    payment = hands.pay(first.id)
    hands.pharmacist.done(payment, first.version)
    again = msgspec.structs.replace(hands.pay(second.id), payment_id=payment.payment_id)
    problem = hands.pharmacist.refused(again, second.version)
    assert isinstance(problem, Conflict)
    assert problem.field == "payment_id"


def test_a_payment_s_identifier_serves_once_in_one_prescription_too(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    part = hands.pay(signed.id, amount=100)
    version = hands.pharmacist.done(part, signed.version).version
    again = msgspec.structs.replace(part, amount_minor=signed.total_minor - 100)
    problem = hands.pharmacist.refused(again, version)
    assert isinstance(problem, Conflict)
    assert problem.field == "payment_id"
    now = hands.look(signed.id)
    assert now.prescription.paid_minor == sum(entry.amount_minor for entry in now.payments) == 100


def test_no_payment_takes_the_identifier_that_a_refund_will_need(hands: Hands) -> None:
    signed = hands.bring_to("signed").prescription
    squatting = msgspec.structs.replace(hands.pay(signed.id), payment_id=refund_id(signed.id, None))
    problem = hands.pharmacist.refused(squatting, signed.version)
    assert isinstance(problem, InvalidField)
    assert problem.field == "payment_id"


def test_a_code_that_is_taken_is_made_longer(hands: Hands) -> None:
    one = hands.write()
    last_five = one.prescription_id.int & ((1 << 25) - 1)
    alike = UUID(int=(uuid.uuid4().int >> 25 << 25) | last_five)
    assert prescription_code(alike) == prescription_code(one.prescription_id)
    hands.prescriber.done(one)
    hands.prescriber.done(hands.write(prescription_id=alike))
    code = hands.look(alike).prescription.code
    assert len(code) > len(prescription_code(alike))
    assert code == prescription_code(alike, len(code) - len("RX-"))


def test_a_line_of_another_prescription_is_none_of_this_one(hands: Hands) -> None:
    paid, other = hands.bring_to("paid"), hands.bring_to("paid")
    theirs = other.items[0].id
    fulfil = hands.fulfil(paid.prescription.id, [paid.items[0].id, theirs])
    problem = hands.pharmacist.refused(fulfil, paid.prescription.version)
    assert isinstance(problem, InvalidField)
    assert problem.field == "item_ids[1]"
    decline = DeclineItem(
        prescription_id=paid.prescription.id, item_id=theirs, reason="out of stock"
    )
    assert isinstance(hands.pharmacist.refused(decline, paid.prescription.version), NotFound)


def test_a_refused_command_leaves_nothing_behind(hands: Hands, owner: Owner) -> None:
    before = owner("select sum(seq) from clinic_head")
    line = hands.line()
    assert isinstance(
        hands.prescriber.refused(hands.write(items=[line, hands.line(1, id=line.id)])), InvalidField
    )
    taken = hands.bring_to("draft")
    middle = owner("select sum(seq) from clinic_head")
    reused = hands.write(items=[hands.line(id=taken.items[0].id)])
    assert isinstance(hands.prescriber.refused(reused), Conflict)
    assert owner("select sum(seq) from clinic_head") == middle != before
    assert hands.prescriber.get(f"/api/prescriptions/{reused.prescription_id}").status_code == 404


def test_whose_role_has_changed_acts_in_the_new_one(hands: Hands, owner: Owner) -> None:
    draft = hands.bring_to("draft").prescription
    owner(
        "update member set active = false where account_id = %s",
        hands.prescriber.session.member.account_id,
    )
    answer = hands.prescriber.send(hands.sign(draft.id), draft.version)
    assert answer.status_code in (401, 403, 404)


def test_a_line_that_bears_its_prescription_s_identifier_has_a_refund_of_its_own(
    hands: Hands,
) -> None:
    written = hands.write(lines=2)
    rx = written.prescription_id
    first = msgspec.structs.replace(written.items[0], id=rx)
    written = msgspec.structs.replace(written, items=[first, written.items[1]])
    version = hands.prescriber.done(written).version
    version = hands.prescriber.done(hands.sign(rx), version).version
    version = hands.pharmacist.done(hands.pay(rx), version).version
    decline = DeclineItem(prescription_id=rx, item_id=rx, reason="out of stock")
    version = hands.pharmacist.done(decline, version).version
    hands.pharmacist.done(hands.cancel(rx), version)
    seen = hands.look(rx)
    refunds = [entry for entry in seen.payments if entry.kind is PaymentKind.REFUND]
    assert len(refunds) == 2
    assert seen.prescription.paid_minor == 0
