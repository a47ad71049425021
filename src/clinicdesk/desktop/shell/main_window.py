"""The window: rail, bar, the place for workspaces, footer. It stands before any desk is open.

What belongs to one desk (drawers, search, banners, workspaces) is put in by `desk_view`, so that
the first paint waits for none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow

from clinicdesk.core.clock import Now
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.connection_pill import ConnectionPill
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.footer_hints import FooterHints, Hint
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.toast import ACTION_KEY
from clinicdesk.desktop.design.tokens import TextRole, Tone
from clinicdesk.desktop.forms.main_window import Ui_MainWindow
from clinicdesk.desktop.shell.clinic_clock import ClinicClock
from clinicdesk.desktop.shell.rail import Rail
from clinicdesk.desktop.shell.shortcut_sheet import ShortcutSheet
from clinicdesk.desktop.shell.toaster import Toaster
from clinicdesk.desktop.shell.user_button import UserButton
from clinicdesk.desktop.workspace import Shortcut

_SEARCH_WIDTH = 460


class MainWindow(QMainWindow):
    """The parts that every desk uses.

    Attributes:
        rail, search, pill, clock, user, footer, toast, sheet: The parts, for `desk_view`.
        state: What is shown instead of a workspace: loading, or why there is none.
        hold: Asked before it closes: True keeps it open, since its owner has a question first.

    Signals:
        state_acted: The button of `state` was pressed.
        closed: The window is about to go; its owner ends the program.
    """

    state_acted = Signal()
    closed = Signal()

    def __init__(self, design: Design, now: Now) -> None:
        super().__init__()
        self._design = design
        self.hold: Callable[[], bool] = _never
        self.ui = Ui_MainWindow()
        self.ui.setupUi(self)
        ui = self.ui
        self.rail = Rail(design, ui.rail_mark, ui.rail_places, ui.rail_foot, self)
        placeholder = self.tr("Scan, or search patient, prescription, action")
        self.search = SearchField(design, placeholder, icon="scan-line", key="Ctrl+K")
        self.search.setObjectName("search_bar")
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        self.search.setEnabled(False)
        self.pill = ConnectionPill(design)
        self.pill.setObjectName("connection_pill")
        clinic = label("", TextRole.BODY, "second")
        clinic.setObjectName("clinic_and_time")
        self.clock = ClinicClock(clinic, now, self)
        self.user = UserButton(design)
        self.user.setObjectName("user_button")
        ui.bar_row.addWidget(self.search, 8)
        ui.bar_row.addStretch(1)
        for part in (self.pill, clinic, self.user):
            ui.bar_row.addWidget(part)
        self.footer = FooterHints(design)
        ui.foot.addWidget(self.footer)
        self.state = EmptyState(design, "loader-circle", self.tr("Opening your desk"))
        self.state.next_step.connect(self.state_acted)
        ui.workspaces.addWidget(self.state)
        ui.banners.hide()
        self.toast = Toaster(design, ui.bar, (self.search, self.pill))
        self.sheet = ShortcutSheet(design, ui.centre)
        self.rail.notices.setEnabled(False)
        self._keys: list[Shortcut] = []
        self.rail.keys_wanted.connect(self.toggle_sheet)
        self.bind("F1", self.toggle_sheet)
        self.bind("Ctrl+Q", self.close)

    def bind(self, keys: str, run: Callable[[], object]) -> QShortcut:
        """Let a key do something wherever the keyboard is in this window."""
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(run)
        return shortcut

    def show_state(
        self,
        icon: str,
        sentence: str,
        detail: str = "",
        action: str = "",
        *,
        tone: Tone = Tone.NEUTRAL,
    ) -> None:
        """Show a sentence where the workspace would be, with at most one thing to do about it."""
        self.state.say(icon, sentence, detail, action, tone=tone)
        self.ui.workspaces.setCurrentWidget(self.state)

    def show_keys(self, keys: Sequence[Shortcut]) -> None:
        """Say what the sheet on F1 shows beside the window's own keys."""
        self._keys = list(keys)

    def show_hints(self, hints: Sequence[Hint], note: str) -> None:
        """Show the keys of the present screen, and the one that shows all."""
        self.footer.set_hints([*hints, Hint(("F1",), self.tr("all shortcuts"))])
        self.footer.set_note(note)

    def toggle_sheet(self) -> None:
        """Show all keys, or hide them again."""
        if self.sheet.isVisible():
            self.sheet.shut()
        else:
            self.sheet.open_sheet([*self._own_keys(), *self._keys], QApplication.focusWidget())

    def come_forward(self) -> None:
        """Be in front, also when the person looked at another program."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def restore_place(self, geometry: bytes) -> None:
        """Stand where it stood last."""
        if not geometry or not self.restoreGeometry(QByteArray(geometry)):
            self.resize(1280, 800)

    def _own_keys(self) -> list[Shortcut]:
        group = self.tr("Everywhere")
        return [
            Shortcut(("Ctrl+K",), self.tr("Search or scan"), group),
            Shortcut(("Ctrl+Shift+K",), self.tr("Scan with the camera"), group),
            Shortcut(("Ctrl+1–9",), self.tr("Workspaces, in their order"), group),
            Shortcut(("Ctrl+Shift+N",), self.tr("Notices"), group),
            Shortcut(("Ctrl+Shift+O",), self.tr("Outbox"), group),
            Shortcut((ACTION_KEY,), self.tr("Undo, or what a message offers"), group),
            Shortcut(("F1",), self.tr("This sheet"), group),
            Shortcut(("Esc",), self.tr("Close what lies on top"), group),
            Shortcut(("Ctrl+Q",), self.tr("Close clinicdesk"), group),
        ]

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.hold():
            event.ignore()
            return
        super().closeEvent(event)
        self.closed.emit()


def _never() -> bool:
    """Nothing keeps it from closing."""
    return False
