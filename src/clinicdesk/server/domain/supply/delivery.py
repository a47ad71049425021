"""Goods of an order to a supplier: onto the shelves, and to those who waited for them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.commands import Done, ReceiveGoods
from clinicdesk.contract.entities import SupplyOrderStatus
from clinicdesk.contract.problems import Conflict, InvalidField, Refusal
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.pharmacy import give_out, hold_waiting
from clinicdesk.server.domain.stock import (
    Arrival,
    Surroundings,
    bring_in,
    locked_shelf,
    unfit,
)
from clinicdesk.server.domain.supply.held import HeldSupply, hold, save

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicdesk.contract.commands import ReceivedGoods
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def receive_goods(
    tx: Transaction, actor: MemberActor, command: ReceiveGoods, expected_version: int
) -> Done | Refusal:
    """Put a delivery onto the shelves, in whole or in part, and let waiting lines be picked."""
    before = await hold(tx, actor, "receive_goods", command.supply_order_id, expected_version)
    if not isinstance(before, HeldSupply):
        return before
    arrivals = arrivals_of(before, command.goods)
    if isinstance(arrivals, InvalidField):
        return arrivals
    pharmacy_id = before.order.pharmacy_id
    arrived = units_by_medicine(arrivals)
    # All that will be changed is locked first: the order, prescriptions, shelves.
    await hold_waiting(tx, actor, pharmacy_id, arrived)
    shelf = await locked_shelf(tx, before.order.clinic_id, pharmacy_id, arrived)
    if wrong := unfit(arrivals, shelf, before.today):
        return wrong
    around = Surroundings(today=before.today, now=before.now, currency=before.order.currency)
    gone_into = await bring_in(
        tx, actor, pharmacy_id, arrivals, around, command.delivery_id, before.order.id
    )
    if isinstance(gone_into, Conflict):
        return gone_into
    given = await give_out(tx, actor, pharmacy_id, arrived)
    if not isinstance(given, dict):
        return given
    version = await save(tx, actor, before, received(before, command.goods))
    return version if isinstance(version, Conflict) else await done(tx, actor, version)


def arrivals_of(held: HeldSupply, goods: Sequence[ReceivedGoods]) -> list[Arrival] | InvalidField:
    """The goods in units; or the first that is not of this order, or more than was ordered."""
    lines = {line.id: line for line in held.lines}
    expected = {line.id: line.packs_ordered - line.packs_received for line in held.lines}
    arrivals: list[Arrival] = []
    for index, one in enumerate(goods):
        line = lines.get(one.line_id)
        if line is None:
            return InvalidField(
                detail=f"Delivery {index + 1} is of no line of {held.order.code}; receive it "
                "without an order.",
                field=f"goods[{index}].line_id",
            )
        expected[line.id] -= one.packs
        if expected[line.id] < 0:
            still = expected[line.id] + one.packs
            return InvalidField(
                detail=f"{still} of {line.packs_ordered} packs of {line.description} are still "
                f"expected, not {one.packs}. Receive those, and the rest without an order.",
                field=f"goods[{index}].packs",
            )
        arrivals.append(
            Arrival(
                batch_id=one.batch_id,
                medicine_id=line.medicine_id,
                number=one.number.strip(),
                expiry=one.expiry,
                units=one.packs * line.pack_size,
                cost_minor=one.cost_minor,
                field=f"goods[{index}].",
            )
        )
    return arrivals


def units_by_medicine(arrivals: Sequence[Arrival]) -> dict[UUID, int]:
    """How many units of each medicine come."""
    units: Counter[UUID] = Counter()
    for arrival in arrivals:
        units[arrival.medicine_id] += arrival.units
    return dict(units)


def received(held: HeldSupply, goods: Sequence[ReceivedGoods]) -> HeldSupply:
    """With the packs counted; RECEIVED when every pack has come."""
    packs: Counter[UUID] = Counter()
    for one in goods:
        packs[one.line_id] += one.packs
    lines = [
        replace(line, packs_received=line.packs_received + packs[line.id])
        if packs[line.id]
        else line
        for line in held.lines
    ]
    whole = all(line.packs_received == line.packs_ordered for line in lines)
    status = SupplyOrderStatus.RECEIVED if whole else SupplyOrderStatus.PARTIALLY_RECEIVED
    order = replace(held.order, status=status, received_at=held.now)
    return replace(held, order=order, lines=lines)
