"""The outbox on a real store: what a person can do with a command, and what each of it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from clinicdesk.contract.commands import DeclineItem, Done, SignAndSend, WriteDraft
from clinicdesk.contract.problems import Conflict, Stale
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.outbox import Outbox, Submitted
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import NEVER, Delay, OutboxEntry, OutboxState
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from clinicdesk.core.waiting import Cause, why_waiting
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.revisions import a_revision
from tests.core.sample import (
    MAIN_STREET,
    NOON,
    a_draft_command,
    a_frame,
    a_line,
    a_medicine,
    a_prescription,
    a_snapshot,
    an_id,
    an_item,
    change,
)

DRAFT = a_prescription()
SAYS_NO = Conflict(detail="Not this medicine.")
CHANGED = Stale(
    detail="It was changed.", entity="prescription", id=DRAFT.id, current=2, state="DRAFT",
    by="Dr Tom", at=NOON,
)  # fmt: skip


class Bench:
    """An outbox over a store, without a sender: the test answers as the server would."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._open = True
        self.replica = Replica(store.rows, sample.therapist.id, NoTrace())
        self.outbox = Outbox(
            store.outbox, self.replica, lambda: sample.therapist, lambda: NOON, NoTrace()
        )

    async def close(self) -> None:
        if self._open:
            self._open = False
            await self.store.close()

    async def revise(self, *lines: str) -> UUID:
        command = a_draft_command(*(a_line(a_medicine(), name) for name in lines))
        revise = a_revision(command)
        return (await self.outbox.submit(revise, [a_medicine()])).op_id

    async def sign(self) -> UUID:
        sign = SignAndSend(prescription_id=DRAFT.id, pharmacy_id=MAIN_STREET)
        return (await self.outbox.submit(sign)).op_id

    def states(self) -> list[tuple[str, int | None]]:
        return [(entry.state.value, entry.version) for entry in self.outbox.entries()]

    def entry(self, op_id: UUID) -> OutboxEntry:
        found = self.outbox.entry(op_id)
        assert found is not None
        return found


async def a_bench(store_path: Path) -> Bench:
    bench = Bench(await Store.open(store_path, KEY, IDENTITY, lambda: NOON))
    await bench.replica.load()
    await bench.outbox.load()
    return bench


@pytest.fixture
async def bench(store_path: Path) -> AsyncIterator[Bench]:
    """A desk that holds one draft at version 1."""
    bench = await a_bench(store_path)
    rows = (sample.a_patient(), DRAFT, an_item(DRAFT))
    await bench.replica.swap(a_snapshot(sample.therapist, *rows))
    yield bench
    await bench.close()


@asynccontextmanager
async def opened_again(bench: Bench) -> AsyncIterator[Bench]:
    """The same desk after its program ended."""
    await bench.close()
    later = await a_bench(bench.store.path)
    yield later
    await later.close()


async def test_giving_up_a_waiting_command_gives_up_what_was_built_upon_it(bench: Bench) -> None:
    first, sign = await bench.revise("line 1"), await bench.sign()
    assert [entry.op_id for entry in bench.outbox.built_upon(first)] == [sign]
    assert bench.outbox.built_upon(sign) == []
    gone = await bench.outbox.discard(first)
    assert [entry.op_id for entry in gone] == [first, sign]
    assert bench.outbox.entries() == []
    assert bench.replica.prescriptions.get(DRAFT.id) == DRAFT


async def test_what_was_given_up_is_not_there_after_the_program_was_closed(bench: Bench) -> None:
    op_id = await bench.revise("line 1")
    await bench.outbox.discard(op_id)
    async with opened_again(bench) as later:
        assert later.outbox.entries() == []


async def test_giving_up_leaves_what_went_before_and_other_prescriptions(bench: Bench) -> None:
    before = await bench.revise("line 1")
    sign = await bench.sign()
    other = (await bench.outbox.submit(a_draft_command(name="other"))).op_id
    await bench.outbox.discard(sign)
    assert [entry.op_id for entry in bench.outbox.entries()] == [before, other]


async def test_what_was_given_up_can_be_put_back_in_its_place(bench: Bench) -> None:
    first, sign = await bench.revise("line 1"), await bench.sign()
    other = (await bench.outbox.submit(a_draft_command(name="other"))).op_id
    before = bench.outbox.entries()
    gone = await bench.outbox.discard(first)
    await bench.outbox.put_back(gone)
    assert bench.outbox.entries() == before
    async with opened_again(bench) as later:
        assert [entry.op_id for entry in later.outbox.entries()] == [first, sign, other]


