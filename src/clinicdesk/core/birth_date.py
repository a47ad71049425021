"""Dates of birth as people say and type them."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from msgspec import Struct

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january जनवरी",
            "feb february फरवरी",
            "mar march मार्च",
            "apr april अप्रैल",
            "may मई",
            "jun june जून",
            "jul july जुलाई",
            "aug august अगस्त",
            "sep sept september सितंबर",
            "oct october अक्टूबर",
            "nov november नवंबर",
            "dec december दिसंबर",
        ),
        start=1,
    )
    for name in names.split()
}

_ISO: Final = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_DAY_FIRST: Final = re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d{2})")
_NAME: Final = r"(?P<name>(?:[^\W\d_]|[\u0900-\u097f]){2,})\.?"
_DAY_NAME: Final = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?{_NAME},?\s+(?P<year>\d{{4}})"
)
_NAME_DAY: Final = re.compile(
    rf"{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
)
_YEAR: Final = re.compile(r"(?<!\S)(?P<year>19\d\d|20\d\d)(?!\S)")


class BirthDate(Struct, frozen=True):
    """A date of birth, as much of it as was said."""

    year: int
    month: int | None = None
    day: int | None = None

    def fits(self, birth_date: date) -> bool:
        """Whether a date agrees with all that was said."""
        return (
            birth_date.year == self.year
            and self.month in (None, birth_date.month)
            and self.day in (None, birth_date.day)
        )


def find_birth_date(text: str) -> tuple[BirthDate, str] | None:
    """The date in `text`, with what is left of the text; None when there is none.

    Understood are 12/03/1992 (day first, as in India and New Zealand; the month first only where
    nothing else makes sense), 12.3.92, 1992-03-12, 12 Mar 1992, March 12, 1992, Mar 1992 and 1992.
    """
    for pattern in (_ISO, _DAY_FIRST, _DAY_NAME, _NAME_DAY, _YEAR):
        for found in pattern.finditer(text):
            said = _said(found.groupdict())
            if said is not None:
                rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
                return said, rest
    return None


def _said(parts: dict[str, str | None]) -> BirthDate | None:
    year = _year(parts["year"] or "")
    named = parts.get("name")
    if named is not None:
        month = _MONTHS.get(named.casefold())
        if month is None:
            return None
    else:
        month = _number(parts.get("month"))
    day = _number(parts.get("day"))
    if month is not None and day is not None and month > 12 >= day:
        month, day = day, month
    said = BirthDate(year, month, day)
    return said if _is_possible(said) else None


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    this_year = date.today().year
    return year + (2000 if year + 2000 <= this_year else 1900)


def _is_possible(said: BirthDate) -> bool:
    try:
        date(
            said.year,
            1 if said.month is None else said.month,
            1 if said.day is None else said.day,
        )
    except ValueError:
        return False
    return True
