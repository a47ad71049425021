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
from clinicdesk.contract.lifecycles import PRESCRIPTION_ITEM, PURCHASE_ORDER
from clinicdesk.contract.problems import Conflict, IllegalState, InvalidField
from clinicdesk.server.domain.pharmacy.at_work import expired, finished, with_lines
from clinicdesk.server.domain.pharmacy.checking import waiting
from clinicdesk.server.domain.pharmacy.handing_over import handed_over, stands_in_the_way
from clinicdesk.server.domain.pharmacy.orders import moved, open_order, stands_against, with_order
from clinicdesk.server.domain.pharmacy.telling import settle_notices
from clinicdesk.server.domain.prescribing import Held, hold, save

if TYPE_CHECKING:
    from clinicdesk.contract.commands import OfPrescription
    from clinicdesk.contract.entities import PrescriptionItem
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
    """Send it back to the prescriber, with what they need to know, while nothing is prepared.

    What was begun is left off: what was kept for it is there for others who wait.
    """
    before = await _held(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    order = _order(before, command)
    if not isinstance(order, PurchaseOrder):
        return order
    if refusal := _begun(before) or _wrong_quote(before, command):
        return refusal
    sent_back = replace(
        moved(order, OrderStatus.REJECTED, before),
        response=command.response,
        response_note=command.note,
        quoted_minor=command.quoted_minor,
    )
    after = with_order(with_lines(before, left_off(before)), sent_back)
    return await finished(tx, actor, before, after, unwanted=True)


def left_off(held: Held) -> list[PrescriptionItem]:
    """The lines that the pharmacy had begun, as they wait at the next one."""
    return [
        replace(item, status=waiting(item))
        for item in held.items
        if PRESCRIPTION_ITEM.allows(item.status, "reject_order", signed=True) is not None
    ]


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
    await settle_notices(tx, actor, before)
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


def _begun(held: Held) -> Conflict | None:
    """Why the prescriber cannot have it back: the patient has some of it, or somebody a bag."""
    code = held.header.code
    if any(item.supplied for item in held.items):
        return Conflict(
            detail=f"Some of {code} was handed over already: cancel what is left of the lines that "
            "cannot be supplied."
        )
    if any(item.prepared for item in held.items):
        return Conflict(
            detail=f"Some of {code} is prepared already: put it back to stock, or decline the "
            "lines that cannot be supplied."
        )
    return None


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
