"""Layouts within layouts, brought to rest before anything of them is painted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent

_NESTED: Final = 4
"""So deep layouts lie in each other where it matters: Qt tells one of them in each turn."""


def settle_layouts() -> None:
    """Give every part its place now.

    Otherwise the outer layouts learn of an inner one's wish a turn later, and what stands at the
    wrong place for that long is painted: twice the work, and a flicker.
    """
    for _ in range(_NESTED):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
