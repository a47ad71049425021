"""What is shown while a command is on its way, and that it never gets in the server's way."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    DeclineItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    NoticeKind,
    NoticeStatus,
    PatientNotice,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    PrescriptionStatus,
    Schedule,
)
from clinicdesk.core.overlay import Pending, PrescriptionRows, project, project_all
from clinicdesk.core.overlay.prescriptions import EFFECTS
from clinicdesk.core.overlay.supply import EFFECTS as SUPPLY_EFFECTS
from tests.core import sample
from tests.core.sample import MAIN_STREET, NOON, a_draft_command, a_line, a_medicine, an_id

AMOXICILLIN = a_medicine()
TRAMADOL = a_medicine("Tramadol", "50 mg", schedule=Schedule.H1, price_minor=5_000)
RX = an_id("prescription")
LINES = (a_line(AMOXICILLIN), a_line(TRAMADOL, "line 2", quantity=10))
NOTHING = PrescriptionRows(None, {}, {})

write = a_draft_command(*LINES)
revise = ReviseDraft(prescription_id=RX, pharmacy_id=None, note=None, items=[LINES[0]])
sign = SignAndSend(prescription_id=RX, pharmacy_id=MAIN_STREET)
pay = TakePayment(
    prescription_id=RX, payment_id=an_id("payment"), method=PaymentMethod.CASH,
    amount_minor=23_000, currency="INR",
)  # fmt: skip
part = replace(pay, payment_id=an_id("part"), amount_minor=10_000)
fulfill = FulfillItems(
    prescription_id=RX, item_ids=[line.id for line in LINES], hand_reason="no scanner here"
)
fulfill_one = replace(fulfill, item_ids=[LINES[0].id])
decline = DeclineItem(prescription_id=RX, item_id=LINES[1].id, reason="out of stock")
hand_over = HandOver(prescription_id=RX, collected_by="Ravi Sharma")
cancel = CancelPrescription(prescription_id=RX, reason="wrong patient")


def pending(command: AnyCommand) -> Pending:
    medicines = {medicine.id: medicine for medicine in (AMOXICILLIN, TRAMADOL)}
    return Pending(command, sample.therapist, NOON, medicines, "INR")


def after(*commands: Any) -> PrescriptionRows:
    return project_all([pending(command) for command in commands], NOTHING)


def header(rows: PrescriptionRows) -> Any:
    assert rows.prescription is not None
    return rows.prescription


def test_a_draft_is_shown_with_its_code_its_lines_and_its_price() -> None:
    rows = after(write)
    assert header(rows).code == prescription_code(RX)
    assert header(rows).status is PrescriptionStatus.DRAFT
    assert (header(rows).total_minor, header(rows).item_count) == (23_000, 2)
    assert header(rows).controlled
    assert [item.line for item in rows.items.values()] == [1, 2]
    assert {item.generic_name for item in rows.items.values()} == {"Amoxicillin", "Tramadol"}


def test_a_revision_keeps_the_lines_that_say_the_same() -> None:
    rows = after(write, revise)
    assert list(rows.items) == [LINES[0].id]
    assert not header(rows).controlled
    assert header(rows).total_minor == 18_000


def test_the_whole_way_ends_in_completed() -> None:
    statuses = [
        header(after(*commands)).status
        for commands in (
            (write, sign),
            (write, sign, part),
            (write, sign, pay),
            (write, sign, pay, fulfill_one),
            (write, sign, pay, fulfill),
            (write, sign, pay, fulfill, hand_over),
        )
    ]
    assert statuses == ["DRAFT", "DRAFT", "PAID", "PAID", "FULFILLED", "COMPLETED"]
    done = after(write, sign, pay, fulfill, hand_over)
    assert {item.status for item in done.items.values()} == {ItemStatus.HANDED_OVER}
    assert all(item.supplied == item.quantity for item in done.items.values())


def test_who_has_it_in_their_hands_need_not_be_told_that_it_has_come() -> None:
    ready = after(write, sign, pay, fulfill)
    of = header(ready)
    notice = PatientNotice(
        id=an_id("notice"), clinic_id=of.clinic_id, version=1, patient_id=of.patient_id,
        practitioner_id=of.practitioner_id, pharmacy_id=MAIN_STREET, prescription_id=RX,
        kind=NoticeKind.OWING_READY, subject_id=an_id("notice"), status=NoticeStatus.QUEUED,
        created_at=NOON,
    )  # fmt: skip
    given = project(pending(hand_over), replace(ready, notices={notice.id: notice}))
    assert given.notices[notice.id].status is NoticeStatus.TOLD
    assert given.notices[notice.id].told_by == sample.therapist.id


def test_a_declined_line_is_owed_back_and_the_rest_can_be_fulfilled() -> None:
    rows = after(write, sign, pay, fulfill_one, decline)
    assert header(rows).status is PrescriptionStatus.FULFILLED
    assert (header(rows).total_minor, header(rows).paid_minor) == (18_000, 18_000)
    [refund] = [p for p in rows.payments.values() if p.kind is PaymentKind.REFUND]
    assert (refund.amount_minor, refund.status) == (5_000, PaymentStatus.PENDING)
    paid_out = project(pending(PayOutRefund(prescription_id=RX, payment_id=refund.id)), rows)
    assert paid_out.payments[refund.id].status is PaymentStatus.COMPLETED


def test_what_was_paid_for_a_cancelled_prescription_is_owed_back() -> None:
    rows = after(write, sign, pay, cancel)
    assert header(rows).status is PrescriptionStatus.CANCELLED
    assert (header(rows).total_minor, header(rows).paid_minor) == (0, 0)
    assert (
        sum(p.amount_minor for p in rows.payments.values() if p.kind is PaymentKind.REFUND)
        == 23_000
    )
    assert {item.status for item in rows.items.values()} == {ItemStatus.CANCELLED}


def test_a_draft_without_money_is_cancelled_without_a_refund() -> None:
    rows = after(write, cancel)
    assert header(rows).status is PrescriptionStatus.CANCELLED
    assert rows.payments == {}


@pytest.mark.parametrize(
    "commands",
    [
        (pay,),
        (write, pay),
        (write, sign, revise),
        (write, sign, fulfill),
        (write, sign, pay, pay),
        (write, sign, pay, hand_over),
        (write, cancel, sign),
        (write, sign, pay, fulfill, hand_over, cancel),
    ],
)
def test_what_the_lifecycle_does_not_allow_is_not_shown(commands: tuple[Any, ...]) -> None:
    assert after(*commands) == after(*commands[:-1])


def test_the_last_line_is_not_declined_but_the_prescription_cancelled() -> None:
    other = DeclineItem(prescription_id=RX, item_id=LINES[0].id, reason="out of stock")
    assert after(write, sign, pay, decline, other) == after(write, sign, pay, decline)


def test_every_command_has_an_effect_to_show() -> None:
    commands = set(get_args(AnyCommand))
    of_prescriptions = {each for each in commands if each.aggregate == "prescription"}
    of_orders = {each for each in commands if each.aggregate == "supply_order"}
    assert of_prescriptions - {WriteDraft} == set(EFFECTS)
    assert of_orders - {WriteSupplyOrder} == set(SUPPLY_EFFECTS)


anything = st.lists(
    st.sampled_from(
        [write, revise, sign, pay, part, fulfill, fulfill_one, decline, hand_over, cancel]
    ),
    max_size=8,
)


@given(anything)
def test_a_command_whose_effect_is_there_already_is_harmless(commands: list[Any]) -> None:
    """As when the server's rows came before word that the command was done."""
    for end in range(1, len(commands) + 1):
        *earlier, last = commands[:end]
        once = after(*earlier, last)
        if not isinstance(last, ReviseDraft):
            again = project(pending(last), once)
            assert again == once or last == part


@given(anything)
def test_money_adds_up_whatever_is_pending(commands: list[Any]) -> None:
    rows = after(*commands)
    if rows.prescription is None:
        return
    ledger = sum(
        p.amount_minor if p.kind is PaymentKind.PAYMENT else -p.amount_minor
        for p in rows.payments.values()
    )
    assert rows.prescription.paid_minor == ledger
    assert rows.prescription.total_minor >= 0
    open_lines = [
        item.amount_minor
        for item in rows.items.values()
        if item.status not in (ItemStatus.DECLINED, ItemStatus.CANCELLED)
    ]
    assert rows.prescription.total_minor == sum(open_lines)


@given(anything)
def test_versions_only_grow(commands: list[Any]) -> None:
    rows = NOTHING
    for command in commands:
        following = project(pending(command), rows)
        if following.prescription is not None and rows.prescription is not None:
            assert following.prescription.version >= rows.prescription.version
            assert (following == rows) == (following.prescription == rows.prescription)
        rows = following
