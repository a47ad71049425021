"""Lucide icons, drawn in the colour and at the density asked for, and kept.

The SVG files stroke in ``currentColor``; it is replaced before rendering, so one file serves both
themes and each role. Nothing is rendered before it is first shown.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QFile, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from clinicdesk.desktop.design.tokens import ICON

_FILE_STROKE = b'stroke-width="2"'
_STROKE = b'stroke-width="1.75"'


class UnknownIcon(LookupError):
    """No such file in resources/icons: the name is misspelt or the icon was never added."""


class Icons:
    """Makes tinted icons from ``:/icons`` and remembers each combination."""

    def __init__(self) -> None:
        self._sources: dict[str, bytes] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def pixmap(self, name: str, colour: str, size: int = ICON, density: float = 1.0) -> QPixmap:
        """Return an icon of ``size`` logical pixels for a screen with ``density`` pixels to each.

        Args:
            name: file name in resources/icons without its ending.
            colour: ``#RRGGBB``.

        Raises:
            UnknownIcon: there is no such icon.
        """
        key = (name, colour, size, density)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._render(name, colour, size, density)
        return found

    def icon(self, name: str, colour: str, size: int = ICON, disabled: str = "") -> QIcon:
        """Return a QIcon for menus and buttons, sharp on the densest screen that is connected.

        Args:
            disabled: colour while the control is off; without it Qt greys the pixmap.
        """
        icon = QIcon()
        for density in sorted({1.0, QGuiApplication.instance().devicePixelRatio()}):  # type: ignore[union-attr]
            icon.addPixmap(self.pixmap(name, colour, size, density))
            if disabled:
                off = self.pixmap(name, disabled, size, density)
                icon.addPixmap(off, QIcon.Mode.Disabled)
        return icon

    def _render(self, name: str, colour: str, size: int, density: float) -> QPixmap:
        renderer = QSvgRenderer(QByteArray(self._source(name, colour)))
        side = round(size * density)
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        pixmap.setDevicePixelRatio(density)
        return pixmap

    def _source(self, name: str, colour: str) -> bytes:
        svg = self._sources.get(name)
        if svg is None:
            file = QFile(f":/icons/{name}.svg")
            if not file.open(QIODevice.OpenModeFlag.ReadOnly):
                raise UnknownIcon(f"There is no icon named {name!r} in resources/icons.")
            svg = bytes(file.readAll().data()).replace(_FILE_STROKE, _STROKE)
            self._sources[name] = svg
        return svg.replace(b"currentColor", colour.encode())
