"""Rows and cells as they were painted, kept for the next time they look the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPixmap

_BYTES_A_PIXEL: Final = 4


class Pictures:
    """Pictures by what they show and how; those that were not drawn for the longest go first.

    A row's words cost a hundred times what its picture costs, and after most keys all rows but one
    or two say what they said before.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep none yet; `most_bytes` is more than one view's, or each would be painted in vain."""
        self._most_bytes = most_bytes
        self._kept: dict[Hashable, QPixmap] = {}
        self._bytes = 0

    def draw(
        self,
        painter: QPainter,
        rect: QRect,
        density: float,
        of: Hashable,
        look: Hashable,
        ground: QColor,
        strokes: Callable[[QPainter], None],
    ) -> None:
        """Draw what `strokes` paints, from its picture if there is one.

        Args:
            rect: where, in logical pixels. density: device pixels in each.
            of, look: what the strokes depend on besides the rectangle's size: what is shown, how.
            ground: what lies behind, opaque, so that letters have the edges they have on a window.
        """
        if rect.isEmpty():
            return  # a column without a width
        if not density.is_integer():  # a picture would lie between the device's pixels
            strokes(painter)
            return
        key = (of, look, rect.width(), rect.height(), density)
        picture = self._kept.pop(key, None)
        if picture is None:
            picture = _painted(rect, density, ground, strokes)
            self._bytes += _bytes_of(picture)
        self._kept[key] = picture
        painter.drawPixmap(rect.topLeft(), picture)
        while self._bytes > self._most_bytes:
            self._bytes -= _bytes_of(self._kept.pop(next(iter(self._kept))))

    def clear(self) -> None:
        """Keep none: all will look different."""
        self._kept.clear()
        self._bytes = 0


def _painted(
    rect: QRect, density: float, ground: QColor, strokes: Callable[[QPainter], None]
) -> QPixmap:
    picture = QPixmap(rect.size() * density)
    picture.setDevicePixelRatio(density)
    picture.fill(ground)
    painter = QPainter(picture)
    painter.translate(-rect.topLeft())
    strokes(painter)
    painter.end()
    return picture


def _bytes_of(picture: QPixmap) -> int:
    return picture.width() * picture.height() * _BYTES_A_PIXEL
