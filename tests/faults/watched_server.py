"""The server as it is, with a gauge beside it: tasks and timers, which nobody sees from outside.

    python -m tests.faults.watched_server server run ...    as `clinicdesk server run ...`

Every two seconds a line is written to `gauges-<pid>.jsonl` in the server's data folder.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import uvloop

from clinicdesk.cli import main
from tests.faults.history import Book

EVERY_S: Final = 2.0


class CountingLoop(uvloop.Loop):
    """A loop that knows which of its timers are still to ring."""

    def __init__(self) -> None:
        super().__init__()
        self._handles: weakref.WeakSet[asyncio.TimerHandle] = weakref.WeakSet()

    @property
    def timers(self) -> int:
        now = self.time()
        return sum(not h.cancelled() and h.when() > now for h in list(self._handles))

    def call_later(  # type: ignore[override]  # the stubs know the arguments one by one
        self, delay: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = super().call_later(delay, callback, *args, context=context)
        self._handles.add(handle)
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = super().call_at(when, callback, *args, context=context)
        self._handles.add(handle)
        return handle


def _watched(book: Book) -> CountingLoop:
    loop = CountingLoop()
    threading.Thread(target=_gauge, args=(loop, book), daemon=True).start()
    return loop


def _gauge(loop: CountingLoop, book: Book) -> None:
    while True:
        time.sleep(EVERY_S)
        if loop.is_running():
            loop.call_soon_threadsafe(_write, loop, book)


def _write(loop: CountingLoop, book: Book) -> None:
    gc.collect()
    book.write({"at": time.time(), "tasks": len(asyncio.all_tasks(loop)), "timers": loop.timers})


if __name__ == "__main__":
    folder = Path(os.environ["CLINICDESK_DATA_FOLDER"])
    gauges = Book(folder / f"gauges-{os.getpid()}.jsonl")
    uvloop.new_event_loop = lambda: _watched(gauges)
    sys.exit(main())
