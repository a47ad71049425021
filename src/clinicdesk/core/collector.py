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
    """Let the collector rest while very many rows are made, and never look at them afterwards.

    What is frozen is still freed when nothing refers to it any more.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_at_work:
            gc.enable()
