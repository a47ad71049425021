"""What was done at this desk and is not done yet, as rows in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from clinicdesk.core.clock import Now
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.waiting import Waiting, why_waiting
from clinicdesk.desktop.command_words import command_words
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.shell.outbox_delegate import HEADING_ROLE, Heading
from clinicdesk.desktop.shell.outbox_words import (
    Group,
    about_words,
    group_of,
    group_word,
    status_word,
)
from clinicdesk.desktop.wording import minutes_since, moment_text, time_text

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_CLOCK_MS = 30_000
_LATELY_MIN = 10
"""So long a command that was sent is shown as sent just now."""


class OutboxModel(QAbstractListModel):
    """Groups in the order of `Group`; within them the order in which things were done, but for
    what was sent: the last one first.

    Rows come and go one by one, so that the list keeps its place.

    Attributes:
        refreshing: Rows come and go just now: what Qt chooses meanwhile no person has chosen.

    Signals:
        refreshed: Everything is as it is now. True: a heading came or went, and rows with it are
            of another height.
    """

    refreshed = Signal(bool)

    def __init__(self, desk: Desk, zone: ZoneInfo, now: Now, is_open: Callable[[], bool]) -> None:
        """`is_open`: Whether anybody looks; else nothing is followed: `refresh` when they do."""
        super().__init__()
        self._is_open = is_open
        self._desk = desk
        self._zone = zone
        self._now = now
        self._entries: list[OutboxEntry] = []
        self.refreshing = False
        self._sent_at: dict[UUID, datetime] = {}
        self._headings: dict[int, Heading] = {}
        self._leave = (
            desk.outbox.changed.add(lambda _aggregate: self._follow()),
            desk.link.changed.add(lambda _status: self._follow()),
        )
        self._clock = QTimer(self, interval=_CLOCK_MS)
        self._clock.timeout.connect(self._follow)
        self._clock.start()
        self.refresh()

    def close(self) -> None:
        """Stop following the desk."""
        self._clock.stop()
        for leave in self._leave:
            leave()

    def entry(self, row: int) -> OutboxEntry | None:
        """The command of a row; None outside."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, op_id: UUID) -> int:
        """Where a command stands; -1 when it is over."""
        found = (row for row, entry in enumerate(self._entries) if entry.op_id == op_id)
        return next(found, -1)

    def waiting(self, entry: OutboxEntry) -> Waiting | None:
        """Why an entry waits; None when it does not."""
        return why_waiting(
            entry, self._desk.outbox.about(entry.command.aggregate_id), self._desk.link
        )

    def sent_at(self, entry: OutboxEntry) -> datetime:
        """When the answer to a command came that is done."""
        return self._sent_at.get(entry.op_id, entry.at)

    def refresh(self) -> None:
        """Show what is true now, touching no row that is where it was."""
        wanted = self._wanted()
        self.refreshing = True
        self._drop_what_left({entry.op_id: entry for entry in wanted})
        # What is left stands in the order that is wanted: within a group it never changes.
        for row, entry in enumerate(wanted):
            if row >= len(self._entries) or self._entries[row].op_id != entry.op_id:
                self.beginInsertRows(QModelIndex(), row, row)
                self._entries.insert(row, entry)
                self.endInsertRows()
        self._entries = wanted
        before, self._headings = self._headings.keys(), self._make_headings()
        if wanted:
            self.dataChanged.emit(self.index(0), self.index(len(wanted) - 1))
        self.refreshing = False
        self.refreshed.emit(before != self._headings.keys())

    def _follow(self) -> None:
        if self._is_open():
            self.refresh()

    def _drop_what_left(self, wanted: Mapping[UUID, OutboxEntry]) -> None:
        """Take out what is over, and what belongs to another group by now."""
        for row in reversed(range(len(self._entries))):
            old = self._entries[row]
            new = wanted.get(old.op_id)
            if new is None or group_of(new) is not group_of(old):
                self._take_out(row)

    def _take_out(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._entries[row]
        self.endRemoveRows()

    def _wanted(self) -> list[OutboxEntry]:
        outbox, now = self._desk.outbox, self._now()
        lately = [s for s in outbox.recent if minutes_since(s.at, now) < _LATELY_MIN]
        self._sent_at = {sent.entry.op_id: sent.at for sent in lately}
        open_ones = [entry for entry in outbox.entries() if group_of(entry) is not Group.SENT]
        return [*sorted(open_ones, key=group_of), *(sent.entry for sent in lately)]

    def _content(self, entry: OutboxEntry) -> RowContent:
        word, tone = status_word(entry, self.waiting(entry))
        return RowContent(
            key=entry.op_id,
            primary=command_words(entry.command, self._desk.replica),
            secondary=about_words(entry, self._desk.replica),
            corner=moment_text(self.sent_at(entry), self._zone, self._now()),
            status=word,
            status_tone=tone,
        )

    def _make_headings(self) -> dict[int, Heading]:
        counts = Counter(map(group_of, self._entries))
        headings, row = {}, 0
        for group in sorted(counts):
            tone = Tone.DANGER if group is Group.NEEDS_YOU else Tone.NEUTRAL
            note = self._waiting_note() if group is Group.WAITING else ""
            headings[row] = Heading(group_word(group), counts[group], note, tone)
            row += counts[group]
        return headings

    def _waiting_note(self) -> str:
        link = self._desk.link
        match link.status:
            case LinkStatus.OFFLINE if link.server_answers:
                text = self.tr("no database since %1")
                return text.replace("%1", time_text(link.since, self._zone))
            case LinkStatus.OFFLINE:
                text = self.tr("offline since %1")
                return text.replace("%1", time_text(link.since, self._zone))
            case LinkStatus.SIGNED_OUT:
                return self.tr("until you sign in again")
            case LinkStatus.REFUSED:
                return self.tr("the server does not take this desk")
            case _:
                return ""

    def _spoken(self, row: int) -> str:
        content, heading = self._content(self._entries[row]), self._headings.get(row)
        said = [content.primary, content.secondary, content.corner, content.status]
        if heading is not None:
            said.insert(0, f"{heading.text}, {heading.count}")
        return ", ".join(part for part in said if part)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._entries):
            return None
        if role == CONTENT_ROLE:
            return self._content(self._entries[index.row()])
        if role == HEADING_ROLE:
            return self._headings.get(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(index.row())
        return None
