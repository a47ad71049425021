"""When a medicine is low at a pharmacy, how much is ordered then, and where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.commands import Done, SetReorder
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.stock.shelves import hold_shelves, shelf_id
from clinicdesk.server.domain.stock.surroundings import (
    counter_of,
    no_such_medicine,
    stock_products,
)

if TYPE_CHECKING:
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.stock", "reordering.sql")


async def set_reorder(
    tx: Transaction, actor: MemberActor, command: SetReorder, _expected_version: int = 0
) -> Done | Refusal:
    """Say when a medicine is low at the actor's pharmacy, which keeps stock of it from then on."""
    pharmacy_id = counter_of(actor, "set_reorder", command.pharmacy_id)
    if not isinstance(pharmacy_id, UUID):
        return pharmacy_id
    if not await stock_products(tx, actor, [command.medicine_id]):
        return no_such_medicine()
    clinic_id = actor.member.clinic_id
    await hold_shelves(tx, clinic_id, pharmacy_id, [command.medicine_id])
    version = await tx.value(
        _QUERIES["set_reorder"],
        {
            "id": shelf_id(pharmacy_id, command.medicine_id),
            "clinic_id": clinic_id,
            "pharmacy_id": pharmacy_id,
            "medicine_id": command.medicine_id,
            "reorder_level": command.reorder_level,
            "reorder_packs": command.reorder_packs,
            "shelf": command.shelf.strip(),
        },
    )
    return await done(tx, actor, version)
