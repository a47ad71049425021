"""The facts of the paper of an order to a supplier."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import (
    Clinic,
    Medicine,
    Pharmacy,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
)
from clinicdesk.contract.problems import NotFound
from clinicdesk.printing.facts import Printing, SupplyFacts
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.paper", "paper.sql")


class _Found(Struct, frozen=True):
    order: SupplyOrder
    clinic: Clinic
    pharmacy: Pharmacy
    supplier: Supplier
    lines: list[SupplyOrderLine]
    medicines: dict[UUID, Medicine]
    ordered_by: str


_decoder = msgspec.json.Decoder(_Found)


async def supply_facts(
    tx: Transaction, actor: MemberActor, supply_order_id: UUID, at: datetime
) -> SupplyFacts | NotFound:
    """What its paper says, for its pharmacy and the administrator; others see no such order.

    A draft is put on paper too, and says that it is one: it is no order yet. How often it was
    printed is not known yet.
    """
    key = {"clinic_id": actor.member.clinic_id, "supply_order_id": supply_order_id}
    text = await tx.value(_QUERIES["supply_order"], key)
    if text is None:
        return no_such_supply_order()
    found = _decoder.decode(text)
    return SupplyFacts(
        clinic=found.clinic,
        pharmacy=found.pharmacy,
        supplier=found.supplier,
        order=found.order,
        lines=found.lines,
        medicines=found.medicines,
        ordered_by=found.ordered_by,
        printing=Printing(at=at, by=actor.member.name),
    )


def no_such_supply_order() -> NotFound:
    """It does not exist, or is not the member's to see."""
    return NotFound(
        detail="There is no such order to a supplier, or it is not yours to see.",
        entity="supply_order",
    )
