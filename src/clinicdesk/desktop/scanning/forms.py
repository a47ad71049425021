"""Codes by their form: whole, begun, or typed on a keyboard of another country.

A scanner types by the layout that it is set to, mostly the American one; the computer reads its
keys by its own. So every code comes twice, as the computer reads it and as it would be on an
American keyboard, and the form tells which of the two it is.
"""

from __future__ import annotations

import re
from typing import Final

from clinicdesk.contract.seal import BadSeal, is_seal, parse
from clinicdesk.core.scanning import looks_like_code
from clinicdesk.desktop.scanning.keys import Code

_BEGINS: Final = re.compile(r"CD1|RX-|\][A-Za-z]\d|01\d{11}", re.IGNORECASE)
"""Beginnings that nobody's words, numbers or telephone have."""
_ROW_OF_DIGITS: Final = frozenset("&é\"'(-è_çà")
"""A French keyboard's, without Shift."""
_FOREIGN_DIGITS: Final = 4


def is_certain(code: Code) -> bool:
    """Whether it is a seal from its first to its last character: nothing of it can be missing."""
    return _is_whole_seal(code.typed) or _is_whole_seal(code.keyed)


def is_whole(code: Code) -> bool:
    """Whether it is a code of ours or a product's, as far as a check digit tells."""
    return any(
        _is_whole_seal(text) or (not is_seal(text) and looks_like_code(text))
        for text in {code.typed, code.keyed}
    )


def begins(code: Code) -> bool:
    """Whether it begins as only codes do."""
    return _begins(code.typed) or _begins(code.keyed)


def meant(code: Code) -> str:
    """What was in the code, whichever layout the scanner is set to."""
    typed, keyed = code.typed, code.keyed
    if typed == keyed or _is_known(typed):
        return typed
    nothing_to_read = not any(map(str.isdigit, typed)) and any(map(str.isdigit, keyed))
    return keyed if nothing_to_read or _is_known(keyed) else typed


def is_of_another_layout(text: str) -> bool:
    """Whether digits seem to have come as what a French keyboard has in their place."""
    if any(map(str.isdigit, text)):
        return False
    return sum(letter in _ROW_OF_DIGITS for letter in text) >= _FOREIGN_DIGITS


def _is_known(text: str) -> bool:
    return _begins(text) or looks_like_code(text)


def _begins(text: str) -> bool:
    return _BEGINS.match(text) is not None


def _is_whole_seal(text: str) -> bool:
    try:
        parse(text)
    except BadSeal:
        return False
    return True
