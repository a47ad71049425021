"""How a medicine is to be taken: dose, frequency, duration, and the quantity that follows.

The frequencies are the Latin abbreviations that prescribers type; the sentence is what the patient
reads. `parse_sig` turns one typed line ("1 tab bd 5d after food") into its parts, so that a line
of a prescription costs a few keystrokes.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Final

from msgspec import Struct


class Frequency(Struct, frozen=True):
    """How often. `per_day` is None where no count can be reckoned (when needed, at once)."""

    code: str
    sentence: str
    per_day: Fraction | None


FREQUENCIES: Final[dict[str, Frequency]] = {
    f.code: f
    for f in (
        Frequency("OD", "once a day", Fraction(1)),
        Frequency("OM", "every morning", Fraction(1)),
        Frequency("HS", "at night", Fraction(1)),
        Frequency("BD", "twice a day", Fraction(2)),
        Frequency("TDS", "three times a day", Fraction(3)),
        Frequency("QID", "four times a day", Fraction(4)),
        Frequency("Q4H", "every 4 hours", Fraction(6)),
        Frequency("Q6H", "every 6 hours", Fraction(4)),
        Frequency("Q8H", "every 8 hours", Fraction(3)),
        Frequency("Q12H", "every 12 hours", Fraction(2)),
        Frequency("ALT", "every other day", Fraction(1, 2)),
        Frequency("WEEKLY", "once a week", Fraction(1, 7)),
        Frequency("SOS", "when needed", None),
        Frequency("STAT", "at once, a single dose", None),
    )
}

FREQUENCY_ALIASES: Final = {
    "QD": "OD", "DAILY": "OD", "MANE": "OM", "NOCTE": "HS", "QHS": "HS", "ON": "HS", "BID": "BD",
    "TID": "TDS", "QDS": "QID", "PRN": "SOS", "W": "WEEKLY", "EOD": "ALT", "QOD": "ALT",
}  # fmt: skip

ROUTES: Final = (
    "oral", "topical", "inhaled", "nasal", "ophthalmic", "otic", "sublingual", "rectal", "vaginal",
    "subcutaneous", "intramuscular", "intravenous", "transdermal", "buccal",
)  # fmt: skip

TIMINGS: Final = {
    "ac": "before food",
    "pc": "after food",
    "cc": "with food",
}
"""Abbreviations that the instruction line spells out."""


class Sig(Struct, frozen=True):
    """The parts of one line, None where it did not say."""

    dose: str | None
    frequency: str | None
    days: int | None
    instructions: str


def frequency_code(text: str) -> str | None:
    """The code that `text` abbreviates, whatever its case; None when it is none."""
    upper = text.strip().upper()
    code = FREQUENCY_ALIASES.get(upper, upper)
    return code if code in FREQUENCIES else None


_DURATION = re.compile(
    r"(?<!\S)(?:x\s*)?(\d{1,3})\s*"
    r"(d|days?|/7|w|wks?|weeks?|/52|m|months?|/12)(?!\S)",
    re.IGNORECASE,
)
_DAYS_IN = {"d": 1, "/7": 1, "w": 7, "/52": 7, "m": 30, "/12": 30}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|[½¼¾]")
_VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}


def parse_sig(text: str) -> Sig:
    """The parts of a typed line: "1 tab bd 5d pc" is 1 tablet twice a day for 5 days after food.

    What comes before the frequency is the dose, a number with d, w or m (or /7, /52, /12) is the
    duration, everything else is the instruction, with `ac`, `pc` and `cc` spelt out.
    """
    duration = _DURATION.search(text)
    days = int(duration[1]) * _unit_days(duration[2]) if duration else None
    before = (text[: duration.start()] if duration else text).split()
    words = [*before, *(text[duration.end() :].split() if duration else ())]
    place = _frequency_place(words)
    frequency = None if place is None else frequency_code(words[place])
    dose = before if place is None else before[:place]
    rest = [word for at, word in enumerate(words) if at >= len(dose) and at != place]
    instructions = " ".join(TIMINGS.get(word.lower(), word) for word in rest)
    return Sig(" ".join(dose) or None, frequency, days, instructions)


def _frequency_place(words: list[str]) -> int | None:
    """Where the frequency stands. "on" is nocte, but not in "apply on the rash bd"."""
    places = [at for at, word in enumerate(words) if frequency_code(word) is not None]
    clear = [at for at in places if words[at].lower() != "on"]
    return next(iter(clear or places), None)


def _unit_days(unit: str) -> int:
    key = unit.lower()
    return _DAYS_IN[key if key.startswith("/") else key[0]]


def dose_amount(dose: str) -> Fraction | None:
    """The number in a dose ("½ tablet" is 0.5, "1-2 tablets" is 2: the most that may be taken)."""
    numbers = [
        _VULGAR.get(found) or Fraction(found.replace(",", ".")) for found in _NUMBER.findall(dose)
    ]
    return max(numbers) if numbers else None


def quantity_for(dose: str, frequency: str, days: int | None) -> int | None:
    """Units to dispense: dose x times a day x days, rounded up; None when it cannot be told."""
    amount = dose_amount(dose)
    times = FREQUENCIES.get(frequency)
    if amount is None or times is None or times.per_day is None or not days:
        return None
    return max(1, math.ceil(amount * times.per_day * days))
