"""What a pack costs at a pharmacy today."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from collections.abc import Collection

    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.pricing", "lookup.sql")


class PackPrice(Struct, frozen=True, kw_only=True):
    """The price of a pack, in minor units of `currency`."""

    medicine_id: UUID
    price_minor: int
    currency: str


async def prices_today(
    tx: Transaction, clinic_id: UUID, pharmacy_id: UUID, medicine_ids: Collection[UUID]
) -> dict[UUID, PackPrice]:
    """The prices in force at the pharmacy, by medicine; one that it has no price for is left out
    and costs what the formulary says."""
    if not medicine_ids:
        return {}
    found = await tx.all(
        _QUERIES["prices_today"],
        {
            "clinic_id": clinic_id,
            "pharmacy_id": pharmacy_id,
            "medicine_ids": list(medicine_ids),
        },
        into=PackPrice,
    )
    return {price.medicine_id: price for price in found}
