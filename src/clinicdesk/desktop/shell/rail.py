"""The workspaces at the left, with what waits in each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout
from shiboken6 import isValid

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.badge import BadgeKind
from clinicdesk.desktop.design.brand_mark import BrandMark
from clinicdesk.desktop.design.rail_button import RailButton
from clinicdesk.desktop.workspace import Workspace


class Rail(QObject):
    """Fills the rail of the form: mark, one button for each workspace, notices, keys.

    Attributes:
        notices: The bell.

    Signals:
        chosen: Position of the workspace whose button was pressed.
        keys_wanted: The sheet of all keys was asked for.
    """

    chosen = Signal(int)
    keys_wanted = Signal()

    def __init__(
        self,
        design: Design,
        mark: QVBoxLayout,
        places: QVBoxLayout,
        foot: QVBoxLayout,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._design = design
        self._places = places
        self._buttons: list[RailButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        mark.addWidget(BrandMark(design), 0, Qt.AlignmentFlag.AlignHCenter)
        self.notices = RailButton(design, "bell", self.tr("Notices"), "Ctrl+Shift+N")
        self.notices.setObjectName("notices_button")
        self.notices.setCheckable(False)
        keys = RailButton(design, "keyboard", self.tr("All shortcuts"), "F1")
        keys.setObjectName("shortcuts_button")
        keys.setCheckable(False)
        keys.clicked.connect(self.keys_wanted)
        foot.addWidget(self.notices)
        foot.addWidget(keys)

    def set_places(self, workspaces: Sequence[Workspace]) -> None:
        """Show a button for each workspace, in this order."""
        self.clear()
        for position, workspace in enumerate(workspaces):
            key = f"Ctrl+{position + 1}"
            button = RailButton(self._design, workspace.icon, workspace.title(), key)
            button.setObjectName(f"rail_{workspace.key}")
            self._group.addButton(button, position)
            self._places.addWidget(button)
            self._buttons.append(button)
            _count(button, workspace, workspace.counter())
            workspace.badge_changed.connect(partial(_count, button, workspace))

    def clear(self) -> None:
        """Show no workspace."""
        for button in self._buttons:
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self._buttons = []

    def check(self, position: int) -> None:
        """Mark the workspace that is shown."""
        self._buttons[position].setChecked(True)

    def set_unread(self, count: int) -> None:
        """Show how many notices nobody has looked at."""
        meaning = self.tr("%n unread", "", count)
        self.notices.set_badge(count, BadgeKind.DANGER, meaning)


def _count(button: RailButton, workspace: Workspace, count: int) -> None:
    if isValid(button):  # the rail was filled anew since
        button.set_badge(count, meaning=workspace.counter_words(count))
