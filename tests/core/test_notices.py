"""Who is told of what, and that it can stand on a locked screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest
from msgspec.structs import replace

from clinicdesk.contract.entities import (
    FindingKind,
    ItemStatus,
    Member,
    NoticeKind,
    NoticeStatus,
    OrderResponse,
    OrderStatus,
    PatientNotice,
    Prescription,
    PrescriptionStatus,
    PurchaseOrder,
    Role,
    Row,
    SafetyFinding,
    Stage,
    Tier,
)
from clinicdesk.core.notices import Notice, Notices, derive
from clinicdesk.core.replica import Applied, AppliedRow
from clinicdesk.core.store.rows import Position
from clinicdesk.core.store.store import Store
from tests.core import sample
from tests.core.sample import NOON, a_patient, a_prescription, an_id, an_item, change, signed

DRAFT = a_prescription()
SIGNED = signed(DRAFT)
PAID = replace(SIGNED, version=3, status=PrescriptionStatus.PAID)
CANCELLED = replace(SIGNED, version=3, status=PrescriptionStatus.CANCELLED)
SOMEBODY = an_id("somebody")
elsewhere = replace(sample.pharmacist, pharmacy_id=an_id("elsewhere"))
receptionist = replace(sample.pharmacist, role=Role.RECEPTION, pharmacy_id=None)


def row(old: Row | None, new: Row, by: UUID = SOMEBODY) -> AppliedRow:
    return AppliedRow(change(new, by=by), old, new)


def told(member: Member, *rows: AppliedRow) -> list[str]:
    return [notice.kind for notice in derive(rows, member, lambda _: "RX-7F3K2", lambda: NOON)]


@pytest.mark.parametrize(
    ("member", "old", "new", "kinds"),
    [
        (sample.pharmacist, None, SIGNED, ["prescription_arrived"]),
        (sample.pharmacist, DRAFT, SIGNED, ["prescription_arrived"]),
        (sample.pharmacist, SIGNED, PAID, []),
        (sample.pharmacist, PAID, CANCELLED, ["prescription_cancelled"]),
        (sample.pharmacist, None, CANCELLED, []),
        (elsewhere, None, SIGNED, []),
        (receptionist, None, SIGNED, []),
        (sample.therapist, None, DRAFT, []),
        (sample.therapist, DRAFT, SIGNED, []),
        (sample.therapist, SIGNED, PAID, ["prescription_paid"]),
        (sample.therapist, PAID, replace(PAID, version=4, note="x"), []),
        (
            sample.therapist,
            PAID,
            replace(PAID, version=4, status=PrescriptionStatus.FULFILLED),
            ["prescription_fulfilled"],
        ),
        (
            sample.therapist,
            PAID,
            replace(PAID, version=4, status=PrescriptionStatus.COMPLETED),
            ["prescription_completed"],
        ),
        (sample.therapist, SIGNED, CANCELLED, ["prescription_cancelled"]),
        (replace(sample.therapist, practitioner_id=an_id("another")), SIGNED, PAID, []),
    ],
)
def test_a_prescription_s_change_is_told_to(
    member: Member, old: Prescription | None, new: Prescription, kinds: list[str]
) -> None:
    assert told(member, row(old, new)) == kinds


def test_nobody_is_told_of_what_they_did_themselves() -> None:
    assert told(sample.therapist, row(SIGNED, PAID, by=sample.therapist.id)) == []
    assert told(sample.pharmacist, row(None, SIGNED, by=sample.pharmacist.id)) == []


def test_a_prescriber_is_told_of_a_line_that_was_declined() -> None:
    item = an_item(PAID)
    declined = replace(item, version=2, status=ItemStatus.DECLINED, decline_reason="out of stock")
    assert told(sample.therapist, row(item, declined)) == ["item_declined"]
    assert told(sample.pharmacist, row(item, declined)) == []
    assert told(sample.therapist, row(declined, replace(declined, version=3))) == []


def test_a_prescriber_is_told_of_a_line_that_is_held_but_not_that_it_goes_on() -> None:
    item = an_item(PAID)
    held = replace(item, version=2, status=ItemStatus.ON_HOLD, hold_reason="asking about Ravi")
    assert told(sample.therapist, row(item, held)) == ["item_held"]
    assert told(sample.pharmacist, row(item, held)) == []
    assert told(sample.therapist, row(held, replace(item, version=3))) == []


def test_a_prescriber_is_told_of_a_line_whose_rest_was_cancelled() -> None:
    item = an_item(PAID, status=ItemStatus.OWING, owing=5)
    cancelled = replace(item, version=2, status=ItemStatus.CANCELLED, decline_reason="not made")
    assert told(sample.therapist, row(item, cancelled)) == ["item_cancelled"]
    assert told(sample.pharmacist, row(item, cancelled)) == []


def test_the_lines_of_a_cancelled_prescription_are_told_with_it() -> None:
    item = an_item(PAID)
    cancelled = row(item, replace(item, version=2, status=ItemStatus.CANCELLED))
    for both in ([row(PAID, CANCELLED), cancelled], [cancelled, row(PAID, CANCELLED)]):
        assert told(sample.therapist, *both) == ["prescription_cancelled"]


def test_a_prescriber_is_told_of_another_product_and_of_their_own_after_all() -> None:
    item = an_item(PAID)
    other = replace(
        item, version=2, substitute_id=an_id("Novamox"), substitute_brand="Novamox",
        substitution_reason="Ravi asks for it", prescribed_minor=item.amount_minor,
    )  # fmt: skip
    again = replace(other, version=3, substitute_id=an_id("Moxikind"))
    back = replace(item, version=4)
    assert told(sample.therapist, row(item, other)) == ["item_substituted"]
    assert told(sample.therapist, row(other, again)) == ["item_substituted"]
    assert told(sample.therapist, row(again, back)) == ["item_restored"]
    assert told(sample.therapist, row(other, replace(other, version=3, prepared=5))) == []
    assert told(sample.pharmacist, row(item, other)) == []
    [notice] = derive([row(item, other)], sample.therapist, lambda _: "RX-7F3K2", lambda: NOON)
    said = msgspec.json.encode(notice)
    assert b"Ravi" not in said, "it may stand on a locked screen"
    assert b"Novamox" not in said


def test_a_line_that_begins_anew_at_another_pharmacy_is_told_by_its_order() -> None:
    item = an_item(PAID, substitute_id=an_id("Novamox"), substitution_reason="Out of stock")
    anew = replace(
        item, version=2, substitute_id=None, substitution_reason=None, pharmacy_id=an_id("other")
    )
    assert told(sample.therapist, row(item, anew)) == []


def an_order(number: int = 1, **changes: Any) -> PurchaseOrder:
    order = PurchaseOrder(
        id=uuid5(PAID.id, f"order {number}"), clinic_id=PAID.clinic_id, version=1,
        prescription_id=PAID.id, patient_id=PAID.patient_id, practitioner_id=PAID.practitioner_id,
        pharmacy_id=sample.MAIN_STREET, code="PO-7F3K2", status=OrderStatus.PENDING, delivery=False,
        response=None, response_note=None, quoted_minor=None, currency="INR", created_at=NOON,
        acknowledged_at=None, ready_at=None, dispatched_at=None, closed_at=None, received_by=None,
        updated_at=NOON, updated_by=SOMEBODY,
    )  # fmt: skip
    return replace(order, **changes)


def test_a_prescriber_is_told_that_a_pharmacy_sent_it_back_and_why_but_not_in_its_words() -> None:
    sent_back = an_order(
        version=2, status=OrderStatus.REJECTED, response=OrderResponse.OUT_OF_STOCK,
        response_note="Meera's tablets come on Monday",
    )  # fmt: skip
    back = row(an_order(), sent_back)
    [notice] = derive([back], sample.therapist, lambda _: "RX-7F3K2", lambda: NOON)
    assert (notice.kind, notice.status) == ("order_sent_back", "out_of_stock")
    assert b"Meera" not in msgspec.json.encode(notice)
    assert told(sample.pharmacist, back) == []
    assert told(sample.therapist, row(sent_back, replace(sent_back, version=3))) == []


def test_a_pharmacist_is_told_of_an_order_that_comes_by_another_way_than_the_payment() -> None:
    assert told(sample.pharmacist, row(None, an_order())) == []
    assert told(sample.pharmacist, row(None, an_order(2))) == ["order_rerouted"]
    assert told(elsewhere, row(None, an_order(2))) == []
    both = [row(None, PAID), row(None, an_order(2))]
    assert told(sample.pharmacist, *both) == ["order_rerouted"]


def test_a_pharmacist_is_told_of_a_repeat_that_waits_for_its_payment() -> None:
    repeat = replace(SIGNED, repeat_of=an_id("the first"))
    assert told(sample.pharmacist, row(None, repeat)) == ["repeat_opened"]


def test_a_pharmacist_is_told_that_what_was_owing_has_come() -> None:
    notice = PatientNotice(
        id=an_id("notice"), clinic_id=PAID.clinic_id, version=1, patient_id=PAID.patient_id,
        practitioner_id=PAID.practitioner_id, pharmacy_id=sample.MAIN_STREET,
        prescription_id=PAID.id, kind=NoticeKind.OWING_READY, subject_id=an_id("delivery"),
        status=NoticeStatus.QUEUED, created_at=NOON,
    )  # fmt: skip
    assert told(sample.pharmacist, row(None, notice)) == ["owing_came"]
    received = row(None, notice, by=sample.pharmacist.id)
    assert told(sample.pharmacist, received) == ["owing_came"], "who takes them in is told too"
    assert told(elsewhere, row(None, notice)) == []
    sent = replace(notice, version=2, status=NoticeStatus.SENT)
    assert told(sample.pharmacist, row(notice, sent)) == []


def an_answer(key: str = "interaction:ibuprofen+warfarin", **changes: Any) -> SafetyFinding:
    item = an_item(PAID)
    answer = SafetyFinding(
        id=an_id(key), clinic_id=PAID.clinic_id, version=1, prescription_id=PAID.id,
        item_id=item.id, patient_id=PAID.patient_id, practitioner_id=PAID.practitioner_id,
        pharmacy_id=sample.MAIN_STREET, signed_at=NOON, stage=Stage.DISPENSING,
        kind=FindingKind.INTERACTION, tier=Tier.OVERRIDE, key=key, summary="Warfarin and ibuprofen",
        reason="Ravi takes both for years", by=SOMEBODY, at=NOON,
    )  # fmt: skip
    return replace(answer, **changes)


def test_a_prescriber_is_told_once_that_it_was_dispensed_against_findings_with_a_reason() -> None:
    both = [row(None, an_answer()), row(None, an_answer("duplicate:nsaid"))]
    [notice] = derive(both, sample.therapist, lambda _: "RX-7F3K2", lambda: NOON)
    assert notice.kind == "finding_answered"
    assert notice.thing == f"prescription:{PAID.id}"
    said = msgspec.json.encode(notice)
    assert b"Ravi" not in said, "it may stand on a locked screen"
    assert b"arfarin" not in said
    assert told(sample.pharmacist, *both) == []
    assert told(replace(sample.therapist, practitioner_id=an_id("another")), *both) == []
    assert told(sample.therapist, row(None, an_answer(stage=Stage.PRESCRIBING))) == []


def test_patients_and_others_make_no_notices() -> None:
    assert told(sample.therapist, row(None, a_patient())) == []


def test_a_notice_names_no_patient_and_no_reason() -> None:
    cancelled = replace(CANCELLED, cancel_reason="Ravi is allergic")
    [notice] = derive([row(PAID, cancelled)], sample.therapist, lambda _: "RX-7F3K2", lambda: NOON)
    said = msgspec.json.encode(notice)
    assert b"Ravi" not in said
    assert b"allergic" not in said
    assert str(cancelled.patient_id).encode() not in said
    assert (notice.code, notice.status) == ("RX-7F3K2", "CANCELLED")
    assert notice.thing == f"prescription:{cancelled.id}"


def test_two_desks_tell_one_event_under_one_identity() -> None:
    one = derive([row(SIGNED, PAID)], sample.therapist, str, lambda: NOON)
    other = derive([row(None, SIGNED), row(SIGNED, PAID)], sample.therapist, str, lambda: NOON)
    assert [notice.id for notice in one] == [notice.id for notice in other]


def applied(*rows: AppliedRow, snapshot: bool = False) -> Applied:
    position = Position(sample.a_cursor(), frozenset())
    return Applied(position, list(rows), frozenset(), snapshot=snapshot)


async def test_notices_are_told_once_kept_and_marked_as_read(store: Store) -> None:
    def notices_of() -> Notices:
        return Notices(store.notices, lambda: sample.therapist, lambda _: "RX-7F3K2", lambda: NOON)

    notices = notices_of()
    await notices.load()
    arrived: list[Notice] = []
    notices.arrived.add(arrived.append)
    notices.follow(applied(row(SIGNED, PAID)))
    notices.follow(applied(row(SIGNED, PAID)))
    assert [notice.kind for notice in arrived] == ["prescription_paid"]
    assert notices.unread == 1
    await notices.close()
    again = notices_of()
    await again.load()
    assert again.all() == notices.all()
    await again.mark_read(again.all()[0].id)
    assert again.unread == 0
    again.follow(applied(row(PAID, CANCELLED)))
    assert again.unread == 1
    await again.close()
    await again.mark_all_read()
    assert again.unread == 0
    last = notices_of()
    await last.load()
    assert last.unread == 0


async def test_whoever_opens_a_prescription_has_read_all_that_was_told_of_it(store: Store) -> None:
    notices = Notices(store.notices, lambda: sample.therapist, str, lambda: NOON)
    other = replace(SIGNED, id=an_id("another"))
    paid = replace(other, version=3, status=PrescriptionStatus.PAID)
    notices.follow(applied(row(SIGNED, PAID), row(other, paid)))
    notices.follow(applied(row(PAID, CANCELLED)))
    await notices.close()
    await notices.mark_read_of(PAID.id)
    assert [each.entity_id for each in notices.all() if not each.read] == [paid.id]
    again = Notices(store.notices, lambda: sample.therapist, str, lambda: NOON)
    await again.load()
    assert again.unread_of(paid.id)
    assert not again.unread_of(PAID.id)


def test_a_notice_keeps_where_it_happened_and_whether_it_was_brought() -> None:
    ready = replace(PAID, version=4, status=PrescriptionStatus.FULFILLED, delivery=True)
    over = replace(ready, version=5, status=PrescriptionStatus.COMPLETED)
    arrived = an_order(status=OrderStatus.DELIVERED, response=None)
    frames = (
        [row(SIGNED, PAID)],
        [row(PAID, ready)],
        [row(ready, over), row(None, arrived)],
        [row(ready, over)],  # it was to be brought, and was collected after all
    )
    told_of = [derive(frame, sample.therapist, str, lambda: NOON)[0] for frame in frames]
    assert [each.brought for each in told_of] == [False, True, True, False]
    assert {each.pharmacy_id for each in told_of} == {PAID.pharmacy_id}


async def test_a_snapshot_is_no_news(store: Store) -> None:
    notices = Notices(store.notices, lambda: sample.therapist, str, lambda: NOON)
    notices.follow(applied(row(SIGNED, PAID), snapshot=True))
    assert notices.all() == []
