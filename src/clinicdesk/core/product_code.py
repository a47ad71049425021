"""What a product's barcode says: the trade item number, and batch and expiry where it has them.

A bare number (EAN-8, UPC-A, EAN-13, ITF-14) is read here. Element strings of GS1 (DataMatrix,
GS1-128, Digital Link) are read by `biip`, which knows every application identifier; what two
readers could take for two things is refused, since a batch that is guessed is worse than none.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clinicdesk.contract.gtin import LENGTHS, gtin14

if TYPE_CHECKING:
    from biip.gs1_messages import GS1Message

SEPARATOR: Final = "\x1d"
"""ASCII's group separator, which ends a part of no fixed length (GS1's FNC1)."""

_PRODUCT, _BATCH, _EXPIRY, _BEST_BEFORE, _SERIAL = "01", "10", "17", "15", "21"
_WITHOUT_FIXED_LENGTH: Final = (_BATCH, _SERIAL)

_SYMBOLOGY: Final = re.compile(r"\](?:d[12]|C1|e[0-2]|Q[13]|E0|E4|I1)")
_HIDDEN_EXPIRY: Final = re.compile(r".17(\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])")
_IN_BRACKETS: Final = re.compile(r"\(\d{2,4}\)")
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)

HALF: Final = "Only a part of the barcode was read. Scan it again, from a little further away."
_WRONG_DIGIT: Final = (
    "The barcode was read with a mistake in it: its check digit does not fit. Scan it again."
)
_NO_PRODUCT: Final = (
    "This barcode names no product, only what is printed beside it. Scan the other code of the "
    "pack."
)
_TWO: Final = "This barcode says two different things in one. Scan the code of a single pack."
_RUN_TOGETHER: Final = (
    "The batch and the expiry in this barcode run together. Set the scanner to send the group "
    "separator (FNC1), or type them from the pack."
)
_BAD_DAY: Final = "The expiry in this barcode is no day of the calendar. Type it from the pack."


class ProductCode(Struct, frozen=True, kw_only=True):
    """What was on the pack.

    Attributes:
        gtin: Fourteen digits. expiry: The last day of use; a day 00 is the last of its month.
    """

    gtin: str
    batch: str | None = None
    expiry: date | None = None
    serial: str | None = None


class Misread(Struct, frozen=True):
    """It is a product's barcode, and it cannot be used; the sentence says what to do."""

    sentence: str


def read_product(text: str) -> ProductCode | Misread | None:
    """What a product's barcode says; None when the text is none.

    The first element string loads a library (about a tenth of a second): see `warm_up`.
    """
    text = text.strip(" \t\r\n").replace("␝", SEPARATOR)
    if text.isascii() and text.isdigit() and len(text) in LENGTHS:
        gtin = gtin14(text)
        return Misread(_WRONG_DIGIT) if gtin is None else ProductCode(gtin=gtin)
    if not _may_be_elements(text):
        return None
    return _read_elements(text)


def warm_up() -> None:
    """Load the library for element strings; from a thread, before the first is scanned."""
    import biip  # noqa: F401


def _may_be_elements(text: str) -> bool:
    """Anything of digits alone that is no bare number was meant for one, and lost some on its way.

    Of letters and digits only what begins with a product's identifier: an order's number or a word
    may begin with any other.
    """
    bare = text.lstrip(SEPARATOR)
    return bool(
        SEPARATOR in text
        or _SYMBOLOGY.match(text)
        or _ADDRESS.match(text)
        or _IN_BRACKETS.match(text)
        or re.match(r"01\d", bare)
        or (bare.isascii() and bare.isdigit() and len(bare) >= 6)
    )


def _read_elements(text: str) -> ProductCode | Misread | None:
    message = _message(text)
    if message is None:
        if _ADDRESS.match(text):
            return None  # a page of the maker's: nothing that is ours to read
        bare = _SYMBOLOGY.sub("", text)
        plain = gtin14(bare)
        if plain is not None:
            return ProductCode(gtin=plain)
        return Misread(_why_unread(bare))
    said: dict[str, set[str]] = {}
    for element in message.element_strings:
        said.setdefault(element.ai.ai, set()).add(element.value)
    if any(len(values) > 1 for values in said.values()):
        return Misread(_TWO)
    return _product(message, {ai: values.pop() for ai, values in said.items()}, text)


def _message(text: str) -> GS1Message | None:
    import biip

    if _IN_BRACKETS.match(text):
        from biip.gs1_messages import GS1Message

        try:
            return GS1Message.parse_hri(text)
        except biip.ParseError:
            return None
    try:
        parsed = biip.parse(text)
    except biip.ParseError:
        return None
    if parsed.gs1_digital_link_uri is not None:
        return parsed.gs1_digital_link_uri.as_gs1_message()
    return parsed.gs1_message


def _product(message: GS1Message, said: dict[str, str], text: str) -> ProductCode | Misread:
    if _PRODUCT not in said:
        return Misread(_NO_PRODUCT)
    gtin = gtin14(said[_PRODUCT])
    if gtin is None:
        return Misread(_WRONG_DIGIT)
    if _runs_together(said, text):
        return Misread(_RUN_TOGETHER)
    dates = {element.ai.ai: element.date for element in message.element_strings}
    which = _EXPIRY if _EXPIRY in said else _BEST_BEFORE
    if which in said and dates[which] is None:
        return Misread(_BAD_DAY)
    return ProductCode(
        gtin=gtin, batch=said.get(_BATCH), expiry=dates.get(which), serial=said.get(_SERIAL)
    )


def _runs_together(said: dict[str, str], text: str) -> bool:
    """Whether an expiry seems to have been swallowed by the batch or the serial before it."""
    if SEPARATOR in text.strip(SEPARATOR) or _EXPIRY in said or "(" in text or ":" in text:
        return False
    return any(_HIDDEN_EXPIRY.search(said.get(ai, "")) for ai in _WITHOUT_FIXED_LENGTH)


def _why_unread(bare: str) -> str:
    found = re.match(r"(?:01|\(01\))(\d{14})(.*)", bare.lstrip(SEPARATOR))
    if found is None:
        return HALF
    if gtin14(found[1]) is None:
        return _WRONG_DIGIT
    expiry = re.match(r"\(?1[57]\)?\d\d(\d\d)(\d\d)", found[2])
    return HALF if expiry is None or _is_day(int(expiry[1]), int(expiry[2])) else _BAD_DAY


def _is_day(month: int, day: int) -> bool:
    """Of any year; day 0 stands for the month's last."""
    return 1 <= month <= 12 and day <= monthrange(2000, month)[1]
