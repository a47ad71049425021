"""Prices and safety rules on a desk: what holds today, what a check finds without reading all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    Pharmacy,
    Price,
    PriceList,
    RuleKind,
    RuleLevel,
    SafetyRule,
)
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.store import Store
from tests.core import sample
from tests.core.counter_room import (
    AMOXICILLIN,
    TODAY,
    TRAMADOL,
    CounterRoom,
    a_batch,
    a_level,
)
from tests.core.sample import CLINIC, MAIN_STREET, NOON, an_id

STATION = replace(sample.pharmacy, id=an_id("pharmacy Station"), name="Station")
DONE = CatalogueState(1, "1")


def a_list(pharmacy: Pharmacy) -> PriceList:
    return PriceList(
        id=an_id(f"list of {pharmacy.name}"), clinic_id=CLINIC, version=1,
        pharmacy_id=pharmacy.id, name="Prices", currency="INR", revision=1, price_count=1,
        updated_at=NOON,
    )  # fmt: skip


MAIN_LIST, STATION_LIST = a_list(sample.pharmacy), a_list(STATION)


def a_price(minor: int, begins: int, until: int | None = None, **changes: Any) -> Price:
    """Of amoxicillin at Main Street, from so many days from today on."""
    price = Price(
        id=an_id(f"price {minor} {begins}"), clinic_id=CLINIC, price_list_id=MAIN_LIST.id,
        pharmacy_id=MAIN_STREET, revision=1, medicine_id=AMOXICILLIN.id, price_minor=minor,
        currency="INR", effective_from=TODAY + timedelta(days=begins),
        effective_until=None if until is None else TODAY + timedelta(days=until),
        withdrawn=False,
    )  # fmt: skip
    return replace(price, **changes)


async def room(store: Store) -> CounterRoom:
    made = CounterRoom(store)
    await made.open(STATION, MAIN_LIST, STATION_LIST)
    return made


async def test_of_the_prices_in_force_the_one_that_began_last_counts(store: Store) -> None:
    here = await room(store)
    prices = [
        a_price(100, -30), a_price(200, -10), a_price(300, 1), a_price(400, -5, until=-1),
    ]  # fmt: skip
    await store.prices.take_page(MAIN_LIST.id, prices, DONE)
    assert await here.pricing.price_at(MAIN_STREET, AMOXICILLIN) == 200
    last_day = a_price(500, -1, until=0)
    await store.prices.take_page(MAIN_LIST.id, [last_day], DONE)
    assert await here.pricing.price_at(MAIN_STREET, AMOXICILLIN) == 500
    await store.prices.take_page(MAIN_LIST.id, [replace(last_day, withdrawn=True)], DONE)
    assert await here.pricing.price_at(MAIN_STREET, AMOXICILLIN) == 200


async def test_a_medicine_without_a_price_there_costs_what_the_formulary_says(store: Store) -> None:
    here = await room(store)
    await store.prices.take_page(MAIN_LIST.id, [a_price(100, -30)], DONE)
    assert await here.pricing.price_at(STATION.id, AMOXICILLIN) == AMOXICILLIN.price_minor
    assert await here.pricing.price_at(None, AMOXICILLIN) == AMOXICILLIN.price_minor


async def test_whoever_has_all_of_it_comes_first_and_then_the_cheaper(store: Store) -> None:
    here = CounterRoom(store)
    cheap_and_out = a_level(id=an_id("elsewhere"), pharmacy_id=STATION.id, on_hand=5)
    await here.open(STATION, MAIN_LIST, STATION_LIST, cheap_and_out, a_level(), a_batch("A"))
    there = replace(a_price(100, -1), price_list_id=STATION_LIST.id, pharmacy_id=STATION.id)
    await store.prices.take_page(STATION_LIST.id, [there], DONE)
    dear, cheap = await here.pricing.offers([AMOXICILLIN.id], [10])
    assert (dear.pharmacy.name, dear.total_minor, dear.available) == ("Main Street", 12_000, True)
    assert (cheap.pharmacy.name, cheap.total_minor, cheap.available) == ("Station", 100, False)
    assert cheap.missing == (AMOXICILLIN.id,)
    unknown, *_ = await here.pricing.offers([TRAMADOL.id], [10])
    assert unknown.available is None, "nobody keeps stock of it here"


def a_rule(subject: str, other: str, kind: RuleKind = RuleKind.INTERACTION) -> SafetyRule:
    return SafetyRule(
        id=an_id(f"{kind} {subject} {other}"), clinic_id=CLINIC, rule_set_id=an_id("rules"),
        revision=1, kind=kind, subject=subject, other=other, level=RuleLevel.MAJOR, text="",
        source="clinicdesk", route="", max_single_ug=None, max_daily_ug=None,
        from_age_months=None, to_age_months=None, withdrawn=False,
    )  # fmt: skip


async def test_a_check_finds_the_rules_between_its_names_and_their_classes(store: Store) -> None:
    wanted = [
        a_rule("ibuprofen", "nsaids", RuleKind.CLASS),
        a_rule("anticoagulants", "nsaids"),
        a_rule("warfarin", "anticoagulants", RuleKind.CLASS),
        a_rule("ibuprofen", "", RuleKind.DOSE),
    ]
    others = [a_rule("nsaids", "lithium"), a_rule("tramadol", "", RuleKind.DOSE)]
    await store.rules.take_page(an_id("rules"), [*wanted, *others], DONE)
    names = frozenset({"ibuprofen", "warfarin"})
    found = {rule.id for rule in await store.rules.between(names)}
    assert found == {rule.id for rule in wanted}
    gone = replace(wanted[3], withdrawn=True)
    await store.rules.take_page(an_id("rules"), [gone], DONE)
    assert gone.id not in {rule.id for rule in await store.rules.between(names)}


async def test_a_list_that_is_fetched_anew_leaves_nothing_of_what_was(store: Store) -> None:
    await store.prices.take_page(MAIN_LIST.id, [a_price(100, -30)], DONE)
    await store.prices.begin_anew(MAIN_LIST.id)
    assert await store.prices.in_force([AMOXICILLIN.id], TODAY) == []
    assert (await store.prices.state(MAIN_LIST.id)).revision == 0
    assert await store.prices.in_force([], date(2026, 1, 1)) == []
