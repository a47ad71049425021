"""Wholesalers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.commands import Done, WriteSupplier
from clinicdesk.contract.problems import InvalidField
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.stock.surroundings import counter_of

if TYPE_CHECKING:
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.stock", "suppliers.sql")


async def write_supplier(
    tx: Transaction, actor: MemberActor, command: WriteSupplier, _expected_version: int = 0
) -> Done | Refusal:
    """Enter a wholesaler, or correct what is said of one. All pharmacies of a clinic share them."""
    counter = counter_of(actor, "write_supplier")
    if not isinstance(counter, UUID):
        return counter
    name = " ".join(command.name.split())
    if not name:
        return InvalidField(detail="A supplier needs a name.", field="name")
    supplier = {
        "id": command.supplier_id,
        "clinic_id": actor.member.clinic_id,
        "name": name,
        "phone": command.phone.strip(),
        "email": command.email.strip(),
        "address": command.address.strip(),
        "active": command.active,
    }
    await tx.execute(_QUERIES["lock_supplier"], supplier)
    version = await tx.value(_QUERIES["write_supplier"], supplier)
    return await done(tx, actor, version)
