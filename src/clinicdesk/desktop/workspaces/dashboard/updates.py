"""What has become of prescriptions lately, in a few words each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Prescription, PrescriptionStatus
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.wording import moment_text
from clinicdesk.desktop.workspaces.shared.order_words import standing_look

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk
    from clinicdesk.desktop.workspaces.dashboard.lines import Line


class LatestUpdates:
    """The prescriptions that changed last, kept in step without looking at all of them."""

    def __init__(self, desk: Desk, most: int) -> None:
        self._desk = desk
        self._replica = desk.replica
        self._most = most
        self._rows: list[Prescription] = []
        self._read_all()
        self.leave = desk.replica.prescriptions.subscribe(self._on_change)

    def lines(self, zone: ZoneInfo, now: datetime) -> list[Line]:
        """The newest first."""
        return [(row.id, _content(self._desk, row, zone, now)) for row in self._rows]

    def _read_all(self) -> None:
        self._rows = self._newest(self._replica.prescriptions.values())

    def _on_change(self, change: Change[Prescription]) -> None:
        if change.reset or change.removed:
            self._read_all()
            return
        fresh = {row.id: row for row in (*change.added, *(new for _, new in change.updated))}
        kept = [row for row in self._rows if row.id not in fresh]
        self._rows = self._newest([*kept, *fresh.values()])

    def _newest(self, rows: Iterable[Prescription]) -> list[Prescription]:
        signed = (row for row in rows if row.signed_at is not None)
        return nlargest(self._most, signed, key=lambda row: (row.updated_at, row.id.bytes))


def _content(desk: Desk, row: Prescription, zone: ZoneInfo, now: datetime) -> RowContent:
    patient = desk.replica.patients.get(row.patient_id)
    by = desk.replica.members.get(row.updated_by)
    look = standing_look(row, desk.orders)
    return RowContent(
        key=row.id,
        primary=patient.name if patient is not None else row.code,
        tail=row.code if patient is not None else "",
        secondary=by.name if by is not None else "",
        corner=moment_text(row.updated_at, zone, now),
        status=_happened(row, look.word),
        status_tone=look.tone,
    )


def _happened(row: Prescription, status: str) -> str:
    if row.status is PrescriptionStatus.DRAFT and row.repeat_of is not None:
        return QCoreApplication.translate("Updates", "Repeat opened")
    return status
