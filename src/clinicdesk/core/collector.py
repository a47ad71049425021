"""Python's cyclic garbage collector, kept away from rows.

Rows never form cycles, yet each of their identifiers is an object that the collector visits: with
two hundred thousand rows it would stop every thread for most of a second, again and again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def making_rows() -> Iterator[None]:
    """Let the collector rest while very many rows are made, and not look at them afterwards.

    What is frozen is still freed when nothing refers to it any more. Cycles wait for `sweep`.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_at_work:
            gc.enable()


def sweep() -> None:
    """Collect what was frozen and has been left since: a desk that was closed is full of cycles.

    Visits all rows once, so only where a person waits anyway; at the first desk it does nothing.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
