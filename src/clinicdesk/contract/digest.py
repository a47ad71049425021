"""A check sum of the rows of one kind, for either end to compare what it holds with the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

_BITS: Final = 60
_MASK: Final = (1 << _BITS) - 1


class Sum:
    """A check sum on its way, for who goes through the rows in several steps."""

    def __init__(self) -> None:
        self._count = 0
        self._total = 0

    def add(self, rows: Iterable[tuple[UUID, int]]) -> None:
        """Take identifiers and versions of more rows."""
        count = total = 0
        for row_id, version in rows:
            count += 1
            total += (row_id.int & _MASK) * version
        self._count += count
        self._total = (self._total + total) & _MASK

    def answer(self) -> tuple[int, str]:
        """As `digest_of` of all of them."""
        return self._count, format(self._total, "015x")


def digest_of(rows: Iterable[tuple[UUID, int]]) -> tuple[int, str]:
    """How many rows, and the sum of `(low 60 bits of the id) * version` modulo 2**60, in hex.

    It finds what is missing, superfluous or of another version, in any order of the rows. It is no
    defence against somebody who wants two sets to look alike.
    """
    total = Sum()
    total.add(rows)
    return total.answer()
