"""One clinic's desks: who is told what, by how many writes of how many messages."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clinicdesk.contract.entities import Role
from clinicdesk.contract.frames import Ev, ScopeChanged
from clinicdesk.server.live.clinic_desks import ClinicDesks
from clinicdesk.server.live.window import WINDOW
from tests.server.live.feeding import (
    NOON,
    PHARMACY,
    PRACTITIONER,
    MemoryFeed,
    Seat,
    make_clinic,
    member,
    moved,
)

SIGNED: dict[str, Any] = {
    "practitioner_id": str(PRACTITIONER), "pharmacy_id": str(PHARMACY), "signed_at": "x",
    "note": "after food",
}  # fmt: skip


async def follow(clinic: ClinicDesks) -> None:
    """Read on, and let those who lie behind catch up."""
    await clinic.advance()
    for _ in range(20):
        await asyncio.sleep(0)


async def test_desks_with_the_same_rights_are_written_one_and_the_same_object() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    seats = [Seat(member(Role.PHARMACIST), clinic) for _ in range(50)]
    feed.commit("prescription", **SIGNED)
    await follow(clinic)
    assert len({id(seat.wire.written[-1]) for seat in seats}) == 1
    assert all(seat.frames() and seat.cursor == 1 for seat in seats)


async def test_a_view_of_its_own_is_a_message_of_its_own_for_all_who_have_it() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    full = [Seat(member(role), clinic) for role in (Role.PHARMACIST, Role.ADMIN, Role.THERAPIST)]
    front = [Seat(member(Role.RECEPTION), clinic) for _ in range(3)]
    feed.commit("prescription", **SIGNED)
    await follow(clinic)
    (text,) = {id(seat.wire.written[-1]): seat.wire.written[-1] for seat in full}.values()
    (without,) = {id(seat.wire.written[-1]): seat.wire.written[-1] for seat in front}.values()
    assert b"after food" in text
    assert b"after food" not in without


async def test_what_concerns_nobody_of_a_role_is_not_written_to_them_until_the_tick() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    front, clerk = Seat(member(Role.RECEPTION), clinic), Seat(member(Role.ADMIN), clinic)
    before = len(front.wire.written)
    for _ in range(20):
        feed.commit("allergy", practitioner_ids=[], pharmacy_ids=[])
        await follow(clinic)
    assert len(front.wire.written) == before
    clinic.tick(1.0)
    assert [type(frame) for frame in front.frames()[1:]] == [Ev]
    clerk.frames()
    assert (front.cursor, front.items) == (20, [])
    assert (clerk.cursor, clerk.items) == (20, list(range(1, 21)))


async def test_who_does_not_acknowledge_is_left_behind_and_catches_up_with_one_frame() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    keen, idle = Seat(member(Role.ADMIN), clinic), Seat(member(Role.ADMIN), clinic)
    for _ in range(WINDOW + 200):
        feed.commit("prescription", **SIGNED)
        await follow(clinic)
        keen.acknowledge()
    idle.frames()
    assert WINDOW <= idle.cursor <= WINDOW + 64
    assert keen.cursor == WINDOW + 200
    idle.acknowledge()
    await follow(clinic)
    (rest,) = idle.frames()
    assert isinstance(rest, Ev)
    assert idle.cursor == keen.cursor
    assert idle.items == keen.items


async def test_a_socket_that_is_full_is_left_alone_until_it_takes_again() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    seat, other = Seat(member(Role.ADMIN), clinic), Seat(member(Role.ADMIN), clinic)
    seat.frames()
    seat.wire.full = True
    seat.desk.filled()
    for _ in range(5):
        feed.commit("prescription", **SIGNED)
        await follow(clinic)
    assert seat.frames() == []
    other.frames()
    assert other.cursor == 5
    seat.wire.full = False
    seat.desk.took()
    await follow(clinic)
    seat.frames()
    assert seat.items == other.items


async def test_rights_that_change_change_for_that_desk_alone_and_from_there_on() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    leaving, staying = Seat(member(Role.PHARMACIST), clinic), Seat(member(Role.PHARMACIST), clinic)
    feed.commit("prescription", **SIGNED)
    row = moved(leaving.who, role=Role.RECEPTION, pharmacy_id=None)
    feed.commit("member", **row)
    feed.commit("prescription_item", **SIGNED)
    await follow(clinic)
    frames = leaving.frames()
    assert [type(frame) for frame in frames[1:]] == [Ev, ScopeChanged]
    assert leaving.items == [1, 2]
    staying.frames()
    assert staying.items == [1, 2, 3]
    feed.commit("prescription", **SIGNED)
    await follow(clinic)
    assert b"after food" not in leaving.wire.written[-1]
    assert b"after food" in staying.wire.written[-1]
    leaving.frames()
    assert (leaving.cursor, staying.items) == (4, [1, 2, 3])


async def test_who_loses_all_rights_is_told_nothing_more() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    seat = Seat(member(Role.ADMIN), clinic)
    feed.commit("member", **moved(seat.who, active=False))
    await follow(clinic)
    assert seat.wire.closed == 4403
    feed.commit("prescription", **SIGNED)
    await follow(clinic)
    clinic.tick(1.0)
    assert not clinic.occupied


async def test_desks_that_come_at_different_times_end_in_one_lane() -> None:
    feed = MemoryFeed()
    clinic, _ = make_clinic(feed)
    seats = []
    for _ in range(10):
        feed.commit("allergy", practitioner_ids=[], pharmacy_ids=[])
        await follow(clinic)
        seats.append(Seat(member(Role.RECEPTION), clinic))
    clinic.tick(1.0)
    feed.commit("prescription", **SIGNED)
    await follow(clinic)
    assert len({id(seat.wire.written[-1]) for seat in seats}) == 1


async def test_desks_that_come_back_together_share_what_is_read_for_them() -> None:
    feed = MemoryFeed()
    for _ in range(1500):
        feed.commit("prescription", **SIGNED)
    feed.head = feed._kept_after = 1500  # a server that has just started
    clinic, _ = make_clinic(feed)
    seats = [Seat(member(Role.ADMIN), clinic, cursor=1490 - number % 5) for number in range(200)]
    for _ in range(500):  # turns of the event loop: four at a time are read for
        await asyncio.sleep(0)
    assert feed.reads == 1
    for seat in seats:
        seat.frames()
        assert seat.cursor == 1500
    assert len({id(seat.wire.written[-1]) for seat in seats}) == 5


ROLES = st.sampled_from([Role.ADMIN, Role.RECEPTION, Role.THERAPIST, Role.PHARMACIST])
STEPS = st.one_of(
    st.tuples(st.just("commit"), st.sampled_from(["prescription", "allergy", "pharmacy"])),
    st.tuples(st.just("acknowledge"), st.integers(0, 7)),
    st.tuples(st.just("fill"), st.integers(0, 7)),
    st.tuples(st.just("empty"), st.integers(0, 7)),
    st.tuples(st.just("come"), ROLES),
    st.tuples(st.just("go"), st.integers(0, 7)),
    st.tuples(st.just("read"), st.none()),
    st.tuples(st.just("tick"), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROLES, min_size=1, max_size=6), st.lists(STEPS, max_size=60))
def test_whatever_happens_each_desk_is_told_what_is_its_own_once_and_in_order(
    roles: list[Role], steps: list[tuple[str, Any]]
) -> None:
    asyncio.run(_whatever_happens(roles, steps))


async def _whatever_happens(roles: list[Role], steps: list[tuple[str, Any]]) -> None:
    feed = MemoryFeed()
    clinic, errors = make_clinic(feed)
    seats = [Seat(member(role), clinic) for role in roles]
    begun = [0] * len(seats)
    for kind, argument in steps:
        seat = seats[argument % len(seats)] if isinstance(argument, int) else seats[0]
        if seat.wire.closed is not None and kind in ("acknowledge", "fill", "empty", "go"):
            continue
        match kind:
            case "commit":
                columns = SIGNED if argument == "prescription" else {}
                lists = {"practitioner_ids": [], "pharmacy_ids": []}
                feed.commit(argument, **(lists if argument == "allergy" else columns))
            case "acknowledge":
                seat.acknowledge()
            case "fill":
                seat.wire.full = True
                seat.desk.filled()
            case "empty":
                seat.wire.full = False
                seat.desk.took()
            case "come":
                begun.append(feed.head)
                seats.append(Seat(member(argument), clinic))
            case "go":
                seat.wire.close(1000, "")
            case "read":
                await follow(clinic)
            case "tick":
                clinic.tick(1.0)
                for other in seats:
                    other.desk.tick(1.0, NOON)
    for seat in seats:
        if seat.wire.closed is None:
            seat.acknowledge()
            seat.wire.full = False
            seat.desk.took()
    await follow(clinic)
    clinic.tick(2.0)
    assert errors == []
    for seat, since in zip(seats, begun, strict=True):
        seat.frames()
        theirs = [
            entry.seq
            for entry in feed.log
            if since < entry.seq <= seat.cursor and entry.item_for(seat.scopes) is not None
        ]
        assert seat.items == theirs
        if seat.wire.closed is None:
            assert seat.cursor == len(feed.log)
