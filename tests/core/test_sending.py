"""What goes when, and what an answer means, without a network."""

from __future__ import annotations

import random
from uuid import UUID

import msgspec
import pytest

from clinicdesk.contract.commands import AnyCommand, CancelPrescription, Done, WriteDraft
from clinicdesk.contract.problems import (
    NotAllowed,
    Problem,
    SessionExpired,
    StillRunning,
    TooManyAttempts,
    Unavailable,
)
from clinicdesk.core.sending import (
    AT_ONCE,
    FIRST_DELAY_S,
    LONGEST_AWAY_S,
    LONGEST_DELAY_S,
    Sending,
    Waiting,
    answer_in,
    request_of,
)
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.core.transport import Answer, Unreachable, UnreachableReason
from tests.core.sample import NOON, PATIENT, an_id

BUSY = Unavailable(detail="later", retry_after_s=0)
DONE = Done(op_id=an_id("op 1"), version=2, seq=9)
AWAY = Unreachable(UnreachableReason.NOT_THERE, "The server does not answer.", heard=False)
ANSWER = Answer(200, msgspec.json.encode(DONE))


def an_entry(n: int, command: AnyCommand | None = None, version: int | None = 1) -> OutboxEntry:
    return OutboxEntry(
        n=n,
        op_id=an_id(f"op {n}"),
        command=command or CancelPrescription(prescription_id=an_id(f"rx {n}"), reason="twice"),
        medicines=[],
        at=NOON,
        state=OutboxState.WAITING,
        version=version,
    )


def waiting(*entries: OutboxEntry) -> Waiting:
    def but_for(busy: frozenset[UUID]) -> list[OutboxEntry]:
        return [entry for entry in entries if entry.command.prescription_id not in busy]

    return but_for


def test_a_few_go_at_once_each_of_another_prescription() -> None:
    sending = Sending(random.Random(1))
    entries = [an_entry(n) for n in range(AT_ONCE + 2)]
    assert sending.begin(waiting(*entries), 0) == (entries[:AT_ONCE], None)
    assert sending.begin(waiting(*entries), 0) == ([], None)
    sending.over(entries[1], ANSWER, kept=True, now=1)
    assert sending.begin(waiting(*entries[AT_ONCE:]), 1) == (entries[AT_ONCE:-1], None)


def test_an_attempt_that_came_to_nothing_is_made_again_after_a_delay_that_grows() -> None:
    longest = []
    for attempt in range(12):
        delays = []
        for seed in range(40):
            sending, entry = Sending(random.Random(seed)), an_entry(1)
            for _ in range(attempt + 1):
                sending.begin(waiting(entry), 1e6)
                sending.over(entry, BUSY, kept=False, now=0)
            going, due = sending.begin(waiting(entry), 0)
            assert going == []
            assert due is not None
            assert sending.begin(waiting(entry), due) == ([entry], None)
            delays.append(due)
        longest.append(max(delays))
    assert longest[0] <= FIRST_DELAY_S
    assert 0.8 * LONGEST_DELAY_S < longest[-1] <= LONGEST_DELAY_S


def test_while_nobody_answers_at_all_other_commands_do_not_try_one_by_one() -> None:
    sending, first, second = Sending(random.Random(1)), an_entry(1), an_entry(2)
    sending.begin(waiting(first), 0)
    sending.over(first, AWAY, kept=False, now=0)
    going, due = sending.begin(waiting(first, second), 0)
    assert going == []
    assert due is not None
    assert sending.begin(waiting(first, second), due) == ([first, second], None)
    sending.over(first, AWAY, kept=False, now=due)
    assert sending.begin(waiting(first), due)[0] == []
    sending.over(second, ANSWER, kept=True, now=due)
    assert sending.begin(waiting(first), due) == ([first], None)


def test_those_that_found_nobody_together_are_one_attempt() -> None:
    sending = Sending(random.Random(1))
    entries = [an_entry(n) for n in range(AT_ONCE)]
    sending.begin(waiting(*entries), 0)
    for entry in entries:
        sending.over(entry, AWAY, kept=False, now=0)
    _, due = sending.begin(waiting(*entries), 0)
    assert due is not None
    assert due <= FIRST_DELAY_S


def test_a_server_that_stays_away_is_tried_again_every_few_seconds() -> None:
    sending, entry, now = Sending(random.Random(1)), an_entry(1), 0.0
    for _ in range(20):
        going, _ = sending.begin(waiting(entry), now)
        assert going == [entry]
        sending.over(entry, AWAY, kept=False, now=now)
        _, due = sending.begin(waiting(entry), now)
        assert due is not None
        assert due - now <= LONGEST_AWAY_S
        now = due


