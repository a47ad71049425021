"""Waiting for what other tasks do, up to a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DEADLINE_S = 20.0
_STEP_S = 0.01


async def eventually(condition: Callable[[], object]) -> None:
    """Return once the condition holds; fail when it does not within `DEADLINE_S`."""
    for _ in range(int(DEADLINE_S / _STEP_S)):
        if condition():
            return
        await asyncio.sleep(_STEP_S)
    raise AssertionError("what was waited for did not happen")
