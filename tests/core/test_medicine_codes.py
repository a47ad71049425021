"""Products are found by the code that the clinic's list gives them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.schema import STEPS
from clinicdesk.core.store.sqlcipher import connect
from clinicdesk.core.store.store import Store
from tests.core.conftest import IDENTITY, KEY
from tests.core.sample import NOON, a_medicine, an_id, formulary

LIST = [
    a_medicine("Amoxicillin", code="IN-0042", id=an_id("one")),
    a_medicine("Insulin", "100 IU/ml", code="IN-0043", id=an_id("two")),
    a_medicine("Mupirocin", "2 %", form="ointment", code="mupirocin-2pc", id=an_id("three")),
    a_medicine("Insulin glargine", "42 IU/ml", code="Z-1", id=an_id("four")),
]


async def found(store: Store, typed: str) -> list[str]:
    return [each.code for each in await store.medicines.search(typed, 20)]


async def filled(store: Store) -> Store:
    await store.medicines.take_page(formulary.id, LIST, CatalogueState(1, None))
    return store


@pytest.mark.parametrize("typed", ["IN-0042", "in-0042", "  IN-0042 "])
async def test_the_product_of_a_code_is_the_first(store: Store, typed: str) -> None:
    assert (await found(await filled(store), typed))[0] == "IN-0042"


async def test_a_code_that_is_half_typed_finds_all_that_begin_so(store: Store) -> None:
    assert await found(await filled(store), "in-00") == ["IN-0042", "IN-0043"]


async def test_names_are_found_as_ever(store: Store) -> None:
    await filled(store)
    assert set(await found(store, "insulin")) == {"IN-0043", "Z-1"}
    assert await found(store, "amoxicilin") == ["IN-0042"]


async def test_a_product_whose_code_is_a_name_leads_and_the_others_follow(store: Store) -> None:
    await filled(store)
    twin = a_medicine("Mupirocin", "2 %", form="cream", code="x-9", id=an_id("five"))
    named = a_medicine("Petroleum jelly", code="mupirocin", id=an_id("six"))
    await store.medicines.take_page(formulary.id, [twin, named], CatalogueState(2, None))
    codes = await found(store, "mupirocin")
    assert codes[0] == "mupirocin"
    assert set(codes) == {"mupirocin", "mupirocin-2pc", "x-9"}


async def test_a_code_that_changed_is_found_under_the_new_one_alone(store: Store) -> None:
    await filled(store)
    changed = msgspec.structs.replace(LIST[0], code="NEW-77", revision=2)
    await store.medicines.take_page(formulary.id, [changed], CatalogueState(2, None))
    assert await found(store, "new-77") == ["NEW-77"]
    assert "NEW-77" not in await found(store, "IN-0042")


async def test_products_that_an_earlier_version_has_fetched_are_found_by_their_codes(
    store_path: Path,
) -> None:
    store_path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(store_path, KEY)
    for step in STEPS[:4]:
        connection.executescript(step)
    connection.execute("PRAGMA user_version = 4")
    connection.executemany("INSERT INTO fact VALUES (?, ?)", list(IDENTITY.items()))
    bodies = [msgspec.json.encode(LIST[0]), b"of another shape"]
    for n, body in enumerate(bodies):
        connection.execute(
            "INSERT INTO medicine (id, name, body) VALUES (?, ?, ?)",
            (an_id(f"kept {n}").bytes, "kept", body),
        )
    connection.close()
    store = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    assert await found(store, "IN-0042") == ["IN-0042"]
    await store.close()
