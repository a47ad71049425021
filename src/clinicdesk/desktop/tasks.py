"""Where the desktop's coroutines run: their errors are said, and their end is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject
from shiboken6 import isValid

from clinicdesk.contract.problems import Problem
from clinicdesk.core.denial import Denied
from clinicdesk.desktop.reporting import Reporter, error_sentence, journal
from clinicdesk.desktop.wording import problem_sentence

_Answer = TypeVar("_Answer")


class TaskOwner(QObject):
    """Runs coroutines on the Qt event loop and owns them until they end.

    A coroutine that returns `Denied` or a `Problem` was refused; one that raises went wrong. Each
    ends in one sentence: for `on_problem` where that is given, otherwise said by the reporter.
    """

    def __init__(self, reporter: Reporter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reporter = reporter
        self._running: dict[asyncio.Task[Any], None] = {}

    @property
    def running(self) -> int:
        """How many coroutines have not ended yet."""
        return len(self._running)

    def start(
        self,
        coroutine: Coroutine[Any, Any, _Answer | Denied | Problem],
        *,
        doing: str,
        on_done: Callable[[_Answer], object] | None = None,
        on_problem: Callable[[str], object] | None = None,
        of: QObject | None = None,
    ) -> Callable[[], None]:
        """Run a coroutine; call the answer to give it up silently.

        The callbacks run within the task: they must not let Qt's events run (no `exec()`).

        Args:
            doing: What goes on, translated, to stand after "while": "signing the prescription".
            on_done: Called with what came of it, unless it is a refusal.
            on_problem: Called with the sentence instead of saying it in a toast.
            of: The view that the callbacks touch: once Qt has deleted it they are not called.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # Qt delivers the last events when the loop has ended already
            coroutine.close()
            return _nothing_to_give_up

        def say(sentence: str) -> None:
            if on_problem is not None and (of is None or isValid(of)):
                on_problem(sentence)
            else:
                self._reporter.reported.emit(sentence)

        def hand_on(answer: _Answer | Denied | Problem) -> None:
            match answer:
                case Denied():
                    say(answer.sentence)
                case Problem():
                    say(problem_sentence(answer))
                case _ if on_done is not None and (of is None or isValid(of)):
                    on_done(answer)

        async def run() -> None:
            try:
                answer = await coroutine
            except Exception as error:
                journal(error)
                say(error_sentence(error, doing))
            else:
                # In the same step as what was done: both are painted at once.
                hand_on(answer)

        task = loop.create_task(run())
        self._running[task] = None
        task.add_done_callback(self._ended)
        # Given up before its first step, it would be missed for ever.
        task.add_done_callback(lambda _task: coroutine.close())

        def give_up() -> None:
            task.cancel()

        return give_up

    async def end(self, patience_s: float = 1.0) -> None:
        """Wait until what runs has ended; cancel what takes longer than `patience_s` seconds."""
        if self._running:
            await asyncio.wait(self._running, timeout=patience_s)
        while self._running:
            running = list(self._running)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            # The callbacks that forget them run at the next turn of the loop.
            await asyncio.sleep(0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        if not task.cancelled() and (mistake := task.exception()) is not None:
            message = "a view made a mistake with what came of a task"
            task.get_loop().call_exception_handler({"message": message, "exception": mistake})


def _nothing_to_give_up() -> None:
    """It never began."""
