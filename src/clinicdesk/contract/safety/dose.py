"""How much of an ingredient one dose is, as a prescriber writes it: "2 tablets", "2.5 ml"."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clinicdesk.contract.safety.strength import MASS_UG, number
from clinicdesk.contract.sig import FREQUENCIES

if TYPE_CHECKING:
    from clinicdesk.contract.safety.strength import Strength


class Dose(Struct, frozen=True):
    """The most that the text allows: "1-2 tablets" is 2 pieces.

    Attributes:
        measure: "piece", "ml", "dose", "g", "ug" (a mass), or "container" (an ampoule, which may
            hold what the strength is given for).
    """

    amount: Fraction
    measure: str


_WORDS: Final = {
    "half": Fraction(1, 2), "one": Fraction(1), "two": Fraction(2), "three": Fraction(3),
    "four": Fraction(4), "½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4),
}  # fmt: skip
_AMOUNT: Final = (
    r"(?:\d+\s+\d+/\d+|\d+/\d+|\d*[½¼¾]|\d+(?:,\d{3})+|\d+(?:[.,]\d+)?|half|one|two|three|four)"
)
_DOSE = re.compile(
    rf"(?P<least>{_AMOUNT})(?:\s*(?:-|–|to|or)\s*(?P<most>{_AMOUNT}))?"
    r"(?:\s*(?:of\s+)?(?:an?\s+)?(?P<unit>[a-zµμ]+))?",
    re.IGNORECASE,
)
_PIECES: Final = frozenset(
    {"tablet", "tab", "capsule", "cap", "sachet", "suppository", "suppositories", "pessary",
     "pessaries", "patch", "patches", "lozenge", "rotacap", "caplet"}
)  # fmt: skip
_CONTAINERS: Final = frozenset({"ampoule", "amp", "vial", "respule", "nebule"})
_MEASURED: Final = {
    "ml": ("ml", Fraction(1)), "teaspoon": ("ml", Fraction(5)), "tsp": ("ml", Fraction(5)),
    "tablespoon": ("ml", Fraction(15)), "drop": ("ml", Fraction(1, 20)),
    "puff": ("dose", Fraction(1)), "spray": ("dose", Fraction(1)), "dose": ("dose", Fraction(1)),
}  # fmt: skip
"""Twenty drops are taken as a millilitre."""


def read_dose(text: str) -> Dose | None:
    """The first amount in the text; None when it names none, or in a measure that is not known."""
    found = _DOSE.search(text.strip())
    if found is None:
        return None
    amount = _amount(found["most"] or found["least"])
    unit = (found["unit"] or "").lower()
    single = unit.removesuffix("s")
    if unit in MASS_UG:
        return Dose(amount * MASS_UG[unit], "ug")
    if not unit or unit in _PIECES or single in _PIECES:
        return Dose(amount, "piece")
    if single in _CONTAINERS:
        return Dose(amount, "container")
    measure = _MEASURED.get(single)
    return None if measure is None else Dose(amount * measure[1], measure[0])


def micrograms(dose: Dose | None, strength: Strength | None, *, alone: bool) -> Fraction | None:
    """How much of an ingredient a dose is; None when it cannot be told.

    Args:
        dose: As it was read.
        strength: The ingredient's.
        alone: It is the product's only ingredient, so that a mass in the dose is its own.
    """
    if dose is None:
        return None
    if dose.measure == "ug":
        return dose.amount if alone else None
    if strength is None:
        return None
    if dose.measure == strength.measure:
        return dose.amount * strength.each
    if dose.measure == "container" and strength.measure in ("ml", "piece"):
        return dose.amount * strength.micrograms
    return None


def times_a_day(frequency: str) -> Fraction | None:
    """How often, on average; a dose at once is one; None when it is left to the need."""
    if frequency == "STAT":
        return Fraction(1)
    known = FREQUENCIES.get(frequency)
    return None if known is None else known.per_day


def _amount(text: str) -> Fraction:
    lower = text.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    if lower[-1] in _WORDS:
        return int(lower[:-1]) + _WORDS[lower[-1]]
    if "/" in lower:
        whole, _, part = lower.rpartition(" ")
        above, _, below = part.partition("/")
        if int(below):
            return Fraction(int(whole or 0)) + Fraction(int(above), int(below))
        return Fraction(int(above))
    return number(lower)
