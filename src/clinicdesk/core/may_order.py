"""What a member may do with an order to a supplier now, and why not."""

from __future__ import annotations

from typing import Final

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.commands import Command, WriteSupplyOrder, name_of
from clinicdesk.contract.entities import Member, SupplyOrder, SupplyOrderStatus
from clinicdesk.contract.lifecycles import SUPPLY_ORDER

_STATES: Final = {
    SupplyOrderStatus.DRAFT: "It has not been submitted yet.",
    SupplyOrderStatus.SUBMITTED: "It was submitted already.",
    SupplyOrderStatus.ACKNOWLEDGED: "The supplier has confirmed it already.",
    SupplyOrderStatus.PARTIALLY_RECEIVED: "A part of it has come already.",
    SupplyOrderStatus.RECEIVED: "All of it has come already.",
    SupplyOrderStatus.CLOSED: "It is closed.",
    SupplyOrderStatus.CLOSED_SHORT: "It is closed.",
    SupplyOrderStatus.CANCELLED: "It was cancelled.",
}


def role_forbids(command: type[Command], member: Member) -> str | None:
    """Why a pharmacist's command is not this member's to give; None: it is."""
    if not member.active or member.role not in COMMANDS[name_of(command)]:
        return "Only pharmacists can do this."
    if member.pharmacy_id is None:
        return "You do not belong to a pharmacy."
    return None


def why_not_supply(command: type[Command], order: SupplyOrder | None, member: Member) -> str | None:
    """Why `member` may not give `command` on this order now; None: they may."""
    why = role_forbids(command, member)
    if why is not None or command is WriteSupplyOrder:
        return why
    if order is None:
        return "This order is not on this desk any more."
    if SUPPLY_ORDER.allows(order.status, name_of(command), signed=True) is None:
        return _STATES[order.status]
    return None
