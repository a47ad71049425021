"""How wide the list at the left of a workspace is: less in a small window."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

_ROOMY: Final = 1220
"""A workspace of this width has room for all of the list: a window of 1280 without its rail."""
_LEAST: Final = 300


def fit_list(pane: QWidget, room: int, widest: int) -> None:
    """Give a list its width.

    Args:
        room: The workspace's width in pixels. widest: What the list takes where there is enough.
    """
    pane.setFixedWidth(max(_LEAST, min(widest, widest * room // _ROOMY)))
