"""The drawer of the outbox: what waits for the server, and what it refused and why."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.core.clock import Now
from clinicdesk.core.denial import Denied
from clinicdesk.core.desk import Desk
from clinicdesk.core.may import needs_server
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.drawer import Drawer
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.tokens import SPACE_4, Tone
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.forms.outbox_drawer import Ui_OutboxDrawer
from clinicdesk.desktop.shell.outbox_model import OutboxModel
from clinicdesk.desktop.wording import refusal_words
from clinicdesk.desktop.workspace import Context


class OutboxDrawer(QObject):
    """Opens over the right of its host.

    Signals:
        thing_wanted: Kind and identifier of what a command is about.
    """

    thing_wanted = Signal(str, object)

    def __init__(self, context: Context, host: QWidget, now: Now) -> None:
        super().__init__(host)
        design = context.design
        self._tasks = context.tasks
        self._desk = context.desk
        self._zone = context.zone
        self._model = OutboxModel(context.desk, context.zone, now)
        self._chosen: OutboxEntry | None = None
        self.drawer = Drawer(design, host, self.tr("Outbox"))
        self.drawer.setObjectName("outbox_drawer")
        self._inside = QWidget()
        self.ui = Ui_OutboxDrawer()
        self.ui.setupUi(self._inside)
        self._why = Banner(design, Tone.DANGER)
        self._empty = EmptyState(
            design,
            "check-check",
            self.tr("Everything is sent"),
            self.tr("What you do is kept here until the server has taken it."),
        )
        self._lay_out(design)
        self._model.modelAboutToBeReset.connect(self._remember)
        self._model.modelReset.connect(self._restore)
        self.ui.outbox_list.selectionModel().currentChanged.connect(self._choose)

    def close(self) -> None:
        """Stop following the desk and go."""
        self._model.close()
        self.drawer.hide()
        self.drawer.deleteLater()

    def toggle(self) -> None:
        """Open it, or close it when it is open."""
        if self.drawer.isVisible():
            self.drawer.shut()
            return
        self.drawer.open_drawer()
        if self._model.rowCount():
            self.ui.outbox_list.setFocus()

    def _lay_out(self, design: Design) -> None:
        ui = self.ui
        dress_list(ui.outbox_list, design)
        ui.outbox_list.setModel(self._model)
        ui.outbox_list.activated.connect(self._open)
        ui.refusal_column.insertWidget(0, self._why)
        ui.refusal_column.setContentsMargins(SPACE_4, 0, SPACE_4, SPACE_4)
        ui.outbox_open.dress(design, icon="external-link", compact=True)
        ui.outbox_dismiss.dress(design, kind=Kind.QUIET, compact=True)
        ui.outbox_retry.dress(design, icon="rotate-ccw", compact=True)
        ui.outbox_open.clicked.connect(self._open)
        ui.outbox_dismiss.clicked.connect(self._dismiss)
        ui.outbox_retry.clicked.connect(self._retry)
        ui.outbox_state.setContentsMargins(SPACE_4, 0, SPACE_4, 4)
        self.drawer.body.setContentsMargins(0, 0, 0, 0)
        self.drawer.body.addWidget(self._inside, 1)
        self.drawer.body.addWidget(self._empty, 1)
        self._restore()

    def _remember(self) -> None:
        row = self.ui.outbox_list.currentIndex().row()
        self._chosen = self._model.entry(row)

    def _restore(self) -> None:
        """After a change: the same command is chosen, or the first that needs a person."""
        some = self._model.rowCount() > 0
        self._inside.setVisible(some)
        self._empty.setVisible(not some)
        row = -1 if self._chosen is None else self._model.row_of(self._chosen.op_id)
        self.ui.outbox_list.setCurrentIndex(self._model.index(max(row, 0)))
        self._show_chosen()
        self._show_state()

    def _choose(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_chosen()

    def _show_chosen(self) -> None:
        entry = self._model.entry(self.ui.outbox_list.currentIndex().row())
        refused = entry is not None and entry.state is OutboxState.REFUSED
        self.ui.refusal.setVisible(entry is not None)
        self._why.setVisible(refused)
        self.ui.outbox_dismiss.setVisible(refused)
        self.ui.outbox_retry.setVisible(refused)
        if entry is not None and entry.refusal is not None:
            sentence = refusal_words(entry.command, entry.refusal, self._zone)
            self._why.say(self.tr("The server did not do this"), sentence)

    def _show_state(self) -> None:
        refused, unsent = len(self._desk.outbox.refused()), self._desk.outbox.unsent
        said = []
        if refused:
            said.append(self.tr("%n change(s) were refused: look at each.", "", refused))
        if unsent and self._desk.link.reachable:
            said.append(self.tr("%n change(s) are on their way.", "", unsent))
        elif unsent:
            said.append(self.tr("%n change(s) wait for the server, safe on this disk.", "", unsent))
        self.ui.outbox_state.setText(" ".join(said))

    def _entry(self) -> OutboxEntry | None:
        return self._model.entry(self.ui.outbox_list.currentIndex().row())

    def _open(self) -> None:
        entry = self._entry()
        if entry is not None:
            self.drawer.shut()
            self.thing_wanted.emit("prescription", entry.command.prescription_id)

    def _dismiss(self) -> None:
        entry = self._entry()
        if entry is not None:
            doing = self.tr("dismissing a refused change")
            self._tasks.start(self._desk.outbox.dismiss(entry.op_id), doing=doing)

    def _retry(self) -> None:
        entry = self._entry()
        if entry is not None:
            doing = self.tr("trying a refused change again")
            self._tasks.start(_try_again(self._desk, entry), doing=doing)


async def _try_again(desk: Desk, entry: OutboxEntry) -> Submitted | Denied:
    """Give the same command anew, upon what the rows are now; then forget the refused one."""
    why_not = None if desk.link.reachable else needs_server(entry.command, desk.replica)
    if why_not is not None:
        return Denied(why_not)
    submitted = await desk.outbox.submit(entry.command, entry.medicines)
    await desk.outbox.dismiss(entry.op_id)
    return submitted
