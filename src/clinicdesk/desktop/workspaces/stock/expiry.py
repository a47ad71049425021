"""Reads an expiry as it is printed on packs: a day, or a month, which means its last day."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_MONTH: Final = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{2}|\d{4})")
_WORDS: Final = re.compile(r"(?:(\d{1,2})\s+)?([a-z]{3,9})\.?\s*(\d{4}|\d{2})", re.IGNORECASE)
_NAMES: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_CENTURY: Final = 2000


def read_expiry(text: str) -> date | None:
    """ "2027-03-31", "2027-03", "03/27", "03/2027", "Mar 2027" or "31 Mar 2027"; None otherwise.

    A date of three numbers with strokes is none of them: 03/04/27 is read in two ways.
    """
    bare = text.strip()
    if found := _ISO.fullmatch(bare):
        return _day(int(found[1]), int(found[2]), found[3])
    if found := _MONTH.fullmatch(bare):
        return _day(_year(found[2]), int(found[1]), None)
    if found := _WORDS.fullmatch(bare):
        name = found[2][:3].lower()
        if name in _NAMES:
            return _day(_year(found[3]), _NAMES.index(name) + 1, found[1])
    return None


def expiry_text(expiry: date) -> str:
    """As it is typed and read back without doubt: "2027-03-31"."""
    return expiry.isoformat()


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else _CENTURY + int(text)


def _day(year: int, month: int, day: str | None) -> date | None:
    if not 1 <= month <= 12 or not _CENTURY <= year < _CENTURY + 100:
        return None
    last = monthrange(year, month)[1]
    wanted = last if day is None else int(day)
    return date(year, month, wanted) if 1 <= wanted <= last else None
