"""Substitution: another product of the same generic, strength and form, at its own price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from clinicdesk.contract.entities import PrescriptionItem
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.server.domain.pharmacy.at_work import (
    finished,
    hold_to_dispense,
    line,
    product_of,
    with_lines,
)
from clinicdesk.server.domain.prescribing import (
    GREATEST_AMOUNT,
    Held,
    products,
    settled_by_lines,
)

if TYPE_CHECKING:
    from uuid import UUID

    from clinicdesk.contract.commands import Done, SubstituteItem
    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing import Product


async def substitute_item(
    tx: Transaction, actor: MemberActor, command: SubstituteItem, expected_version: int
) -> Done | Refusal:
    """Dispense another product for a line, or the prescribed one again.

    A cheaper one makes a refund that is owed; of a dearer one the difference is to be paid before
    the hand-over.
    """
    before = await hold_to_dispense(tx, actor, command, expected_version)
    if not isinstance(before, Held):
        return before
    header = before.header
    item = line(before, "substitute_item", command.item_id)
    if not isinstance(item, PrescriptionItem):
        return item
    if command.medicine_id == item.medicine_id and item.substitute_id is not None:
        substituted = as_prescribed(item)
    else:
        found = await products(tx, header.clinic_id, [command.medicine_id], header.pharmacy_id)
        product = found.get(command.medicine_id)
        if refusal := _unfit(item, product):
            return refusal
        assert product is not None  # said above
        substituted = with_substitute(item, product, command.reason)
    if refusal := _in_the_way(item, substituted):
        return refusal
    after = repriced(before, substituted, actor.member.id)
    return await finished(tx, actor, before, after, unwanted=True)


def with_substitute(item: PrescriptionItem, product: Product, reason: str) -> PrescriptionItem:
    """The line as another product. Once a part was handed over, its price stays as it was paid."""
    amount = line_amount(product.price_minor, product.pack_size, item.quantity)
    return replace(
        item,
        substitute_id=product.id,
        substitute_brand=product.brand,
        substitution_reason=reason,
        prescribed_minor=_prescribed(item),
        amount_minor=item.amount_minor if item.supplied else amount,
        passed_over=0,
    )


def as_prescribed(item: PrescriptionItem) -> PrescriptionItem:
    """The line as it was written, at what it cost then."""
    return replace(
        item,
        substitute_id=None,
        substitute_brand=None,
        substitution_reason=None,
        prescribed_minor=None,
        amount_minor=item.amount_minor if item.supplied else _prescribed(item),
        passed_over=0,
    )


def repriced(held: Held, item: PrescriptionItem, member_id: UUID) -> Held:
    """With the line at its new price, and the ledger with it."""
    occasion = held.header.version  # a line may be substituted more than once
    return settled_by_lines(with_lines(held, [item]), item.id, member_id, occasion=occasion)


def _prescribed(item: PrescriptionItem) -> int:
    return item.amount_minor if item.prescribed_minor is None else item.prescribed_minor


def _unfit(item: PrescriptionItem, product: Product | None) -> InvalidField | Conflict | None:
    if product is None:
        return InvalidField(
            detail="The formulary has no such medicine; choose another.", field="medicine_id"
        )
    if product.id == product_of(item):
        return Conflict(
            detail=f"Line {item.line} is dispensed as {product.brand} already.",
            field="medicine_id",
        )
    if _medicine(product) != _medicine(item):
        return Conflict(
            detail=f"{product.generic_name} {product.strength} {product.form} is not what line "
            f"{item.line} is: only the same medicine, strength and form can take its place.",
            field="medicine_id",
        )
    if product.discontinued:
        return Conflict(
            detail=f"{product.brand} is no longer supplied; choose another.", field="medicine_id"
        )
    if product.currency != item.currency:
        return Conflict(
            detail=f"{product.brand} is priced in {product.currency}, not {item.currency}.",
            field="medicine_id",
        )
    return None


def _in_the_way(item: PrescriptionItem, substituted: PrescriptionItem) -> Conflict | None:
    if item.prepared:
        return Conflict(
            detail=f"{item.prepared} of line {item.line} are checked; put them back first.",
            field="item_id",
        )
    if substituted.amount_minor > GREATEST_AMOUNT:
        return Conflict(detail="The line would cost more than can be recorded.")
    return None


def _medicine(of: Product | PrescriptionItem) -> tuple[str, str, str]:
    return (of.generic_name.casefold(), of.strength.casefold(), of.form.casefold())
