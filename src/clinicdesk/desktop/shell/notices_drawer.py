"""The drawer of notices: what happened while this person looked elsewhere."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QModelIndex, QObject, Signal
from PySide6.QtWidgets import QListView, QWidget

from clinicdesk.core.clock import Now
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.drawer import Drawer
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.tokens import FOOTER_HEIGHT
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.shell.notices_model import NoticesModel
from clinicdesk.desktop.workspace import Context


class NoticesDrawer(QObject):
    """Opens over the right of its host.

    Signals:
        unread_changed: How many nobody has looked at.
        thing_wanted: Kind and identifier of what a notice is about.
    """

    unread_changed = Signal(int)
    thing_wanted = Signal(str, object)

    def __init__(self, context: Context, host: QWidget, now: Now) -> None:
        super().__init__(host)
        design = context.design
        self._tasks = context.tasks
        self._notices = context.desk.notices
        self._model = NoticesModel(context.desk, context.zone, now)
        self._leave = self._notices.changed.add(lambda _event: self.refresh())
        self.drawer = Drawer(design, host, self.tr("Notices"), foot=FOOTER_HEIGHT)
        self.drawer.setObjectName("notices_drawer")
        self._all = SecondaryButton(design, self.tr("Mark all read"), compact=True)
        self._all.setObjectName("notices_read_all")
        self._all.clicked.connect(self._read_all)
        self.drawer.head.addWidget(self._all)
        self._list = QListView()
        self._list.setObjectName("notices_list")
        self._list.setAccessibleName(self.tr("Notices"))
        dress_list(self._list, design)
        self._list.setModel(self._model)
        self._list.clicked.connect(self._open)
        self._list.activated.connect(self._open)
        self._empty = EmptyState(
            design,
            "bell",
            self.tr("Nothing new"),
            self.tr("You are told here when somebody acts on what is yours."),
        )
        self.drawer.body.setContentsMargins(0, 0, 0, 0)
        self.drawer.body.addWidget(self._list, 1)
        self.drawer.body.addWidget(self._empty, 1)
        self.refresh()

    def close(self) -> None:
        """Stop following the desk and go."""
        self._leave()
        self._model.close()
        self.drawer.hide()
        self.drawer.deleteLater()

    def refresh(self) -> None:
        """Count again, and tell."""
        some = self._model.rowCount() > 0
        self._list.setVisible(some)
        self._empty.setVisible(not some)
        self._all.setVisible(self._notices.unread > 0)
        self.unread_changed.emit(self._notices.unread)

    def toggle(self) -> None:
        """Open it, or close it when it is open."""
        if self.drawer.isVisible():
            self.drawer.shut()
            return
        self._model.refresh()
        self.drawer.open_drawer()
        if self._model.rowCount():
            self._list.setFocus()

    def mark_read(self, notice_id: UUID) -> None:
        """Somebody has looked at this one, here or on the operating system's screen."""
        doing = self.tr("marking a notice as read")
        self._tasks.start(self._notices.mark_read(notice_id), doing=doing)

    def _open(self, index: QModelIndex) -> None:
        notice = self._model.notice(index.row())
        self.mark_read(notice.id)
        self.drawer.shut()
        self.thing_wanted.emit(notice.entity, notice.entity_id)

    def _read_all(self) -> None:
        doing = self.tr("marking the notices as read")
        self._tasks.start(self._notices.mark_all_read(), doing=doing)
