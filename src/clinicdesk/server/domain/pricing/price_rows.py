"""From the cells of a line to a price, or to the reason why it is none."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clinicdesk.contract.gtin import gtin14
from clinicdesk.server.domain.formulary.rows import (
    BadFieldError,
    checked_text,
    price_to_minor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = frozenset(
    {"code", "gtin", "price", "currency", "effective_from", "effective_until"}
)
FOR_PEOPLE: Final = frozenset(
    {"name", "brand", "generic_name", "strength", "form", "manufacturer", "pack", "description"}
)
"""Columns that are passed over: they help whoever reads the file."""

_FURTHEST: Final = timedelta(days=5 * 366)
_LONGEST_AGO: Final = timedelta(days=10 * 366)

_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NAMED: Final = re.compile(r"(\d{1,2})[ \-/.]([A-Za-z]{3,9})[ \-/.](\d{4})")
_NUMBERS: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DECIMAL_COMMA: Final = re.compile(r"\D*-?\d+(?:[.,]\d{3})*,\d{1,2}\s*")


# gc=False, here and beside: there are tens of thousands, none of which can close a circle; to look
# through all of them would keep the server's loop waiting.
class PriceRow(Struct, frozen=True, kw_only=True, gc=False):
    """A price as the file gives it, checked.

    Attributes:
        code, gtin: One of them at least; the other "".
        price_minor: Of a pack.
        effective_until: The last day; None: until another begins.
    """

    line: int
    code: str
    gtin: str
    price_minor: int
    effective_from: date
    effective_until: date | None

    @property
    def named(self) -> str:
        """What the file calls the medicine."""
        return self.code or self.gtin


class RejectedPrice(Struct, frozen=True, kw_only=True, gc=False):
    """A line that is left out; `field` is the column at fault, "row" or "header"."""

    line: int
    code: str
    field: str
    detail: str


class Reading(Struct, frozen=True, kw_only=True):
    """What a file is read against.

    Attributes:
        currency: Of the price list.
        today: The clinic's day: what has no first day begins on it.
    """

    currency: str
    today: date


def read_row(line: int, cells: Mapping[str, str], reading: Reading) -> PriceRow:
    """The price of one line; a column that the file does not have is as an empty one.

    Raises:
        BadFieldError: A column cannot be understood.
    """
    code = checked_text("code", cells.get("code", ""), 60)
    gtin = _gtin(cells.get("gtin", ""))
    if not code and not gtin:
        raise BadFieldError("code", "The line names no medicine: it needs a code or a gtin.")
    currency = cells.get("currency", "").strip().upper()
    if currency and currency != reading.currency:
        raise BadFieldError(
            "currency",
            f"The line is in {currency[:8]}; this list is in {reading.currency}. "
            "Give the price in that.",
        )
    begins = read_date("effective_from", cells.get("effective_from", "")) or reading.today
    ends = read_date("effective_until", cells.get("effective_until", ""))
    _check_dates(begins, ends, reading.today)
    return PriceRow(
        line=line,
        code=code,
        gtin=gtin,
        price_minor=_price(cells.get("price", ""), reading.currency),
        effective_from=begins,
        effective_until=ends,
    )


def read_date(column: str, text: str) -> date | None:
    """A day that can only be read in one way; None where nothing is said.

    Raises:
        BadFieldError: It is no day, or could be two.
    """
    text = text.strip()
    if not text:
        return None
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NAMED.fullmatch(text):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    elif found := _NUMBERS.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
        if month > 12 >= day:
            day, month = month, day
        elif day != month and day <= 12:
            raise BadFieldError(
                column,
                f"{column} is {text}, which is one day in India and another in America; write "
                f"{year}-{month:02}-{day:02} or {year}-{day:02}-{month:02}.",
            )
    else:
        raise BadFieldError(column, f'{column} is "{_short(text)}"; write it as 2026-11-30.')
    try:
        return date(year, month, day)
    except ValueError:
        raise BadFieldError(
            column, f'{column} is "{text}", and there is no such day; write it as 2026-11-30.'
        ) from None


def _month(word: str) -> int:
    lower = word.lower()
    found = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(lower)]
    return found[0] if len(found) == 1 else 0


def _check_dates(begins: date, ends: date | None, today: date) -> None:
    if not today - _LONGEST_AGO <= begins <= today + _FURTHEST:
        raise BadFieldError(
            "effective_from", f"effective_from is {begins}; look at the year again."
        )
    if ends is None:
        return
    if ends < begins:
        raise BadFieldError(
            "effective_until", f"effective_until is {ends}, before effective_from ({begins})."
        )
    if ends < today:
        raise BadFieldError(
            "effective_until", f"effective_until is {ends}, which is past: it would never hold."
        )


def _price(text: str, currency: str) -> int:
    if not text.strip():
        raise BadFieldError("price", "price is empty; give the price of a pack.")
    if _DECIMAL_COMMA.fullmatch(text):
        raise BadFieldError(
            "price", f'price is "{_short(text.strip())}"; write decimals with a point, as 12.50.'
        )
    return price_to_minor("price", text, currency)


def _gtin(text: str) -> str:
    digits = text.strip()
    if not digits:
        return ""
    found = gtin14(digits)
    if found is None:
        raise BadFieldError(
            "gtin",
            f'gtin is "{_short(digits)}", not the number of a barcode (8, 12, 13 or 14 digits, '
            "the last of which proves the others).",
        )
    return found


def _short(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:40])
