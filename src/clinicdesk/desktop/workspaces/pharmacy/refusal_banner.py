"""What the server refused of this desk's work on a prescription, until somebody has read it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.problems import Conflict
from clinicdesk.desktop.command_words import command_words
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspaces.shared.conflict_words import refused_sentence

if TYPE_CHECKING:
    from clinicdesk.core.clock import Now
    from clinicdesk.core.store.outbox_table import OutboxEntry
    from clinicdesk.desktop.workspace import Context


class RefusalBanner(Banner):
    """Shows one refusal at a time, the oldest first.

    Signals:
        understood: It was read: the outbox entry's identifier.
        findings_missed: It was refused for a finding that is not known here; told once of each.
    """

    understood = Signal(object)
    findings_missed = Signal()

    def __init__(self, context: Context, now: Now, parent: QWidget | None = None) -> None:
        super().__init__(context.design, Tone.DANGER, parent=parent)
        self._desk = context.desk
        self._zone = context.zone
        self._now = now
        self._refusal: OutboxEntry | None = None
        self.setObjectName("refusal_banner")
        self.acted.connect(self._tell_understood)

    def show_prescription(self, prescription_id: UUID) -> None:
        """Say what was refused of the work on this one, or hide."""
        refused = self._desk.outbox.refused()
        mine = (entry for entry in refused if entry.command.aggregate_id == prescription_id)
        before, entry = self._refusal, next(mine, None)
        self._refusal = entry
        if entry is not None and (before is None or before.op_id != entry.op_id):
            self._look_for_findings(entry)
        self.setVisible(entry is not None)
        if entry is not None and entry.refusal is not None:
            what = command_words(entry.command, self._desk.replica)
            title = self.tr("Refused: %1").replace("%1", what)
            why = refused_sentence(entry, self._desk.replica, self._zone, self._now())
            self.say(title, why, self.tr("Understood"))

    def _look_for_findings(self, entry: OutboxEntry) -> None:
        if isinstance(entry.refusal, Conflict) and entry.refusal.field == "overrides":
            self.findings_missed.emit()

    def _tell_understood(self) -> None:
        if self._refusal is not None:
            self.understood.emit(self._refusal.op_id)
