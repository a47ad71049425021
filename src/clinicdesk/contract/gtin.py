"""GS1 trade item numbers: what the barcode of a pack says.

GS1 General Specifications, section 7.9: the last digit is a check digit, so that one digit read
wrongly is always noticed, and most that changed places.
"""

from __future__ import annotations

from typing import Final

LENGTHS: Final = (8, 12, 13, 14)
"""EAN-8, UPC-A, EAN-13, and the form of fourteen digits that all of them are kept in."""


def check_digit(digits: str) -> int:
    """The digit that belongs behind these: from the right they count three, one, three ..."""
    return -sum(int(d) * (1 if i % 2 else 3) for i, d in enumerate(reversed(digits))) % 10


def gtin14(text: str) -> str | None:
    """The number in fourteen digits, as `Medicine.gtin` has it; None when it is no such number."""
    if len(text) not in LENGTHS or not (text.isascii() and text.isdigit()) or not text.strip("0"):
        return None
    return text.zfill(14) if check_digit(text[:-1]) == int(text[-1]) else None
