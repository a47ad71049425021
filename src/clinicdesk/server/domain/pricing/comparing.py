"""What each line of a price file would change: pure, and on another thread than the server's."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.prices import LISTED, PriceChange, PriceFileLine
from clinicdesk.server.domain.pricing.price_lists import NamedMedicine, NewPrice, StandingPrice
from clinicdesk.server.domain.pricing.price_rows import PriceRow, RejectedPrice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

_LEFT_OUT: Final = frozenset({PriceChange.UNKNOWN, PriceChange.REJECTED})
_WRITTEN: Final = frozenset(PriceChange) - _LEFT_OUT - {PriceChange.SAME}


class _Found(Struct, frozen=True, gc=False):
    row: PriceRow
    medicine: NamedMedicine


class Comparison(Struct, frozen=True, kw_only=True):
    """What a file would do.

    Attributes:
        prices: What would be written, in the order of the file.
        changes, left_out: The first lines of each sort; `counts` counts all.
    """

    prices: list[NewPrice]
    counts: dict[PriceChange, int]
    changes: list[PriceFileLine]
    left_out: list[PriceFileLine]


def medicine_key(row: PriceRow) -> str:
    """Under which `price_lists.medicines_named` has the row's medicine."""
    return f"by_code {row.code}" if row.code else f"by_gtin {row.gtin}"


def compared(
    rows: Sequence[PriceRow | RejectedPrice],
    medicines: Mapping[str, Sequence[NamedMedicine]],
    standing: Iterable[StandingPrice],
) -> Comparison:
    """Every line of the file against what the list holds."""
    held: defaultdict[UUID, list[StandingPrice]] = defaultdict(list)
    for price in standing:
        if not price.withdrawn:
            held[price.medicine_id].append(price)
    first_lines: dict[tuple[UUID, date], int] = {}
    named = [_named(row, medicines, first_lines) for row in rows]
    found = [one for one in named if isinstance(one, _Found)]
    # Two days of one medicine: the later is compared with what the earlier makes of the list.
    found.sort(key=lambda one: one.row.effective_from)
    lines = [one for one in named if isinstance(one, PriceFileLine)]
    lines += [_compared(one, held[one.medicine.id]) for one in found]
    lines.sort(key=lambda line: line.line)
    return Comparison(
        prices=[_new(line) for line in lines if line.change in _WRITTEN],
        counts=dict(Counter(line.change for line in lines)),
        changes=_first(line for line in lines if line.change not in _LEFT_OUT),
        left_out=_first(line for line in lines if line.change in _LEFT_OUT),
    )


def _first(lines: Iterable[PriceFileLine]) -> list[PriceFileLine]:
    return list(islice(lines, LISTED))


def _named(
    row: PriceRow | RejectedPrice,
    medicines: Mapping[str, Sequence[NamedMedicine]],
    first_lines: dict[tuple[UUID, date], int],
) -> _Found | PriceFileLine:
    if isinstance(row, RejectedPrice):
        return _left_out(row.line, row.code, row.field, row.detail)
    found = medicines.get(medicine_key(row), ())
    field = "code" if row.code else "gtin"
    if not found:
        return _left_out(
            row.line,
            row.named,
            field,
            f"No medicine of the formulary has this {field}; import the formulary first, or "
            "leave the line out.",
            PriceChange.UNKNOWN,
        )
    if len(found) > 1:
        return _left_out(
            row.line,
            row.named,
            field,
            f"{len(found)} medicines have this {field}; name the one that is meant by its code.",
        )
    first = first_lines.setdefault((found[0].id, row.effective_from), row.line)
    if first != row.line:
        return _left_out(
            row.line,
            row.named,
            field,
            f"Line {first} gives a price of the same medicine from the same day; keep one of the "
            "two.",
        )
    return _Found(row, found[0])


def _compared(one: _Found, held: list[StandingPrice]) -> PriceFileLine:
    """The line, and `held` as it makes it."""
    row, medicine = one.row, one.medicine
    before = holding(held, row.effective_from)
    change = _change(row, before)
    if change in _WRITTEN:
        held[:] = [price for price in held if price.effective_from != row.effective_from]
        held.append(
            StandingPrice(
                medicine_id=medicine.id,
                price_minor=row.price_minor,
                effective_from=row.effective_from,
                effective_until=row.effective_until,
                withdrawn=False,
            )
        )
    return PriceFileLine(
        line=row.line,
        change=change,
        code=row.named,
        name=medicine.description,
        medicine_id=medicine.id,
        price_minor=row.price_minor,
        before_minor=medicine.price_minor if before is None else before.price_minor,
        effective_from=row.effective_from,
        effective_until=row.effective_until,
    )


def holding(prices: Iterable[StandingPrice], day: date) -> StandingPrice | None:
    """The price that holds on a day: of those in force the one that began last."""
    in_force = (
        price
        for price in prices
        if price.effective_from <= day
        and (price.effective_until is None or price.effective_until >= day)
    )
    return max(in_force, key=lambda price: price.effective_from, default=None)


def _change(row: PriceRow, before: StandingPrice | None) -> PriceChange:
    if before is None:
        return PriceChange.NEW
    if row.price_minor > before.price_minor:
        return PriceChange.DEARER
    if row.price_minor < before.price_minor:
        return PriceChange.CHEAPER
    if row.effective_until != before.effective_until:
        return PriceChange.REDATED
    return PriceChange.SAME


def _left_out(
    line: int, code: str, field: str, detail: str, change: PriceChange = PriceChange.REJECTED
) -> PriceFileLine:
    return PriceFileLine(line=line, change=change, code=code, field=field, detail=detail)


def _new(line: PriceFileLine) -> NewPrice:
    assert line.medicine_id is not None  # only lines that are left out have none of these
    assert line.price_minor is not None
    assert line.effective_from is not None
    return NewPrice(
        medicine_id=line.medicine_id,
        price_minor=line.price_minor,
        effective_from=line.effective_from,
        effective_until=line.effective_until,
    )
