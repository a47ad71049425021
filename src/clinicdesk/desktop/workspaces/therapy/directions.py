"""What a prescriber types for one medicine, read as a line of a prescription.

"1 tab bd 5d pc" is one tablet twice a day for five days after food. What the line does not say the
medicine says: its route, the unit of a bare number, the quantity of a course.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from clinicdesk.contract.commands import MAX_ITEMS
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.quantity import quantity_to_dispense
from clinicdesk.contract.sig import ROUTES, Sig, parse_sig

__all__ = ["MAX_ITEMS", "Directions", "Missing", "default_line", "plural_of", "read_directions"]

_MOST_DAYS: Final = 730
_MOST_UNITS: Final = 10_000
_LONGEST_DOSE: Final = 60
_LONGEST_INSTRUCTIONS: Final = 200

_UNITS: Final = {
    "tab": "tablet",
    "tabs": "tablets",
    "cap": "capsule",
    "caps": "capsules",
    "app": "application",
    "appl": "application",
    "supp": "suppository",
    "mls": "ml",
    "gtt": "drop",
}
"""Units as they are typed, and as a patient reads them."""

_ROUTE_WORDS: Final = {
    **{route: route for route in ROUTES},
    "po": "oral",
    "top": "topical",
    "inh": "inhaled",
    "sl": "sublingual",
    "pr": "rectal",
    "pv": "vaginal",
    "sc": "subcutaneous",
    "im": "intramuscular",
    "iv": "intravenous",
}


class Missing(StrEnum):
    """What a line still needs before it can be added, in the order in which it is asked for."""

    DOSE = "dose"
    OTHER_UNIT = "unit"
    FREQUENCY = "frequency"
    DAYS_TOO_MANY = "days"
    DOSE_TOO_LONG = "dose_length"
    INSTRUCTIONS_TOO_LONG = "instructions_length"


class Directions(Struct, frozen=True, kw_only=True):
    """One line as it was read.

    Attributes:
        frequency: A code of `sig.FREQUENCIES`; None while it is not said.
        quantity: Units to dispense as the directions ask for them; None while they cannot tell.
        missing: Why the line cannot be added yet; None when it can.
    """

    dose: str
    route: str
    frequency: str | None
    days: int | None
    instructions: str
    quantity: int | None
    missing: Missing | None

    @property
    def course(self) -> tuple[str, str | None, int | None]:
        """What the quantity follows from."""
        return (self.dose, self.frequency, self.days)


def default_line(medicine: Medicine) -> str:
    """The usual directions of a medicine, as a prescriber would have typed them."""
    parts = [medicine.default_dose, medicine.default_frequency.lower()]
    if medicine.default_days:
        parts.append(f"{medicine.default_days}d")
    return " ".join(part for part in parts if part)


def read_directions(text: str, medicine: Medicine) -> Directions:
    """Read a typed line for a medicine."""
    sig = parse_sig(text)
    route, said, instructions = _route_of(sig, medicine)
    dose = _spelt_out(said, medicine)
    missing = _missing(dose, medicine, sig, instructions)
    quantity = None
    if dose and sig.frequency is not None and missing is not Missing.DAYS_TOO_MANY:
        units = quantity_to_dispense(
            dose, sig.frequency, sig.days, medicine.pack_size, medicine.pack_unit
        )
        quantity = min(units, _MOST_UNITS)
    return Directions(
        dose=dose,
        route=route,
        frequency=sig.frequency,
        days=sig.days or None,
        instructions=instructions,
        quantity=quantity,
        missing=missing,
    )


def plural_of(unit: str) -> str:
    """A unit of medicines for more than one: "suppositories"; what is measured out has none."""
    if unit in _MEASURED or unit.endswith("s"):
        return unit
    if unit.endswith(("ch", "x")):
        return f"{unit}es"
    if unit.endswith("y") and unit[-2:-1] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}s"


def _missing(dose: str, medicine: Medicine, sig: Sig, instructions: str) -> Missing | None:
    if not dose:
        return Missing.DOSE
    if _names_other_unit(dose, medicine):
        return Missing.OTHER_UNIT
    if sig.frequency is None:
        return Missing.FREQUENCY
    if sig.days is not None and sig.days > _MOST_DAYS:
        return Missing.DAYS_TOO_MANY
    if len(dose) > _LONGEST_DOSE:
        return Missing.DOSE_TOO_LONG
    return Missing.INSTRUCTIONS_TOO_LONG if len(instructions) > _LONGEST_INSTRUCTIONS else None


def _route_of(sig: Sig, medicine: Medicine) -> tuple[str, str, str]:
    """The route, the dose and the instructions without the word that named the route."""
    dose, rest = (sig.dose or "").split(), sig.instructions.split()
    # Further on in the instructions it is part of a sentence: "mix into oral solution".
    for words, places in ((dose, range(len(dose))), (rest, range(min(1, len(rest))))):
        for place in places:
            route = _ROUTE_WORDS.get(words[place].lower())
            if route is not None:
                del words[place]
                return route, " ".join(dose), " ".join(rest)
    return medicine.route, " ".join(dose), " ".join(rest)


def _spelt_out(dose: str, medicine: Medicine) -> str:
    """The dose with its unit in full; a bare number takes the medicine's own."""
    words = [_UNITS.get(word.lower(), word) for word in dose.split()]
    usual = medicine.default_dose.split()[1:] or [medicine.pack_unit]
    if len(words) == 1 and not any(letter.isalpha() for letter in words[0]):
        words += usual
    if len(words) == 2:
        words[1] = _in_number(words[0], words[1])
    return " ".join(words)


def _names_other_unit(dose: str, medicine: Medicine) -> bool:
    """Whether it speaks of pieces that this medicine is not made of: tablets of a syrup."""
    own = {_single(medicine.pack_unit), *map(_single, medicine.default_dose.split()[1:])}
    named = {_single(word) for word in dose.split()[1:]}
    if "ml" in named and _single(medicine.pack_unit) in _PIECES:
        return "ml" not in own
    return bool(named & _PIECES - own)


def _in_number(amount: str, unit: str) -> str:
    """The unit in the singular or plural that the amount asks for, where we know the word."""
    single = _single(unit)
    if single not in _COUNTED:
        return unit
    return single if amount in _SINGULAR else plural_of(single)


def _single(unit: str) -> str:
    return _SINGLE.get(unit.lower(), unit.lower())


_MEASURED: Final = frozenset({"", "ml", "g", "mg"})
_PIECES: Final = frozenset(
    {"tablet", "capsule", "sachet", "suppository", "pessary", "patch", "lozenge"}
)
_COUNTED: Final = _PIECES | {"drop", "puff", "spray", "unit", "application"}
_SINGLE: Final = {plural_of(unit): unit for unit in sorted(_COUNTED)}
_SINGULAR: Final = frozenset({"1", "½", "¼", "¾", "0.5", "0,5", "0.25", "1/2", "1/4"})
