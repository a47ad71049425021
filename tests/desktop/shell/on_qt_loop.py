"""Async tests on the loop that the desktop itself runs on: Qt's and asyncio's in one."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

import qasync
from PySide6.QtWidgets import QApplication

_P = ParamSpec("_P")
_PATIENCE_S = 60.0  # three hundred durable writes take 20 s on a machine that is busy


def on_qt_loop(test: Callable[_P, Awaitable[None]]) -> Callable[_P, None]:
    """Make a synchronous test of an async one; the fixture `qapp` is asked for by itself."""

    @functools.wraps(test)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        kwargs.pop("qapp", None)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        # As the desktop has it: the loop ends when it is told to, not with a window.
        app.setQuitOnLastWindowClosed(False)
        with qasync.QEventLoop(app) as loop:
            asyncio.set_event_loop(loop)
            try:
                loop.run_until_complete(_whole(test(*args, **kwargs)))
            finally:
                asyncio.set_event_loop(None)

    signature = inspect.signature(test)
    qapp = inspect.Parameter("qapp", inspect.Parameter.KEYWORD_ONLY)
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), qapp]
    )
    del run.__wrapped__  # type: ignore[attr-defined]
    return run


async def _whole(test: Awaitable[None]) -> None:
    """The test, and then nothing of it is left running."""
    async with asyncio.timeout(_PATIENCE_S):
        await test
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    names = [task.get_coro().__qualname__ for task in left]  # type: ignore[union-attr]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    assert not names, f"still running: {names}"


async def until(holds: Callable[[], Any], what: str = "it", within_s: float = 10.0) -> None:
    """Let the loop turn until something is true."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not holds():
        assert loop.time() < deadline, f"{what} did not come true"
        await asyncio.sleep(0.01)
