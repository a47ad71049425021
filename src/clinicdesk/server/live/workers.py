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

    A job deals with its own errors; a mistake in one is told to the event loop.
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
            self._tasks.add(asyncio.create_task(self._work(), name=self._name))

    async def stop(self) -> None:
        """Leave off, also in the middle of a job."""
        self._jobs.clear()
        await end(*self._tasks)

    async def _work(self) -> None:
        try:
            while self._jobs:
                await self._do(self._jobs.popleft())
                await asyncio.sleep(0)  # a job without the database must not keep the loop either
        finally:
            # In the same step as the last look at the jobs: what is put from now on finds that one
            # is missing. A callback would come too late for what is put before it.
            if (task := asyncio.current_task()) is not None:
                self._tasks.discard(task)

    async def _do(self, job: Job) -> None:
        try:
            await job()
        except Exception as error:  # a mistake: those behind it must not wait for ever
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"{self._name} failed", "exception": error}
            )
