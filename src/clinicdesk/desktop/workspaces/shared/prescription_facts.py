"""Which prescription it is and how it stands, at the right end of the patient's head."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Prescription, PrescriptionStatus
from clinicdesk.core.outbox import PendingState
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.pill import PILL_HEIGHT, Pill, pill_size
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import SPACE_2, TextRole, Tone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.wording import Look, moment_text, money

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

_TOTAL_WIDTH = 80
_RIGHT = Qt.AlignmentFlag.AlignRight


class PrescriptionFacts(QWidget):
    """Code and status, who signed it and when, what it costs, in which bin it waits, and what is
    still on its way."""

    def __init__(
        self,
        design: Design,
        zone: ZoneInfo,
        painted: PaintTrace,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._zone = zone
        self._painted = painted
        self._prescription: Prescription | None = None
        self._code = label("", TextRole.STRONG)
        self._code.setObjectName("prescription_code")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._status = StatusPill(design, Pill(""))
        self._status.setObjectName("prescription_status")
        self._signed = ElidedLabel(design, "", TextRole.SECONDARY, "second")
        self._total = label("", TextRole.STRONG)
        self._total.setObjectName("prescription_total")
        self._total.setMinimumHeight(PILL_HEIGHT)  # a pill beside it comes and goes
        self._bin = StatusPill(design, Pill(""))
        self._bin.setObjectName("prescription_bin")
        self._pending = StatusPill(design, Pill(""))
        self._pending.show_pill(None)
        self._pending.setObjectName("prescription_pending")
        self._arrange()

    def show_prescription(
        self,
        prescription: Prescription,
        look: Look,
        prescriber: str,
        pending: PendingState | None,
        now: datetime,
    ) -> None:
        """Show a prescription as it stands.

        Args:
            look: How it stands (`order_words.standing_look`).
            prescriber: Their name.
            pending: How far this desk's own changes have come; None when there are none.
        """
        self._prescription = prescription
        self._code.setText(prescription.code)
        self._status.show_pill(look.pill())
        self._signed.set_text(self._signed_words(prescription, prescriber, now))
        self._total.setText(money(prescription.total_minor, prescription.currency))
        waits = prescription.status is PrescriptionStatus.FULFILLED and prescription.bin
        self._bin.setVisible(bool(waits))
        if waits:
            self._bin.show_pill(Pill(self.tr("Bin %1").replace("%1", waits), Tone.ACCENT))
        # Not hidden: it comes and goes with each key, and the patient's chips would move aside.
        self._pending.show_pill(pending_pill(pending))
        self.update()

    def _signed_words(self, prescription: Prescription, prescriber: str, now: datetime) -> str:
        if prescription.signed_at is None:
            text = self.tr("%1 · written %2")
            moment = prescription.created_at
        else:
            text = self.tr("%1 · signed %2")
            moment = prescription.signed_at
        when = moment_text(moment, self._zone, now)
        return text.replace("%1", prescriber).replace("%2", when)

    def _arrange(self) -> None:
        first, last = QHBoxLayout(), QHBoxLayout()
        for row in (first, last):
            row.setSpacing(SPACE_2)
            row.addStretch(1)
        first.addWidget(self._code)
        first.addWidget(self._status)
        last.addWidget(self._pending)
        last.addWidget(self._bin)
        last.addWidget(self._total)
        # Room for the longest mark of what is not sent: it comes and goes, nothing beside moves.
        longest = max(
            pill_size(self._status.design, pill).width()
            for pill in map(pending_pill, PendingState)
            if pill is not None
        )
        self.setMinimumWidth(longest + SPACE_2 + _TOTAL_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addStretch(1)
        column.addLayout(first)
        column.addWidget(self._signed, 0, _RIGHT)
        column.addLayout(last)
        column.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._prescription is not None:
            self._painted.shown(self._prescription.id, self._prescription.version)


def pending_here(desk: Desk, prescription_id: UUID) -> PendingState | None:
    """How far this desk's own changes have come, as a person needs to know it.

    With the server in reach a saved command is on its way: nobody has to be warned of the moment
    before it leaves.
    """
    state = desk.outbox.pending(prescription_id)
    waiting = state is PendingState.SAVED_HERE
    return PendingState.SENDING if waiting and desk.link.reachable else state


def pending_pill(pending: PendingState | None) -> Pill | None:
    """How far this desk's own change has come; None when the server has it and all is well."""
    match pending:
        case PendingState.SAVED_HERE:
            text = QCoreApplication.translate("Pending", "Saved here, not yet sent")
            return Pill(text, Tone.WARNING, "cloud-off")
        case PendingState.SENDING:
            return Pill(QCoreApplication.translate("Pending", "Sending"), Tone.INFO, "cloud-upload")
        case PendingState.REFUSED:
            return Pill(
                QCoreApplication.translate("Pending", "Refused"), Tone.DANGER, "triangle-alert"
            )
        case PendingState.SENT | None:
            return None
