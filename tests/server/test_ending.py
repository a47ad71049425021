"""Whatever is told to end does, also when it did not hear it the first time."""

from __future__ import annotations

import asyncio

from clinicdesk.server.ending import end


async def test_a_task_that_forgets_a_cancellation_ends_all_the_same() -> None:
    heard = 0

    async def forgets_the_first() -> None:
        nonlocal heard
        while heard < 2:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                heard += 1  # as wait_for does when the answer comes at the same moment

    task = asyncio.create_task(forgets_the_first())
    await asyncio.sleep(0)
    await end(task)
    assert task.done()
    assert heard == 2


async def test_tasks_that_are_over_or_never_were_are_no_trouble() -> None:
    async def fails() -> None:
        raise ValueError

    failed = asyncio.create_task(fails())
    await asyncio.sleep(0)
    await end(failed, None)
    await end()
    assert failed.done()
