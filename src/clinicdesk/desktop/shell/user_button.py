"""Who is signed in, and the menu of what is theirs to choose."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.avatar import draw_avatar, initials
from clinicdesk.desktop.design.painted import PaintedButton
from clinicdesk.desktop.design.painting import (
    LEFT,
    draw_focus_ring,
    draw_icon,
    draw_rounded,
    draw_text,
    text_width,
)
from clinicdesk.desktop.design.tokens import ICON_SMALL, RADIUS_CONTROL, TextRole

_AVATAR = 28
_PADDING = 6
_GAP = 8
_HEIGHT = 36
_LONGEST = 200


class UserButton(PaintedButton):
    """Avatar and name; a click opens the menu.

    Signals:
        appearance_chosen: The `Appearance` that was picked.
        printers_wanted: The printers of this computer are to be set up.
        switch_wanted, sign_out_wanted: Somebody else sits down; this person leaves.
    """

    appearance_chosen = Signal(object)
    printers_wanted = Signal()
    switch_wanted = Signal()
    sign_out_wanted = Signal()

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(design, parent)
        self._person_id = ""
        self._menu = QMenu(self)
        self._menu.setObjectName("user_menu")
        self._looks: dict[Appearance, QAction] = {}
        self._fill_menu()
        design.changed.connect(self._tint)
        self.clicked.connect(self.open_menu)
        self.set_person("", "", "")

    def set_person(self, name: str, role: str, person_id: str) -> None:
        """Show another person; an empty name hides the button."""
        self._person_id = person_id
        self.setText(name)
        self.setVisible(bool(name))
        self.setToolTip(role)
        self.setAccessibleName(self.tr("%1, %2: menu").replace("%1", name).replace("%2", role))
        self.changed_content()

    def open_menu(self) -> None:
        """Show the menu below the button; it does not block the event loop."""
        self._looks[self.design.appearance].setChecked(True)
        corner = self.mapToGlobal(self.rect().bottomRight())
        corner.setX(corner.x() - self._menu.sizeHint().width())
        self._menu.popup(corner)

    def _fill_menu(self) -> None:
        theme = self._menu.addMenu(self.tr("Theme"))
        group = QActionGroup(theme)
        names = {
            Appearance.SYSTEM: self.tr("As the system"),
            Appearance.LIGHT: self.tr("Light"),
            Appearance.DARK: self.tr("Dark"),
        }
        for appearance, name in names.items():
            action = theme.addAction(name)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _on, look=appearance: self.appearance_chosen.emit(look))
            self._looks[appearance] = action
        self._theme = theme
        self._printers = self._menu.addAction(self.tr("Printers…"))
        self._printers.triggered.connect(self.printers_wanted)
        self._menu.addSeparator()
        self._switch = self._menu.addAction(self.tr("Switch user"))
        self._switch.triggered.connect(self.switch_wanted)
        self._leave = self._menu.addAction(self.tr("Sign out"))
        self._leave.triggered.connect(self.sign_out_wanted)
        self._tint()

    def _tint(self) -> None:
        self._theme.setIcon(self.design.icon("sun" if not self.design.theme.dark else "moon"))
        self._printers.setIcon(self.design.icon("printer"))
        self._switch.setIcon(self.design.icon("users"))
        self._leave.setIcon(self.design.icon("log-out"))

    def _name(self) -> str:
        metrics = self.design.fonts.metrics(TextRole.STRONG)
        return metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, _LONGEST)

    def sizeHint(self) -> QSize:
        words = text_width(self.design, self._name(), TextRole.STRONG)
        width = 2 * _PADDING + _AVATAR + _GAP + words + _GAP - 2 + ICON_SMALL
        return QSize(width, _HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        design, theme = self.design, self.design.theme
        rect = QRectF(self.rect())
        if self.underMouse():
            draw_rounded(painter, rect, RADIUS_CONTROL, theme.hover)
        if self.shows_focus:
            draw_focus_ring(painter, design, rect, RADIUS_CONTROL)
        top = (self.height() - _AVATAR) / 2
        square = QRectF(_PADDING, top, _AVATAR, _AVATAR)
        draw_avatar(painter, design, square, initials(self.text()), self._person_id)
        left = square.right() + _GAP
        words = QRectF(left, 0, self.width() - left, self.height())
        draw_text(painter, design, words, self._name(), TextRole.STRONG, theme.text, LEFT)
        corner = QPointF(
            self.width() - _PADDING - ICON_SMALL, round((self.height() - ICON_SMALL) / 2)
        )
        draw_icon(painter, design, "chevron-down", theme.third, corner, ICON_SMALL)
        painter.end()
