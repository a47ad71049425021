"""What a pharmacy's list says of one medicine: which price holds, since when and until when."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from clinicdesk.contract.commands import SetPrice
from clinicdesk.contract.problems import InvalidField
from clinicdesk.core.denial import Denied
from clinicdesk.core.price_history import Standing, in_force, next_to_come, price_history
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.price_table import HeldPrice
from clinicdesk.core.store.store import Store
from tests.core.counter_room import AMOXICILLIN, TODAY, CounterRoom
from tests.core.test_catalogues import MAIN_LIST, a_price, room

DONE = CatalogueState(1, "1")


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def held(minor: int, begins: int, until: int | None = None) -> HeldPrice:
    return HeldPrice(minor, day(begins), None if until is None else day(until))


def set_here(minor: int, begins: int) -> SetPrice:
    return SetPrice(
        price_list_id=MAIN_LIST.id, price_id=UUID(int=1), medicine_id=AMOXICILLIN.id,
        price_minor=minor, effective_from=day(begins),
    )  # fmt: skip


def test_each_price_says_how_it_stands() -> None:
    prices = [held(100, -300), held(200, -60, -31), held(300, -30), held(400, 10)]
    history = price_history(prices, [], TODAY)
    assert [(each.price_minor, each.standing) for each in history] == [
        (400, Standing.TO_COME), (300, Standing.IN_FORCE), (200, Standing.OVER),
        (100, Standing.REPLACED),
    ]  # fmt: skip
    now = in_force(history)
    assert now is not None
    assert (now.holds_since, now.holds_until) == (day(-30), day(9))
    coming = next_to_come(history)
    assert coming is not None
    assert coming.price_minor == 400


def test_after_an_offer_the_price_before_it_holds_again() -> None:
    during = price_history([held(100, -30), held(80, -2, 5)], [], TODAY)
    assert [each.standing for each in during] == [Standing.IN_FORCE, Standing.SET_ASIDE]
    after = in_force(price_history([held(100, -30), held(80, -9, -2)], [], TODAY))
    assert after is not None
    assert (after.price_minor, after.holds_since, after.holds_until) == (100, day(-1), None)


def test_what_was_set_here_counts_at_once_and_replaces_that_days_price() -> None:
    history = price_history([held(100, -30), held(200, 0)], [set_here(250, 0)], TODAY)
    assert [(each.price_minor, each.waits) for each in history] == [(250, True), (100, False)]
    assert in_force(history) == history[0]


async def test_a_price_set_at_this_desk_is_seen_before_the_server_has_it(store: Store) -> None:
    here = await room(store)
    await store.prices.take_page(MAIN_LIST.id, [a_price(100, -30)], DONE)
    assert await here.pricing.listed([AMOXICILLIN.id]) == {AMOXICILLIN.id: 100}
    await here.pricing.set_price(AMOXICILLIN.id, 150, TODAY)
    assert await here.pricing.listed([AMOXICILLIN.id]) == {AMOXICILLIN.id: 150}
    (entry,) = here.outbox.entries()
    assert [medicine.id for medicine in entry.medicines] == [AMOXICILLIN.id]
    answer = InvalidField(detail="A price is above zero.", field="price_minor")
    await here.outbox.finish(entry.op_id, answer)
    assert await here.pricing.listed([AMOXICILLIN.id]) == {AMOXICILLIN.id: 100}
    refused = here.pricing.refused(AMOXICILLIN.id)
    assert refused is not None
    assert refused.refusal == answer


@pytest.mark.parametrize(
    ("minor", "begins", "until", "field"),
    [
        (0, 0, None, "price_minor"),
        (100, 6 * 366, None, "effective_from"),
        (100, 5, 4, "effective_until"),
        (100, -5, -1, "effective_until"),
    ],
)
async def test_a_price_that_the_server_would_refuse_is_refused_here(
    store: Store, minor: int, begins: int, until: int | None, field: str
) -> None:
    here = await room(store)
    last = None if until is None else day(until)
    said = await here.pricing.set_price(AMOXICILLIN.id, minor, day(begins), last)
    assert isinstance(said, Denied)
    assert said.field == field
    assert not here.outbox.entries()


async def test_without_a_list_nobody_sets_a_price(store: Store) -> None:
    here = CounterRoom(store)
    await here.open()
    assert here.pricing.why_not_set() == "Your pharmacy has no price list yet."
    assert await here.pricing.history(AMOXICILLIN.id) == []
