"""Waiting for something to become true, with a deadline."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Final

PATIENCE_S: Final = 20.0
_STEP_S: Final = 0.01


async def until(
    condition: Callable[[], object | Awaitable[object]], patience_s: float = PATIENCE_S
) -> None:
    """Return once `condition()` is true; AssertionError with its source when patience ends."""
    deadline = time.monotonic() + patience_s
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience_s} s: {_source(condition)}")
        await asyncio.sleep(_STEP_S)


def _source(condition: Callable[..., object]) -> str:
    try:
        return inspect.getsource(condition).strip()
    except OSError:
        return repr(condition)
