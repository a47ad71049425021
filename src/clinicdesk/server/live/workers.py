"""Work that waits its turn: however many sockets ask at once, only so many are answered at a time.

Two thousand desks that come back at one moment would otherwise take every connection to the
database from the calls.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from clinicdesk.server.ending import end

Job = Callable[[], Awaitable[None]]


class Workers:
    """Carries out jobs in their order, `at_once` at a time; no task waits while there are none.

    A job deals with its own errors.
    """

    def __init__(self, at_once: int, name: str) -> None:
        self._at_once = at_once
        self._name = name
        self._jobs: deque[Job] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, job: Job) -> None:
        """Have it done."""
        self._jobs.append(job)
        if len(self._tasks) < self._at_once:
            task = asyncio.create_task(self._work(), name=self._name)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Leave off, also in the middle of a job."""
        self._jobs.clear()
        await end(*self._tasks)

    async def _work(self) -> None:
        while self._jobs:
            await self._jobs.popleft()()
            await asyncio.sleep(0)  # a job that needs no database must not keep the loop either