async def test_a_command_that_is_being_given_up_is_not_sent_any_more(bench: Bench) -> None:
    op_id = await bench.revise("line 1")
    offered: list[list[OutboxEntry]] = []
    remove = bench.outbox._table.remove

    async def slow(entries: list[OutboxEntry]) -> None:
        offered.append(bench.outbox.next_to_send(frozenset()))
        await remove(entries)

    bench.outbox._table.remove = slow  # type: ignore[method-assign, assignment]
    await bench.outbox.discard(op_id)
    assert offered == [[]]


async def test_an_answer_that_comes_after_it_was_given_up_is_told(bench: Bench) -> None:
    late: list[UUID] = []
    bench.outbox.late.add(lambda entry: late.append(entry.op_id))
    op_id = await bench.revise("line 1")
    bench.outbox.mark_sending(op_id, sending=True)
    await bench.outbox.discard(op_id)
    await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=2))
    assert late == [op_id]


async def test_an_effect_that_comes_after_it_was_given_up_is_told_once(bench: Bench) -> None:
    late: list[UUID] = []
    bench.outbox.late.add(lambda entry: late.append(entry.op_id))
    op_id = await bench.revise("line 1")
    bench.outbox.put_off(op_id, Delay.UNREACHABLE, heard=True)
    assert bench.entry(op_id).tried
    await bench.outbox.discard(op_id)
    changed = a_prescription(version=2, note="mine")
    await bench.replica.apply(a_frame(1, 2, change(changed, seq=2, op_id=op_id)))
    await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=2))
    assert late == [op_id]


async def test_an_effect_that_came_before_it_was_given_up_is_told_once(bench: Bench) -> None:
    late: list[UUID] = []
    bench.outbox.late.add(lambda entry: late.append(entry.op_id))
    op_id = await bench.revise("line 1")
    changed = a_prescription(version=2, note="mine")
    await bench.replica.apply(a_frame(1, 2, change(changed, seq=2, op_id=op_id)))
    await bench.outbox.discard(op_id)
    await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=2))
    assert late == [op_id]


async def test_a_refusal_that_comes_after_it_was_given_up_is_nobody_s_business(
    bench: Bench,
) -> None:
    late: list[OutboxEntry] = []
    bench.outbox.late.add(late.append)
    op_id = await bench.revise("line 1")
    bench.outbox.mark_sending(op_id, sending=True)
    await bench.outbox.discard(op_id)
    await bench.outbox.finish(op_id, SAYS_NO)
    assert late == []
    assert bench.outbox.entries() == []


async def test_only_what_may_have_been_heard_is_said_to_be_tried(bench: Bench) -> None:
    op_id = await bench.revise("line 1")
    assert not bench.entry(op_id).tried
    bench.outbox.mark_sending(op_id, sending=True)
    bench.outbox.put_off(op_id, Delay.UNREACHABLE, heard=False)
    assert not bench.entry(op_id).tried
    bench.outbox.put_off(op_id, Delay.FAULT, heard=True)
    bench.outbox.put_off(op_id, Delay.UNREACHABLE, heard=False)
    assert bench.entry(op_id).tried, "once heard, always heard"
    async with opened_again(bench) as later:
        assert later.entry(op_id).tried, "nobody knows what an earlier run sent"


async def test_a_refused_command_is_given_anew_with_all_that_was_built_upon_it(
    bench: Bench,
) -> None:
    first, sign = await bench.revise("line 1"), await bench.sign()
    await bench.outbox.finish(first, CHANGED)
    await bench.outbox.finish(sign, CHANGED)
    assert bench.states() == [("refused", 1), ("refused", NEVER)]
    await bench.replica.apply(a_frame(1, 2, change(a_prescription(version=2), seq=2)))
    outcome = await bench.outbox.retry(first, upon=2)
    assert isinstance(outcome, Submitted)
    revise, again = bench.outbox.entries()
    assert {revise.op_id, again.op_id}.isdisjoint({first, sign})
    assert revise.op_id == outcome.op_id
    assert bench.states() == [("waiting", 2), ("waiting", None)]
    assert (type(revise.command).__name__, type(again.command).__name__) == (
        "ReviseDraft",
        "SignAndSend",
    )
    assert revise.medicines == [a_medicine()]


async def test_trying_again_is_built_upon_the_version_that_is_known(bench: Bench) -> None:
    op_id = await bench.revise("line 1")
    await bench.outbox.finish(op_id, CHANGED)
    await bench.replica.apply(a_frame(1, 2, change(a_prescription(version=7), seq=2)))
    await bench.outbox.retry(op_id)
    assert bench.states() == [("waiting", 7)]


