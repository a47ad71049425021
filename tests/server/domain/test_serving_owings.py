"""Who is served by what lies there: signed first, served first, and never more than is free."""

from __future__ import annotations

import uuid
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, OrderStatus
from clinicdesk.server.domain.pharmacy.orders import follow, open_order
from clinicdesk.server.domain.pharmacy.serving import Waiting, begins_to_wait, served, shares
from clinicdesk.server.domain.prescribing import Held
from tests.server.domain.held import paid

MEDICINES = [uuid.UUID(int=n + 100) for n in range(3)]

UNITS = st.integers(min_value=0, max_value=60)
in_front_first = st.lists(
    st.builds(
        Waiting,
        item_id=st.uuids(version=4),
        prescription_id=st.uuids(version=4),
        medicine_id=st.sampled_from(MEDICINES),
        owing=st.integers(min_value=1, max_value=30),
        passed_over=st.integers(min_value=0, max_value=20),
    ),
    max_size=8,
    unique_by=lambda line: line.item_id,
)
units = st.dictionaries(st.sampled_from(MEDICINES), UNITS)


@given(in_front_first, units, units)
def test_no_more_is_given_than_is_free_and_nobody_gets_more_than_is_owed(
    waiting: list[Waiting], free: dict[UUID, int], arrived: dict[UUID, int]
) -> None:
    shared = shares(waiting, free, arrived)
    owing = {line.item_id: line for line in waiting}
    assert all(0 < share <= owing[item_id].owing for item_id, share in shared.items())
    for medicine in MEDICINES:
        given_out = sum(n for each, n in shared.items() if owing[each].medicine_id == medicine)
        assert given_out <= free.get(medicine, 0)


@given(in_front_first, units)
def test_nobody_waits_for_what_somebody_behind_them_was_given(
    waiting: list[Waiting], free: dict[UUID, int]
) -> None:
    asking = [replace(line, passed_over=0) for line in waiting]
    shared = shares(asking, free, {})
    for medicine in MEDICINES:
        somebody_is_short = False
        for line in asking:
            if line.medicine_id == medicine:
                assert not (somebody_is_short and line.item_id in shared)
                somebody_is_short |= shared.get(line.item_id, 0) < line.owing


@given(in_front_first, units, units)
def test_what_was_passed_over_is_left_there_unless_as_much_has_just_come(
    waiting: list[Waiting], free: dict[UUID, int], arrived: dict[UUID, int]
) -> None:
    shared = shares(waiting, free, arrived)
    left, fresh = dict(free), dict(arrived)
    for line in waiting:
        share, medicine = shared.get(line.item_id, 0), line.medicine_id
        came_since = left.get(medicine, 0) - line.passed_over
        assert share <= max(0, came_since, fresh.get(medicine, 0))
        left[medicine] = left.get(medicine, 0) - share
        fresh[medicine] = max(0, fresh.get(medicine, 0) - share)


def test_a_line_that_is_served_can_be_picked_and_its_pharmacy_s_order_follows() -> None:
    before = one_line(ItemStatus.OWING, owing=10)
    after = follow(before, served(before, {before.items[0].id: 4}))
    (item,) = after.items
    assert (item.status, item.owing) == (ItemStatus.PICKING, 6)
    order = open_order(after)
    assert order is not None
    assert order.status is OrderStatus.DISPENSING


def test_a_line_begins_to_wait_when_nobody_is_at_work_on_its_prescription_any_more() -> None:
    pending, owing = one_line(ItemStatus.PENDING), one_line(ItemStatus.OWING, owing=10)
    assert begins_to_wait(pending, owing) == owing.items
    assert begins_to_wait(owing, owing) == []
    busy = replace(owing, items=[*owing.items, *one_line(ItemStatus.CHECKED, prepared=10).items])
    assert begins_to_wait(pending, busy) == []
    gone = replace(owing, items=[*owing.items, *one_line(ItemStatus.HANDED_OVER).items])
    assert begins_to_wait(busy, gone) == owing.items


def one_line(status: ItemStatus, *, owing: int = 0, prepared: int = 0) -> Held:
    held = paid([(10, 100)])
    (item,) = held.items
    return replace(held, items=[replace(item, status=status, owing=owing, prepared=prepared)])
