"""Answers of a database that was put back since: what they say is nothing to rely on.

Found by the simulation (its seeds 479 and 530 of the time).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clinicdesk.contract.commands import Done, SignAndSend
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import MAIN_STREET, NOON, a_frame, a_prescription, a_snapshot

DRAFT = a_prescription()
SIGN = SignAndSend(prescription_id=DRAFT.id, pharmacy_id=MAIN_STREET)


class Bench:
    """A store with its rows and its outbox, as they are after the program was started."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.replica = Replica(store.rows, sample.therapist.id, NoTrace())
        self.outbox = Outbox(
            store.outbox, self.replica, lambda: sample.therapist, lambda: NOON, NoTrace()
        )

    async def load(self) -> None:
        await self.replica.load()
        await self.outbox.load()

    async def take_rows(self, seq: int, epoch: str) -> None:
        await self.replica.swap(a_snapshot(sample.therapist, DRAFT, seq=seq, epoch=epoch))

    async def states(self) -> list[OutboxState]:
        """In memory and, which must be alike, on the disk."""
        here = [entry.state for entry in self.outbox.entries()]
        assert here == [entry.state for entry in await self.store.outbox.all()]
        return here


@pytest.fixture
async def bench(store_path: Path) -> AsyncIterator[Bench]:
    store = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    bench = Bench(store)
    await bench.load()
    yield bench
    await store.close()


async def test_an_answer_of_the_history_that_the_rows_are_of_settles_a_command(
    bench: Bench,
) -> None:
    await bench.take_rows(9, "first")
    op_id = (await bench.outbox.submit(SIGN)).op_id
    assert await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=9, epoch="first"))
    assert await bench.states() == []


async def test_an_answer_of_another_history_settles_nothing_however_low_its_number(
    bench: Bench,
) -> None:
    await bench.take_rows(9, "first")
    op_id = (await bench.outbox.submit(SIGN)).op_id
    done = Done(op_id=op_id, version=2, seq=5, epoch="second")
    assert not await bench.outbox.finish(op_id, done)
    assert await bench.states() == [OutboxState.WAITING]
    await bench.take_rows(6, "second")
    assert await bench.outbox.finish(op_id, done), "now it says something"
    assert await bench.states() == []


async def test_what_was_answered_before_there_were_rows_is_offered_to_another_history(
    bench: Bench,
) -> None:
    op_id = (await bench.outbox.submit(SIGN)).op_id
    assert await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=5, epoch="first"))
    assert await bench.states() == [OutboxState.DONE]
    await bench.take_rows(9, "second")
    assert await bench.states() == [OutboxState.WAITING]


async def test_what_was_answered_before_there_were_rows_is_settled_by_those_of_its_history(
    bench: Bench,
) -> None:
    op_id = (await bench.outbox.submit(SIGN)).op_id
    await bench.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=5, epoch="first"))
    await bench.take_rows(4, "first")
    assert await bench.states() == [OutboxState.DONE]
    await bench.replica.apply(a_frame(4, 5, epoch="first"))
    assert await bench.states() == []
