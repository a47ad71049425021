"""A pharmacy's price list in the database: what it holds, and prices that are written into it."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID, uuid5

from msgspec import Struct

from clinicdesk.server.database.queries import Query, load_queries
from clinicdesk.server.database.rows import struct_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence

    from clinicdesk.server.database.transaction import Transaction

T = TypeVar("T")
R = TypeVar("R", bound=Struct)

_QUERIES = load_queries("clinicdesk.server.domain.pricing", "importing.sql")

_AT_ONCE: Final = 1000
"""So many rows are made into values, or written, in one piece: others are answered in between."""
_ASKED_AT_ONCE: Final = 10_000
"""So many medicines are asked for in one statement, which may go through a whole table."""


class ListAsItStands(Struct, frozen=True, kw_only=True):
    """A price list at a moment.

    Attributes:
        today: The day in the clinic's zone.
        formularies: Changes whenever a medicine does.
    """

    id: UUID
    pharmacy_id: UUID
    currency: str
    revision: int
    today: date
    formularies: int


class NamedMedicine(Struct, frozen=True, kw_only=True, gc=False):
    """A medicine as a file names it."""

    named: str
    id: UUID
    generic_name: str
    strength: str
    form: str
    brand: str
    price_minor: int

    @property
    def description(self) -> str:
        """As a person knows it."""
        plain = " ".join(part for part in (self.generic_name, self.strength, self.form) if part)
        return f"{plain} · {self.brand}" if self.brand else plain


class StandingPrice(Struct, frozen=True, kw_only=True, gc=False):
    """A price that the list has."""

    medicine_id: UUID
    price_minor: int
    effective_from: date
    effective_until: date | None
    withdrawn: bool


class NewPrice(Struct, frozen=True, kw_only=True, gc=False):
    """A price to be written."""

    medicine_id: UUID
    price_minor: int
    effective_from: date
    effective_until: date | None
    id: UUID | None = None


async def price_list(
    tx: Transaction, clinic_id: UUID, price_list_id: UUID, *, lock: bool = False
) -> ListAsItStands | None:
    """The list; None when there is none. `lock`: nobody else changes it until the transaction
    ends."""
    key = {"clinic_id": clinic_id, "price_list_id": price_list_id}
    if lock:
        await tx.execute(_QUERIES["lock_price_list"], key)
    return await tx.one(_QUERIES["price_list"], key, into=ListAsItStands)


async def medicines_named(
    tx: Transaction, clinic_id: UUID, codes: Collection[str], gtins: Collection[str]
) -> dict[str, list[NamedMedicine]]:
    """The clinic's medicines by the codes and article numbers that are theirs. Codes and numbers
    do not meet: a line that gives both is found by its code."""
    found: dict[str, list[NamedMedicine]] = {}
    for query, named in (("by_code", list(codes)), ("by_gtin", list(gtins))):
        for some in _pieces(named, _ASKED_AT_ONCE):
            params = {"clinic_id": clinic_id, "named": some}
            async for medicines in _in_pieces(tx, _QUERIES[query], params, NamedMedicine):
                for medicine in medicines:
                    found.setdefault(f"{query} {medicine.named}", []).append(medicine)
    return found


async def standing_prices(
    tx: Transaction, clinic_id: UUID, price_list_id: UUID, medicine_ids: Collection[UUID]
) -> list[StandingPrice]:
    """All that the list says of these medicines, of any day."""
    found: list[StandingPrice] = []
    for some in _pieces(list(medicine_ids), _ASKED_AT_ONCE):
        params = {"clinic_id": clinic_id, "price_list_id": price_list_id, "medicine_ids": some}
        async for prices in _in_pieces(tx, _QUERIES["standing"], params, StandingPrice):
            found += prices
    return found


async def write_prices(
    tx: Transaction,
    clinic_id: UUID,
    into: ListAsItStands,
    prices: Sequence[NewPrice],
    progress: Callable[[int], Awaitable[None]],
) -> int:
    """Write prices into a locked list, as one new revision of it; the list's version."""
    key = {"clinic_id": clinic_id, "price_list_id": into.id}
    written = 0
    for some in _pieces(prices, _AT_ONCE):
        await tx.execute(
            _QUERIES["write_prices"],
            {
                **key,
                "pharmacy_id": into.pharmacy_id,
                "currency": into.currency,
                "revision": into.revision + 1,
                "ids": [price.id or price_id(into.id, price) for price in some],
                "medicine_ids": [price.medicine_id for price in some],
                "prices": [price.price_minor for price in some],
                "begins": [price.effective_from for price in some],
                "ends": [price.effective_until for price in some],
            },
        )
        written += len(some)
        await progress(written)
    version: int = await tx.value(_QUERIES["new_revision"], key)
    return version


async def _in_pieces(
    tx: Transaction, query: Query, params: dict[str, Any], into: type[R]
) -> AsyncIterator[list[R]]:
    async with tx.connection.cursor(binary=True, row_factory=struct_rows(into)) as cursor:
        # Not prepared: a plan that is made for any list of medicines is a bad one for these.
        await cursor.execute(query.sql, params, prepare=False)
        while rows := await cursor.fetchmany(_AT_ONCE):
            yield rows
            await asyncio.sleep(0)


def _pieces(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def price_id(price_list_id: UUID, price: NewPrice) -> UUID:
    """The identifier of a medicine's price from a day on: the same whenever it is imported."""
    return uuid5(price_list_id, f"{price.medicine_id} {price.effective_from}")
