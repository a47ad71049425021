"""Reads the amount that somebody types at the till."""

from __future__ import annotations

import re
from typing import Final

from clinicdesk.contract.money import MINOR_DIGITS, SYMBOLS

_AMOUNT: Final = re.compile(r"(?P<whole>\d+|\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.(?P<part>\d*))?")
"""Digits, with commas only where lakhs or thousands are grouped: "12,50" is no amount."""


def read_amount(text: str, currency: str) -> int | None:
    """Minor units of "500", "500.00", "1,23,456.5" or "₹ 500"; None when it is not an amount."""
    bare = "".join(text.replace(SYMBOLS.get(currency, currency), "").split())
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        return None
    digits = MINOR_DIGITS.get(currency, 2)
    part: str = found["part"] or ""
    if len(part) > digits:
        return None
    whole: str = found["whole"].replace(",", "")
    return int(whole + part.ljust(digits, "0"))


def amount_text(minor: int, currency: str) -> str:
    """An amount as it is typed, without symbol and grouping: "412.00"."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}d}" if digits else str(whole)
