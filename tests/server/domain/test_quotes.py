"""What a prescription costs when it goes elsewhere, or when a quote is taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus
from clinicdesk.server.domain.pharmacy.rerouting import afresh, rerouted
from clinicdesk.server.domain.prescribing import quoted
from clinicdesk.server.domain.prescribing.repricing import apportioned
from tests.server.domain.held import MEMBER, PHARMACY, paid

amounts = st.integers(min_value=0, max_value=10_000_000_000)


@given(amounts, st.lists(amounts, min_size=1, max_size=30))
def test_parts_come_to_the_whole_and_none_is_more_than_one_off(
    total: int, weights: list[int]
) -> None:
    parts = apportioned(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        if whole:
            assert abs(part * whole - total * weight) < whole


@given(
    st.lists(st.tuples(st.integers(min_value=1, max_value=500), amounts), min_size=1, max_size=8),
    amounts,
    st.data(),
)
def test_the_money_follows_a_quote_to_the_last_paisa(
    lines: list[tuple[int, int]], quote: int, data: st.DataObject
) -> None:
    held = paid(lines)
    declined = data.draw(st.integers(min_value=0, max_value=len(lines) - 1))
    items = [
        replace(item, status=ItemStatus.DECLINED, decline_reason="not made")
        if n < declined
        else item
        for n, item in enumerate(held.items)
    ]
    before = replace(held, items=items)
    after = rerouted(quoted(afresh(before, PHARMACY), quote), MEMBER)
    assert after.header.total_minor == quote
    owed = sum(p.amount_minor for p in after.payments if p.status == "PENDING")
    assert owed == max(0, before.header.paid_minor - quote)
    assert after.header.paid_minor == before.header.paid_minor - owed
    assert len(after.orders) == len(before.orders) + 1
