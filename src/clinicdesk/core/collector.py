"""Python's cyclic garbage collector: kept away from rows, and with windows in their thread.

Rows never form cycles, yet each of their identifiers is an object that the collector visits: with
two hundred thousand rows it would stop every thread for most of a second, again and again.

It goes to work in whichever thread happens to make an object, and frees there what it finds. A
window, a timer or a model that is freed elsewhere than in its own thread takes the program down.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_OLD: Final = 2
_making: set[object] = set()
"""Who makes very many rows just now, in whatever thread."""


@contextmanager
def making_rows() -> Iterator[None]:
    """Let the collector rest while very many rows are made, and not look at them afterwards.

    What is frozen is still freed when nothing refers to it any more. Cycles wait for `sweep`.
    """
    was_at_work, maker = gc.isenabled(), object()
    gc.disable()
    _making.add(maker)
    try:
        yield
    finally:
        gc.freeze()
        _making.discard(maker)
        if was_at_work:
            gc.enable()


class OneThread:
    """Has nothing collected but by `collect_due`, for as long as the process runs."""

    def __init__(self) -> None:
        gc.disable()
        self._old = 0

    def collect_due(self) -> None:
        """Collect in this thread what Python would have collected by itself by now."""
        if _making:
            return
        if _is_due(1):
            gc.collect(1)
            if _is_due(_OLD):
                self._collect_old()
        elif _is_due(0):
            gc.collect(0)

    def _collect_old(self) -> None:
        """Everything, which takes longer than a picture: once a quarter of it is new, as Python
        does."""
        if len(gc.get_objects(_OLD)) > self._old * 1.25:
            gc.collect()
            self._old = len(gc.get_objects(_OLD))


def _is_due(generation: int) -> bool:
    return gc.get_count()[generation] > gc.get_threshold()[generation]


def sweep() -> None:
    """Collect what was frozen and has been left since: a desk that was closed is full of cycles.

    Visits all rows once, so only where a person waits anyway; at the first desk it does nothing.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
