"""Everything that can be done with the prescription and its current line, in one menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.workspaces.pharmacy.deeds import (
    KEYS,
    OF_A_LINE,
    OF_THE_WHOLE,
    Deed,
    look_of,
)
from clinicdesk.desktop.workspaces.pharmacy.offers import Offers
from clinicdesk.desktop.workspaces.pharmacy.reasoned_menu import ReasonedMenu


class DeedMenu(QObject):
    """What is off stays in it, greyed, and says why. `offers` answers what can be done now.

    Signals:
        wanted: Something was chosen: its `Deed`.
    """

    wanted = Signal(object)

    def __init__(
        self, design: Design, offers: Callable[[], Offers | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._offers = offers
        self._menu = ReasonedMenu(design, parent)
        self._menu.setObjectName("deed_menu")
        self._menu.aboutToShow.connect(self._fill)

    def open_above(self, button: QWidget) -> None:
        """Show it over a button, with the keyboard on the first that can be done."""
        self._fill()
        height = self._menu.sizeHint().height()
        self._menu.popup(button.mapToGlobal(QPoint(0, -height - 4)))
        self._choose_first()

    def open_at(self, corner: QPoint) -> None:
        """Show it at a point of the screen."""
        self._menu.popup(corner)
        self._choose_first()

    def _choose_first(self) -> None:
        on = [each for each in self._menu.actions() if each.isEnabled() and each.text()]
        if on:
            self._menu.setActiveAction(on[0])

    def _fill(self) -> None:
        menu, offers = self._menu, self._offers()
        menu.begin()
        if offers is None:
            return
        for deeds in (OF_A_LINE, OF_THE_WHOLE):
            menu.addSeparator()
            for deed in deeds:
                look, offer = look_of(deed), offers[deed]
                action = menu.add(look.icon, look.words, KEYS[deed], offer.why_off)
                action.triggered.connect(partial(self._choose, deed))
        menu.measure()

    def _choose(self, deed: Deed, _checked: bool = False) -> None:
        self.wanted.emit(deed)
