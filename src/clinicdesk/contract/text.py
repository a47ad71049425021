"""Bounded text: every text that crosses the wire has a greatest length, in characters.

What a person types on one line has no control characters: a line break or a tab would tear labels,
registers and exports, and what cannot be seen cannot be told from what was meant.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from clinicdesk.contract.money import GREATEST_PRICE_MINOR

# Control characters (C0, C1), the separators of lines and paragraphs, and what turns the direction
# of the text that follows. "$" alone would let a line break pass at the end.
_UNSEEN: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
# What has no ink: joiners (Hindi needs them within words), marks of direction, fillers, variation
# selectors, the empty cell of Braille. It may stand within a text, and alone it says nothing.
_NO_INK: Final = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_BLANK: Final = rf"(?:[^\S{_UNSEEN}]|[{_NO_INK}])"
_SEEN: Final = rf"[^\s{_UNSEEN}{_NO_INK}]"
_END: Final = r"$(?!\n)"

ONE_LINE: Final = rf"^[^{_UNSEEN}]*{_END}"
"""Without control characters; it may be empty."""
WRITTEN: Final = rf"^{_BLANK}*{_SEEN}[^{_UNSEEN}]*{_END}"
"""Without control characters, and not only blanks."""
EXPLAINED: Final = rf"^{_BLANK}*{_SEEN}[^{_UNSEEN}]+{_SEEN}{_BLANK}*{_END}"
"""Without control characters, and three characters long without the blanks around it."""
SEVERAL_LINES: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*$"
"""Without control characters other than line breaks and tabs."""

_UNLIKE: Final = "Expected `str` matching regex {!r}"
_NEEDS: Final = {
    _UNLIKE.format(ONE_LINE): "may have no line breaks, tabs or other control characters",
    _UNLIKE.format(WRITTEN): "needs more than blanks, and may have no line breaks, tabs or other "
    "control characters",
    _UNLIKE.format(EXPLAINED): "needs at least 3 characters besides blanks around them, and may "
    "have no line breaks, tabs or other control characters",
    _UNLIKE.format(SEVERAL_LINES): "may have no control characters other than line breaks and tabs",
}

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=WRITTEN)]
Line = Annotated[str, Meta(max_length=200, pattern=ONE_LINE)]
Reason = Annotated[str, Meta(min_length=3, max_length=300, pattern=EXPLAINED)]
"""Why something was taken away; never empty, so that the other side understands."""
Note = Annotated[str, Meta(max_length=2000, pattern=SEVERAL_LINES)]
Phone = Annotated[str, Meta(max_length=24, pattern=ONE_LINE)]
"""E.164 where it is known, otherwise as written."""
Place = Annotated[str, Meta(max_length=20, pattern=ONE_LINE)]
"""Where something lies: a shelf."""
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""
Minor = Annotated[int, Meta(ge=0, le=100_000_000_000)]
"""Money in minor units (paise, cents) of the currency that stands beside it."""
PackPrice = Annotated[int, Meta(ge=0, le=GREATEST_PRICE_MINOR)]
"""As `Minor`, of a pack."""


def what_it_needs(said: str) -> str | None:
    """What a text needs that the reader of the wire refused by its pattern, to follow the field's
    name in a sentence; None when it was refused for something else.

    Args:
        said: As `msgspec.ValidationError` says it.
    """
    return next((words for said_so, words in _NEEDS.items() if said.startswith(said_so)), None)
