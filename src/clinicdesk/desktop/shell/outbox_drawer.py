"""The drawer of the outbox: what needs a person, what waits and why, what was sent just now."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from clinicdesk.core.clock import Now
from clinicdesk.core.remedies import can_be_changed
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.drawer import Drawer
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.tokens import FOOTER_HEIGHT, SPACE_3, SPACE_4, Tone
from clinicdesk.desktop.design.views import dress_view
from clinicdesk.desktop.forms.outbox_drawer import Ui_OutboxDrawer
from clinicdesk.desktop.shell.outbox_actions import OutboxActions
from clinicdesk.desktop.shell.outbox_delegate import OutboxDelegate
from clinicdesk.desktop.shell.outbox_locked import LockedBanner
from clinicdesk.desktop.shell.outbox_model import OutboxModel
from clinicdesk.desktop.shell.outbox_words import LossWords, refused_words, waiting_sentence
from clinicdesk.desktop.wording import time_text
from clinicdesk.desktop.workspace import Context


class OutboxDrawer(QObject):
    """Opens over the right of its host.

    Signals:
        thing_wanted: Kind and identifier of what a command is about.
        mend_wanted: A refused command is to be changed and given anew: the outbox entry.
        unlock_wanted: The person has the key of an older file.
    """

    thing_wanted = Signal(str, object)
    mend_wanted = Signal(object)
    unlock_wanted = Signal()

    def __init__(self, context: Context, host: QWidget, now: Now) -> None:
        super().__init__(host)
        design = context.design
        self._desk = context.desk
        self._zone = context.zone
        self._now = now
        self._chosen: UUID | None = None
        self._asking = False
        self.drawer = drawer = Drawer(design, host, self.tr("Outbox"), foot=FOOTER_HEIGHT)
        drawer.setObjectName("outbox_drawer")
        self._model = OutboxModel(
            context.desk, context.zone, now, is_open=lambda: not drawer.isHidden()
        )
        self._actions = OutboxActions(context, self.drawer, now)
        self._locked = LockedBanner(design, context.desk.lost_work, context.zone, now)
        self._inside = QWidget()
        self.ui = Ui_OutboxDrawer()
        self.ui.setupUi(self._inside)
        self._why = Banner(design, Tone.DANGER)
        self._loss = Banner(design, Tone.WARNING)
        self._empty = EmptyState(design, "check-check", "")
        self._lay_out(design)
        self._dress_buttons(design)
        self._bind()
        self._model.refreshed.connect(self._refreshed)
        self._actions.settled.connect(self._focus_list)
        self._locked.unlock_wanted.connect(self.unlock_wanted)
        self._leave = context.desk.lost_work.changed.add(lambda _event: self._say_empty())
        self.ui.outbox_list.selectionModel().currentChanged.connect(self._choose)
        self._refreshed(True)

    def close(self) -> None:
        """Stop following the desk and go."""
        self._leave()
        self._model.close()
        self._actions.close()
        self._locked.close_for_good()
        self.drawer.hide()
        self.drawer.deleteLater()

    def toggle(self) -> None:
        """Open it, or close it when it is open."""
        if self.drawer.isVisible():
            self.drawer.shut()
            return
        self._chosen = None  # what needs a person most is chosen
        self._model.refresh()
        self.drawer.open_drawer()
        self._focus_list()

    def _lay_out(self, design: Design) -> None:
        ui = self.ui
        dress_view(ui.outbox_list, design)
        ui.outbox_list.setItemDelegate(OutboxDelegate(design, Glow(ui.outbox_list)))
        ui.outbox_list.setModel(self._model)
        ui.outbox_list.activated.connect(self._act)
        for place, banner in enumerate((self._why, self._loss)):
            ui.refusal_column.insertWidget(place, banner)
        ui.refusal_column.setContentsMargins(SPACE_4, SPACE_3, SPACE_4, SPACE_4)
        self.drawer.body.setContentsMargins(0, 0, 0, 0)
        self.drawer.body.addWidget(self._locked)
        self.drawer.body.addWidget(self._inside, 1)
        self.drawer.body.addWidget(self._empty, 1)

    def _dress_buttons(self, design: Design) -> None:
        ui = self.ui
        ui.outbox_dismiss.dress(design, kind=Kind.QUIET, key="Del", compact=True)
        ui.outbox_open.dress(design, icon="external-link", compact=True)
        ui.outbox_mend.dress(design, icon="pencil", compact=True)
        ui.outbox_retry.dress(design, icon="rotate-ccw", key="R", compact=True)
        ui.outbox_compare.dress(design, kind=Kind.PRIMARY, icon="users", key="Enter", compact=True)
        ui.outbox_keep.dress(design, key="Esc", compact=True)
        ui.outbox_discard.dress(design, kind=Kind.DESTROY, icon="trash-2", compact=True)
        for button, act in (
            (ui.outbox_open, self._open),
            (ui.outbox_mend, self._mend),
            (ui.outbox_retry, self._retry),
            (ui.outbox_compare, self._compare),
            (ui.outbox_dismiss, self._give_up),
            (ui.outbox_keep, self._keep),
            (ui.outbox_discard, self._discard),
        ):
            button.clicked.connect(act)

    def _bind(self) -> None:
        for key, button in (("R", self.ui.outbox_retry), ("Del", self.ui.outbox_dismiss)):
            shortcut = QShortcut(QKeySequence(key), self.ui.outbox_list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(button.click)
        leave = QShortcut(QKeySequence("Esc"), self._inside)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self._escape)

    # What is chosen

    def _refreshed(self, regrouped: bool) -> None:
        """After a change: the same command is chosen, or the first, which needs a person most."""
        some = self._model.rowCount() > 0
        first = some and self._inside.isHidden()
        self._inside.setVisible(some)
        self._empty.setVisible(not some)
        self._say_empty()
        if regrouped:
            self.ui.outbox_list.scheduleDelayedItemsLayout()
        row = -1 if self._chosen is None else self._model.row_of(self._chosen)
        if row < 0:
            row, self._asking = 0, False
        current = self.ui.outbox_list.currentIndex()
        if current.row() != row:
            self.ui.outbox_list.setCurrentIndex(self._model.index(row))
        self._show_chosen()
        if first and self.drawer.hasFocus():
            self._focus_list()

    def _say_empty(self) -> None:
        locked = bool(self._desk.lost_work.files)
        sentence = self.tr("Nothing else waits") if locked else self.tr("Everything is sent")
        detail = self.tr("What you do is kept here until the server has taken it.")
        self._empty.say("check-check", sentence, detail)

    def _choose(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._model.refreshing:
            return
        entry = self._model.entry(current.row())
        if entry is not None and entry.op_id != self._chosen:
            self._chosen, self._asking = entry.op_id, False
        self._show_chosen()

    def _entry(self) -> OutboxEntry | None:
        return self._model.entry(self.ui.outbox_list.currentIndex().row())

    def _show_chosen(self) -> None:
        entry = self._entry()
        self.ui.refusal.setVisible(entry is not None)
        if entry is None:
            return
        self._show_words(entry)
        self._show_buttons(entry)

    def _show_words(self, entry: OutboxEntry) -> None:
        refused = entry.state is OutboxState.REFUSED
        self._loss.setVisible(self._asking)
        self._why.setVisible(refused and not self._asking)
        self.ui.outbox_words.setVisible(not refused and not self._asking)
        if self._asking:
            loss, built = LossWords(), len(self._desk.outbox.built_upon(entry.op_id))
            self._loss.say(loss.question(entry), loss.explanation(entry, built))
        elif refused:
            replica = self._desk.replica
            title, sentence = refused_words(entry, replica, self._zone, self._now())
            self._why.say(title, f"{sentence} {self._actions.why_not_again(entry) or ''}".strip())
        else:
            self.ui.outbox_words.setText(self._standing(entry))

    def _standing(self, entry: OutboxEntry) -> str:
        waiting = self._model.waiting(entry)
        if waiting is not None:
            return waiting_sentence(waiting, self._zone)
        if entry.state is OutboxState.SENDING:
            return self.tr("It is on its way to the server.")
        text = self.tr("The server has it since %1.")
        return text.replace("%1", time_text(self._model.sent_at(entry), self._zone))

    def _show_buttons(self, entry: OutboxEntry) -> None:
        """What can be done about it; at most three, the most likely at the right."""
        ui, asking = self.ui, self._asking
        refused = entry.state is OutboxState.REFUSED
        two = refused and self._actions.has_two_versions(entry)
        again = refused and not two and self._actions.why_not_again(entry) is None
        mend = refused and not two and can_be_changed(entry)
        ui.outbox_dismiss.setVisible(not asking and entry.state is not OutboxState.DONE)
        ui.outbox_open.setVisible(not asking and not mend and not two)
        ui.outbox_mend.setVisible(not asking and mend)
        ui.outbox_retry.setVisible(not asking and again)
        for button in (ui.outbox_open, ui.outbox_mend):
            button.set_key("" if again else "Enter")  # three keys have no room beside each other
        ui.outbox_compare.setVisible(not asking and two)
        ui.outbox_keep.setVisible(asking)
        ui.outbox_discard.setVisible(asking)

    # What is done about it

    def _with_entry(self, act: Callable[[OutboxEntry], object]) -> None:
        entry = self._entry()
        if entry is not None:
            act(entry)

    def _act(self) -> None:
        """Enter: what helps most."""
        if not self.ui.outbox_compare.isHidden():
            self._compare()
        elif not self.ui.outbox_mend.isHidden():
            self._mend()
        elif not self._asking:
            self._open()

    def _open(self) -> None:
        self._with_entry(self._open_entry)

    def _open_entry(self, entry: OutboxEntry) -> None:
        self.drawer.shut()
        self.thing_wanted.emit(entry.command.aggregate, entry.command.aggregate_id)

    def _mend(self) -> None:
        self._with_entry(self._mend_entry)

    def _mend_entry(self, entry: OutboxEntry) -> None:
        self.drawer.shut()
        self.mend_wanted.emit(entry)

    def _retry(self) -> None:
        self._with_entry(self._actions.retry)

    def _compare(self) -> None:
        self._with_entry(self._actions.compare)

    def _give_up(self) -> None:
        """Ask first where something would be lost."""
        entry = self._entry()
        if entry is None:
            return
        if not self._actions.needs_asking(entry):
            self._actions.discard(entry)
            return
        self._asking = True
        self._show_chosen()
        self.ui.outbox_keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
        self._asking = False
        self._show_chosen()
        self._focus_list()

    def _discard(self) -> None:
        self._asking = False
        self._with_entry(self._actions.discard)
        self._show_chosen()

    def _escape(self) -> None:
        if self._asking:
            self._keep()
        else:
            self.drawer.shut()

    def _focus_list(self) -> None:
        if self.drawer.isVisible() and self._model.rowCount():
            self.ui.outbox_list.setFocus(Qt.FocusReason.OtherFocusReason)
