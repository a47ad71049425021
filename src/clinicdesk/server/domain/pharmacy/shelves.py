"""What a command on a prescription locks of its pharmacy's shelves, before the first write."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.pharmacy.preparing import Packed, in_hand

if TYPE_CHECKING:
    from collections.abc import Collection

    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing import Held
    from clinicdesk.server.domain.stock import Shelf

_QUERIES = load_queries("clinicdesk.server.domain.pharmacy", "shelves.sql")


async def shelf_of(
    tx: Transaction,
    actor: MemberActor,
    held: Held,
    medicine_ids: Collection[UUID],
    *,
    named_batch: UUID | None = None,
) -> Shelf:
    """What the prescription's pharmacy has of these products, locked."""
    assert held.header.pharmacy_id is not None  # it was signed
    return await stock.locked_shelf(
        tx,
        held.header.clinic_id,
        held.header.pharmacy_id,
        medicine_ids,
        member_id=actor.member.id,
        named_batch=named_batch,
    )


async def lock_what_goes_back(tx: Transaction, held: Held, item_ids: Collection[UUID]) -> None:
    """Lock where what is in the hand for these lines came from."""
    going = [d for d in in_hand(held, item_ids) if d.batch_id is not None]
    if going:
        await stock.hold_shelves(
            tx, held.header.clinic_id, going[0].pharmacy_id, {d.medicine_id for d in going}
        )


async def packed(tx: Transaction, held: Held, ids: Collection[UUID]) -> dict[UUID, Packed]:
    """The formulary's products of these identifiers; those it does not have are left out."""
    found = await tx.all(
        _QUERIES["packed"],
        {"clinic_id": held.header.clinic_id, "ids": sorted(ids)},
        into=Packed,
    )
    return {product.id: product for product in found}
