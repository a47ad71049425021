"""24 writers at once over HTTP, and one desk that misses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest

from clinicdesk.contract.commands import WriteDraft
from clinicdesk.contract.frames import Cursor
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import CLINIC, PATIENTS, a_line
from tests.end_to_end.desks import Office, caught_up, equals_a_fresh_snapshot
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.raw import Caller, Follower
from tests.end_to_end.truth import Truth

WRITERS: Final = 24
DRAFTS_EACH: Final = 8


@pytest.fixture
async def callers(proxy: Proxy) -> AsyncIterator[list[Caller]]:
    callers = [await Caller.sign_in(proxy.url, ("tara", "tom")[n % 2]) for n in range(4)]
    yield callers
    for caller in callers:
        await caller.close()


async def test_a_desk_misses_nothing_of_what_24_writers_do_and_gets_it_in_order(
    office: Office, proxy: Proxy, callers: list[Caller], truth: Truth
) -> None:
    desk = await office.open("ada")
    admin = await Caller.sign_in(proxy.url, "ada")
    begun = (await admin.snapshot()).head

    async def write(number: int) -> None:
        caller = callers[number % len(callers)]
        patient = PATIENTS[0 if number % 2 == 0 else 5]
        for _ in range(DRAFTS_EACH):
            answer = await caller.give(
                WriteDraft(
                    prescription_id=new_id(), patient_id=patient, pharmacy_id=None, note=None,
                    items=[a_line()],
                )
            )  # fmt: skip
            assert answer.status_code == 201, answer.text

    written = asyncio.gather(*(write(number) for number in range(WRITERS)))
    cursor = Cursor(clinic=CLINIC, epoch=begun.epoch, seq=begun.seq, access=begun.access)
    last = begun.seq + WRITERS * DRAFTS_EACH * 2  # each draft is a header and a line
    async with Follower(admin, cursor) as follower:
        await follower.follow_until(lambda at: at >= last)
    await written
    await admin.close()

    assert await truth.head() == last
    seqs = [item.seq for frame in follower.frames for item in frame.items]
    assert seqs == list(range(begun.seq + 1, last + 1))
    await caught_up(desk, last)
    assert len(desk.replica.prescriptions) == WRITERS * DRAFTS_EACH
    await equals_a_fresh_snapshot(desk)
