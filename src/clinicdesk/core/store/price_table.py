"""The pharmacies' prices in the store: what a pack costs at one of them on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Price
from clinicdesk.core.store.paged_table import PagedTable
from clinicdesk.core.store.sqlcipher import Connection


class ListedPrice(Struct, frozen=True):
    """What a pack costs by a price list, in minor units."""

    price_list_id: UUID
    medicine_id: UUID
    price_minor: int
    currency: str


class HeldPrice(Struct, frozen=True):
    """What a pack costs from one day to another, in minor units; without a last day: until another
    begins."""

    price_minor: int
    effective_from: date
    effective_until: date | None


class PriceTable(PagedTable[Price]):
    """The table `price`. Prices that were withdrawn are not kept."""

    async def of(self, price_list_id: UUID, medicine_id: UUID) -> list[HeldPrice]:
        """All prices that a list has of a medicine, past and to come, the first first."""

        def work(connection: Connection) -> list[HeldPrice]:
            rows = connection.execute(
                "SELECT price_minor, effective_from, effective_until FROM price "
                "WHERE medicine_id = ? AND price_list_id = ? ORDER BY effective_from",
                (medicine_id.bytes, price_list_id.bytes),
            )
            return [
                HeldPrice(minor, date.fromisoformat(begins), ends and date.fromisoformat(ends))
                for minor, begins, ends in rows.fetchall()
            ]

        return await self._reader.run(work)

    async def in_force(self, medicine_ids: Collection[UUID], day: date) -> list[ListedPrice]:
        """The prices of these medicines that hold on a day, one for each list that has one.

        Of several that hold the one that began last counts.
        """
        wanted = [medicine_id.bytes for medicine_id in medicine_ids]
        today = day.isoformat()

        def work(connection: Connection) -> list[ListedPrice]:
            marks = ", ".join("?" * len(wanted))
            rows = connection.execute(
                "SELECT price_list_id, medicine_id, price_minor, currency FROM price "
                f"WHERE medicine_id IN ({marks}) AND effective_from <= ? "
                "AND (effective_until IS NULL OR effective_until >= ?) ORDER BY effective_from",
                (*wanted, today, today),
            )
            last: dict[tuple[bytes, bytes], ListedPrice] = {}
            for of_list, medicine, price_minor, currency in rows.fetchall():
                last[of_list, medicine] = ListedPrice(
                    UUID(bytes=of_list), UUID(bytes=medicine), price_minor, currency
                )
            return list(last.values())

        return await self._reader.run(work) if wanted else []

    def _put(self, connection: Connection, rows: Sequence[Price]) -> None:
        connection.executemany(
            "DELETE FROM price WHERE id = ?", [(p.id.bytes,) for p in rows if p.withdrawn]
        )
        connection.executemany(
            "INSERT OR REPLACE INTO price (id, price_list_id, medicine_id, price_minor, currency, "
            "effective_from, effective_until) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    price.id.bytes,
                    price.price_list_id.bytes,
                    price.medicine_id.bytes,
                    price.price_minor,
                    price.currency,
                    price.effective_from.isoformat(),
                    price.effective_until and price.effective_until.isoformat(),
                )
                for price in rows
                if not price.withdrawn
            ],
        )

    def _let_go(self, connection: Connection, list_id: UUID) -> None:
        connection.execute("DELETE FROM price WHERE price_list_id = ?", (list_id.bytes,))

    def _readable(self, _connection: Connection) -> bool:
        return True  # columns, not bodies: a change of them is a step of the schema

    def _changed(self) -> None:
        """Nothing is reckoned from them."""
