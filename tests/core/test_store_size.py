"""How much of a disk a store takes, and what happens when there is no more of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from clinicdesk.core.errors import StoreLost
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import (
    NOON,
    PATIENT,
    Document,
    a_frame,
    a_patient,
    a_snapshot,
    an_id,
    change,
)
from tests.core.small_disk import SmallDisk, small_disk

MANY = 6_000
LOG_LIMIT = 1000 * 8192
PIECE = 64 * 1024


def many_patients(name: str, count: int = MANY) -> Document:
    """A snapshot of some megabytes."""
    rows = [
        a_patient(f"{name} {n}", id=an_id(f"patient {n}"), address=f"{n} " + "MG Road " * 20)
        for n in range(count)
    ]
    return a_snapshot(sample.pharmacist, a_patient(), *rows, seq=2)


def size(path: Path) -> int:
    return path.stat().st_size


def log_size(path: Path) -> int:
    return size(path.with_name(path.name + "-wal"))


async def take_until_it_fails(replica: Replica) -> int:
    """Frames, each larger than the last page of the log has room for; the last one's number."""
    for seq in range(1, 10_000):
        named = a_patient(f"Ravi {seq}", version=seq + 1, address="MG Road " * 100)
        try:
            await replica.apply(a_frame(seq, seq + 1, change(named)))
        except StoreLost:
            return seq
    raise AssertionError("the disk was never full")


async def a_replica(store: Store) -> Replica:
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await replica.load()
    return replica


async def test_fetching_everything_anew_does_not_make_the_file_longer_in_the_end(
    store: Store, store_path: Path
) -> None:
    replica = await a_replica(store)
    await replica.swap(many_patients("Ravi").in_pieces(PIECE))
    await store.rows.clear()
    once = size(store_path)
    for name in ("Hemi", "Sunita"):
        await replica.swap(many_patients(name).in_pieces(PIECE))
        await store.rows.clear()
    assert size(store_path) <= 1.5 * once
    assert log_size(store_path) <= 2 * LOG_LIMIT


async def test_a_working_set_that_shrinks_gives_its_space_back(
    store: Store, store_path: Path
) -> None:
    replica = await a_replica(store)
    await replica.swap(many_patients("Ravi").in_pieces(PIECE))
    full = size(store_path)
    await replica.swap(many_patients("Ravi", 10))
    await store.rows.clear()
    await replica.apply(a_frame(2, 3, change(a_patient("Somebody", version=2))))
    assert size(store_path) < full / 2


async def test_what_a_snapshot_left_that_ended_in_the_middle_counts_for_nothing(
    store_path: Path,
) -> None:
    store = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    replica = await a_replica(store)
    await replica.swap(a_snapshot(sample.pharmacist, a_patient()))
    ended = asyncio.Event()

    async def until_the_program_ends() -> AsyncIterator[bytes]:
        async for piece in many_patients("Hemi").in_pieces(PIECE):
            yield piece
            ended.set()
            await asyncio.sleep(0)

    fetching = asyncio.create_task(replica.swap(until_the_program_ends()))
    await ended.wait()
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    await store.close()

    store = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    again = await a_replica(store)
    assert again.position == replica.position
    assert again.patients.values() == [a_patient()]
    await again.swap(many_patients("Ravi", 10))
    assert len(again.patients) == 11
    await store.close()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 24) as disk:
        yield disk


@pytest.fixture
async def small_store(disk: SmallDisk) -> AsyncIterator[Store]:
    store = await Store.open(disk.folder / "stores" / "desk.db", KEY, IDENTITY, lambda: NOON)
    yield store
    await store.close()


async def test_a_disk_that_fills_up_in_the_middle_of_a_snapshot_loses_nothing(
    small_store: Store, disk: SmallDisk
) -> None:
    replica = await a_replica(small_store)
    await replica.swap(a_snapshot(sample.pharmacist, a_patient()))
    before = replica.position
    with pytest.raises(StoreLost, match="Free some disk space, then try again"):
        await replica.swap(many_patients("Ravi", 5 * MANY).in_pieces(PIECE))
    assert replica.position == before
    assert replica.patients.values() == [a_patient()]
    again = await a_replica(small_store)
    assert again.position == before
    assert again.patients.values() == [a_patient()]

    # What was written in vain does not keep the desk from its work.
    await replica.apply(a_frame(1, 2, change(a_patient("Ravi Kulkarni", version=2))))
    shown = replica.patients.get(PATIENT)
    assert shown is not None
    assert shown.name == "Ravi Kulkarni"
    await replica.swap(many_patients("Ravi", 50))
    assert len(replica.patients) == 51


async def test_without_room_a_frame_is_not_said_to_be_taken(
    small_store: Store, disk: SmallDisk
) -> None:
    replica = await a_replica(small_store)
    await replica.swap(a_snapshot(sample.pharmacist, a_patient()))
    disk.fill()
    seq = await take_until_it_fails(replica)
    assert replica.cursor is not None
    assert replica.cursor.seq == seq
    again = await a_replica(small_store)
    assert again.cursor == replica.cursor
    assert again.patients.values() == replica.patients.values()
    disk.free()
    await replica.apply(a_frame(seq, seq + 1, change(a_patient("Later", version=seq + 1))))
