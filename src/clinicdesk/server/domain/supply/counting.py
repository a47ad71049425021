"""Stock that comes without an order, and batches that hold other than was thought."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from clinicdesk.contract.commands import AdjustStock, Done, ReceiveStock
from clinicdesk.contract.entities import Batch, MovementKind, StockMovement
from clinicdesk.contract.problems import Conflict, InvalidField, NotFound
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.outcome import done
from clinicdesk.server.domain.pharmacy import give_out, hold_waiting
from clinicdesk.server.domain.stock import (
    MOST_UNITS,
    Arrival,
    batch_version,
    bring_in,
    counter_of,
    locked_shelf,
    no_such_medicine,
    stock_products,
    unfit,
)

if TYPE_CHECKING:
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.supply", "counting.sql")


async def receive_stock(
    tx: Transaction, actor: MemberActor, command: ReceiveStock, _expected_version: int = 0
) -> Done | Refusal:
    """Put units onto a shelf of the actor's pharmacy: the first stock, a stocktake, a gift. Lines
    that wait for them can be picked."""
    pharmacy_id = counter_of(actor, "receive_stock", command.pharmacy_id)
    if not isinstance(pharmacy_id, UUID):
        return pharmacy_id
    if not await stock_products(tx, actor, [command.medicine_id]):
        return no_such_medicine()
    around = await stock.surroundings(tx, actor)
    arrival = Arrival(
        batch_id=command.batch_id,
        medicine_id=command.medicine_id,
        number=command.number.strip(),
        expiry=command.expiry,
        units=command.quantity,
        cost_minor=command.cost_minor,
    )
    await hold_waiting(tx, actor, pharmacy_id, [command.medicine_id])
    shelf = await locked_shelf(tx, actor.member.clinic_id, pharmacy_id, [command.medicine_id])
    if wrong := unfit([arrival], shelf, around.today):
        return wrong
    gone_into = await bring_in(tx, actor, pharmacy_id, [arrival], around, command.batch_id)
    if isinstance(gone_into, Conflict):
        return gone_into
    given = await give_out(tx, actor, pharmacy_id, {command.medicine_id: command.quantity})
    if not isinstance(given, dict):
        return given
    return await done(tx, actor, await batch_version(tx, actor, gone_into[0]))


async def adjust_stock(
    tx: Transaction, actor: MemberActor, command: AdjustStock, _expected_version: int = 0
) -> Done | Refusal:
    """Enter that a batch holds more or less than was thought, and why. What it holds more can be
    picked for lines that wait for it."""
    pharmacy_id = counter_of(actor, "adjust_stock")
    if not isinstance(pharmacy_id, UUID):
        return pharmacy_id
    if wrong := _wrong_change(command):
        return wrong
    key = {"clinic_id": actor.member.clinic_id, "batch_id": command.batch_id}
    found = await tx.one(_QUERIES["batch"], key, into=Batch)
    if found is None:
        return NotFound(
            detail="There is no such batch, or it is another pharmacy's.", entity="batch"
        )
    await hold_waiting(tx, actor, pharmacy_id, [found.medicine_id])
    await locked_shelf(tx, found.clinic_id, pharmacy_id, [found.medicine_id])
    batch = await tx.one(_QUERIES["batch"], key, into=Batch)
    assert batch is not None  # batches are never deleted
    if not 0 <= batch.on_hand + command.quantity <= MOST_UNITS:
        return Conflict(
            detail=f"Batch {batch.number} holds {batch.on_hand} units; it cannot be changed by "
            f"{command.quantity:+}. Count it again.",
            field="quantity",
        )
    around = await stock.surroundings(tx, actor)
    movement = StockMovement(
        id=uuid4(),
        clinic_id=batch.clinic_id,
        pharmacy_id=pharmacy_id,
        medicine_id=batch.medicine_id,
        batch_id=batch.id,
        kind=command.kind,
        quantity=command.quantity,
        subject_id=None,
        reason=command.reason,
        by=actor.member.id,
        at=around.now,
    )
    await insert_rows(tx, "stock_movement", [movement])
    if command.quantity > 0:
        given = await give_out(tx, actor, pharmacy_id, {batch.medicine_id: command.quantity})
        if not isinstance(given, dict):
            return given
    return await done(tx, actor, await batch_version(tx, actor, batch.id))


def _wrong_change(command: AdjustStock) -> InvalidField | None:
    if command.kind not in (MovementKind.ADJUSTED, MovementKind.WRITTEN_OFF):
        return InvalidField(
            detail=f"Stock is {command.kind} by other means; a count is adjusted or written_off.",
            field="kind",
        )
    if command.quantity == 0:
        return InvalidField(detail="A change of nothing is none.", field="quantity")
    if command.kind is MovementKind.WRITTEN_OFF and command.quantity > 0:
        return InvalidField(
            detail="What is written off goes: give the units as a negative number.",
            field="quantity",
        )
    return None
