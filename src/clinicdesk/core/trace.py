"""A trace of what a desk did and when, for benches and the guided tour.

Events carry identifiers and sequence numbers, never a patient's words.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Protocol

VARIABLE = "CLINICDESK_TRACE"
"""The environment variable that names the file to write."""


class Trace(Protocol):
    """Where marks go."""

    def mark(self, event: str, **ids: object) -> None:
        """Note that `event` happened now. `ids` are written by their `str`; never patient text."""


class NoTrace:
    """Drops every mark."""

    def mark(self, event: str, **ids: object) -> None:
        """See Trace."""


class FileTrace:
    """Appends each mark as one JSON line with `ns`, `time.monotonic_ns()`: one clock per machine.

    Several processes may write one file: each line is a single append.
    """

    def __init__(self, path: Path) -> None:
        # Open for as long as the program runs, hence a descriptor and no file object to close.
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def mark(self, event: str, **ids: object) -> None:
        """See Trace."""
        line = {"ns": time.monotonic_ns(), "pid": os.getpid(), "event": event}
        line |= {name: str(value) for name, value in ids.items()}
        os.write(self._file, json.dumps(line).encode() + b"\n")


def trace_from_environment() -> Trace:
    """The trace that `CLINICDESK_TRACE` asks for: a file's path; none when it is not set."""
    path = os.environ.get(VARIABLE)
    return FileTrace(Path(path)) if path else NoTrace()
