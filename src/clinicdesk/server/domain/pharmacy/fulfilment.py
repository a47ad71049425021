"""Making lines ready: what is checked goes into the bag, what is not is checked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid5

from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, Stage, Verified
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    lines,
    numbered,
    product_of,
    with_lines,
)
from clinicdesk.server.domain.pharmacy.preparing import (
    Check,
    wanted,
    with_prepared,
)
from clinicdesk.server.domain.pharmacy.settling import settled
from clinicdesk.server.domain.pharmacy.shelves import packed, shelf_of
from clinicdesk.server.domain.prescribing import Held
from clinicdesk.server.domain.safety import refused_by_safety

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from clinicdesk.contract.commands import Done, FulfillItems
    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.pharmacy.preparing import Packed
    from clinicdesk.server.domain.stock import Shelf


async def fulfill_items(
    tx: Transaction, actor: MemberActor, command: FulfillItems, expected_version: int
) -> Done | Refusal:
    """Lines are ready to be handed over. FULFILLED when no line waits any more."""
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    items = lines(before, "fulfill_items", command.item_ids)
    if not isinstance(items, list):
        return items
    unchecked = [item for item in items if item.status is not ItemStatus.CHECKED]
    after = before
    if unchecked:
        checked = await _checked_by_hand(tx, actor, before, unchecked, command)
        if not isinstance(checked, Held):
            return checked
        after = checked
    return await finished(tx, actor, before, settled(ready(after, command.item_ids, command.bin)))


async def _checked_by_hand(
    tx: Transaction,
    actor: MemberActor,
    before: Held,
    items: Sequence[PrescriptionItem],
    command: FulfillItems,
) -> Held | Refusal:
    if command.hand_reason is None:
        return InvalidField(
            detail=f"{numbered(items)} of {before.header.code} "
            f"{'were' if len(items) > 1 else 'was'} not checked: scan the product, or say why it "
            "is taken by hand.",
            field="hand_reason",
        )
    reasons = await refused_by_safety(
        tx, actor, before, [item.id for item in items], command.overrides, Stage.DISPENSING
    )
    if not isinstance(reasons, list):
        return reasons
    medicines = {product_of(item) for item in items}
    formulary = await packed(tx, before, medicines)
    shelf = await shelf_of(tx, actor, before, medicines)
    answered = replace(before, findings=[*before.findings, *reasons])
    return checked_by_hand(answered, items, formulary, shelf, command.hand_reason, actor.member.id)


def checked_by_hand(
    held: Held,
    items: Sequence[PrescriptionItem],
    formulary: Mapping[UUID, Packed],
    shelf: Shelf,
    hand_reason: str,
    by: UUID,
) -> Held | Conflict | InvalidField:
    """With all that is still wanted of these lines in the hand, first expiry first.

    Each line needs what those before it have left on the shelf.
    """
    for item in items:
        product = formulary[product_of(item)]
        portions = stock.portions(shelf, product.id, wanted(item), held.today)
        if not isinstance(portions, list):
            return replace(portions, detail=f"Line {item.line}: {portions.detail}")
        check = Check(
            # A line is made ready once at a version of its prescription.
            dispense_id=uuid5(item.id, f"dispense {held.header.version}"),
            verified=Verified.HAND,
            hand_reason=hand_reason,
            by=by,
        )
        held = with_prepared(held, item, product, portions, check)
        shelf = stock.lessened(shelf, product.id, portions)
    return held


def ready(held: Held, item_ids: Sequence[UUID], into_bin: str | None) -> Held:
    """With these lines in the bag, which waits in `into_bin` where that is said."""
    bagged = [replace(item, status=ItemStatus.READY) for item in held.items if item.id in item_ids]
    header = replace(held.header, bin=into_bin or held.header.bin)
    return with_lines(replace(held, header=header), bagged)
