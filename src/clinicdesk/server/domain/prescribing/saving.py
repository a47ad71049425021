"""Writing a prescription: all of a new one, and of one that is held what a rule has changed.

The stock's ledger is written first. What a pharmacist takes from the shelves is locked by then
(`domain.stock`); a prescriber who cancels may not lock shelves, and does so by this write, before
the clinic's log is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.codes import LENGTH, code_of, prescription_code
from clinicdesk.contract.entities import Row
from clinicdesk.contract.problems import Conflict, NotAllowed, Refusal
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.outcome import done

if TYPE_CHECKING:
    from clinicdesk.contract.commands import Done
    from clinicdesk.contract.entities import PrescriptionItem, PurchaseOrder, SafetyFinding
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing.held import Held

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "saving.sql")

R = TypeVar("R", bound=Row)

_LONGEST_CODE: Final = LENGTH + 5


async def create(tx: Transaction, actor: MemberActor, new: Held) -> Done | Refusal:
    """Write a new prescription, under a longer code where its own is taken."""
    for length in range(LENGTH, _LONGEST_CODE + 1):
        header = replace(new.header, code=prescription_code(new.header.id, length))
        version = await tx.value(_QUERIES["insert_header"], {"header": _json(header)})
        if version is not None:
            if refusal := await _insert_items(tx, new.items):
                return refusal
            await _enter_findings(tx, new.findings)
            return await done(tx, actor, version)
    return _taken("prescription_id", "The prescription's")


async def save(tx: Transaction, actor: MemberActor, before: Held, after: Held) -> Done | Refusal:
    """Write what differs, and the header always: its version says that something did."""
    version = await write(tx, actor, before, after)
    return version if not isinstance(version, int) else await done(tx, actor, version)


async def write(tx: Transaction, actor: MemberActor, before: Held, after: Held) -> int | Refusal:
    """As `save`, for a command that has more to write; the prescription's version afterwards."""
    stamp: dict[str, Any] = {"updated_by": actor.member.id, "updated_at": after.now}
    if refusal := await _move_stock(tx, after):
        return refusal
    version: int | None = await tx.value(
        _QUERIES["write_header"], {"header": _json(replace(after.header, **stamp))}
    )
    if version is None:
        # The membership changed since the session was looked up; the policies know it already.
        return NotAllowed(detail="Your rights have changed; please sign in again.")
    refusal = (
        await _save_items(tx, before, after, stamp)
        or await _save_payments(tx, before, after)
        or await _save_dispenses(tx, before, after)
        or await _save_orders(tx, before, after, stamp)
    )
    if refusal is not None:
        return refusal
    # An answer that was given at this stage already stands.
    await _enter_findings(tx, _difference(before.findings, after.findings)[0])
    return version


async def _move_stock(tx: Transaction, after: Held) -> Conflict | None:
    if not after.movements:
        return None
    entered = await tx.execute(_QUERIES["move_stock"], {"movements": _json(after.movements)})
    # A movement's identifier is made from its dispense's.
    return _taken("dispense_id", "The dispense's") if entered < len(after.movements) else None


async def _save_items(
    tx: Transaction, before: Held, after: Held, stamp: dict[str, Any]
) -> Conflict | None:
    added, changed = _difference(before.items, after.items)
    kept = {item.id for item in after.items}
    if dropped := sorted(item.id for item in before.items if item.id not in kept):
        header = after.header
        await tx.execute(
            _QUERIES["delete_items"],
            {"clinic_id": header.clinic_id, "prescription_id": header.id, "ids": dropped},
        )
    if changed:
        stamped = [replace(item, **stamp) for item in changed]
        await tx.execute(_QUERIES["write_items"], {"items": _json(stamped)})
    return await _insert_items(tx, [replace(item, **stamp) for item in added])


async def _insert_items(tx: Transaction, items: Sequence[PrescriptionItem]) -> Conflict | None:
    if not items:
        return None
    inserted = await tx.execute(_QUERIES["insert_items"], {"items": _json(items)})
    return _taken("items", "A line's") if inserted < len(items) else None


async def _save_payments(tx: Transaction, before: Held, after: Held) -> Conflict | None:
    added, settled = _difference(before.payments, after.payments)
    # Otherwise the header would count an entry that the ledger does not have.
    assert len(after.payments) == len(before.payments) + len(added)
    if added:
        entered = await tx.execute(_QUERIES["enter_payments"], {"payments": _json(added)})
        if entered < len(added):
            return _taken("payment_id", "The payment's")
    if settled:
        await tx.execute(_QUERIES["settle_payments"], {"payments": _json(settled)})
    return None


async def _save_dispenses(tx: Transaction, before: Held, after: Held) -> Conflict | None:
    added, settled = _difference(before.dispenses, after.dispenses)
    if len(after.dispenses) != len(before.dispenses) + len(added):
        return _taken("dispense_id", "The dispense's")
    if added:
        entered = await tx.execute(_QUERIES["enter_dispenses"], {"dispenses": _json(added)})
        if entered < len(added):
            return _taken("dispense_id", "The dispense's")
    if settled:
        await tx.execute(_QUERIES["settle_dispenses"], {"dispenses": _json(settled)})
    return None


async def _save_orders(
    tx: Transaction, before: Held, after: Held, stamp: dict[str, Any]
) -> Conflict | None:
    added, moved = _difference(before.orders, after.orders)
    if moved:
        stamped = [replace(order, **stamp) for order in moved]
        await tx.execute(_QUERIES["move_orders"], {"orders": _json(stamped)})
    for order in added:
        await _insert_order(tx, replace(order, **stamp))
    return None


async def _insert_order(tx: Transaction, order: PurchaseOrder) -> None:
    prefix = order.code.partition("-")[0]
    for length in range(LENGTH, _LONGEST_CODE + 1):
        coded = replace(order, code=code_of(prefix, order.id, length))
        if await tx.execute(_QUERIES["insert_order"], {"order": _json(coded)}):
            return
    raise AssertionError("an identifier has more codes than there are prescriptions")


async def _enter_findings(tx: Transaction, findings: Sequence[SafetyFinding]) -> None:
    if findings:
        await tx.execute(_QUERIES["enter_findings"], {"findings": _json(findings)})


def _difference(before: Sequence[R], after: Sequence[R]) -> tuple[list[R], list[R]]:
    """The rows that are new, and those that were there and say something else now."""
    known = {row.id: row for row in before}
    added = [row for row in after if row.id not in known]
    return added, [row for row in after if row.id in known and row != known[row.id]]


def _taken(field: str, whose: str) -> Conflict:
    return Conflict(detail=f"{whose} identifier is already in use; make a new one.", field=field)


def _json(rows: Struct | Sequence[Struct]) -> str:
    return msgspec.json.encode(rows).decode()
