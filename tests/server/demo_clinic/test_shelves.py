"""What the demo's pharmacies keep, ask and wait for."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from clinicdesk.server.demo_clinic import AOTEAROA, ROSHNI, DemoClinic, generate

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def clinic() -> DemoClinic:
    return generate(7, 800, 200, TODAY)


def test_equal_seeds_give_equal_shelves_and_prices(clinic: DemoClinic) -> None:
    again = generate(7, 800, 200, TODAY)
    assert (again.shelves, again.prices, again.supplies) == (
        clinic.shelves,
        clinic.prices,
        clinic.supplies,
    )
    assert generate(8, 800, 200, TODAY).shelves != clinic.shelves


def test_each_pharmacy_keeps_each_medicine_on_one_shelf_at_most(clinic: DemoClinic) -> None:
    kept = Counter((shelf.pharmacy, shelf.medicine) for shelf in clinic.shelves)
    assert kept.most_common(1)[0][1] == 1
    by_pharmacy = Counter(shelf.pharmacy for shelf in clinic.shelves)
    assert by_pharmacy[0] > by_pharmacy[1] > by_pharmacy[2]


def test_what_the_prescriptions_took_had_come_in_time(clinic: DemoClinic) -> None:
    taken: Counter[tuple[int, int]] = Counter()
    for plan in clinic.prescriptions:
        for line in plan.lines:
            if plan.pharmacy is not None:
                taken[plan.pharmacy, line.medicine] += line.ready
    for shelf in clinic.shelves:
        usable = sum(b.received for b in shelf.batches if b.expires_in_days >= 0)
        assert usable >= taken[shelf.pharmacy, shelf.medicine]


def test_some_is_low_some_expires_soon_and_one_batch_has_expired(clinic: DemoClinic) -> None:
    batches = [batch for shelf in clinic.shelves for batch in shelf.batches]
    assert sum(batch.expires_in_days < 0 for batch in batches) == 1
    assert any(0 <= batch.expires_in_days <= 60 for batch in batches)
    assert all(batch.received > 0 and batch.cost_minor > 0 for batch in batches)
    assert any(not shelf.batches for shelf in clinic.shelves)


def test_pharmacies_ask_different_prices_for_the_same_medicine(clinic: DemoClinic) -> None:
    asked: defaultdict[int, set[int]] = defaultdict(set)
    for price in clinic.prices:
        if price.begins_in_days <= 0:
            asked[price.medicine].add(price.price_minor)
    assert sum(len(prices) > 1 for prices in asked.values()) > 100
    assert any(price.begins_in_days > 0 for price in clinic.prices)


def test_no_price_begins_twice_on_a_day(clinic: DemoClinic) -> None:
    begun = Counter((p.pharmacy, p.medicine, p.begins_in_days) for p in clinic.prices)
    assert begun.most_common(1)[0][1] == 1


@pytest.mark.parametrize("site", [ROSHNI, AOTEAROA])
def test_what_is_on_its_way_is_what_the_pharmacy_keeps(site: str) -> None:
    clinic = generate(1, 50, 20, TODAY, site=site)
    kept = {(shelf.pharmacy, shelf.medicine) for shelf in clinic.shelves}
    for supply in clinic.supplies:
        assert supply.lines
        assert supply.supplier < len(clinic.suppliers)
        assert all((supply.pharmacy, line.medicine) in kept for line in supply.lines)
