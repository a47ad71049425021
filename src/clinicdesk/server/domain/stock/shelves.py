"""The shelves of a pharmacy: a row for each medicine that it keeps, the lock of its batches."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import msgspec

from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from collections.abc import Collection

    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.stock", "shelves.sql")


async def hold_shelves(
    tx: Transaction, clinic_id: UUID, pharmacy_id: UUID, medicine_ids: Collection[UUID]
) -> None:
    """Lock the shelves of these medicines with all their batches, before the first write."""
    key = {
        "clinic_id": clinic_id,
        "pharmacy_id": pharmacy_id,
        "medicine_ids": sorted(medicine_ids),
    }
    await tx.execute(_QUERIES["hold_shelves"], key)


async def open_shelves(
    tx: Transaction, clinic_id: UUID, pharmacy_id: UUID, medicine_ids: Collection[UUID]
) -> None:
    """Have the pharmacy keep stock of these medicines, where it does not yet."""
    shelves = [
        {"id": str(shelf_id(pharmacy_id, medicine_id)), "medicine_id": str(medicine_id)}
        for medicine_id in sorted(medicine_ids)
    ]
    await tx.execute(
        _QUERIES["open_shelves"],
        {
            "clinic_id": clinic_id,
            "pharmacy_id": pharmacy_id,
            "shelves": msgspec.json.encode(shelves).decode(),
        },
    )


def shelf_id(pharmacy_id: UUID, medicine_id: UUID) -> UUID:
    """The identifier of the shelf: the same whoever puts it up."""
    return uuid5(pharmacy_id, f"shelf {medicine_id}")
