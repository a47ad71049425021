"""One open desk in the window, from sign-in to sign-out: workspaces, search, scans, drawers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QShortcut

from clinicdesk.core.clock import Now
from clinicdesk.desktop.design.appearance import Appearance
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.printing.desk_printing import REGISTERS_KEY, DeskPrinting
from clinicdesk.desktop.shell.connection import ConnectionView
from clinicdesk.desktop.shell.first_load import FirstLoad
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.desktop.wording import role_word
from clinicdesk.desktop.workspace import Context, NamedAction, Shortcut, Workspace

if TYPE_CHECKING:
    from clinicdesk.core.scanning import OlderScan
    from clinicdesk.core.store.outbox_table import OutboxEntry
    from clinicdesk.desktop.scanning.scans import Scans
    from clinicdesk.desktop.shell.over import Over

MakeWorkspace: TypeAlias = Callable[[Context], Workspace]
_MOST_KEYS = 9


class DeskView(QObject):
    """Fills a `MainWindow` for one member.

    Signals:
        painted: The first workspace has been painted: the desk can be used.
        complete: The other workspaces, the drawers and the search are there too.
        sign_in_wanted, switch_wanted, sign_out_wanted: What the person asks for.
        unlock_wanted: They have the key of an older file of this computer.
        appearance_chosen: An `Appearance`.
    """

    painted = Signal()
    complete = Signal()
    sign_in_wanted = Signal()
    switch_wanted = Signal()
    sign_out_wanted = Signal()
    unlock_wanted = Signal()
    appearance_chosen = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        context: Context,
        makers: Sequence[tuple[str, MakeWorkspace]],
        settings: Settings,
        now: Now,
    ) -> None:
        """Show the desk of `context`.

        Args:
            makers: Key and maker of each workspace of this member, in the order of the rail. The
                one shown last is made now, the others when it has been painted.
        """
        super().__init__(window)
        self._window = window
        self._context = context
        self._settings = settings
        self._now = now
        self._makers = list(makers)
        self._workspaces: dict[str, Workspace] = {}
        self._shortcuts: list[QShortcut] = []
        self._over: Over | None = None
        self._scans: Scans | None = None
        self._first_load: FirstLoad | None = None
        self._wanted = ""
        self._printing = DeskPrinting(context, window)
        self._connection = ConnectionView(
            context, window.pill, window.ui.banners, window.ui.banner_column
        )
        self._show_member()
        self._connect()
        self._bind()
        for note in context.desk.notes:
            self._connection.tell(note)
        self._make_first()

    def mend(self, entry: OutboxEntry) -> None:
        """Open what a refused command was about, with what was typed in it where it can be."""
        for workspace in self._nearest_first():
            if workspace.mend(entry):
                self.show_begun(workspace.key)
                return
        self.go(entry.command.aggregate, entry.command.aggregate_id)

    def go(self, kind: str, thing: UUID) -> None:
        """Open a thing in whichever workspace shows it, the present one first."""
        for workspace in self._nearest_first():
            if workspace.open_thing(kind, thing):
                self.show_workspace(workspace.key)
                return
        sentence = self.tr("That is not on this desk: it may be new, or not yours to see.")
        self._window.toast(sentence, Tone.WARNING)

    def show_workspace(self, key: str) -> None:
        """Put a workspace in front; as soon as there are rows, while there are none."""
        self._bring_to_front(key, begun=False)

    def show_begun(self, key: str) -> None:
        """The same with the keyboard where the workspace has put it: work goes on in it."""
        self._bring_to_front(key, begun=True)

    def _bring_to_front(self, key: str, *, begun: bool) -> None:
        workspace = self._workspaces[key]
        self._window.rail.check(list(self._workspaces).index(key))
        self._settings.show_workspace(key)
        self._wanted = key
        if self._first_load is not None:
            return
        stack = self._window.ui.workspaces
        again = stack.currentWidget() is workspace
        stack.setCurrentWidget(workspace)
        self._show_hints()
        if not again:
            place = workspace.focusWidget() if begun else None
            if place is None:
                workspace.focus_start()
            else:
                place.setFocus(Qt.FocusReason.OtherFocusReason)
            workspace.opened.emit()

    def _show_place(self, key: str, place: str) -> None:
        self._make_rest()
        self.show_workspace(key)
        self._workspaces[key].show_place(place)

    def mark_read(self, notice_id: UUID) -> None:
        """Somebody has looked at a notice on the operating system's screen."""
        self._lay_over().notices.mark_read(notice_id)

    async def settle(self) -> None:
        """Have every workspace put on the disk what was typed."""
        for workspace in self._workspaces.values():
            await workspace.settle()

    def close(self) -> None:
        """Take everything of this desk out of the window: nothing of its person remains."""
        window = self._window
        for shortcut in self._shortcuts:
            shortcut.deleteLater()
        if self._scans is not None:
            self._scans.close()
        if self._over is not None:
            self._over.close()
        page, self._first_load = self._first_load, None
        if page is not None:
            self._drop_first_load(page)
        self._connection.close()
        window.rail.clear()
        window.rail.set_unread(0)
        window.rail.notices.setEnabled(False)
        window.user.set_person("", "", "")
        window.show_keys([])
        window.show_hints([], "")
        self._disconnect()
        for workspace in self._workspaces.values():
            window.ui.workspaces.removeWidget(workspace)
            workspace.deleteLater()
        self.deleteLater()

    def _show_member(self) -> None:
        desk, window = self._context.desk, self._window
        member = desk.member
        window.user.set_person(member.name, role_word(member.role), str(member.id))
        window.clock.set_clinic(desk.clinic.name, self._context.zone)
        window.setWindowTitle(f"{desk.clinic.name} · clinicdesk")
        window.rail.notices.setEnabled(True)

    def _connect(self) -> None:
        window = self._window
        window.rail.chosen.connect(self._choose_position)
        window.rail.notices.clicked.connect(self._toggle_notices)
        window.user.switch_wanted.connect(self.switch_wanted)
        window.user.sign_out_wanted.connect(self.sign_out_wanted)
        window.user.appearance_chosen.connect(self.appearance_chosen)
        window.user.printers_wanted.connect(self._printing.open_setup)
        self._connection.outbox_wanted.connect(self._toggle_outbox)
        self._connection.sign_in_wanted.connect(self.sign_in_wanted)

    def _disconnect(self) -> None:
        window = self._window
        window.rail.chosen.disconnect(self._choose_position)
        window.rail.notices.clicked.disconnect(self._toggle_notices)
        window.user.switch_wanted.disconnect(self.switch_wanted)
        window.user.sign_out_wanted.disconnect(self.sign_out_wanted)
        window.user.appearance_chosen.disconnect(self.appearance_chosen)
        window.user.printers_wanted.disconnect(self._printing.open_setup)
        self._printing.deleteLater()

    def _bind(self) -> None:
        bind = self._window.bind
        self._shortcuts = [
            bind("Ctrl+K", self._search),
            bind("Ctrl+Shift+K", self._use_camera),
            bind("Ctrl+Shift+N", self._toggle_notices),
            bind("Ctrl+Shift+O", self._toggle_outbox),
            *(
                bind(f"Ctrl+{number}", partial(self._choose_position, number - 1))
                for number in range(1, _MOST_KEYS + 1)
            ),
        ]
        if self._has_registers:
            self._shortcuts.append(bind(REGISTERS_KEY, self._printing.open_registers))

    def _make_first(self) -> None:
        keys = [key for key, _make in self._makers]
        wanted = self._settings.workspace
        first = wanted if wanted in keys else keys[0]
        self._make(first)
        self._fill_rail()
        if self._context.desk.replica.position is None:
            self._begin_first_load()
        self.show_workspace(first)
        painted = self._workspaces[first] if self._first_load is None else self._first_load
        painted.installEventFilter(self)

    def _begin_first_load(self) -> None:
        """Show how the clinic comes; the workspaces fill behind it."""
        page = self._first_load = FirstLoad(self._context.desk, self._context.design)
        # In a turn of its own: to show a workspace for the first time is work enough for one.
        page.done.connect(self._end_first_load, Qt.ConnectionType.QueuedConnection)
        self._window.ui.workspaces.addWidget(page)
        self._window.ui.workspaces.setCurrentWidget(page)

    def _end_first_load(self) -> None:
        page, self._first_load = self._first_load, None
        if page is not None:
            self.show_workspace(self._wanted)
            self._drop_first_load(page)

    def _drop_first_load(self, page: FirstLoad) -> None:
        page.leave()
        self._window.ui.workspaces.removeWidget(page)
        page.deleteLater()

    def _make(self, key: str) -> None:
        make = dict(self._makers)[key]
        workspace = make(self._context)
        workspace.setObjectName(f"workspace_{key}")
        workspace.hints_changed.connect(self._show_hints)
        workspace.place_wanted.connect(self._show_place)
        self._workspaces[key] = workspace
        self._window.ui.workspaces.addWidget(workspace)

    def _make_rest(self) -> None:
        missing = [key for key, _make in self._makers if key not in self._workspaces]
        for key in missing:
            self._make(key)
        if missing:
            order = [key for key, _make in self._makers]
            self._workspaces = {key: self._workspaces[key] for key in order}
            self._fill_rail()
            self._window.rail.check(order.index(self._wanted))

    def _lay_over(self) -> Over:
        """What lies over the workspaces: made when the first of them has been painted."""
        self._make_rest()
        if self._over is None:
            from clinicdesk.desktop.shell.finding import Finder
            from clinicdesk.desktop.shell.over import Over

            kinds = frozenset[str]().union(*(each.opens for each in self._workspaces.values()))
            look_up = self._begin_to_scan().route.take
            finder = Finder(self._context.desk, self.go, look_up, kinds, self._actions, self._now)
            self._over = Over(self._window, self._context, finder, self._now)
            self._over.notices.unread_changed.connect(self._window.rail.set_unread)
            self._over.notices.thing_wanted.connect(self.go)
            self._over.outbox.thing_wanted.connect(self.go)
            self._over.outbox.mend_wanted.connect(self.mend)
            self._over.outbox.unlock_wanted.connect(self.unlock_wanted)
            self._over.older.patient_wanted.connect(lambda patient: self.go("patient", patient))
            self._begin_to_scan().route.came.connect(self._over.older.drawer.shut)
            self._over.notices.refresh()
            self.complete.emit()
        return self._over

    def _begin_to_scan(self) -> Scans:
        if self._scans is None:
            from clinicdesk.desktop.scanning.scans import Scans

            self._scans = Scans(
                self._context,
                self._window,
                self._window.search,
                self._nearest_first,
                self.show_begun,
            )
            self._scans.route.came.connect(self._window.toast.forget_scan)
            self._scans.route.older_found.connect(self._show_older)
        return self._scans

    def _show_older(self, scan: OlderScan) -> None:
        over = self._lay_over()
        over.notices.drawer.shut()
        over.outbox.drawer.shut()
        over.older.show_scan(scan)

    def _use_camera(self) -> None:
        self._begin_to_scan().use_camera()

    def _fill_rail(self) -> None:
        self._window.rail.set_places(list(self._workspaces.values()))
        self._window.show_keys(
            [
                *self._register_keys(),
                *(key for each in self._workspaces.values() for key in each.shortcuts()),
            ]
        )

    def _nearest_first(self) -> list[Workspace]:
        self._make_rest()
        shown = self._shown()
        return sorted(self._workspaces.values(), key=lambda workspace: workspace is not shown)

    def _shown(self) -> Workspace | None:
        widget = self._window.ui.workspaces.currentWidget()
        return widget if isinstance(widget, Workspace) else None

    def _show_hints(self) -> None:
        shown = self._shown()
        if shown is not None:
            self._window.show_hints(shown.hints(), shown.note())

    def _choose_position(self, position: int) -> None:
        self._make_rest()
        keys = list(self._workspaces)
        if position < len(keys):
            self.show_workspace(keys[position])

    def _toggle_notices(self) -> None:
        over = self._lay_over()
        over.outbox.drawer.shut()
        over.older.drawer.shut()
        over.notices.toggle()

    def _toggle_outbox(self) -> None:
        over = self._lay_over()
        over.notices.drawer.shut()
        over.older.drawer.shut()
        over.outbox.toggle()

    def _search(self) -> None:
        if self._window.sheet.isVisible():
            self._window.sheet.shut()
        self._lay_over().search.begin()

    def _actions(self) -> list[NamedAction]:
        own = [
            self._in_workspace(workspace, action)
            for workspace in self._workspaces.values()
            for action in workspace.named_actions()
        ]
        choose = self.appearance_chosen.emit
        return [
            *own,
            *self._begin_to_scan().actions(),
            NamedAction(self.tr("Show notices"), "bell", self._toggle_notices, "Ctrl+Shift+N"),
            NamedAction(self.tr("Show outbox"), "inbox", self._toggle_outbox, "Ctrl+Shift+O"),
            NamedAction(self.tr("Light theme"), "sun", lambda: choose(Appearance.LIGHT)),
            NamedAction(self.tr("Dark theme"), "moon", lambda: choose(Appearance.DARK)),
            NamedAction(
                self.tr("Theme of the system"), "settings", lambda: choose(Appearance.SYSTEM)
            ),
            NamedAction(self.tr("Printers"), "printer", self._printing.open_setup),
            *self._register_actions(),
            NamedAction(self.tr("All shortcuts"), "keyboard", self._window.toggle_sheet, "F1"),
            NamedAction(self.tr("Switch user"), "users", self.switch_wanted.emit),
            NamedAction(self.tr("Sign out"), "log-out", self.sign_out_wanted.emit),
        ]

    @property
    def _has_registers(self) -> bool:
        return self._printing.why_not_registers() is None

    def _register_keys(self) -> list[Shortcut]:
        if not self._has_registers:
            return []
        return [Shortcut((REGISTERS_KEY,), self.tr("Registers"), self.tr("Everywhere"))]

    def _register_actions(self) -> list[NamedAction]:
        if not self._has_registers:
            return []
        show = self._printing.open_registers
        return [NamedAction(self.tr("Registers"), "file-text", show, REGISTERS_KEY)]

    def _in_workspace(self, workspace: Workspace, action: NamedAction) -> NamedAction:
        def run() -> None:
            if action.unavailable:
                self._window.toast(action.unavailable, Tone.WARNING)
            else:
                self.show_workspace(workspace.key)
                action.run()

        return NamedAction(action.name, action.icon, run, action.key, action.unavailable)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the first paint of the first workspace, then make the others."""
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._after_first_paint)
        return False

    def _after_first_paint(self) -> None:
        self.painted.emit()
        self._lay_over()
