"""An order to a supplier held for change, as `prescribing.held` holds a prescription: its row is
the root, and its version covers its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.codes import LENGTH, code_of
from clinicdesk.contract.entities import SupplyOrder, SupplyOrderLine
from clinicdesk.contract.lifecycles import SUPPLY_ORDER
from clinicdesk.contract.problems import Conflict, IllegalState, NotFound, Refusal, Stale
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.stock import counter_of

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.supply", "held.sql")

CODE_PREFIX: Final = "SO"
_LONGEST_CODE: Final = LENGTH + 5

PLAIN_WORDS: Final = {
    "revise_supply_order": "changed",
    "submit_supply_order": "submitted",
    "acknowledge_supply_order": "acknowledged",
    "receive_goods": "received",
    "close_supply_order": "closed",
    "cancel_supply_order": "cancelled",
}
"""What each command does to an order, for sentences."""


class HeldSupply(Struct, frozen=True, kw_only=True):
    """The aggregate as it stands.

    Attributes:
        supplier: The wholesaler's name.
        changed_by: The name of the member who changed it last.
        now: The transaction's time, which everything that it writes bears.
        today: The day that this is in the clinic's zone.
    """

    order: SupplyOrder
    lines: list[SupplyOrderLine]
    supplier: str
    changed_by: str
    now: datetime
    today: date


_decoder = msgspec.json.Decoder(HeldSupply)


async def hold(
    tx: Transaction,
    actor: MemberActor,
    command: str,
    supply_order_id: UUID,
    expected_version: int,
) -> HeldSupply | Refusal:
    """Lock and read an order for a command that the actor gives on the version they saw.

    Refuses, in this order: what their role does not give, what is not theirs to see, what somebody
    changed since, what the lifecycle does not allow.
    """
    counter = counter_of(actor, command)
    if not isinstance(counter, UUID):
        return counter
    key = {"clinic_id": actor.member.clinic_id, "supply_order_id": supply_order_id}
    await tx.execute(_QUERIES["lock_order"], key)
    text = await tx.value(_QUERIES["read_order"], key)
    if text is None:
        return NotFound(
            detail="There is no such order, or it is another pharmacy's.", entity="supply_order"
        )
    held = _decoder.decode(text)
    if held.order.version != expected_version:
        return _stale(held)
    if SUPPLY_ORDER.allows(held.order.status, command, signed=False) is None:
        return _not_possible(held, command)
    return held


async def create(tx: Transaction, actor: MemberActor, held: HeldSupply) -> int | Conflict:
    """Write a new order; its version."""
    for length in range(LENGTH, _LONGEST_CODE + 1):
        order = replace(held.order, code=code_of(CODE_PREFIX, held.order.id, length))
        version: int | None = await tx.value(_QUERIES["insert_order"], {"order": _json(order)})
        if version is not None:
            return await _insert_lines(tx, _stamped(held.lines, actor, held.now)) or version
    return Conflict(
        detail="An order with this identifier was begun already.", field="supply_order_id"
    )


async def save(
    tx: Transaction, actor: MemberActor, before: HeldSupply, after: HeldSupply
) -> int | Conflict:
    """Write what differs, and the order's row always; its version."""
    order = replace(after.order, updated_by=actor.member.id, updated_at=after.now)
    version: int = await tx.value(_QUERIES["write_order"], {"order": _json(order)})
    known = {line.id: line for line in before.lines}
    if dropped := sorted(known.keys() - {line.id for line in after.lines}):
        key = {"clinic_id": order.clinic_id, "supply_order_id": order.id, "ids": dropped}
        await tx.execute(_QUERIES["delete_lines"], key)
    differing = [line for line in after.lines if line != known.get(line.id)]
    stamped = _stamped(differing, actor, after.now)
    if changed := [line for line in stamped if line.id in known]:
        await tx.execute(_QUERIES["write_lines"], {"lines": _json(changed)})
    return await _insert_lines(tx, [line for line in stamped if line.id not in known]) or version


async def _insert_lines(tx: Transaction, lines: Sequence[SupplyOrderLine]) -> Conflict | None:
    if not lines:
        return None
    inserted = await tx.execute(_QUERIES["insert_lines"], {"lines": _json(lines)})
    if inserted == len(lines):
        return None
    return Conflict(detail="A line's identifier is already in use; make a new one.", field="lines")


def _stamped(
    lines: Sequence[SupplyOrderLine], actor: MemberActor, now: datetime
) -> list[SupplyOrderLine]:
    stamp: dict[str, Any] = {"updated_by": actor.member.id, "updated_at": now}
    return [replace(line, **stamp) for line in lines]


def _stale(held: HeldSupply) -> Stale:
    return Stale(
        detail=f"{held.changed_by} changed {held.order.code} in the meantime; "
        "look at it as it is now.",
        entity="supply_order",
        id=held.order.id,
        current=held.order.version,
        state=held.order.status,
        by=held.changed_by,
        at=held.order.updated_at,
    )


def _not_possible(held: HeldSupply, command: str) -> IllegalState:
    return IllegalState(
        detail=f"{held.order.code} is {held.order.status}, so it cannot be "
        f"{PLAIN_WORDS[command]}; {held.changed_by} changed it last.",
        entity="supply_order",
        id=held.order.id,
        command=command,
        state=held.order.status,
        by=held.changed_by,
        at=held.order.updated_at,
    )


def _json(rows: Struct | Sequence[Struct]) -> str:
    return msgspec.json.encode(rows).decode()
