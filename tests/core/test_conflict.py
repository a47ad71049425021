"""What stands against a refused command, and what can be done about it, from rows alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    DeclineItem,
    HandOver,
    SignAndSend,
    TakePayment,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Member,
    PaymentMethod,
    Prescription,
    PrescriptionStatus,
    Row,
)
from clinicdesk.contract.problems import Conflict, IllegalState, InvalidField, Refusal, Stale
from clinicdesk.core.conflict import (
    Account,
    DraftConflict,
    Happening,
    StateConflict,
    account_of,
    conflict_of,
)
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.remedies import can_be_changed, why_not_again
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.revisions import a_revision
from tests.core.sample import (
    MAIN_STREET,
    NOON,
    a_draft_command,
    a_line,
    a_medicine,
    a_patient,
    a_payment,
    a_prescription,
    a_snapshot,
    an_id,
    an_item,
    signed,
)

LATER = NOON + timedelta(minutes=5)
DRAFT = a_prescription()
UNPAID = signed(DRAFT)
PAID = replace(
    UNPAID, version=3, status=PrescriptionStatus.PAID, paid_minor=18_000, paid_at=LATER,
    updated_at=LATER, updated_by=sample.pharmacist.id,
)  # fmt: skip
CANCELLED = replace(
    UNPAID, version=3, status=PrescriptionStatus.CANCELLED, cancelled_at=LATER,
    cancel_reason="wrong patient", updated_at=LATER, updated_by=sample.therapist.id,
)  # fmt: skip
COMPLETED = replace(
    PAID, version=5, status=PrescriptionStatus.COMPLETED, completed_at=LATER,
    collected_by="Ravi Sharma",
)  # fmt: skip


async def holding(store: Store, *rows: Row, member: Member = sample.therapist) -> Replica:
    replica = Replica(store.rows, member.id, NoTrace())
    await replica.load()
    others = [m for m in (sample.therapist, sample.pharmacist) if m.id != member.id]
    await replica.swap(a_snapshot(member, a_patient(), *others, *rows))
    return replica


def refused(command: AnyCommand, refusal: Refusal) -> OutboxEntry:
    return OutboxEntry(
        n=1, op_id=an_id("op"), command=command, medicines=[a_medicine()], at=NOON,
        state=OutboxState.REFUSED, version=1, refusal=refusal,
    )  # fmt: skip


def stale(current: int, **changes: Any) -> Stale:
    found = Stale(
        detail="", entity="prescription", id=DRAFT.id, current=current, state=None,
        by="Dr Tom Iti", at=LATER,
    )  # fmt: skip
    return replace(found, **changes)


def payment(amount_minor: int = 18_000) -> TakePayment:
    return TakePayment(
        prescription_id=DRAFT.id, payment_id=an_id("taken"), method=PaymentMethod.CASH,
        amount_minor=amount_minor, currency="INR",
    )  # fmt: skip


def a_link() -> Link:
    link = Link(lambda: NOON)
    link.become(LinkStatus.LIVE)
    return link


@pytest.mark.parametrize(
    ("row", "account"),
    [
        (CANCELLED, Account(happening=Happening.CANCELLED, by="Dr Asha Rao", at=LATER,
                            words="wrong patient", own=True)),
        (COMPLETED, Account(happening=Happening.HANDED_OVER, by="Pia Patel", at=LATER,
                            words="Ravi Sharma")),
        (PAID, Account(happening=Happening.PAID, by="Pia Patel", at=LATER)),
        (UNPAID, Account(happening=Happening.SIGNED, by="Dr Asha Rao",
                         at=NOON + timedelta(minutes=1), own=True)),
        (DRAFT, Account(happening=Happening.CHANGED, by="Dr Asha Rao", at=NOON, own=True)),
    ],
    ids=["cancelled", "handed over", "paid", "signed", "changed"],
)  # fmt: skip
async def test_the_rows_tell_who_did_what_instead(
    store: Store, row: Prescription, account: Account
) -> None:
    replica = await holding(store, row)
    assert account_of(replica.prescriptions.server_row(row.id), replica) == account


async def test_who_took_the_payment_is_told_although_somebody_else_wrote_last(
    store: Store,
) -> None:
    later = replace(PAID, version=4, updated_by=sample.therapist.id)
    replica = await holding(store, later, a_payment(later))
    assert account_of(later, replica).by == "Pia Patel"


async def test_a_refusal_that_names_the_person_of_the_desk_tells_of_their_own_work(
    store: Store,
) -> None:
    replica = await holding(store, DRAFT)
    other = account_of(DRAFT, replica, stale(DRAFT.version + 1))
    mine = account_of(DRAFT, replica, stale(DRAFT.version + 1, by=sample.therapist.name))
    assert (other.own, mine.own) == (False, True)


async def test_a_name_that_two_people_share_is_not_taken_for_one_s_own(store: Store) -> None:
    twin = replace(sample.pharmacist, id=an_id("twin"), name=sample.therapist.name)
    replica = await holding(store, DRAFT, twin)
    refusal = stale(DRAFT.version + 1, by=sample.therapist.name)
    assert not account_of(DRAFT, replica, refusal).own


async def test_what_is_gone_is_told_as_gone(store: Store) -> None:
    replica = await holding(store)
    found = conflict_of(refused(payment(), stale(3)), replica)
    assert isinstance(found, StateConflict)
    assert found.account == Account(happening=Happening.GONE, by="", at=None)


async def test_before_the_rows_have_come_the_refusal_tells(store: Store) -> None:
    replica = await holding(store, UNPAID)
    over = IllegalState(
        detail="", entity="prescription", id=DRAFT.id, command="take_payment", state="CANCELLED",
        by="Dr Tom Iti", at=LATER,
    )  # fmt: skip
    found = conflict_of(refused(payment(), over), replica)
    assert isinstance(found, StateConflict)
    assert found.account == Account(happening=Happening.CANCELLED, by="Dr Tom Iti", at=LATER)
    why = why_not_again(refused(payment(), over), replica, sample.pharmacist, a_link())
    assert why == "You will see it here in a moment."


async def test_a_stale_revision_of_a_draft_is_put_beside_theirs(store: Store) -> None:
    theirs = replace(DRAFT, version=4, note=None, updated_at=LATER)
    replica = await holding(store, theirs, an_item(theirs, quantity=30))
    command = a_revision(a_draft_command(a_line(a_medicine())))
    found = conflict_of(refused(command, stale(4)), replica)
    assert isinstance(found, DraftConflict)
    assert (found.version, found.here, found.mine_at) == (4, True, NOON)
    [pair] = found.differences.lines
    assert pair.differing == {"quantity"}
    assert found.differences.note
    assert not found.differences.pharmacy


async def test_their_version_that_is_not_here_yet_is_said_to_be_missing(store: Store) -> None:
    replica = await holding(store, DRAFT, an_item(DRAFT))
    command = a_revision(a_draft_command(a_line(a_medicine())))
    found = conflict_of(refused(command, stale(7)), replica)
    assert isinstance(found, DraftConflict)
    assert not found.here
    assert found.account.by == "Dr Tom Iti"


async def test_what_was_refused_for_another_reason_is_no_conflict(store: Store) -> None:
    replica = await holding(store, UNPAID)
    assert conflict_of(refused(payment(), Conflict(detail="No.")), replica) is None


def again(
    command: AnyCommand, refusal: Refusal, replica: Replica, member: Member = sample.pharmacist
) -> str | None:
    return why_not_again(refused(command, refusal), replica, member, a_link())


async def test_a_payment_is_offered_again_only_while_the_same_is_due(store: Store) -> None:
    newer = replace(UNPAID, version=3)
    replica = await holding(store, newer, an_item(newer), member=sample.pharmacist)
    assert again(payment(), stale(3), replica) is None
    assert again(payment(9_000), stale(3), replica) is not None


async def test_what_the_state_forbids_by_now_is_not_offered_again(store: Store) -> None:
    replica = await holding(store, CANCELLED, an_item(CANCELLED), member=sample.pharmacist)
    hand_over = HandOver(prescription_id=DRAFT.id, collected_by="Ravi")
    for command in (payment(), hand_over):
        assert again(command, stale(3), replica) == "It was cancelled."


async def test_a_changed_draft_is_not_signed_again_unread(store: Store) -> None:
    newer = replace(DRAFT, version=2)
    replica = await holding(store, newer, an_item(newer))
    sign = SignAndSend(prescription_id=DRAFT.id, pharmacy_id=MAIN_STREET)
    why = again(sign, stale(2), replica, sample.therapist)
    assert why == "The draft says something else by now: open it and read it, then sign it."
    assert again(sign, Conflict(detail="No."), replica, sample.therapist) is None


async def test_the_same_wrong_words_are_changed_and_not_sent_again(store: Store) -> None:
    replica = await holding(store, UNPAID, an_item(UNPAID))
    cancel = CancelPrescription(prescription_id=DRAFT.id, reason="x")
    wrong = InvalidField(detail="Say more.", field="reason")
    assert again(cancel, wrong, replica, sample.therapist) is not None
    assert can_be_changed(refused(cancel, wrong))
    assert not can_be_changed(refused(cancel, stale(3)))


async def test_a_colleague_who_worked_on_it_is_named_and_not_whoever_took_the_payment(
    store: Store,
) -> None:
    worked_on = replace(
        PAID, version=7, paid_at=NOON, updated_at=LATER, updated_by=sample.pharmacist.id
    )
    paid_by = sample.a_payment(PAID, received_by=sample.therapist.id)
    replica = await holding(store, worked_on, paid_by)
    account = account_of(worked_on, replica, stale(7))
    assert (account.happening, account.by, account.at) == (
        Happening.WORKED_ON, sample.pharmacist.name, LATER,
    )  # fmt: skip


async def test_a_line_that_is_settled_by_now_is_not_declined_again(store: Store) -> None:
    item = an_item(PAID, status=ItemStatus.READY)
    replica = await holding(store, PAID, item, member=sample.pharmacist)
    decline = DeclineItem(prescription_id=DRAFT.id, item_id=item.id, reason="out of stock")
    assert again(decline, stale(3), replica) == "This line is ready: return it to stock first."
    other: UUID = an_id("another line")
    gone = replace(decline, item_id=other)
    assert again(gone, stale(3), replica) == "This line is not on this desk any more."
