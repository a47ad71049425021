"""Short codes that people read aloud over a counter or a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from uuid import UUID

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so nothing is misheard or misread."""

LENGTH: Final = 5


def prescription_code(prescription: UUID, length: int = LENGTH) -> str:
    """`RX-` and `length` characters, as `code_of`."""
    return code_of("RX", prescription, length)


def code_of(prefix: str, row_id: UUID, length: int = LENGTH) -> str:
    """The prefix and `length` characters taken from the random end of the identifier.

    Both ends derive it alike, so that a desk without a server can already show the code. On the
    rare collision within a clinic the server lengthens it by a character. Prefixes: RX for
    prescriptions, PO for a pharmacy's orders, SO for orders to suppliers.
    """
    letters = [ALPHABET[(row_id.int >> (5 * place)) & 31] for place in range(length)]
    return f"{prefix}-" + "".join(reversed(letters))
