"""Reads a day as somebody types it, where it can only be read in one way."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QCoreApplication, QLocale

_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS: Final = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_WORDS: Final = re.compile(r"(\d{1,2})[\s-]+([a-z]{3,9})\.?(?:[\s-]+(\d{4}))?", re.IGNORECASE)
_AFTER: Final = re.compile(r"\+\s*(\d{1,3})")
_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_PATTERNS: Final = ("d MMM yyyy", "d MMMM yyyy")


def read_day(text: str, today: date) -> date | None:
    """ "2026-12-01", "1 Dec 2026", "1 Dec", "31/12/2026", "today", "+7"; None otherwise.

    A day without its year is the next one of that name, today included. One of three numbers that
    is another day in another country, as 01/12/2026, is none.
    """
    bare = text.strip().lower()
    if bare in ("today", QCoreApplication.translate("Days", "today").lower()):
        return today
    if bare in ("tomorrow", QCoreApplication.translate("Days", "tomorrow").lower()):
        return today + timedelta(days=1)
    if found := _AFTER.fullmatch(bare):
        return today + timedelta(days=int(found[1]))
    if found := _ISO.fullmatch(bare):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(bare):
        return _of_numbers(int(found[1]), int(found[2]), int(found[3]))
    if found := _WORDS.fullmatch(bare):
        return _of_words(int(found[1]), found[2], found[3], today)
    return _of_this_language(text.strip())


def day_text(day: date) -> str:
    """As it is typed and read back without doubt: "1 Dec 2026"."""
    return f"{day.day} {_NAMES[day.month - 1][:3].title()} {day.year}"


def _of_numbers(first: int, second: int, year: int) -> date | None:
    if first == second or second > 12 >= first:
        return _day(year, first, second)
    return _day(year, second, first) if first > 12 else None


def _of_words(day: int, word: str, year: str | None, today: date) -> date | None:
    months = [place for place, name in enumerate(_NAMES, 1) if name.startswith(word)]
    if len(months) != 1:
        return None
    if year is not None:
        return _day(int(year), months[0], day)
    this, following = (_day(each, months[0], day) for each in (today.year, today.year + 1))
    return this if this is not None and this >= today else following


def _of_this_language(text: str) -> date | None:
    for pattern in _PATTERNS:
        found = QLocale().toDate(text, pattern)
        if found.isValid():
            return date(found.year(), found.month(), found.day())
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
