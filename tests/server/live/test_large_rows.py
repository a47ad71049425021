"""Rows that are long: what a frame holds, and what a desk costs that reads nothing."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.entities import Role
from clinicdesk.server.live.clinic_desks import ClinicDesks
from clinicdesk.server.live.portions import MOST_BYTES, MOST_ENTRIES, portions
from clinicdesk.server.live.transport import HELD_BYTES
from tests.server.live.feeding import (
    PHARMACY,
    PRACTITIONER,
    MemoryFeed,
    Seat,
    Wire,
    make_clinic,
    member,
)

FRAME = 200
"""Bytes of an `ev` around its items, at most."""


def signed(note: str) -> dict[str, Any]:
    return {
        "practitioner_id": str(PRACTITIONER), "pharmacy_id": str(PHARMACY), "signed_at": "x",
        "note": note,
    }  # fmt: skip


class SlowWire(Wire):
    """A socket that nobody reads: it says that it is full as the product's own does."""

    def write(self, data: bytes) -> None:
        """Take bytes."""
        super().write(data)
        if not self.full and sum(map(len, self.written)) > HELD_BYTES:
            self.full = True
            assert self.conversation is not None
            self.conversation.filled()

    def read_all(self) -> None:
        """The desk reads at last."""
        self.full = False
        assert self.conversation is not None
        self.conversation.took()


class SlowSeat(Seat):
    """A desk that does not read."""

    wire_of = SlowWire


async def settled(clinic: ClinicDesks) -> None:
    for _ in range(100):
        await asyncio.sleep(0)
    assert clinic.occupied


def largest(seat: Seat) -> int:
    return max(map(len, seat.wire.written))


async def test_a_frame_holds_no_more_than_half_a_mebibyte() -> None:
    feed = MemoryFeed()
    clinic, errors = make_clinic(feed)
    seat = Seat(member(Role.ADMIN), clinic)
    for _ in range(MOST_ENTRIES - 100):
        feed.commit("prescription", **signed("n" * 10_000))
    await clinic.advance()
    for _ in range(10):  # a window at a time
        seat.acknowledge()
        await settled(clinic)
    assert seat.items == list(range(1, len(feed.log) + 1))
    assert largest(seat) <= MOST_BYTES + FRAME
    assert feed.reads == 2, "what was read is told in parts, and not read again for each"
    assert errors == []


async def test_a_desk_that_reads_nothing_costs_less_than_two_mebibytes() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    idle, keen = SlowSeat(member(Role.ADMIN), clinic), Seat(member(Role.ADMIN), clinic)
    for _ in range(5):
        for _ in range(MOST_ENTRIES // 4):
            feed.commit("prescription", **signed("n" * 10_000))
        await clinic.advance()
        for _ in range(5):
            keen.acknowledge()
            await settled(clinic)
        idle.desk.settle()
    assert keen.cursor == len(feed.log)
    assert sum(map(len, idle.wire.written)) < 1 << 20
    assert isinstance(idle.wire, SlowWire)
    for _ in range(20):
        idle.wire.read_all()
        idle.acknowledge()
        await settled(clinic)
    assert idle.items == keen.items


async def test_desks_that_missed_the_same_long_rows_share_what_is_read_and_written() -> None:
    feed = MemoryFeed()
    for _ in range(300):
        feed.commit("prescription", **signed("n" * 10_000))
    for _ in range(2048):
        feed.commit("prescription", **signed("short"))
    feed.head = feed._kept_after = len(feed.log)  # a server that has just started
    clinic, _ = make_clinic(feed)
    seats = [Seat(member(Role.ADMIN), clinic, cursor=0) for _ in range(20)]
    for _ in range(20):
        await settled(clinic)
        for seat in seats:
            seat.acknowledge()
    assert [seat.cursor for seat in seats] == [len(feed.log)] * 20
    assert largest(seats[0]) <= MOST_BYTES + FRAME
    everything = {id(data) for seat in seats for data in seat.wire.written[1:]}
    assert len(everything) <= 2 * len(seats[0].wire.written)
    assert feed.reads < 40, "each of twenty desks would have read eight times by itself"


async def test_a_command_is_in_one_frame_however_long_it_is() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    seat = Seat(member(Role.ADMIN), clinic)
    feed.commit("prescription", op_id=UUID(int=1), **signed("before"))
    for _ in range(80):
        feed.commit("prescription", op_id=UUID(int=2), **signed("n" * 10_000))
    feed.commit("prescription", op_id=UUID(int=3), **signed("after"))
    await clinic.advance()
    seat.acknowledge()
    await settled(clinic)
    seat.frames()
    ends = [feed.log[seq - 1].op_id for seq in seat.items]
    assert len(ends) == 82
    assert [len(data) > MOST_BYTES for data in seat.wire.written] == [False, False, True, False]


@given(
    st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), st.sampled_from([0, 5_000, 300_000]))),
)
def test_portions_are_whole_commands_in_their_order(rows: list[tuple[int | None, int]]) -> None:
    feed = MemoryFeed()
    for op, size in rows:
        op_id = None if op is None else UUID(int=op)
        feed.commit("pharmacy", op_id=op_id, name="n" * size)
    found = list(portions(feed.log))
    assert [entry for portion in found for entry in portion] == feed.log
    for portion in found:
        ops = {entry.op_id for entry in portion}
        assert sum(entry.size for entry in portion) <= MOST_BYTES or len(ops) == 1
    for before, after in pairwise(found):
        last, first = before[-1].op_id, after[0].op_id
        assert last is None or last != first