async def test_what_is_not_refused_cannot_be_tried_again(bench: Bench) -> None:
    op_id = await bench.revise("line 1")
    assert await bench.outbox.retry(op_id) is None
    assert await bench.outbox.retry(new_id()) is None
    assert [entry.op_id for entry in bench.outbox.entries()] == [op_id]


async def test_a_command_given_after_a_refusal_is_not_built_upon_it(bench: Bench) -> None:
    first = await bench.revise("line 1")
    await bench.outbox.finish(first, CHANGED)
    later = await bench.sign()
    assert bench.outbox.built_upon(first) == []
    await bench.outbox.discard(first)
    assert [entry.op_id for entry in bench.outbox.entries()] == [later]


async def test_a_refusal_that_is_closed_twice_at_one_moment_is_closed_once(bench: Bench) -> None:
    sign = await bench.sign()
    await bench.outbox.finish(sign, SAYS_NO)
    _, given_up, tried = await asyncio.gather(
        bench.outbox.dismiss(sign), bench.outbox.discard(sign), bench.outbox.retry(sign)
    )
    assert (given_up, tried) == ([], None)
    async with opened_again(bench) as later:
        assert later.outbox.entries() == []


async def test_doing_it_anew_settles_the_refusal_in_the_same_step(bench: Bench) -> None:
    first, sign = await bench.revise("line 1"), await bench.sign()
    await bench.outbox.finish(first, CHANGED)
    await bench.outbox.finish(sign, CHANGED)
    later = await bench.revise("line 2")
    assert [entry.op_id for entry in bench.outbox.entries()] == [sign, later]
    async with opened_again(bench) as after:
        assert [entry.op_id for entry in after.outbox.entries()] == [sign, later]


async def test_declining_another_line_leaves_the_refusal_of_the_first(bench: Bench) -> None:
    def decline(item: str) -> DeclineItem:
        return DeclineItem(prescription_id=DRAFT.id, item_id=an_id(item), reason="out of stock")

    first = (await bench.outbox.submit(decline("line 1"))).op_id
    await bench.outbox.finish(first, SAYS_NO)
    await bench.outbox.submit(decline("line 2"))
    assert [entry.op_id for entry in bench.outbox.refused()] == [first]
    await bench.outbox.submit(decline("line 1"))
    assert bench.outbox.refused() == []


async def test_what_waits_says_why(bench: Bench) -> None:
    link = Link(lambda: NOON)
    outbox = bench.outbox
    first, sign = await bench.revise("line 1"), await bench.sign()

    def cause(op_id: UUID) -> Cause:
        found = why_waiting(bench.entry(op_id), outbox.about(DRAFT.id), link)
        assert found is not None
        return found.cause

    link.become(LinkStatus.OFFLINE)
    assert cause(first) is Cause.OFFLINE
    assert cause(sign) is Cause.BEHIND
    link.become(LinkStatus.OFFLINE, server_answers=True)
    assert cause(first) is Cause.NO_DATABASE
    link.become(LinkStatus.SIGNED_OUT)
    assert cause(first) is Cause.SIGNED_OUT
    link.become(LinkStatus.LIVE)
    assert cause(first) is Cause.ITS_TURN
    outbox.put_off(first, Delay.BUSY, heard=False)
    assert cause(first) is Cause.BUSY
    outbox.mark_sending(first, sending=True)
    assert why_waiting(bench.entry(first), outbox.about(DRAFT.id), link) is None


async def test_what_was_sent_lately_is_remembered_for_a_while(bench: Bench) -> None:
    op_id = await bench.revise("line 1")
    await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=1))
    assert bench.outbox.entries() == []
    assert [(sent.entry.op_id, sent.at) for sent in bench.outbox.recent] == [(op_id, NOON)]
    for n in range(50):
        command: WriteDraft = a_draft_command(name=f"rx {n}")
        other = (await bench.outbox.submit(command)).op_id
        await bench.outbox.finish(other, Done(op_id=other, version=1, seq=1))
    assert len(bench.outbox.recent) == 20
    assert bench.outbox.recent[0].entry.command.prescription_id == an_id("rx 49")


async def test_a_refusal_is_there_after_the_program_was_closed_with_what_was_typed(
    bench: Bench,
) -> None:
    op_id = await bench.revise("line 1", "line 2")
    await bench.outbox.finish(op_id, CHANGED)
    async with opened_again(bench) as later:
        entry = later.entry(op_id)
        assert entry.state is OutboxState.REFUSED
        assert entry.refusal == CHANGED
        assert entry.command == bench.entry(op_id).command
