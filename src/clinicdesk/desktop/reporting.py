"""The one place where errors end: one sentence for the person, one line for the journal.

The journal's line names the error's type and where it happened, never its message: a message may
carry what a person typed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from clinicdesk.core.errors import StoreLost
from clinicdesk.failures import StartupFailure

_log = logging.getLogger(__name__)


class Reporter(QObject):
    """Turns errors into sentences; whoever has a window shows them.

    Signals:
        reported: A sentence to show to the person, already translated.
    """

    reported = Signal(str)

    def report(self, error: BaseException, doing: str = "") -> None:
        """Write an error to the journal and say it.

        Args:
            doing: What was going on, to stand after "while": "signing the prescription".
        """
        journal(error)
        self.reported.emit(error_sentence(error, doing))

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Catch what nobody caught: in slots, in threads and on the event loop."""
        sys.excepthook = self._from_slot
        threading.excepthook = self._from_thread
        loop.set_exception_handler(self._from_loop)

    def _from_slot(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.report(error)

    def _from_thread(self, raised: threading.ExceptHookArgs) -> None:
        if raised.exc_value is not None:
            self.report(raised.exc_value)

    def _from_loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self.report(error)
        else:
            _log.error("the event loop complains: %s", context.get("message"))


def error_sentence(error: BaseException, doing: str = "") -> str:
    """What a person reads about an error: what happened, and that nothing typed is lost."""
    # Loaded when something went wrong: it brings the keyring, which start-up can spare.
    from clinicdesk.core.vault import VaultUnavailable

    match error:
        case StartupFailure():
            return error.sentence
        case StoreLost() | VaultUnavailable():
            return str(error)
        case TimeoutError():
            said = QCoreApplication.translate(
                "Errors", "That took too long, so it was given up. Nothing is lost; try again."
            )
        case _ if doing:
            said = QCoreApplication.translate(
                "Errors",
                "Something went wrong while %1. What you typed is still here; try again.",
            )
        case _:
            said = QCoreApplication.translate(
                "Errors", "Something went wrong inside clinicdesk. What you typed is still here."
            )
    return said.replace("%1", doing)


def journal(error: BaseException) -> None:
    """Log an error's type and places, without its message and without values."""
    places = "; ".join(
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    )
    _log.error("%s at %s", type(error).__name__, places or "no place known")
