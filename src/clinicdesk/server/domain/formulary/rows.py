"""What a formulary file becomes: medicines, and rows that were not understood with the reason.

Also the checks that every list shares: bounded text without control characters, prices that are
exact, yes-or-no words, and article numbers with the right check digit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import Schedule
from clinicdesk.contract.money import GREATEST_PRICE_MINOR, MINOR_DIGITS

"""A pack that costs more than a crore of rupees is a slip of the keyboard, not a price."""

GREATEST_PACK: Final = 100_000


class MedicineRow(Struct, frozen=True, kw_only=True):
    """One product of a formulary file, checked, in the words of `contract.entities.Medicine`.

    Attributes:
        code: Stable for the same product in the same list, so that a second import changes nothing.
        pack_size: `pack_unit`s in one pack: tablets, millilitres, grams, doses.
        price_minor: Of one pack, in minor units of `currency`.
        ingredients: Lower-case names, for allergy checks.
        default_days: None where the list does not say.
        gtin: 14 digits; None where the list does not say.
    """

    code: str
    generic_name: str
    strength: str
    form: str
    route: str
    brand: str
    manufacturer: str
    pack_size: int
    pack_unit: str
    price_minor: int
    currency: str
    schedule: Schedule
    ingredients: list[str]
    discontinued: bool = False
    default_dose: str = ""
    default_frequency: str = ""
    default_days: int | None = None
    therapeutic_class: str = ""
    gtin: str | None = None


class RejectedRow(Struct, frozen=True):
    """A row that was left out; reading went on after it.

    Attributes:
        line: Physical line of the file on which the row begins; the header is line 1.
        field: The column at fault; `HEADER` when the file as a whole cannot be read, `ROW` when the
            fault is in no single column.
        reason: A sentence for the person who prepares the file.
    """

    line: int
    field: str
    reason: str


HEADER: Final = "header"
ROW: Final = "row"


class BadFieldError(Exception):
    """Ends the reading of one row; `reading` turns it into a `RejectedRow`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PRICE = re.compile(
    r"(?:₹|Rs\.?|INR|NZD|\$)?\s*(-?)([0-9]{1,3}(?:,[0-9]{2,3})+|[0-9]+)(?:\.([0-9]*))?", re.I
)
_TRUE = frozenset({"true", "yes", "y", "1"})
_FALSE = frozenset({"false", "no", "n", "0", ""})


def checked_text(field: str, value: str, greatest: int, *, required: bool = False) -> str:
    """`value` with its white space tidied.

    Raises:
        BadFieldError: It is empty and required, longer than `greatest` characters, or holds control
            characters.
    """
    tidy = " ".join(value.split())
    if not tidy and required:
        raise BadFieldError(field, f"{field} is empty.")
    if len(tidy) > greatest:
        raise BadFieldError(
            field, f"{field} has {len(tidy)} characters; at most {greatest} are allowed."
        )
    if _CONTROL.search(tidy):
        raise BadFieldError(field, f"{field} contains a control character.")
    return tidy


def price_to_minor(field: str, value: str, currency: str) -> int:
    """The price in minor units, exactly; no float is ever involved.

    Raises:
        BadFieldError: It is not a plain positive amount, is finer than the currency's minor unit,
            or is higher than `GREATEST_PRICE_MINOR`.
    """
    text = value.strip()
    found = _PRICE.fullmatch(text)
    if found is None:
        raise BadFieldError(field, f"{field} is {_shown(text)}, not an amount such as 223.42.")
    digits = MINOR_DIGITS.get(currency, 2)
    fraction = (found[3] or "").rstrip("0")
    if len(fraction) > digits:
        raise BadFieldError(
            field, f"{field} is {_shown(text)}: {currency} has {digits} decimal places."
        )
    if len(found[2]) > 20:
        raise BadFieldError(field, f"{field} is {_shown(text)}, more than any pack can cost.")
    minor = int(Decimal(f"{found[2].replace(',', '')}.{fraction or '0'}").scaleb(digits))
    if found[1] or minor == 0:
        raise BadFieldError(field, f"{field} is {_shown(text)}; a price is above zero.")
    if minor > GREATEST_PRICE_MINOR:
        raise BadFieldError(field, f"{field} is {_shown(text)}, more than any pack can cost.")
    return minor


def yes_or_no(field: str, value: str) -> bool:
    """TRUE/FALSE, yes/no, 1/0 in any case; an empty field is no."""
    word = value.strip().lower()
    if word in _FALSE:
        return False
    if word in _TRUE:
        return True
    raise BadFieldError(field, f"{field} is {_shown(word)}; write TRUE or FALSE.")


def whole_number(field: str, value: str, greatest: int) -> int:
    """A whole number from 1 to `greatest`."""
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise BadFieldError(field, f"{field} is {_shown(text)}, not a whole number.")
    number = int(text)
    if not 1 <= number <= greatest:
        raise BadFieldError(field, f"{field} is {number}; it must be from 1 to {greatest}.")
    return number


def checked_gtin(field: str, value: str) -> str | None:
    """A GTIN of 8, 12, 13 or 14 digits whose check digit is right (GS1 General Specifications), as
    GTIN-14; None where there is none."""
    text = value.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) not in (8, 12, 13, 14):
        raise BadFieldError(field, f"{field} is {_shown(text)}; a GTIN has 8, 12, 13 or 14 digits.")
    weighted = sum(
        int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text))
    )
    if weighted % 10:
        raise BadFieldError(field, f"{field} {text} has a wrong check digit.")
    return text.zfill(14)


def _shown(text: str) -> str:
    """The text as a reason may show it: cut short, without control characters."""
    tidy = _CONTROL.sub("?", text)
    return f'"{tidy[:40]}…"' if len(tidy) > 40 else f'"{tidy}"'
