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


def only_when_asked() -> None:
    """Have nothing collected but by `collect_due`, for as long as the process runs."""
    gc.disable()


def collect_due() -> None:
    """Collect in this thread what Python would have collected by itself by now."""
    if _making:
        return
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return


def sweep() -> None:
    """Collect what was frozen and has been left since: a desk that was closed is full of cycles.

    Visits all rows once, so only where a person waits anyway; at the first desk it does nothing.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
