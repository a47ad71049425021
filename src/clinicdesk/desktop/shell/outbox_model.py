"""What was done at this desk and is not done yet, as rows."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from clinicdesk.contract.codes import prescription_code
from clinicdesk.core.clock import Now
from clinicdesk.core.desk import Desk
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import command_words, moment_text

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class OutboxModel(QAbstractListModel):
    """Refused commands first, since they need a person; then what waits, in its order.

    It is reset on each change: an outbox is short, and the drawer keeps the row that was chosen.
    """

    def __init__(self, desk: Desk, zone: ZoneInfo, now: Now) -> None:
        super().__init__()
        self._desk = desk
        self._zone = zone
        self._now = now
        self._entries: list[OutboxEntry] = []
        self._leave = desk.outbox.changed.add(lambda _aggregate: self._renew())
        self._renew()

    def close(self) -> None:
        """Stop following the desk."""
        self._leave()

    def entry(self, row: int) -> OutboxEntry | None:
        """The command of a row; None outside."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, op_id: UUID) -> int:
        """Where a command stands; -1 when it is over."""
        found = (row for row, entry in enumerate(self._entries) if entry.op_id == op_id)
        return next(found, -1)

    def _renew(self) -> None:
        entries = self._desk.outbox.entries()
        shown = [entry for entry in entries if entry.state is not OutboxState.DONE]
        self.beginResetModel()
        self._entries = sorted(shown, key=lambda e: (e.state is not OutboxState.REFUSED, e.n))
        self.endResetModel()

    def _content(self, entry: OutboxEntry) -> RowContent:
        word, tone = _state(entry.state)
        return RowContent(
            key=entry.op_id,
            primary=command_words(entry.command),
            secondary=self._about(entry),
            corner=moment_text(entry.at, self._zone, self._now()),
            status=word,
            status_tone=tone,
        )

    def _about(self, entry: OutboxEntry) -> str:
        replica = self._desk.replica
        prescription = replica.prescriptions.get(entry.command.prescription_id)
        if prescription is None:
            return prescription_code(entry.command.prescription_id)
        patient = replica.patients.get(prescription.patient_id)
        return prescription.code if patient is None else f"{prescription.code} · {patient.name}"

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == CONTENT_ROLE:
            return self._content(self._entries[index.row()])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            content = self._content(self._entries[index.row()])
            return f"{content.primary}, {content.secondary}, {content.status}"
        return None


def _state(state: OutboxState) -> tuple[str, Tone]:
    match state:
        case OutboxState.WAITING:
            return QCoreApplication.translate("Outbox", "Waiting"), Tone.NEUTRAL
        case OutboxState.SENDING:
            return QCoreApplication.translate("Outbox", "Sending"), Tone.INFO
        case OutboxState.DONE:
            return QCoreApplication.translate("Outbox", "Done"), Tone.SUCCESS
        case OutboxState.REFUSED:
            return QCoreApplication.translate("Outbox", "Refused"), Tone.DANGER
