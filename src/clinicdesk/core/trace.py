"""A trace of what a desk did and when, for benches and the guided tour.

Events carry identifiers and sequence numbers, never a patient's words.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import IO, Protocol

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
        self._file: IO[bytes] = path.open("ab", buffering=0)
        self._turn = threading.Lock()

    def mark(self, event: str, **ids: object) -> None:
        """See Trace."""
        line = {"ns": time.monotonic_ns(), "pid": os.getpid(), "event": event}
        line |= {name: str(value) for name, value in ids.items()}
        with self._turn:
            self._file.write(json.dumps(line).encode() + b"\n")


def trace_from_environment() -> Trace:
    """The trace that `CLINICDESK_TRACE` asks for: a file's path; none when it is not set."""
    path = os.environ.get(VARIABLE)
    return FileTrace(Path(path)) if path else NoTrace()
