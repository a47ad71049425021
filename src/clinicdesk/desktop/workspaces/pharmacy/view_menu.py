"""The button that says how the queue is seen, and the menu behind it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Button, IconButton
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_2, Tone
from clinicdesk.desktop.workspaces.pharmacy.queue_view import (
    KeptView,
    Sort,
    filter_words,
    sort_word,
)

if TYPE_CHECKING:
    from clinicdesk.core.replica import Replica


class ViewMenu(QWidget):
    """Opens with F; everything in it is reached by arrows and Enter.

    Attributes:
        left_out: A chip that names what is shown alone; pressing it shows all again. To be placed
            where the rows begin.

    Signals:
        cancelled_wanted: The cancelled prescriptions are to be listed.
    """

    cancelled_wanted = Signal()

    def __init__(
        self, design: Design, kept: KeptView, replica: Replica, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kept = kept
        self._replica = replica
        self.button: Button = IconButton(design, "list-filter", self.tr("Order and filter"), "F")
        self.button.setObjectName("queue_view_button")
        self.button.clicked.connect(self.open)
        self.left_out = Chip(design, Pill(""))
        self.left_out.setObjectName("queue_filter")
        self.left_out.setToolTip(self.tr("Show all again"))
        self.left_out.clicked.connect(kept.show_all)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(self.button)
        self._menu = QMenu(self)
        self._menu.setObjectName("queue_view_menu")
        self._menu.aboutToShow.connect(self._fill)
        kept.changed.connect(self._tell)
        self._tell()

    def change(self, **changes: object) -> None:
        """See the queue otherwise."""
        self._kept.change(**changes)

    def open(self) -> None:
        """Show the menu below the button, with the keyboard on its first line."""
        corner = self.button.mapToGlobal(QPoint(0, self.button.height() + 4))
        self._menu.popup(corner)
        actions = [each for each in self._menu.actions() if each.isEnabled()]
        if actions:
            self._menu.setActiveAction(actions[0])

    def _fill(self) -> None:
        menu, view = self._menu, self._kept.view
        menu.clear()
        group = QActionGroup(menu)
        for sort in Sort:
            action = self._add(menu, sort_word(sort), view.sort is sort, {"sort": sort})
            group.addAction(action)
        menu.addSeparator()
        self._add(menu, self.tr("Only begun by me"), view.mine, {"mine": not view.mine})
        self._add(
            menu, self.tr("Only controlled medicines"), view.controlled,
            {"controlled": not view.controlled},
        )  # fmt: skip
        self._add(menu, self.tr("Only deliveries"), view.delivery, {"delivery": not view.delivery})
        prescribers = menu.addMenu(self.tr("Prescriber"))
        self._add(prescribers, self.tr("All"), view.prescriber is None, {"prescriber": None})
        known = sorted(self._replica.practitioners.values(), key=lambda who: who.name)
        for who in known:
            chosen = view.prescriber == who.id
            self._add(prescribers, who.name, chosen, {"prescriber": who.id})
        menu.addSeparator()
        all_again = menu.addAction(self.tr("Show all"))
        all_again.setEnabled(view.filtered)
        all_again.triggered.connect(self._kept.show_all)
        menu.addAction(self.tr("Cancelled prescriptions")).triggered.connect(self.cancelled_wanted)

    def _add(self, menu: QMenu, text: str, chosen: bool, changes: dict[str, object]) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(partial(self._change, changes))
        return action

    def _change(self, changes: dict[str, object], _checked: bool = False) -> None:
        self._kept.change(**changes)

    def _tell(self) -> None:
        view = self._kept.view
        who = self._replica.practitioners.get(view.prescriber)
        words = filter_words(view, who.name if who is not None else self.tr("one prescriber"))
        self.left_out.setVisible(bool(words))
        text = self.tr("Only: %1").replace("%1", words)
        self.left_out.show_pill(Pill(text, Tone.ACCENT, "x"))
