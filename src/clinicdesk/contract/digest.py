"""A check sum of the rows of one kind, for either end to compare what it holds with the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

_BITS: Final = 60
_MASK: Final = (1 << _BITS) - 1


def digest_of(rows: Iterable[tuple[UUID, int]]) -> tuple[int, str]:
    """How many rows, and the sum of `(low 60 bits of the id) * version` modulo 2**60, in hex.

    It finds what is missing, superfluous or of another version, in any order of the rows. It is no
    defence against somebody who wants two sets to look alike.
    """
    count = total = 0
    for row_id, version in rows:
        count += 1
        total += (row_id.int & _MASK) * version
    return count, format(total & _MASK, "015x")
