"""A server whose clock is wrong, by libfaketime where the machine has it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PLACES: Final = ("/usr/lib/*-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/faketime/*.so.1")


def library() -> Path | None:
    """libfaketime; None: Debian's package `libfaketime` is not installed."""
    for pattern in _PLACES:
        for path in Path("/").glob(pattern.lstrip("/")):
            return path
    return None


def environment(offset: str) -> dict[str, str]:
    """What a process started with it takes for the time; its monotonic clock is the machine's."""
    path = library()
    if path is None:
        return {}
    return {"LD_PRELOAD": str(path), "FAKETIME": offset, "DONT_FAKE_MONOTONIC": "1"}
