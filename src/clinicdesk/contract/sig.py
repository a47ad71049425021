"""How a medicine is to be taken: dose, frequency, duration, and the quantity that follows.

The frequencies are the Latin abbreviations that prescribers type; the sentence is what the patient
reads. `parse_sig` turns one typed line ("1 tab bd 5d after food") into its parts, so that a line
of a prescription costs a few keystrokes.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from typing import Final

from msgspec import Struct


class Frequency(Struct, frozen=True):
    """How often. `per_day` is None where no count can be reckoned (when needed, at once)."""

    code: str
    sentence: str
    per_day: Decimal | None


FREQUENCIES: Final[dict[str, Frequency]] = {
    f.code: f
    for f in (
        Frequency("OD", "once a day", Decimal(1)),
        Frequency("OM", "every morning", Decimal(1)),
        Frequency("HS", "at night", Decimal(1)),
        Frequency("BD", "twice a day", Decimal(2)),
        Frequency("TDS", "three times a day", Decimal(3)),
        Frequency("QID", "four times a day", Decimal(4)),
        Frequency("Q4H", "every 4 hours", Decimal(6)),
        Frequency("Q6H", "every 6 hours", Decimal(4)),
        Frequency("Q8H", "every 8 hours", Decimal(3)),
        Frequency("Q12H", "every 12 hours", Decimal(2)),
        Frequency("ALT", "every other day", Decimal("0.5")),
        Frequency("WEEKLY", "once a week", Decimal(1) / Decimal(7)),
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
    r"(?:x\s*)?(\d{1,3})\s*(d|day|days|/7|w|wk|week|weeks|/52|m|month|months|/12)\Z", re.I
)
_DAYS_IN = {"d": 1, "/7": 1, "w": 7, "/52": 7, "m": 30, "/12": 30}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|[½¼¾]")
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}


def parse_sig(text: str) -> Sig:
    """The parts of a typed line: "1 tab bd 5d pc" is 1 tablet twice a day for 5 days after food.

    What comes before the frequency is the dose, a number with d, w or m (or /7, /52, /12) is the
    duration, everything else is the instruction, with `ac`, `pc` and `cc` spelt out.
    """
    dose: list[str] = []
    rest: list[str] = []
    frequency: str | None = None
    days: int | None = None
    for word in text.split():
        code = frequency_code(word)
        duration = _DURATION.match(word)
        if code is not None and frequency is None:
            frequency = code
        elif duration is not None and days is None:
            days = int(duration[1]) * _unit_days(duration[2])
        elif frequency is None and days is None:
            dose.append(word)
        else:
            rest.append(TIMINGS.get(word.lower(), word))
    return Sig(" ".join(dose) or None, frequency, days, " ".join(rest))


def _unit_days(unit: str) -> int:
    key = unit.lower()
    return _DAYS_IN[key if key.startswith("/") else key[0]]


def dose_amount(dose: str) -> Decimal | None:
    """The number in a dose ("½ tablet" is 0.5, "1-2 tablets" is 2: the most that may be taken)."""
    numbers = [
        _FRACTIONS.get(found) or Decimal(found.replace(",", ".")) for found in _NUMBER.findall(dose)
    ]
    return max(numbers) if numbers else None


def quantity_for(dose: str, frequency: str, days: int | None) -> int | None:
    """Units to dispense: dose x times a day x days, rounded up; None when it cannot be told."""
    amount = dose_amount(dose)
    times = FREQUENCIES.get(frequency)
    if amount is None or times is None or times.per_day is None or not days:
        return None
    return max(1, int((amount * times.per_day * days).to_integral_value(ROUND_CEILING)))
