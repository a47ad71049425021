"""Checking: the product in the hand is the line's, its batch is good, nothing speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem, Stage, Verified
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    line,
    product_of,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.boxes import batch_in_hand
from clinicdesk.server.domain.pharmacy.preparing import (
    Check,
    Packed,
    rest,
    wanted,
    with_prepared,
    with_put_back,
)
from clinicdesk.server.domain.pharmacy.shelves import lock_what_goes_back, packed, shelf_of
from clinicdesk.server.domain.prescribing import Held
from clinicdesk.server.domain.safety import refused_by_safety

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from clinicdesk.contract.commands import CheckItem, Done, UncheckItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor


async def check_item(
    tx: Transaction, actor: MemberActor, command: CheckItem, expected_version: int
) -> Done | Refusal:
    """Units of a line are in the hand: they leave their batch, and wait to be handed over."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    item = line(before, "check_item", command.item_id)
    if not isinstance(item, PrescriptionItem):
        return item
    products = await packed(tx, before, {product_of(item), command.medicine_id})
    if refusal := _unfit(item, command, products):
        return refusal
    reasons = await refused_by_safety(
        tx, actor, before, [item.id], command.overrides, Stage.DISPENSING
    )
    if not isinstance(reasons, list):
        return reasons
    shelf = await shelf_of(tx, actor, before, [command.medicine_id], named_batch=command.batch_id)
    in_hand = batch_in_hand(shelf, command, before.today)
    if isinstance(in_hand, Conflict):
        return in_hand
    portions = stock.portions(
        shelf, command.medicine_id, command.quantity, before.today, named_batch=in_hand
    )
    if not isinstance(portions, list):
        return portions
    check = Check(
        dispense_id=command.dispense_id,
        verified=command.verified,
        hand_reason=command.hand_reason,
        by=actor.member.id,
        batch_number=command.batch_number,
        expiry=command.expiry,
    )
    after = with_prepared(before, item, products[command.medicine_id], portions, check)
    answered = replace(after, findings=[*after.findings, *reasons])
    return await finished(tx, actor, before, answered)


async def uncheck_item(
    tx: Transaction, actor: MemberActor, command: UncheckItem, expected_version: int
) -> Done | Refusal:
    """Put back what was checked for a line, or leave off fetching it."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    item = line(before, "uncheck_item", command.item_id)
    if not isinstance(item, PrescriptionItem):
        return item
    await lock_what_goes_back(tx, before, [item.id])
    return await finished(tx, actor, before, unchecked(before, item.id, actor.member.id))


def unchecked(held: Held, item_id: UUID, by: UUID) -> Held:
    """With nothing in the hand for the line, which waits again for what it waited for."""
    back = with_put_back(held, [item_id], None, by)
    return with_lines(
        back, [replace(item, status=waiting(item)) for item in back.items if item.id == item_id]
    )


def waiting(item: PrescriptionItem) -> ItemStatus:
    """The state of a line of which nothing is in the hand."""
    return ItemStatus.OWING if item.owing and not rest(item) else ItemStatus.PENDING


def _unfit(
    item: PrescriptionItem, command: CheckItem, products: Mapping[UUID, Packed]
) -> InvalidField | Conflict | None:
    if command.verified is Verified.HAND and command.hand_reason is None:
        return InvalidField(
            detail="Say why the product was not scanned, or scan it.", field="hand_reason"
        )
    if command.quantity > wanted(item):
        return InvalidField(
            detail=f"Of line {item.line} {wanted(item)} of {item.quantity} are still to be "
            "dispensed; check no more than those.",
            field="quantity",
        )
    scanned = products.get(command.medicine_id)
    if scanned is None:
        return InvalidField(
            detail="The formulary has no such product: put it back, and scan the right one.",
            field="medicine_id",
        )
    return None if scanned.id == product_of(item) else _mismatch(item, scanned)


def _mismatch(item: PrescriptionItem, scanned: Packed) -> Conflict:
    said = f"That is {_named(scanned)}, and line {item.line} is"
    meant = f"{item.generic_name} {item.strength} {item.form}"
    if item.substitute_id is not None:
        detail = f"{said} to be dispensed as {item.substitute_brand}: put it back."
    elif _same_medicine(item, scanned):
        detail = f"{said} {item.brand}: put it back, or substitute the line first with S."
    else:
        detail = f"{said} {meant} · {item.brand}: put it back."
    return Conflict(detail=detail, field="medicine_id")


def _named(product: Packed) -> str:
    return f"{product.generic_name} {product.strength} {product.form} · {product.brand}"


def _same_medicine(item: PrescriptionItem, product: Packed) -> bool:
    return (item.generic_name, item.strength, item.form) == (
        product.generic_name,
        product.strength,
        product.form,
    )
