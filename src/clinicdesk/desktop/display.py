"""Whether windows can be opened here at all: without a display Qt would end the process."""

from __future__ import annotations

import os
import sys

_NAMES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def has_display() -> bool:
    """Whether this process may open windows; a platform named for Qt is taken at its word."""
    return not sys.platform.startswith("linux") or any(map(os.environ.get, _NAMES))
