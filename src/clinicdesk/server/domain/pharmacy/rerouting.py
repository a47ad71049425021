"""What a prescriber does with an order that was sent back: another pharmacy, or the quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clinicdesk.contract.commands import Done, RerouteOrder
from clinicdesk.contract.entities import ItemStatus, OrderStatus, PurchaseOrder
from clinicdesk.contract.problems import Conflict
from clinicdesk.server.domain.pharmacy.at_work import expired
from clinicdesk.server.domain.pharmacy.orders import last_order, open_order, order_id, reopened
from clinicdesk.server.domain.prescribing import (
    WITHDRAWN,
    Held,
    Recipient,
    hold,
    make_known,
    products,
    quoted,
    recipient_of,
    repriced,
    save,
    settled_by_lines,
)

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_WAITED: Final = frozenset({ItemStatus.ON_HOLD, ItemStatus.OWING})


async def reroute_order(
    tx: Transaction, actor: MemberActor, command: RerouteOrder, expected_version: int
) -> Done | Refusal:
    """Send what came back to another pharmacy, at the prices there; or take the quote."""
    before = await hold(tx, actor, "reroute_order", command.prescription_id, expected_version)
    if not isinstance(before, Held):
        return before
    sent_back = _sent_back(before, command.pharmacy_id)
    if not isinstance(sent_back, PurchaseOrder):
        return sent_back
    if refusal := expired(before, "reroute_order"):
        return refusal
    recipient = await recipient_of(tx, before, command.pharmacy_id)
    if not isinstance(recipient, Recipient):
        return recipient
    begun_anew = afresh(before, command.pharmacy_id)
    if command.pharmacy_id == sent_back.pharmacy_id and sent_back.quoted_minor is not None:
        priced: Held | Conflict = quoted(begun_anew, sent_back.quoted_minor)
    else:
        medicines = [item.medicine_id for item in begun_anew.items]
        there = await products(tx, before.header.clinic_id, medicines, command.pharmacy_id)
        priced = repriced(begun_anew, there)
    if isinstance(priced, Conflict):
        return priced
    await make_known(tx, before, command.pharmacy_id, recipient)
    return await save(tx, actor, before, rerouted(priced, actor.member.id))


def afresh(held: Held, pharmacy_id: UUID) -> Held:
    """At the pharmacy, with lines as the prescriber wrote them: what the one before had promised,
    put on hold or substituted is undone."""
    header = replace(held.header, pharmacy_id=pharmacy_id, bin=None)
    return replace(held, header=header, items=[_afresh(item) for item in held.items])


def rerouted(priced: Held, member_id: UUID) -> Held:
    """With the next order, and with the money that is too much owed back."""
    order = order_id(priced.header.id, len(priced.orders) + 1)
    return reopened(settled_by_lines(priced, order, member_id))


def _afresh(item: PrescriptionItem) -> PrescriptionItem:
    if item.status in WITHDRAWN:
        return item
    return replace(
        item,
        status=ItemStatus.PENDING if item.status in _WAITED else item.status,
        owing=0,
        hold_reason=None,
        substitute_id=None,
        substitute_brand=None,
        substitution_reason=None,
        prescribed_minor=None,
        passed_over=0,
    )


def _sent_back(held: Held, pharmacy_id: UUID) -> PurchaseOrder | Conflict:
    order = last_order(held)
    code = held.header.code
    if order is None or order.status is not OrderStatus.REJECTED or open_order(held) is not None:
        return Conflict(
            detail=f"{code} is with its pharmacy; it can go to another one once that has sent it "
            "back."
        )
    if pharmacy_id == order.pharmacy_id and order.quoted_minor is None:
        return Conflict(
            detail=f"That pharmacy has sent {code} back without a quote; choose another one.",
            field="pharmacy_id",
        )
    return order
