"""How much a pharmacy dispenses for a line, in the medicine's own units.

What is counted (tablets, sachets) is dispensed to the piece; what is measured out (syrups, creams,
drops, inhalers, insulin) in unopened packs.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final

from clinicdesk.contract.sig import FREQUENCIES, dose_amount

_PER_UNIT: Final = {
    # One dose unit in pack units: drops and insulin units in ml, a smear of cream in grams.
    ("drop", "ml"): Fraction(1, 20),
    ("unit", "ml"): Fraction(1, 100),
    ("application", "g"): Fraction(1, 2),
    ("application", "ml"): Fraction(3),
    ("puff", "dose"): Fraction(1),
    ("spray", "dose"): Fraction(1),
    ("ml", "ml"): Fraction(1),
}


def quantity_to_dispense(
    dose: str, frequency: str, days: int | None, pack_size: int, pack_unit: str
) -> int:
    """Pack units for the whole course. "When needed" is one pack; "at once" is one dose."""
    amount = dose_amount(dose) or Fraction(1)
    unit = dose.split()[-1].removesuffix("s") if dose.split() else ""
    per_day = FREQUENCIES[frequency].per_day
    if frequency == "STAT":
        doses = Fraction(1)
    elif per_day is None or not days:
        return pack_size
    else:
        doses = per_day * days
    if unit == pack_unit:
        if unit not in ("ml", "dose", "g"):
            return max(1, math.ceil(amount * doses))
    elif (unit, pack_unit) not in _PER_UNIT:
        return pack_size
    needed = amount * doses * _PER_UNIT.get((unit, pack_unit), Fraction(1))
    return max(1, math.ceil(needed / pack_size)) * pack_size
