"""The end of tasks that would go on for ever."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_AGAIN_AFTER_S: Final = 0.1


async def end(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel them, and return when all have ended, however they did.

    Once is not always enough: until Python 3.12 `asyncio.wait_for`, and with it the pool of
    database connections, forgets a cancellation that comes at the moment in which what was waited
    for arrives. Such a task would go on, and a server that is told to stop would never end.
    """
    ending = {task for task in tasks if task is not None}
    while ending:
        for task in ending:
            task.cancel()
        ended, ending = await asyncio.wait(ending, timeout=_AGAIN_AFTER_S)
        for task in ended:
            if not task.cancelled():
                task.exception()  # has been told of where it arose; nobody asks again
