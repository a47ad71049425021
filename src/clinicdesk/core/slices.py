"""Long work over many rows on the event loop, in slices short enough that nobody notices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

_AIM_S: Final = 0.006
"""How long a slice should take: a window that repaints sixty times a second has 16 ms."""
_FIRST: Final = 32


async def in_slices(things: Sequence[T], most: int) -> AsyncIterator[Sequence[T]]:
    """The things in their order, at most `most` at a time; others have their turn in between.

    How many there are in a slice follows the time that the one before took.
    """
    at, size = 0, min(_FIRST, most)
    while at < len(things):
        begun = time.perf_counter()
        yield things[at : at + size]
        taken = time.perf_counter() - begun
        at += size
        size = max(1, min(most, size * 2 if taken < _AIM_S / 2 else int(size * _AIM_S / taken)))
        await asyncio.sleep(0)
