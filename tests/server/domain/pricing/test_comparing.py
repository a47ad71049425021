"""What the lines of a file change, against every state of a list."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.prices import PriceChange
from clinicdesk.server.domain.pricing.comparing import compared, holding
from clinicdesk.server.domain.pricing.price_lists import NamedMedicine, StandingPrice
from clinicdesk.server.domain.pricing.price_rows import PriceRow

TODAY = date(2026, 3, 2)
MEDICINES = [
    NamedMedicine(
        named=f"in-{n}", id=uuid.UUID(int=n + 1), generic_name="A", strength="", form="tablet",
        brand="", price_minor=500,
    )
    for n in range(4)
]  # fmt: skip
KNOWN = {f"by_code {medicine.named}": [medicine] for medicine in MEDICINES}

days = st.integers(min_value=-3, max_value=3).map(lambda n: TODAY + timedelta(days=n))


@st.composite
def rows(draw: st.DrawFn) -> list[PriceRow]:
    found = []
    for place in range(draw(st.integers(min_value=0, max_value=12))):
        begins = draw(days)
        length = draw(st.none() | st.integers(min_value=0, max_value=4))
        found.append(
            PriceRow(
                line=place + 2,
                code=f"in-{draw(st.integers(min_value=0, max_value=5))}",
                gtin="",
                price_minor=draw(st.sampled_from([400, 500, 600])),
                effective_from=begins,
                effective_until=None if length is None else begins + timedelta(days=length),
            )
        )
    return found


@st.composite
def lists(draw: st.DrawFn) -> list[StandingPrice]:
    found: dict[tuple[uuid.UUID, date], StandingPrice] = {}
    for row in draw(rows()):
        if (key := f"by_code {row.code}") in KNOWN:
            medicine = KNOWN[key][0]
            found[medicine.id, row.effective_from] = StandingPrice(
                medicine_id=medicine.id,
                price_minor=row.price_minor,
                effective_from=row.effective_from,
                effective_until=row.effective_until,
                withdrawn=draw(st.booleans()),
            )
    return list(found.values())


@given(rows(), lists())
def test_every_line_is_told_once_and_what_changes_is_written(
    file: list[PriceRow], standing: list[StandingPrice]
) -> None:
    found = compared(file, KNOWN, standing)
    assert sorted(line.line for line in [*found.changes, *found.left_out]) == [
        row.line for row in file
    ]
    assert sum(found.counts.values()) == len(file)
    unchanged = found.counts.get(PriceChange.SAME, 0)
    assert len(found.prices) == len(found.changes) - unchanged
    assert len({(p.medicine_id, p.effective_from) for p in found.prices}) == len(found.prices)


@given(rows(), lists())
def test_after_the_import_the_list_says_what_the_file_says_and_again_it_changes_nothing(
    file: list[PriceRow], standing: list[StandingPrice]
) -> None:
    first = compared(file, KNOWN, standing)
    after = {(p.medicine_id, p.effective_from): p for p in standing}
    for price in first.prices:
        after[price.medicine_id, price.effective_from] = StandingPrice(
            medicine_id=price.medicine_id,
            price_minor=price.price_minor,
            effective_from=price.effective_from,
            effective_until=price.effective_until,
            withdrawn=False,
        )
    now = list(after.values())
    for line in first.changes:
        of_medicine = [p for p in now if p.medicine_id == line.medicine_id and not p.withdrawn]
        assert line.effective_from is not None
        held = holding(of_medicine, line.effective_from)
        assert held is not None
        assert (held.price_minor, held.effective_until) == (line.price_minor, line.effective_until)
    again = compared(file, KNOWN, now)
    assert again.prices == []
