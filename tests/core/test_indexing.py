"""An index says what the rows say, whatever came between the steps in which it was made."""

from __future__ import annotations

import asyncio
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.entities import Patient
from clinicdesk.core import indexing
from clinicdesk.core.collection import Collection
from clinicdesk.core.indexing import Indexing
from clinicdesk.core.replica import Replica
from clinicdesk.core.search import Search
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.sample import a_patient, a_prescription

MANY = 3 * indexing._AT_ONCE
few = st.integers(0, MANY - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("renamed"), few),
        st.tuples(st.just("gone"), few),
        st.tuples(st.just("anew"), st.just(0)),
        st.tuples(st.just("turn"), st.just(0)),
    ),
    max_size=30,
)


def person(number: int, name: str) -> Patient:
    return replace(a_patient(name), id=UUID(int=number))


@given(steps)
@settings(deadline=None, max_examples=60)
def test_after_any_changes_the_index_is_that_of_the_rows(happens: list[tuple[str, int]]) -> None:
    rows: Collection[Patient] = Collection("patient")
    index: dict[UUID, str] = {}

    async def go() -> None:
        followed = Indexing(
            rows,
            begin=index.clear,
            put=lambda row: index.__setitem__(row.id, row.name),
            remove=lambda row_id: index.pop(row_id, None) and None,
            same=lambda old, new: old.name == new.name,
        )
        for number in range(MANY):
            rows.stage_server(UUID(int=number), person(number, "Anjali"))
        rows.announce()
        followed.begin_anew()
        for place, (what, number) in enumerate(happens):
            if what == "turn":
                await asyncio.sleep(0)
            elif what == "anew":
                rows.announce_reset()
            else:
                row = person(number, f"Tāne {place % 3}") if what == "renamed" else None
                rows.stage_server(UUID(int=number), row)
                rows.announce()
        await followed.completed()
        assert followed.complete
        followed.close()

    asyncio.run(go())
    assert index == {row.id: row.name for row in rows.values()}


async def test_a_code_is_found_by_any_part_of_it_even_while_the_codes_are_indexed(
    store: Store,
) -> None:
    replica = Replica(store.rows, sample.therapist.id, NoTrace())
    search = Search(replica, store.medicines)
    rows = [replace(a_prescription(code), code=code) for code in ("RX-7F3J9", "RX-99F3A")]
    for row in rows:
        replica.prescriptions.stage_server(row.id, row)
    replica.prescriptions.announce()

    def found(part: str) -> set[str]:
        return {row.code for row in search.prescriptions_with(part)}

    assert found("F3") == {"RX-7F3J9", "RX-99F3A"}, "nothing is indexed yet"
    search.index()
    assert found("F3") == {"RX-7F3J9", "RX-99F3A"}
    await search.indexed()
    assert found("F3") == {"RX-7F3J9", "RX-99F3A"}
    assert found("3J9") == {"RX-7F3J9"}
    replica.prescriptions.stage_server(rows[0].id, None)
    replica.prescriptions.announce()
    assert found("F3") == {"RX-99F3A"}
    assert found("XX") == set()
    search.close()
