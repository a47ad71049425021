"""Work that waits its turn is done, whenever it comes."""

from __future__ import annotations

import asyncio

import pytest

from clinicdesk.server.live.workers import Workers

TURNS = 12
"""Of the event loop; a job that is not done after so many waits for ever."""


@pytest.mark.parametrize("at_once", [1, 2, 4])
@pytest.mark.parametrize("turns", range(TURNS))
async def test_work_that_comes_while_the_last_ends_is_done(at_once: int, turns: int) -> None:
    workers = Workers(at_once, "a worker")
    done: list[int] = []

    async def job(number: int) -> None:
        done.append(number)

    for number in range(at_once):
        workers.put(lambda number=number: job(number))
    for _ in range(turns):
        await asyncio.sleep(0)
    workers.put(lambda: job(at_once))
    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert sorted(done) == list(range(at_once + 1))
    await workers.stop()


async def test_no_more_is_done_at_one_time_than_may_be() -> None:
    workers, running, most = Workers(3, "a worker"), 0, 0

    async def job() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    for _ in range(20):
        workers.put(job)
    for _ in range(100):
        await asyncio.sleep(0)
    assert (running, most) == (0, 3)
    await workers.stop()


async def test_a_job_that_fails_is_told_and_those_behind_it_are_done() -> None:
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: told.append(str(context["exception"]))
    )
    workers, done = Workers(1, "a worker"), asyncio.Event()

    async def fails() -> None:
        raise ValueError("a mistake")

    async def job() -> None:
        done.set()

    workers.put(fails)
    workers.put(job)
    async with asyncio.timeout(10):
        await done.wait()
    assert told == ["a mistake"]
    await workers.stop()
