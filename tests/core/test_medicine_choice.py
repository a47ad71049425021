"""Medicines are proposed as the pharmacy has them to which the prescription goes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from clinicdesk.contract.entities import Medicine, Row
from clinicdesk.core.medicine_choice import MedicineChoice, MedicineChoices
from clinicdesk.core.search import Search
from clinicdesk.core.stock import Availability
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.store import Store
from tests.core import sample
from tests.core.counter_room import CounterRoom, a_level
from tests.core.sample import MAIN_STREET, a_medicine, an_id
from tests.core.test_catalogues import DONE, STATION, STATION_LIST, a_price

PAGE = CatalogueState(2, None)
MOXA = a_medicine("Moxa", "250 mg", brand="Aaa", id=an_id("moxa a"))
MOXB = a_medicine("Moxa", "500 mg", brand="Bbb", id=an_id("moxa b"))
MOXC = a_medicine("Moxa", "500 mg", brand="Ccc", id=an_id("moxa c"))
MOXD = a_medicine("Moxa", "875 mg", brand="Ddd", id=an_id("moxa d"))
SYRUP = a_medicine("Moxa", "125 mg/5 ml", form="syrup", brand="Eee", id=an_id("moxa e"))
BOTH = a_medicine("Moxa + clavulanic acid", "500 mg", brand="Fff", id=an_id("moxa f"))
OLD = a_medicine("Moxa", "100 mg", brand="Old", id=an_id("moxa g"), discontinued=True)
AS_EVER = [MOXA, MOXB, MOXC, MOXD, SYRUP, BOTH, OLD]


def at_the_station(medicine: Medicine, on_hand: int, reorder_level: int = 0) -> Row:
    return a_level(medicine, pharmacy_id=STATION.id, on_hand=on_hand, reorder_level=reorder_level)


async def choices(store: Store, *rows: Row) -> tuple[MedicineChoices, CounterRoom]:
    here = CounterRoom(store)
    await here.open(STATION, STATION_LIST, *rows)
    await store.medicines.take_page(sample.formulary.id, AS_EVER, PAGE)
    search = Search(here.replica, store.medicines)
    return MedicineChoices(search, here.stock, here.pricing), here


def brands(found: Sequence[MedicineChoice]) -> list[str]:
    return [each.medicine.brand for each in found]


async def found(store: Store, *rows: Row, at: UUID | None = STATION.id, typed: str = "moxa",
                limit: int = 20, age: int | None = None) -> list[MedicineChoice]:  # fmt: skip
    made, _here = await choices(store, *rows)
    return await made.find(typed, limit, age=age, pharmacy_id=at)


async def test_without_a_pharmacy_the_order_is_that_of_the_search(store: Store) -> None:
    there = await found(store, at_the_station(MOXD, 50), at=None)
    assert brands(there) == [medicine.brand for medicine in AS_EVER]
    assert {each.availability for each in there} == {None}


async def test_a_pharmacy_that_counts_no_stock_changes_nothing(store: Store) -> None:
    there = await found(store, at_the_station(MOXD, 50), at=MAIN_STREET)
    assert brands(there) == [medicine.brand for medicine in AS_EVER]
    assert {each.availability for each in there} == {None}


async def test_what_the_pharmacy_has_comes_first_then_what_it_keeps_then_the_rest(
    store: Store,
) -> None:
    there = await found(
        store, at_the_station(MOXB, 0), at_the_station(MOXC, 5, 10), at_the_station(MOXD, 50)
    )
    assert brands(there)[:4] == ["Ccc", "Ddd", "Bbb", "Aaa"]
    assert [each.availability for each in there][:4] == [
        Availability.LOW, Availability.IN_STOCK, Availability.NONE, Availability.NOT_KEPT,
    ]  # fmt: skip


async def test_stock_never_puts_another_medicine_or_form_before_the_one_that_was_typed(
    store: Store,
) -> None:
    there = await found(
        store, at_the_station(BOTH, 50), at_the_station(SYRUP, 50), at_the_station(OLD, 50)
    )
    assert brands(there) == [medicine.brand for medicine in AS_EVER]
    for_a_child = await found(store, at_the_station(MOXA, 50), age=3)
    assert brands(for_a_child)[0] == "Eee", "a small child is given the syrup"


async def test_a_product_that_is_there_is_found_behind_many_that_are_not(store: Store) -> None:
    there = await found(store, at_the_station(MOXD, 50), limit=2)
    assert brands(there) == ["Ddd", "Aaa"]


async def test_each_says_what_it_costs_there_today(store: Store) -> None:
    made, _here = await choices(store, at_the_station(MOXA, 50))
    cheaper = a_price(
        8_800, -1, price_list_id=STATION_LIST.id, pharmacy_id=STATION.id, medicine_id=MOXA.id
    )
    await store.prices.take_page(STATION_LIST.id, [cheaper], DONE)
    there = await made.find("moxa 250", 5, pharmacy_id=STATION.id)
    assert [each.price_minor for each in there] == [8_800]
    assert [each.medicine.price_minor for each in there] == [MOXA.price_minor]
    anywhere = await made.find("moxa 250", 5)
    assert [each.price_minor for each in anywhere] == [MOXA.price_minor]


async def test_what_is_shown_can_be_asked_again_in_its_order(store: Store) -> None:
    made, here = await choices(store, at_the_station(MOXA, 50), at_the_station(MOXB, 1))
    shown = [each.medicine for each in await made.find("moxa", 3, pharmacy_id=STATION.id)]
    assert [medicine.brand for medicine in shown] == ["Aaa", "Bbb", "Ccc"]
    gone = at_the_station(MOXA, 0)
    await here.replica.swap(sample.a_snapshot(sample.pharmacist, sample.clinic, STATION, gone))
    again = await made.at(STATION.id, shown)
    assert brands(again) == ["Aaa", "Bbb", "Ccc"]
    assert again[0].availability is Availability.NONE


async def test_a_pharmacy_that_has_it_comes_before_one_of_which_nobody_knows(store: Store) -> None:
    _made, here = await choices(store, at_the_station(MOXA, 50))
    dearer = a_price(
        90_000, -1, price_list_id=STATION_LIST.id, pharmacy_id=STATION.id, medicine_id=MOXA.id
    )
    await store.prices.take_page(STATION_LIST.id, [dearer], DONE)
    offers = await here.pricing.offers([MOXA.id], [10])
    assert [(offer.pharmacy.id, offer.available) for offer in offers] == [
        (STATION.id, True), (MAIN_STREET, None),
    ]  # fmt: skip
