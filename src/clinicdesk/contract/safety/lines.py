"""What is checked: lines of prescriptions with their ingredients, and allergies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Severity

if TYPE_CHECKING:
    from datetime import date

_LOCAL: Final = frozenset({"topical", "ophthalmic", "otic", "vaginal"})
_APART: Final = _LOCAL | {"inhaled", "nasal"}


class CheckedLine(Struct, frozen=True, kw_only=True):
    """A line of a prescription, this one or another.

    Attributes:
        name: As it is read, without the brand: "Ibuprofen 400 mg tablet".
        ingredients: As the formulary has them; strengths stand in `strength` in their order.
        ends_in_days: Of a line of another prescription: how long its course still runs.
    """

    item_id: UUID
    name: str
    ingredients: tuple[str, ...]
    strength: str
    form: str
    route: str
    dose: str
    frequency: str
    ends_in_days: int | None = None

    @property
    def local(self) -> bool:
        """Whether it acts where it is put, and little of it elsewhere."""
        return self.route in _LOCAL

    @property
    def reach(self) -> str:
        """What it shares with others that add up to it: its route, or "" for the whole body."""
        return self.route if self.route in _APART else ""


class Allergen(Struct, frozen=True, kw_only=True):
    """What a patient is allergic to: an ingredient, a class, or something that is no medicine."""

    substance: str
    severity: Severity
    reaction: str = ""


def age_in_months(born: date, today: date) -> int:
    """Completed months; 0 for a birth date that is still to come."""
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return max(0, months)


def item_ids(lines: tuple[CheckedLine, ...]) -> tuple[UUID, ...]:
    """The lines' identifiers, each once, in order."""
    return tuple(sorted({line.item_id for line in lines}))
