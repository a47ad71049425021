"""How much of each ingredient a strength says, in micrograms.

Read are the forms of the project's own lists and of Indian ones: "500 mg + 125 mg", "125 mg/5 ml",
"100 microgram/dose", "1 % w/w", "100 units/ml". What is counted otherwise than by mass (units,
organisms) or is not said has no amount.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

from msgspec import Struct


class Strength(Struct, frozen=True):
    """So many micrograms in `per` of `measure`.

    Attributes:
        measure: "piece", "ml", "g", "dose" or "hour".
    """

    micrograms: Fraction
    per: Fraction
    measure: str

    @property
    def each(self) -> Fraction:
        """Micrograms in one of `measure`."""
        return self.micrograms / self.per


MASS_UG: Final = {
    "kg": 10**9, "g": 10**6, "gm": 10**6, "gram": 10**6, "grams": 10**6,
    "mg": 10**3, "milligram": 10**3, "milligrams": 10**3,
    "microgram": 1, "micrograms": 1, "mcg": 1, "µg": 1, "μg": 1, "ug": 1,
}  # fmt: skip
"""Units of mass in micrograms. Both of Unicode's signs for micro are in use."""

_MEASURES: Final = {
    "ml": ("ml", 1), "l": ("ml", 1000), "litre": ("ml", 1000),
    "g": ("g", 1), "gm": ("g", 1),
    "dose": ("dose", 1), "puff": ("dose", 1), "spray": ("dose", 1), "actuation": ("dose", 1),
    "hour": ("hour", 1), "hr": ("hour", 1), "h": ("hour", 1),
    "tablet": ("piece", 1), "capsule": ("piece", 1), "sachet": ("piece", 1), "vial": ("piece", 1),
    "ampoule": ("piece", 1), "patch": ("piece", 1),
}  # fmt: skip

_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+"
_MASS = re.compile(
    rf"(?P<amount>{_NUMBER})\s*(?P<unit>[a-zµμ]+)"
    rf"(?:\s*/\s*(?P<per>{_NUMBER})?\s*(?P<measure>[a-z]+))?",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"(?P<amount>{_NUMBER})\s*%\s*(?P<of>w/w|w/v)", re.IGNORECASE)
_PERCENT_OF: Final = {"w/w": "g", "w/v": "ml"}
_UG_IN_ONE_PERCENT: Final = 10_000
"""1 % is a hundredth of a gram, in a gram or in a millilitre."""


def strengths_of(ingredients: tuple[str, ...], text: str) -> tuple[Strength | None, ...]:
    """The strength of each ingredient, in their order; None for those that cannot be told."""
    parts = read_strength(text)
    return parts if len(parts) == len(ingredients) else (None,) * len(ingredients)


@lru_cache(maxsize=8192)
def read_strength(text: str) -> tuple[Strength | None, ...]:
    """The parts of a strength; a measure at the end ("25 mg + 125 mg/dose") holds for all."""
    parts = [part.strip() for part in text.split("+")]
    read = [_part(part) for part in parts]
    last = read[-1]
    if last is not None and last.measure != "piece" and not any("/" in p for p in parts[:-1]):
        read = [
            Strength(part.micrograms, last.per, last.measure)
            if part is not None and part.measure == "piece"
            else part
            for part in read
        ]
    return tuple(read)


def number(text: str) -> Fraction:
    """A number as lists write it: commas part thousands, or stand for the point."""
    if re.fullmatch(r"\d+(?:,\d{3})+(?:\.\d+)?", text):
        return Fraction(text.replace(",", ""))
    return Fraction(text.replace(",", "."))


def _part(text: str) -> Strength | None:
    if percent := _PERCENT.fullmatch(text):
        amount = number(percent["amount"]) * _UG_IN_ONE_PERCENT
        return Strength(amount, Fraction(1), _PERCENT_OF[percent["of"].lower()])
    mass = _MASS.fullmatch(text)
    if mass is None or mass["unit"].lower() not in MASS_UG:
        return None
    amount = number(mass["amount"]) * MASS_UG[mass["unit"].lower()]
    if mass["measure"] is None:
        return Strength(amount, Fraction(1), "piece")
    measure = _MEASURES.get(mass["measure"].lower())
    per = number(mass["per"]) if mass["per"] else Fraction(1)
    if measure is None or not per:
        return None
    return Strength(amount, per * measure[1], measure[0])
