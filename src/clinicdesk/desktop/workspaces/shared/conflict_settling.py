"""Settling a conflict: opens the dialog, keeps it true, and does what the person chose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QWidget

from clinicdesk.core.clock import Now
from clinicdesk.core.conflict import Conflict, conflict_of
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.conflict_dialog import ConflictDialog

FindConflict = Callable[[], Conflict | None]


class Settling(QObject):
    """One conflict from its dialog to its end.

    `find` answers it as it stands now, None when it is over; `keep` and `take` carry out what is
    chosen. Use `settle_refused` for a refused change.
    """

    def __init__(
        self,
        context: Context,
        over: QWidget,
        find: FindConflict,
        keep: Callable[[int], object],
        take: Callable[[], object],
        now: Now,
    ) -> None:
        super().__init__(over)
        self._context = context
        self._find = find
        self._keep = keep
        self._take = take
        self._now = now
        self.dialog = ConflictDialog(context.design, context.desk.replica, context.zone, over)
        self.dialog.kept.connect(self._kept)
        self.dialog.taken.connect(self._taken)
        self.dialog.draft_wanted.connect(self._go)
        # A frame changes several collections: it is shown once, when all of them have told.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._show)
        desk = context.desk
        self._leave = [
            desk.replica.prescriptions.subscribe(self._on_change),
            desk.replica.items.subscribe(self._on_change),
            desk.outbox.changed.add(self._on_change),
        ]
        self.dialog.finished.connect(self._end)

    def begin(self) -> None:
        """Ask, when there is something to ask."""
        if self._show():
            self.dialog.open()
        else:
            self._end()

    def _show(self) -> bool:
        conflict = self._find()
        if conflict is None:
            self.dialog.reject()
            return False
        self.dialog.show_conflict(conflict, self._now())
        return True

    def _on_change(self, _change: Any) -> None:
        self._later.start()

    def _kept(self, version: int) -> None:
        self.dialog.accept()
        self._keep(version)

    def _taken(self) -> None:
        self.dialog.accept()
        self._take()

    def _go(self) -> None:
        conflict = self.dialog.conflict
        self.dialog.accept()
        if conflict is not None:
            self._context.go("prescription", conflict.prescription.id)

    def _end(self) -> None:
        for leave in self._leave:
            leave()
        self._later.stop()
        self.dialog.deleteLater()
        self.deleteLater()


def settle_refused(context: Context, over: QWidget, op_id: UUID, now: Now) -> Settling:
    """Ask which version holds after a refused revision, and carry it out.

    Keeping mine gives the same content anew, upon the version that was shown; taking theirs gives
    mine up, which can be undone for a moment.
    """
    outbox = context.desk.outbox

    def find() -> Conflict | None:
        entry = outbox.entry(op_id)
        if entry is None:
            return None
        return conflict_of(entry, context.desk.replica, len(outbox.built_upon(op_id)))

    def keep(version: int) -> None:
        said = QCoreApplication.translate("Settling", "Yours is saved again and replaces theirs.")
        context.tasks.start(
            outbox.retry(op_id, upon=version),
            doing=QCoreApplication.translate("Settling", "keeping your version"),
            on_done=lambda _submitted: context.toast(said, Tone.SUCCESS),
        )

    def take() -> None:
        said, undo = (
            QCoreApplication.translate("Settling", "Theirs holds. Yours was discarded."),
            QCoreApplication.translate("Settling", "Undo"),
        )
        back = QCoreApplication.translate("Settling", "putting your version back")

        def given_up(gone: list[OutboxEntry]) -> None:
            context.toast(
                said,
                action=undo,
                on_action=lambda: context.tasks.start(outbox.put_back(gone), doing=back),
            )

        context.tasks.start(
            outbox.discard(op_id),
            doing=QCoreApplication.translate("Settling", "taking their version"),
            on_done=given_up,
        )

    settling = Settling(context, over, find, keep, take, now)
    settling.begin()
    return settling
