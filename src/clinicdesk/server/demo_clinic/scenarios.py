"""Clinical situations and what is prescribed in them, written by hand in data/scenarios.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from clinicdesk.contract.entities import Sex
from clinicdesk.contract.sig import frequency_code
from clinicdesk.server.demo_clinic.datafile import read_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicdesk.server.domain.formulary.rows import MedicineRow


class Choice(Struct, frozen=True):
    """A medicine (its position) with how it is taken."""

    medicine: int
    dose: str
    frequency: str
    days: int | None
    instructions: str


class Line(Struct, frozen=True):
    """The first suitable choice is prescribed; an optional line may be left out."""

    optional: bool
    choices: tuple[Choice, ...]


class Scenario(Struct, frozen=True, kw_only=True):
    """Ages are in completed years, both included; `sex` None suits everyone."""

    reason: str
    by: tuple[str, ...]
    youngest: int
    oldest: int
    sex: Sex | None
    weight: int
    lines: tuple[Line, ...]


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    by: list[str]
    ages: tuple[int, int]
    weight: int
    lines: list[str]
    sex: Sex | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    scenario: list[_Entry]


class UnknownMedicine(Exception):
    """A scenario names a medicine that is not in the formulary."""


def read_scenarios(medicines: Sequence[MedicineRow], *, whole: bool) -> tuple[Scenario, ...]:
    """The scenarios as far as `medicines` can carry them out.

    Args:
        medicines: The formulary.
        whole: The formulary is the full one, so that an unknown code is an error; a small clinic's
            leaves scenarios out.

    Raises:
        UnknownMedicine: `whole`, and a code is misspelt.
    """
    positions = {medicine.code: position for position, medicine in enumerate(medicines)}
    scenarios = []
    for entry in read_toml("scenarios.toml", _File).scenario:
        try:
            lines = [_line(text, medicines, positions, whole) for text in entry.lines]
        except UnknownMedicine:
            if whole:
                raise
            continue
        scenarios.append(
            Scenario(
                reason=entry.reason,
                by=tuple(entry.by),
                youngest=entry.ages[0],
                oldest=entry.ages[1],
                sex=entry.sex,
                weight=entry.weight,
                lines=tuple(line for line in lines if line.choices),
            )
        )
    return tuple(scenarios)


def _line(
    text: str, medicines: Sequence[MedicineRow], positions: dict[str, int], whole: bool
) -> Line:
    optional = text.startswith("? ")
    choices = []
    for part in text.removeprefix("? ").split(" // "):
        code, *sig = (piece.strip() for piece in part.split("|"))
        if code in positions:
            choices.append(_choice(positions[code], medicines[positions[code]], sig))
        elif whole:
            raise UnknownMedicine(code)
    if not choices and not optional:
        raise UnknownMedicine(text)
    return Line(optional, tuple(choices))


def _choice(position: int, medicine: MedicineRow, sig: list[str]) -> Choice:
    if not sig:
        return Choice(
            position, medicine.default_dose, medicine.default_frequency, medicine.default_days, ""
        )
    dose, frequency, days, instructions = (*sig, "", "")[:4]
    code = frequency_code(frequency)
    if code is None:
        raise ValueError(f"{medicine.code}: {frequency!r} is no frequency")
    return Choice(position, dose, code, int(days) if days else None, instructions)
