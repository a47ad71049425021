"""The ledger of a medicine at a pharmacy, to look at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import StockMovement
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.stock", "movements.sql")

LONGEST_LEDGER: Final = 500


class Entry(Struct, frozen=True):
    """Where a page goes on: after the movement with this time and identifier."""

    at: datetime
    id: UUID


async def movements(
    tx: Transaction,
    clinic_id: UUID,
    pharmacy_id: UUID,
    medicine_id: UUID,
    *,
    after: Entry | None,
    limit: int,
) -> list[StockMovement]:
    """Those that the acting member sees, newest first, at most `limit`."""
    return await tx.all(
        _QUERIES["movements"],
        {
            "clinic_id": clinic_id,
            "pharmacy_id": pharmacy_id,
            "medicine_id": medicine_id,
            "at": after.at if after else None,
            "id": after.id if after else None,
            "limit": limit,
        },
        into=StockMovement,
    )
