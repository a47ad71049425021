"""What is done with a command of the outbox: given anew, given up, put back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from clinicdesk.core.clock import Now
from clinicdesk.core.conflict import DraftConflict, conflict_of
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.remedies import carries_typing, why_not_again
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.desktop.command_words import command_words
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.shell.outbox_words import about_words
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.conflict_settling import settle_refused


class OutboxActions(QObject):
    """Carries out what a person decides about a command, and says what came of it.

    Signals:
        settled: Something was decided: the list has the keyboard again.
    """

    settled = Signal()

    def __init__(self, context: Context, over: QWidget, now: Now) -> None:
        super().__init__(over)
        self._context = context
        self._desk = context.desk
        self._over = over
        self._now = now
        self._leave = self._desk.outbox.late.add(self._tell_late)

    def close(self) -> None:
        """Stop following the desk."""
        self._leave()

    def why_not_again(self, entry: OutboxEntry) -> str | None:
        """Why a refused command cannot be given again; None: it can."""
        desk = self._desk
        return why_not_again(entry, desk.replica, desk.member, desk.link)

    def has_two_versions(self, entry: OutboxEntry) -> bool:
        """Whether it can be put beside what somebody else wrote."""
        return isinstance(conflict_of(entry, self._desk.replica), DraftConflict)

    def needs_asking(self, entry: OutboxEntry) -> bool:
        """Whether giving it up would lose something that nobody else has."""
        if entry.state is not OutboxState.REFUSED:
            return True
        return carries_typing(entry.command) or bool(self._desk.outbox.built_upon(entry.op_id))

    def compare(self, entry: OutboxEntry) -> None:
        """Show both versions and ask which one holds."""
        settling = settle_refused(self._context, self._over.window(), entry.op_id, self._now)
        settling.dialog.finished.connect(self.settled)

    def retry(self, entry: OutboxEntry) -> None:
        """Give a refused command anew, upon what the rows are now."""
        self._context.tasks.start(
            self._retry(entry),
            doing=self.tr("trying a refused change again"),
            on_done=lambda _submitted: self.settled.emit(),
            of=self,
        )

    def discard(self, entry: OutboxEntry) -> None:
        """Give a command up, with what was built upon it; for a moment it can be put back."""
        text = self.tr("Discarded: %1, %2")
        text = text.replace("%1", command_words(entry.command, self._desk.replica))
        said = text.replace("%2", about_words(entry, self._desk.replica))
        outbox, tasks = self._desk.outbox, self._context.tasks
        undo, back = self.tr("Undo"), self.tr("putting a discarded change back")

        def gone(entries: list[OutboxEntry]) -> None:
            self._context.toast(
                said,
                action=undo,
                on_action=lambda: tasks.start(outbox.put_back(entries), doing=back),
            )
            self.settled.emit()

        tasks.start(
            outbox.discard(entry.op_id), doing=self.tr("discarding a change"), on_done=gone, of=self
        )

    async def _retry(self, entry: OutboxEntry) -> Submitted | Denied | None:
        why = self.why_not_again(entry)
        return Denied(why) if why is not None else await self._desk.outbox.retry(entry.op_id)

    def _tell_late(self, entry: OutboxEntry) -> None:
        """The person was told that it might be; now it is known."""
        text = self.tr("What you discarded had reached the server already: %1, %2")
        text = text.replace("%1", command_words(entry.command, self._desk.replica))
        said = text.replace("%2", about_words(entry, self._desk.replica))
        kind, thing = entry.command.aggregate, entry.command.aggregate_id
        self._context.toast(
            said,
            Tone.WARNING,
            action=self.tr("View"),
            on_action=lambda: self._context.go(kind, thing),
        )
