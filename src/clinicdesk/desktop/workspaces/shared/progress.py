"""The steps of a prescription, as far as it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import Prescription, PrescriptionStatus
from clinicdesk.desktop.wording import moment_text


class Reached(Enum):
    """How a step stands."""

    DONE = "done"
    NEXT = "next"  # what everybody waits for
    LATER = "later"
    STOPPED = "stopped"  # it was cancelled here


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an icon, a word, and under it when it was, or that it is next."""

    icon: str
    word: str
    detail: str
    reached: Reached


def steps_of(prescription: Prescription, zone: ZoneInfo, now: datetime) -> list[Step]:
    """Signed, paid, ready, handed over; of a cancelled one what was reached, then its end."""
    plain = (
        ("send", QCoreApplication.translate("Progress", "Sent"), prescription.signed_at),
        ("wallet", QCoreApplication.translate("Progress", "Paid"), prescription.paid_at),
        (
            "package-check",
            QCoreApplication.translate("Progress", "Ready"),
            prescription.fulfilled_at,
        ),
        (
            "check-check",
            QCoreApplication.translate("Progress", "Handed over"),
            prescription.completed_at,
        ),
    )
    cancelled = prescription.status is PrescriptionStatus.CANCELLED
    steps: list[Step] = []
    waiting = True
    for icon, word, moment in plain:
        if moment is not None:
            detail = moment_text(moment, zone, now)
            steps.append(Step(icon, word, detail, Reached.DONE))
        elif not cancelled:
            reached = Reached.NEXT if waiting else Reached.LATER
            detail = QCoreApplication.translate("Progress", "next") if waiting else ""
            steps.append(Step(icon, word, detail, reached))
            waiting = False
    if cancelled:
        moment = prescription.cancelled_at or prescription.updated_at
        word = QCoreApplication.translate("Progress", "Cancelled")
        steps.append(Step("ban", word, moment_text(moment, zone, now), Reached.STOPPED))
    return steps
