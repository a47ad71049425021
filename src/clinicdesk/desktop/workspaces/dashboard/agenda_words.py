"""What is said of the next things to do: in one sentence, on the button, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.age import age_pill
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import age_text, minutes_since
from clinicdesk.desktop.workspaces.dashboard.agenda import Next
from clinicdesk.desktop.workspaces.shared.lanes import PRESSING, Turn

if TYPE_CHECKING:
    from clinicdesk.core.replica import Replica


class AgendaWords(QObject):
    """Words of steps; everything is looked up at the moment of asking."""

    def __init__(self, replica: Replica, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._replica = replica

    def sentence(self, step: Next, now: datetime) -> str:
        """Who is next, what for, and for how long they have waited."""
        text = self._sentence_of(step.turn, step.prescription.item_count)
        age = age_text(minutes_since(step.since, now))
        return text.replace("%1", self._patient_name(step.prescription)).replace("%2", age)

    def button(self, step: Next) -> str:
        """What is done about it."""
        text = self.tr("Dispatch %1") if step.turn is Turn.DISPATCH else self.tr("Dispense %1")
        return text.replace("%1", step.prescription.code)

    def content(self, step: Next, now: datetime) -> RowContent:
        """Its row."""
        row = step.prescription
        prescriber = self._replica.practitioners.get(row.practitioner_id)
        parts = [self.tr("%n medicine(s)", "", row.item_count)]
        if prescriber is not None:
            parts.append(prescriber.name)
        status, tone = self._status(step.turn)
        return RowContent(
            key=row.id,
            primary=self._patient_name(row),
            tail=row.code,
            secondary=" · ".join(parts),
            status=status,
            status_tone=tone,
            pill=age_pill(minutes_since(step.since, now), presses=step.turn in PRESSING),
        )

    def _sentence_of(self, turn: Turn, count: int) -> str:
        match turn:
            case Turn.AT_COUNTER | Turn.LEFT_OVER | Turn.HELD:
                return self.tr("Next: %1, %n medicine(s), waiting %2", "", count)
            case Turn.CAME:
                return self.tr("Next: %1, what was owing is here, %2")
            case Turn.TO_BRING:
                return self.tr("Next: %1, %n medicine(s) to deliver, waiting %2", "", count)
            case Turn.DISPATCH:
                return self.tr("Next: %1, packed for delivery, waiting %2")

    def _status(self, turn: Turn) -> tuple[str, Tone]:
        match turn:
            case Turn.AT_COUNTER:
                return "", Tone.NEUTRAL
            case Turn.CAME:
                return self.tr("Owing, and here now"), Tone.INFO
            case Turn.TO_BRING:
                return self.tr("To deliver"), Tone.ACCENT
            case Turn.DISPATCH:
                return self.tr("To dispatch"), Tone.ACCENT
            case Turn.LEFT_OVER:
                return self.tr("From before today"), Tone.WARNING
            case Turn.HELD:
                return self.tr("On hold"), Tone.WARNING

    def _patient_name(self, row: Prescription) -> str:
        patient = self._replica.patients.get(row.patient_id)
        return patient.name if patient is not None else self.tr("Patient not here yet")
