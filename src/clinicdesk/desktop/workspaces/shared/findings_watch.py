"""What the safety rules say of the prescription that is shown, kept in step with its lines."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from clinicdesk.contract.entities import ItemStatus, Prescription, PrescriptionItem
from clinicdesk.contract.safety import Finding, unanswered
from clinicdesk.desktop.workspace import Context

NOT_SUPPLIED: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED, ItemStatus.HANDED_OVER})
"""Lines in these states are not looked at: nothing more of them is supplied."""


class FindingsWatch(QObject):
    """Checks again when another prescription is shown, or other products stand on its lines.

    Signals:
        changed: The findings are others.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._safety = context.desk.safety
        self._about: tuple[object, ...] = ()
        self._shown: UUID | None = None
        self._found: list[Finding] = []

    def show_prescription(self, prescription: Prescription, lines: list[PrescriptionItem]) -> None:
        """Look at these lines, unless they were looked at already."""
        wanted = [line for line in lines if line.status not in NOT_SUPPLIED]
        allergies = self._context.desk.replica.allergies.of(prescription.patient_id)
        about = (
            prescription.id,
            tuple((line.id, line.substitute_id) for line in wanted),
            tuple((each.id, each.version) for each in allergies),
        )
        if about == self._about:
            return
        self._about = about
        if self._shown != prescription.id:
            self._shown = prescription.id
            self._take(about, [])
            self._learn(prescription, lines)
        self._context.tasks.start(
            self._safety.check_prescription(prescription.id),
            doing=self.tr("looking at the safety rules"),
            on_done=lambda found: self._take(about, found),
            of=self,
        )

    def ask_again(self, prescription: Prescription, lines: list[PrescriptionItem]) -> None:
        """The server has found what this desk did not: ask what the patient takes, look again."""

        def look(_more: bool) -> None:
            if self._shown == prescription.id:
                self._about = ()
                self.show_prescription(prescription, lines)

        self._context.tasks.start(
            self._safety.learn(prescription.patient_id),
            doing=self.tr("asking what else the patient takes"),
            on_done=look,
            of=self,
        )

    def _learn(self, prescription: Prescription, lines: list[PrescriptionItem]) -> None:
        """What others have prescribed counts as soon as the server has told it."""

        def learnt(more: bool) -> None:
            if more and self._shown == prescription.id:
                self._about = ()
                self.show_prescription(prescription, lines)

        self._context.tasks.start(
            self._safety.learn(prescription.patient_id),
            doing=self.tr("asking what else the patient takes"),
            on_done=learnt,
            of=self,
        )

    def findings(self) -> list[Finding]:
        """All of them, the gravest first."""
        return list(self._found)

    def unanswered(self, *item_ids: UUID) -> list[Finding]:
        """Those that keep lines from being dispensed: stops, and what nobody gave a reason for."""
        if self._shown is None:
            return []
        return unanswered(self._found, self._safety.answered(self._shown), of=item_ids)

    def _take(self, about: tuple[object, ...], found: list[Finding]) -> None:
        if about == self._about and found != self._found:
            self._found = found
            self.changed.emit()
