"""The one object that widgets get their looks from, and how the application puts it on."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QApplication

from clinicdesk.desktop.design.fonts import Fonts
from clinicdesk.desktop.design.icons import Icons
from clinicdesk.desktop.design.palette import make_palette
from clinicdesk.desktop.design.pictures import Pictures
from clinicdesk.desktop.design.resources import open_resources
from clinicdesk.desktop.design.stylesheet import make_stylesheet
from clinicdesk.desktop.design.tokens import DARK, ICON, LIGHT, TextRole, Theme

_SCREENS: Final = 3
"""Screens full of pictures that are kept: of what is shown, and of what was shown before."""


class Appearance(StrEnum):
    """What the user chose: to follow the system, or one theme always."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Design(QObject):
    """Theme, icons and fonts of a running application; passed into every widget.

    Attributes:
        theme: the colours in force now; read it while painting, never keep a copy.
        icons: tinted icons.
        fonts: fonts and metrics by role.
        pictures: rows and cells as they were painted, of all views.

    Signals:
        changed: another theme is in force; palette and stylesheet are already set.
    """

    changed = Signal()

    def __init__(self, app: QApplication, appearance: Appearance = Appearance.SYSTEM) -> None:
        super().__init__(app)
        open_resources()
        self._app = app
        self._appearance = appearance
        self.icons = Icons()
        self.fonts = Fonts()
        self.pictures = Pictures(_SCREENS * _screen_bytes(app))
        self.theme = LIGHT
        app.setStyle("Fusion")
        app.setFont(self.fonts.font())
        self._put_on(self._wanted_theme())
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def appearance(self) -> Appearance:
        """What the user chose."""
        return self._appearance

    def set_appearance(self, appearance: Appearance) -> None:
        """Follow the system, or keep one theme; takes effect at once."""
        self._appearance = appearance
        self._follow_system()

    def font(self, role: TextRole = TextRole.BODY) -> QFont:
        """Return the font of a role."""
        return self.fonts.font(role)

    def icon(self, name: str, colour: str = "", size: int = ICON) -> QIcon:
        """Return a tinted QIcon; without a colour in the colour of ordinary text."""
        return self.icons.icon(name, colour or self.theme.text, size, self.theme.third)

    def _wanted_theme(self) -> Theme:
        match self._appearance:
            case Appearance.LIGHT:
                return LIGHT
            case Appearance.DARK:
                return DARK
            case Appearance.SYSTEM:
                system = self._app.styleHints().colorScheme()
                return DARK if system is Qt.ColorScheme.Dark else LIGHT

    def _follow_system(self) -> None:
        wanted = self._wanted_theme()
        if wanted is not self.theme:
            self._put_on(wanted)
            self.changed.emit()

    def _put_on(self, theme: Theme) -> None:
        self.theme = theme
        self.pictures.clear()
        self._app.setPalette(make_palette(theme))
        self._app.setStyleSheet(make_stylesheet(theme))


def _screen_bytes(app: QApplication) -> int:
    """What a picture as large as the largest screen takes; of a common one when there is none."""
    areas = (
        screen.size().width() * screen.size().height() * screen.devicePixelRatio() ** 2
        for screen in app.screens()
    )
    return int(max(areas, default=1920 * 1080)) * 4


def apply(app: QApplication, appearance: Appearance = Appearance.SYSTEM) -> Design:
    """Dress an application and return its design; call it once, before the first window."""
    return Design(app, appearance)
