"""Text as it is compared in searches: without case and without the marks of Latin letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LATIN_MARKS: Final = re.compile("[\u0300-\u036f]")
_WORDS: Final = re.compile(r"[^\W_]+(?:[\u0900-\u097f]+[^\W_]*)*")


def fold(text: str) -> str:
    """`text` for comparing: Tāne and TANE become tane.

    Only the marks of Latin letters go: the vowel signs of Devanagari are marks too, and without
    them its names would be others.
    """
    if text.isascii():
        return text.lower()
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", bare).casefold()


def words(text: str) -> list[str]:
    """The folded words and numbers of `text`, in order."""
    return _WORDS.findall(fold(text))


def digits_of(text: str) -> str:
    """The digits of `text`, those of Devanagari too, as 0 to 9."""
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdecimal())
