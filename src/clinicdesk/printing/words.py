"""Dates, ages and quantities as paper says them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from clinicdesk.contract.entities import Sex

_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_SEXES: Final = {
    Sex.FEMALE: "Female",
    Sex.MALE: "Male",
    Sex.OTHER: "Other",
    Sex.UNKNOWN: "Not recorded",
}
_MEASURES: Final = frozenset({"ml", "g", "mg", "l"})


@lru_cache(maxsize=8)
def zone_of(name: str) -> ZoneInfo:
    """The clinic's zone."""
    return ZoneInfo(name)


def day_text(day: date) -> str:
    """`3 Mar 2026`: no two countries can read it differently."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def local_day(moment: datetime, zone: str) -> date:
    """The day of a moment in the clinic's zone."""
    return moment.astimezone(zone_of(zone)).date()


def moment_text(moment: datetime, zone: str) -> str:
    """`3 Mar 2026, 14:05` in the clinic's zone."""
    local = moment.astimezone(zone_of(zone))
    return f"{day_text(local.date())}, {local:%H:%M}"


def age_text(born: date, on: date) -> str:
    """In years; for small children in years and months, or months, or days, as doses go by it."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < 0:
        return ""
    if months == 0:
        return _counted((on - born).days, "day")
    if months < 24:
        return _counted(months, "month")
    years, rest = divmod(months, 12)
    if years < 13 and rest:
        return f"{_counted(years, 'year')} {_counted(rest, 'month')}"
    return _counted(years, "year")


def sex_text(sex: Sex) -> str:
    """FHIR's administrative gender as a word."""
    return _SEXES[sex]


def counted_units(quantity: int, unit: str) -> str:
    """`15 capsules`, `100 ml`."""
    if not unit:
        return str(quantity)
    return f"{quantity} {unit}" if unit in _MEASURES else _counted(quantity, unit)


def units_of(unit: str) -> str:
    """`tablets`, `ml`: what many are counted in."""
    return unit if not unit or unit in _MEASURES else f"{unit}s"


@lru_cache(maxsize=64)
def phone_text(number: str) -> str:
    """`+91 22 2640 1234`, as it is read aloud; as it was written when it is not E.164."""
    import phonenumbers  # its tables are large, and most programs never print

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def number_words(number: int) -> str:
    """`twenty-one`: nobody makes a 1 into a 7 of it. For 0 to 999,999."""
    if number >= 1000:
        head, rest = divmod(number, 1000)
        words = f"{number_words(head)} thousand"
    elif number >= 100:
        head, rest = divmod(number, 100)
        words = f"{_ONES[head]} hundred"
    elif number >= 20:
        head, rest = divmod(number, 10)
        return _TENS[head] + (f"-{_ONES[rest]}" if rest else "")
    else:
        return _ONES[number]
    return f"{words} {number_words(rest)}" if rest else words


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
