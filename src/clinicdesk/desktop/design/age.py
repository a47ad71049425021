"""How long something has waited, as a pill whose tone rises with the minutes."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import Tone

WARNING_MINUTES = 20
DANGER_MINUTES = 40


def age_tone(minutes: int) -> Tone:
    """Return neutral, then warning from 20 minutes, then danger from 40."""
    if minutes >= DANGER_MINUTES:
        return Tone.DANGER
    return Tone.WARNING if minutes >= WARNING_MINUTES else Tone.NEUTRAL


def age_text(minutes: int) -> str:
    """Return "now", "4 min", "1 h 05" or "3 d"."""
    if minutes < 1:
        return QCoreApplication.translate("AgePill", "now")
    if minutes < 60:
        return QCoreApplication.translate("AgePill", "%1 min").replace("%1", str(minutes))
    if minutes < 24 * 60:
        text = QCoreApplication.translate("AgePill", "%1 h %2")
        return text.replace("%1", str(minutes // 60)).replace("%2", f"{minutes % 60:02}")
    return QCoreApplication.translate("AgePill", "%1 d").replace("%1", str(minutes // (24 * 60)))


def age_pill(minutes: int, *, presses: bool = True) -> Pill:
    """Return the pill of a wait, for delegates; its tone rises only where the wait presses."""
    tone = age_tone(minutes) if presses else Tone.NEUTRAL
    return Pill(age_text(minutes), tone, "clock")


class AgePill(StatusPill):
    """The pill of one wait; the owner calls ``set_minutes`` as time passes."""

    def __init__(self, design: Design, minutes: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(design, age_pill(minutes), parent)

    def set_minutes(self, minutes: int) -> None:
        """Show a wait of so many whole minutes."""
        self.show_pill(age_pill(minutes))
