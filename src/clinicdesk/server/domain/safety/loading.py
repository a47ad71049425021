"""What a check needs of the database: the patient, the products, other prescriptions, the rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import ItemStatus, SafetyRule
from clinicdesk.contract.safety import (
    Allergen,
    CheckedLine,
    RuleBook,
    age_in_months,
    names_to_look_up,
)
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.contract.entities import PrescriptionItem
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.prescribing import Held

_QUERIES = load_queries("clinicdesk.server.domain.safety", "loading.sql")
_LEFT_OUT = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})


class Circumstances(Struct, frozen=True, kw_only=True):
    """Everything that a check of one prescription looks at.

    Attributes:
        rules: Those that matter; None: the clinic has no rules.
    """

    lines: list[CheckedLine]
    age_months: int
    allergies: list[Allergen]
    current: list[CheckedLine]
    rules: RuleBook | None


class _Read(Struct, frozen=True, kw_only=True):
    birth_date: date
    allergies: list[Allergen]
    products: dict[UUID, tuple[str, ...]]
    current: list[CheckedLine]
    has_rules: bool


_decoder = msgspec.json.Decoder(_Read)


async def circumstances(tx: Transaction, held: Held) -> Circumstances | None:
    """What is to be known of a held prescription, in two round trips; None when the patient is not
    to be seen."""
    header = held.header
    items = [item for item in held.items if item.status not in _LEFT_OUT]
    text = await tx.value(
        _QUERIES["circumstances"],
        {
            "clinic_id": header.clinic_id,
            "patient_id": header.patient_id,
            "prescription_id": header.id,
            "medicine_ids": [_product(item) for item in items],
        },
    )
    if text is None:
        return None
    read = _decoder.decode(text)
    lines = [_line(item, read.products.get(_product(item), ())) for item in items]
    rules = await _rules(tx, header.clinic_id, lines, read) if read.has_rules else None
    return Circumstances(
        lines=lines,
        age_months=age_in_months(read.birth_date, held.today),
        allergies=read.allergies,
        current=read.current,
        rules=rules,
    )


async def _rules(
    tx: Transaction, clinic_id: UUID, lines: list[CheckedLine], read: _Read
) -> RuleBook:
    names = names_to_look_up([*lines, *read.current], read.allergies)
    key = {"clinic_id": clinic_id, "names": sorted(names)}
    return RuleBook(await tx.all(_QUERIES["rules"], key, into=SafetyRule))


def _product(item: PrescriptionItem) -> UUID:
    """What is dispensed: the substitute has other excipients, and may have another name."""
    return item.substitute_id or item.medicine_id


def _line(item: PrescriptionItem, ingredients: tuple[str, ...]) -> CheckedLine:
    return CheckedLine(
        item_id=item.id,
        name=" ".join(part for part in (item.generic_name, item.strength, item.form) if part),
        ingredients=ingredients,
        strength=item.strength,
        form=item.form,
        route=item.route,
        dose=item.dose,
        frequency=item.frequency,
    )
