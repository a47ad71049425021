"""What a pharmacist does with the order itself: takes it on, sends it back, has it delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    DeliverOrder,
    DispatchOrder,
    Done,
    RejectOrder,
    name_of,
)
from clinicdesk.contract.entities import OrderResponse, OrderStatus, PurchaseOrder
from clinicdesk.contract.lifecycles import PURCHASE_ORDER
from clinicdesk.contract.problems import Conflict, IllegalState, InvalidField
from clinicdesk.server.domain.pharmacy.at_work import expired
from clinicdesk.server.domain.pharmacy.handing_over import handed_over, stands_in_the_way
from clinicdesk.server.domain.pharmacy.orders import moved, open_order, stands_against, with_order
from clinicdesk.server.domain.prescribing import Held, hold, save

if TYPE_CHECKING:
    from clinicdesk.contract.commands import OfPrescription
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def acknowledge_order(
    tx: Transaction, actor: MemberActor, command: AcknowledgeOrder, expected_version: int
) -> Done | Refusal:
    """Say that the pharmacy will supply it."""
    before = await _held(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    order = _order(before, command)
    if not isinstance(order, PurchaseOrder):
        return order
    taken_on = moved(order, OrderStatus.ACKNOWLEDGED, before)
    return await save(tx, actor, before, with_order(before, taken_on))


async def reject_order(
    tx: Transaction, actor: MemberActor, command: RejectOrder, expected_version: int
) -> Done | Refusal:
    """Send it back to the prescriber, with what they need to know, while nothing is prepared."""
    before = await _held(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    order = _order(before, command)
    if not isinstance(order, PurchaseOrder):
        return order
    if any(item.prepared or item.supplied for item in before.items):
        return Conflict(
            detail=f"Some of {before.header.code} is prepared already: put it back to stock, or "
            "decline the lines that cannot be supplied."
        )
    if wrong := _wrong_quote(before, command):
        return wrong
    sent_back = replace(
        moved(order, OrderStatus.REJECTED, before),
        response=command.response,
        response_note=command.note,
        quoted_minor=command.quoted_minor,
    )
    return await save(tx, actor, before, with_order(before, sent_back))


async def dispatch_order(
    tx: Transaction, actor: MemberActor, command: DispatchOrder, expected_version: int
) -> Done | Refusal:
    """Enter that all that is ready has left for the patient's address."""
    before = await _held(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    order = _order(before, command)
    if not isinstance(order, PurchaseOrder):
        return order
    on_its_way = with_order(before, moved(order, OrderStatus.OUT_FOR_DELIVERY, before))
    header = replace(before.header, delivery=True, bin=None)
    return await save(tx, actor, before, replace(on_its_way, header=header))


async def deliver_order(
    tx: Transaction, actor: MemberActor, command: DeliverOrder, expected_version: int
) -> Done | Refusal:
    """Enter that it has arrived: handed over to whoever took it in."""
    before = await _held(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    order = _order(before, command)
    if not isinstance(order, PurchaseOrder):
        return order
    if refusal := stands_in_the_way(before):
        return refusal
    arrived = replace(moved(order, OrderStatus.DELIVERED, before), received_by=command.received_by)
    after = handed_over(before, command.received_by)
    return await save(tx, actor, before, with_order(after, arrived))


async def _held(
    tx: Transaction, actor: MemberActor, command: OfPrescription, expected_version: int
) -> Held | Refusal:
    name = name_of(command)
    held = await hold(tx, actor, name, command.prescription_id, expected_version)
    return held if not isinstance(held, Held) else expired(held, name) or held


def _order(held: Held, command: OfPrescription) -> PurchaseOrder | Conflict | IllegalState:
    """The open order, when it is in a state for the command."""
    order = open_order(held)
    if order is None:
        return stands_against(held) or Conflict(
            detail=f"{held.header.code} has no open order; it is dispensed without one."
        )
    name = name_of(command)
    if PURCHASE_ORDER.allows(order.status, name, signed=True) is None:
        return held.not_possible(name, order)
    return order


def _wrong_quote(held: Held, command: RejectOrder) -> InvalidField | None:
    if command.response is OrderResponse.QUOTE and command.quoted_minor is None:
        return InvalidField(
            detail=f"A quote says what the whole of {held.header.code} would cost.",
            field="quoted_minor",
        )
    if command.response is not OrderResponse.QUOTE and command.quoted_minor is not None:
        return InvalidField(
            detail="Only a quote names a price; leave it out, or answer with a quote.",
            field="quoted_minor",
        )
    return None
