"""What this member was told, as rows."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from clinicdesk.core.clock import Now
from clinicdesk.core.desk import Desk
from clinicdesk.core.notices import Notice
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.shell.notice_words import notice_words
from clinicdesk.desktop.wording import moment_text

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class NoticesModel(QAbstractListModel):
    """The newest first; those that nobody has looked at have a dot."""

    def __init__(self, desk: Desk, zone: ZoneInfo, now: Now) -> None:
        super().__init__()
        self._desk = desk
        self._zone = zone
        self._now = now
        self._notices = desk.notices.all()
        self._leave = desk.notices.changed.add(lambda _event: self._renew())

    def close(self) -> None:
        """Stop following the desk."""
        self._leave()

    def notice(self, row: int) -> Notice:
        """The notice of a row."""
        return self._notices[row]

    def row_of(self, notice_id: UUID) -> int:
        """Where a notice stands; -1 when it is gone."""
        ids = (row for row, notice in enumerate(self._notices) if notice.id == notice_id)
        return next(ids, -1)

    def refresh(self) -> None:
        """Word the rows anew: the day has changed, or the list is looked at again."""
        if self._notices:
            self.dataChanged.emit(self.index(0), self.index(len(self._notices) - 1))

    def _renew(self) -> None:
        """Take over the list; only its head grows and its tail falls off."""
        fresh = self._desk.notices.all()
        known = {notice.id for notice in self._notices}
        new = [notice for notice in fresh if notice.id not in known]
        if new and fresh[: len(new)] == new:
            self.beginInsertRows(_ROOT, 0, len(new) - 1)
            self._notices = [*new, *self._notices]
            self.endInsertRows()
        if len(fresh) < len(self._notices):
            self.beginRemoveRows(_ROOT, len(fresh), len(self._notices) - 1)
            del self._notices[len(fresh) :]
            self.endRemoveRows()
        self._notices = fresh
        self.refresh()

    def _content(self, notice: Notice) -> RowContent:
        return RowContent(
            key=notice.id,
            primary=notice.code,
            secondary=notice_words(notice, self._desk.replica),
            corner=moment_text(notice.at, self._zone, self._now()),
            unread=not notice.read,
        )

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._notices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        notice = self._notices[index.row()]
        if role == CONTENT_ROLE:
            return self._content(notice)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            content = self._content(notice)
            return f"{content.primary}, {content.secondary}, {content.corner}"
        return None
