"""What becomes of an order to a supplier, but for its goods: sent, confirmed, closed, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clinicdesk.contract.commands import (
    AcknowledgeSupplyOrder,
    CancelSupplyOrder,
    CloseSupplyOrder,
    Done,
    SubmitSupplyOrder,
)
from clinicdesk.contract.entities import SupplyOrderStatus
from clinicdesk.contract.problems import Conflict, InvalidField, Refusal
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.supply.held import HeldSupply, hold, save
from clinicdesk.server.domain.supply.writing import is_open

if TYPE_CHECKING:
    from clinicdesk.contract.entities import SupplyOrder
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

SHORTEST_REASON: Final = 3


async def submit_supply_order(
    tx: Transaction, actor: MemberActor, command: SubmitSupplyOrder, expected_version: int
) -> Done | Refusal:
    """Enter that it was sent to the supplier."""
    before = await hold(tx, actor, "submit_supply_order", command.supply_order_id, expected_version)
    if not isinstance(before, HeldSupply):
        return before
    if not before.lines:
        return Conflict(
            detail=f"{before.order.code} orders nothing yet; add a line first.", field="lines"
        )
    if not await is_open(tx, actor, before.order.supplier_id):
        return Conflict(
            detail=f"Nothing is ordered from {before.supplier} any more; choose another supplier.",
            field="supplier_id",
        )
    order = replace(
        before.order,
        status=SupplyOrderStatus.SUBMITTED,
        submitted_at=before.now,
        submitted_by=actor.member.id,
    )
    return await _saved(tx, actor, before, order)


async def acknowledge_supply_order(
    tx: Transaction, actor: MemberActor, command: AcknowledgeSupplyOrder, expected_version: int
) -> Done | Refusal:
    """Enter that the supplier has confirmed it, and when the goods are expected."""
    before = await hold(
        tx, actor, "acknowledge_supply_order", command.supply_order_id, expected_version
    )
    if not isinstance(before, HeldSupply):
        return before
    if command.expected_on is not None and command.expected_on < before.today:
        return InvalidField(
            detail=f"{command.expected_on:%d %b %Y} is past; goods are expected today or later.",
            field="expected_on",
        )
    order = replace(
        before.order,
        status=SupplyOrderStatus.ACKNOWLEDGED,
        acknowledged_at=before.now,
        expected_on=command.expected_on,
    )
    return await _saved(tx, actor, before, order)


async def close_supply_order(
    tx: Transaction, actor: MemberActor, command: CloseSupplyOrder, expected_version: int
) -> Done | Refusal:
    """Enter that nothing more is expected; why, where not all of it came."""
    before = await hold(tx, actor, "close_supply_order", command.supply_order_id, expected_version)
    if not isinstance(before, HeldSupply):
        return before
    reason = command.reason.strip()
    short = before.order.status is SupplyOrderStatus.PARTIALLY_RECEIVED
    if short and len(reason) < SHORTEST_REASON:
        return InvalidField(
            detail=f"Not all of {before.order.code} has come; say why nothing more is expected.",
            field="reason",
        )
    order = replace(
        before.order,
        status=SupplyOrderStatus.CLOSED_SHORT if short else SupplyOrderStatus.CLOSED,
        closed_at=before.now,
        close_reason=reason or None,
    )
    return await _saved(tx, actor, before, order)


async def cancel_supply_order(
    tx: Transaction, actor: MemberActor, command: CancelSupplyOrder, expected_version: int
) -> Done | Refusal:
    """Take it back before anything has come."""
    before = await hold(tx, actor, "cancel_supply_order", command.supply_order_id, expected_version)
    if not isinstance(before, HeldSupply):
        return before
    order = replace(
        before.order,
        status=SupplyOrderStatus.CANCELLED,
        closed_at=before.now,
        close_reason=command.reason,
    )
    return await _saved(tx, actor, before, order)


async def _saved(
    tx: Transaction, actor: MemberActor, before: HeldSupply, order: SupplyOrder
) -> Done | Refusal:
    version = await save(tx, actor, before, replace(before, order=order))
    return version if isinstance(version, Conflict) else await done(tx, actor, version)
