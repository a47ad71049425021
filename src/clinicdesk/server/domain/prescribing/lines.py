"""The lines of a draft: what the prescriber wrote, named by the formulary of now, and priced by it
or by the list of the pharmacy that the draft names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import ItemStatus, Prescription, PrescriptionItem, Schedule
from clinicdesk.contract.money import line_amount
from clinicdesk.contract.problems import InvalidField
from clinicdesk.contract.sig import FREQUENCIES, ROUTES, frequency_code
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.pricing import prices_today

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clinicdesk.contract.commands import DraftItem
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "lines.sql")

GREATEST_AMOUNT: Final = 100_000_000_000
"""Minor units that a prescription may come to, as the contract bounds money."""


class Product(Struct, frozen=True, kw_only=True):
    """What a line takes from the formulary, and what a pack costs."""

    id: UUID
    generic_name: str
    strength: str
    form: str
    brand: str
    schedule: Schedule
    pack_size: int
    price_minor: int
    currency: str
    ingredients: list[str]
    discontinued: bool


async def products(
    tx: Transaction, clinic_id: UUID, ids: Sequence[UUID], pharmacy_id: UUID | None
) -> dict[UUID, Product]:
    """The formulary's products of these identifiers, at the prices that the pharmacy has today;
    those that the formulary does not have are left out."""
    found = await tx.all(
        _QUERIES["products"], {"clinic_id": clinic_id, "ids": list(ids)}, into=Product
    )
    if pharmacy_id is None:
        return {product.id: product for product in found}
    there = await prices_today(tx, clinic_id, pharmacy_id, ids)
    return {
        product.id: replace(product, price_minor=price.price_minor, currency=price.currency)
        if (price := there.get(product.id))
        else product
        for product in found
    }


def priced(
    header: Prescription, drafts: Sequence[DraftItem], formulary: Mapping[UUID, Product]
) -> list[PrescriptionItem] | InvalidField:
    """The lines of `header`, numbered as written; or the first field that does not fit."""
    if doubled := _doubled(drafts):
        return doubled
    items: list[PrescriptionItem] = []
    for index, draft in enumerate(drafts):
        item = _line(header, index, draft, formulary.get(draft.medicine_id))
        if isinstance(item, InvalidField):
            return item
        items.append(item)
    if sum(item.amount_minor for item in items) > GREATEST_AMOUNT:
        return InvalidField(
            detail="The prescription costs more than can be recorded: look at the quantities "
            "again.",
            field="items",
        )
    return items


def _doubled(drafts: Sequence[DraftItem]) -> InvalidField | None:
    seen: set[UUID] = set()
    for index, draft in enumerate(drafts):
        if draft.id in seen:
            return _wrong(index, "id", "has the identifier of an earlier line")
        seen.add(draft.id)
    return None


def _line(
    header: Prescription, index: int, draft: DraftItem, product: Product | None
) -> PrescriptionItem | InvalidField:
    if product is None:
        return _wrong(index, "medicine_id", "names a medicine that the formulary does not have")
    if product.discontinued:
        return _wrong(index, "medicine_id", "names a medicine that is no longer supplied")
    if product.currency != header.currency:
        return _wrong(
            index, "medicine_id", f"is priced in {product.currency}, not {header.currency}"
        )
    frequency = frequency_code(draft.frequency)
    if frequency is None:
        return _wrong(index, "frequency", f"has no known frequency ({', '.join(FREQUENCIES)})")
    if draft.route not in ROUTES:
        return _wrong(index, "route", f"has no known route ({', '.join(ROUTES)})")
    amount = line_amount(product.price_minor, product.pack_size, draft.quantity)
    if amount > GREATEST_AMOUNT:
        return _wrong(
            index, "quantity", "costs more than can be recorded: look at its quantity again"
        )
    return PrescriptionItem(
        id=draft.id,
        clinic_id=header.clinic_id,
        version=1,
        prescription_id=header.id,
        patient_id=header.patient_id,
        practitioner_id=header.practitioner_id,
        pharmacy_id=header.pharmacy_id,
        signed_at=header.signed_at,
        line=index + 1,
        medicine_id=product.id,
        generic_name=product.generic_name,
        strength=product.strength,
        form=product.form,
        brand=product.brand,
        schedule=product.schedule,
        dose=draft.dose,
        route=draft.route,
        frequency=frequency,
        days=draft.days,
        quantity=draft.quantity,
        instructions=draft.instructions,
        amount_minor=amount,
        currency=header.currency,
        status=ItemStatus.PENDING,
        supplied=0,
        decline_reason=None,
        updated_at=header.updated_at,
        updated_by=header.updated_by,
    )


def _wrong(index: int, field: str, said: str) -> InvalidField:
    return InvalidField(detail=f"Line {index + 1} {said}.", field=f"items[{index}].{field}")
