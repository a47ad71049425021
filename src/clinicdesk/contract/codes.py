"""Short codes that people read aloud over a counter or a telephone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so nothing is misheard or misread."""

LENGTH: Final = 5

_TYPED: Final = re.compile(rf"\s*rx[\s-]*([0-9a-z]{{{LENGTH},10}})\s*", re.IGNORECASE | re.ASCII)
_MISREAD: Final = str.maketrans("OILU", "011V")
"""Letters that the codes leave out, and what somebody who typed them had read."""


def prescription_code(prescription: UUID, length: int = LENGTH) -> str:
    """`RX-` and `length` characters, as `code_of`."""
    return code_of("RX", prescription, length)


def typed_code(text: str) -> str | None:
    """The whole code of a prescription that somebody typed, in small letters, with a blank or with
    letters that the codes leave out; None: the text is none."""
    found = _TYPED.fullmatch(text)
    return None if found is None else f"RX-{corrected(found[1])}"


def corrected(letters: str) -> str:
    """Letters of a code as they were meant."""
    return letters.upper().translate(_MISREAD)


def code_of(prefix: str, row_id: UUID, length: int = LENGTH) -> str:
    """The prefix and `length` characters taken from the random end of the identifier.

    Both ends derive it alike, so that a desk without a server can already show the code. On the
    rare collision within a clinic the server lengthens it by a character. Prefixes: RX for
    prescriptions, PO for a pharmacy's orders, SO for orders to suppliers.
    """
    letters = [ALPHABET[(row_id.int >> (5 * place)) & 31] for place in range(length)]
    return f"{prefix}-" + "".join(reversed(letters))
