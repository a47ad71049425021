"""A disk without room: nothing is said to be saved, nothing is lost, work goes on after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinicdesk.core.errors import StoreLost, StoreUnusable
from clinicdesk.core.notices import Notices
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.replica import Applied, AppliedRow, Replica
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.core.store.rows import Position
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import NOON, a_draft_command, a_line, a_medicine, a_snapshot
from tests.core.small_disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


class Bench:
    """A desk's outbox on the small disk."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.replica = Replica(store.rows, sample.therapist.id, NoTrace())
        self.outbox = Outbox(
            store.outbox, self.replica, lambda: sample.therapist, lambda: NOON, NoTrace()
        )

    @classmethod
    async def open(cls, disk: SmallDisk) -> Bench:
        path = disk.folder / "stores" / "desk.db"
        bench = cls(await Store.open(path, KEY, IDENTITY, lambda: NOON))
        await bench.replica.load()
        await bench.outbox.load()
        return bench

    async def give(self, number: int) -> None:
        command = a_draft_command(a_line(a_medicine(), f"line {number}"), name=f"rx {number}")
        await self.outbox.submit(command, [a_medicine()])


async def give_until_it_fails(bench: Bench) -> int:
    """How many were saved; what the log had room for goes in still."""
    for number in range(10_000):
        try:
            await bench.give(number)
        except StoreLost:
            return number
    raise AssertionError("the disk was never full")


async def test_a_command_that_did_not_fit_is_not_said_to_be_saved(disk: SmallDisk) -> None:
    bench = await Bench.open(disk)
    await bench.replica.swap(a_snapshot(sample.therapist, sample.a_patient()))
    disk.fill()
    saved = await give_until_it_fails(bench)
    with pytest.raises(StoreLost, match="Free some disk space, then try again"):
        await bench.give(saved)
    assert len(bench.outbox.entries()) == saved
    assert sample.an_id(f"rx {saved}") not in bench.replica.prescriptions

    disk.free()
    await bench.give(saved)
    shown = bench.outbox.entries()
    assert len(shown) == saved + 1
    await bench.store.close()
    later = await Bench.open(disk)
    assert later.store.set_aside == []
    assert [e.op_id for e in later.outbox.entries()] == [e.op_id for e in shown]
    await later.store.close()


async def test_what_could_not_be_given_up_or_finished_is_there_still(disk: SmallDisk) -> None:
    bench = await Bench.open(disk)
    await bench.give(10_001)
    await bench.give(10_002)
    disk.fill()
    await give_until_it_fails(bench)
    before = bench.outbox.entries()
    first = before[0].op_id
    with pytest.raises(StoreLost):
        await bench.outbox.discard(first)
    assert bench.outbox.entries() == before
    assert bench.outbox.next_to_send(frozenset())[0].op_id == first, "it is sent, as it was"

    disk.free()
    await bench.outbox.discard(first)
    assert first not in {entry.op_id for entry in bench.outbox.entries()}
    assert {entry.state for entry in bench.outbox.entries()} == {OutboxState.WAITING}
    await bench.store.close()


async def test_a_notice_that_did_not_fit_is_told_and_kept_when_there_is_room(
    disk: SmallDisk,
) -> None:
    bench = await Bench.open(disk)

    def notices_of() -> Notices:
        return Notices(bench.store.notices, lambda: sample.pharmacist, str, lambda: NOON)

    notices = notices_of()
    disk.fill()
    await give_until_it_fails(bench)
    told = [f"rx {number}" for number in range(40)]
    for name in told:
        notices.follow(arrival(name))
    await notices.close()
    assert len(notices.all()) == len(told)

    disk.free()
    notices.follow(arrival("the last"))
    await notices.close()
    again = notices_of()
    await again.load()
    assert {notice.id for notice in again.all()} == {notice.id for notice in notices.all()}
    await bench.store.close()


def arrival(name: str) -> Applied:
    """A prescription that comes to the pharmacy."""
    prescription = sample.signed(sample.a_prescription(name))
    row = AppliedRow(sample.change(prescription, by=sample.an_id("somebody")), None, prescription)
    return Applied(Position(sample.a_cursor(), frozenset()), [row], frozenset())


async def test_a_store_does_not_open_without_room_and_opens_when_there_is_some(
    disk: SmallDisk,
) -> None:
    disk.fill()
    with pytest.raises(StoreUnusable, match="Free some disk space"):
        await Bench.open(disk)
    disk.free()
    bench = await Bench.open(disk)
    await bench.give(1)
    await bench.store.close()
