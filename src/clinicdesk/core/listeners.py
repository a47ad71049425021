"""Callbacks that want to know of something, for as long as they stay subscribed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")
Unsubscribe = Callable[[], None]


class Listeners(Generic[Event]):
    """Calls each subscriber, in the order they came."""

    def __init__(self) -> None:
        self._callbacks: dict[object, Callable[[Event], None]] = {}

    def add(self, callback: Callable[[Event], None]) -> Unsubscribe:
        """Subscribe until the answer is called; calling it twice is harmless."""
        token = object()
        self._callbacks[token] = callback

        def leave() -> None:
            self._callbacks.pop(token, None)

        return leave

    def tell(self, event: Event) -> None:
        """Call everybody who is subscribed now; a callback may subscribe or leave meanwhile.

        One that fails is reported to the event loop and keeps neither the others nor the teller:
        a mistake in one view must not stop the desk from following the log.
        """
        for callback in list(self._callbacks.values()):
            try:
                callback(event)
            except Exception as error:
                asyncio.get_running_loop().call_exception_handler(
                    {"message": f"a listener failed: {callback!r}", "exception": error}
                )
