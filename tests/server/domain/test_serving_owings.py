"""Who is served by what a delivery brings: signed first, served first, and never more than came."""

from __future__ import annotations

import uuid
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, OrderStatus
from clinicdesk.server.domain.pharmacy.orders import open_order
from clinicdesk.server.domain.prescribing import Held
from clinicdesk.server.domain.supply.owings import served
from tests.server.domain.held import NOW, paid

MEDICINES = [uuid.UUID(int=n + 100) for n in range(3)]

line = st.tuples(
    st.integers(min_value=0, max_value=2),  # the medicine
    st.integers(min_value=1, max_value=30),  # what is owing
    st.sampled_from([ItemStatus.OWING, ItemStatus.CHECKED, ItemStatus.ON_HOLD]),
)


@st.composite
def waiting(draw: st.DrawFn) -> list[Held]:
    found = []
    for place, lines in enumerate(
        draw(st.lists(st.lists(line, min_size=1, max_size=3), max_size=5))
    ):
        held = paid([(owing, 100) for _, owing, _ in lines])
        items = [
            replace(
                item,
                medicine_id=MEDICINES[medicine],
                owing=owing,
                status=status,
                hold_reason="ask" if status is ItemStatus.ON_HOLD else None,
            )
            for item, (medicine, owing, status) in zip(held.items, lines, strict=True)
        ]
        signed_at = NOW - timedelta(
            hours=draw(st.integers(min_value=0, max_value=5)), minutes=place
        )
        header = replace(held.header, signed_at=signed_at)
        found.append(replace(held, header=header, items=items))
    return found


arriving = st.dictionaries(st.sampled_from(MEDICINES), st.integers(min_value=1, max_value=60))


@given(waiting(), arriving)
def test_no_more_is_promised_than_came_and_no_debt_grows(
    owing: list[Held], arrived: dict[UUID, int]
) -> None:
    given_out: dict[UUID, int] = {}
    for one in served(owing, arrived):
        for before, after in zip(one.before.items, one.after.items, strict=True):
            assert 0 <= after.owing <= before.owing
            covered = before.owing - after.owing
            given_out[after.medicine_id] = given_out.get(after.medicine_id, 0) + covered
            moved = before.status is ItemStatus.OWING and covered > 0
            assert (after.id in one.item_ids) == moved
            assert after.status is (ItemStatus.PICKING if moved else before.status)
    for medicine, units in given_out.items():
        assert units <= arrived.get(medicine, 0)


@given(waiting(), arriving)
def test_nobody_waits_for_what_somebody_who_signed_later_was_given(
    owing: list[Held], arrived: dict[UUID, int]
) -> None:
    after = {one.after.header.id: one.after for one in served(owing, arrived)}
    lines = [
        (held.header.signed_at, held.header.id, item.line, item.medicine_id, before.owing, item)
        for held in (after.get(h.header.id, h) for h in owing)
        for item, before in zip(
            held.items, next(h for h in owing if h.header.id == held.header.id).items, strict=True
        )
        if before.status is ItemStatus.OWING
    ]
    lines.sort(key=lambda each: each[:3])
    for medicine in MEDICINES:
        still_waits = False
        for *_, found, was, item in lines:
            if found == medicine:
                assert not (still_waits and item.owing < was)
                still_waits = still_waits or item.owing > 0


def test_what_can_be_picked_moves_the_pharmacy_s_order() -> None:
    held = paid([(10, 100)])
    item = replace(held.items[0], medicine_id=MEDICINES[0], owing=10, status=ItemStatus.OWING)
    held = replace(held, items=[item])
    (one,) = served([held], {MEDICINES[0]: 10})
    order = open_order(one.after)
    assert order is not None
    assert order.status is OrderStatus.DISPENSING