def test_an_attempt_from_before_the_server_came_back_holds_up_no_other_command() -> None:
    sending, first, second = Sending(random.Random(1)), an_entry(1), an_entry(2)
    sending.begin(waiting(first), 0)
    sending.server_is_back()
    sending.over(first, AWAY, kept=False, now=0)
    assert sending.begin(waiting(first, second), 0)[0] == [second]


def test_a_mistake_of_ours_does_not_say_that_the_server_answers() -> None:
    sending, first, second = Sending(random.Random(1)), an_entry(1), an_entry(2)
    sending.begin(waiting(first, second), 0)
    sending.over(first, AWAY, kept=False, now=0)
    sending.over(second, None, kept=False, now=0)
    assert sending.begin(waiting(first, second), 0)[0] == []


def test_what_waits_for_a_server_that_was_away_goes_as_soon_as_it_is_back() -> None:
    sending, entry = Sending(random.Random(1)), an_entry(1)
    sending.begin(waiting(entry), 0)
    sending.over(entry, AWAY, kept=False, now=0)
    sending.server_is_back()
    assert sending.begin(waiting(entry), 0) == ([entry], None)


def test_an_answer_that_was_lost_holds_up_no_other_command() -> None:
    sending, first, second = Sending(random.Random(1)), an_entry(1), an_entry(2)
    sending.begin(waiting(first), 0)
    lost = Unreachable(UnreachableReason.TIMEOUT, "The server took too long.")
    sending.over(first, lost, kept=False, now=0)
    assert sending.begin(waiting(first, second), 0)[0] == [second]


def test_a_mistake_of_ours_is_not_made_again_at_once() -> None:
    sending, entry = Sending(random.Random(1)), an_entry(1)
    sending.begin(waiting(entry), 0)
    sending.over(entry, None, kept=False, now=0)
    going, due = sending.begin(waiting(entry), 0)
    assert going == []
    assert due is not None
    assert sending.begin(waiting(entry), due) == ([entry], None)


def test_others_do_not_wait_for_the_delay_of_one() -> None:
    sending = Sending(random.Random(1))
    one, other = an_entry(1), an_entry(2)
    sending.begin(waiting(one), 0)
    sending.over(one, BUSY, kept=False, now=0)
    going, due = sending.begin(waiting(one, other), 0)
    assert going == [other]
    assert due is not None


def test_a_server_that_asks_for_patience_is_given_it() -> None:
    sending, entry = Sending(random.Random(1)), an_entry(1)
    sending.begin(waiting(entry), 0)
    asked = TooManyAttempts(detail="slowly", retry_after_s=20)
    sending.over(entry, asked, kept=False, now=0)
    _, due = sending.begin(waiting(entry), 0)
    assert due is not None
    assert due >= 20


def test_nobody_waits_any_more_when_the_server_is_back() -> None:
    sending, entry = Sending(random.Random(1)), an_entry(1)
    sending.begin(waiting(entry), 0)
    sending.over(entry, BUSY, kept=False, now=0)
    sending.server_is_back()
    assert sending.begin(waiting(entry), 0) == ([entry], None)


def test_a_command_travels_alike_each_time() -> None:
    entry = an_entry(1)
    request = request_of(entry)
    assert request == request_of(entry)
    assert request.headers == {"Idempotency-Key": str(entry.op_id), "If-Match": '"1"'}
    assert request.path == f"/api/prescriptions/{entry.command.prescription_id}/cancel"
    assert msgspec.json.decode(request.body) == {"reason": "twice"}


def test_what_begins_something_matches_no_version() -> None:
    draft = WriteDraft(
        prescription_id=an_id("rx"), patient_id=PATIENT, pharmacy_id=None, note=None, items=[]
    )
    request = request_of(an_entry(1, draft, version=None))
    assert request.headers == {"Idempotency-Key": str(an_id("op 1"))}
    assert msgspec.json.decode(request.body)["prescription_id"] == str(an_id("rx"))


def test_what_the_server_did_and_what_it_refused_are_answers() -> None:
    refused = NotAllowed(detail="not yours")
    assert answer_in(ANSWER) == DONE
    assert answer_in(refused) is refused


@pytest.mark.parametrize(
    "outcome",
    [
        StillRunning(detail=""),
        BUSY,
        SessionExpired(detail=""),
        Answer(200, b"<html>a proxy's page</html>"),
    ],
)
def test_what_says_nothing_about_the_command_is_no_answer(outcome: Answer | Problem) -> None:
    assert answer_in(outcome) is None  # type: ignore[arg-type]
