"""Keeps on this computer what is being written, at every change, until a command carries it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from clinicdesk.core.store.scratch import Scratch
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm

_WITHIN_MS: Final = 250
_NEW: Final = "new prescription:"
_DRAFT: Final = "prescription:"


class DraftKeeper(QObject):
    """Writes forms to the scratch, a quarter of a second after a change at the latest.

    Signals:
        kept: The newest form is on the disk.
    """

    kept = Signal()

    def __init__(self, scratch: Scratch, tasks: TaskOwner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scratch = scratch
        self._tasks = tasks
        self._waiting: DraftForm | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WITHIN_MS)
        self._timer.timeout.connect(self.flush)

    def keep(self, form: DraftForm) -> None:
        """Have this form on the disk soon; one that nobody would miss is forgotten instead."""
        if self._waiting is not None and key_of(self._waiting) != key_of(form):
            self.flush()
        self._waiting = form
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Begin to write what waits."""
        if self._waiting is not None:
            self._tasks.start(
                self.settle(), doing=self.tr("keeping what you typed"), on_done=self._tell, of=self
            )

    async def settle(self) -> bool:
        """Write what waits, and return when it is on the disk. Raises StoreLost."""
        self._timer.stop()
        form, self._waiting = self._waiting, None
        if form is None:
            return False
        if form.worth_keeping:
            await self._scratch.keep(key_of(form), form)
        else:
            await self._scratch.forget(key_of(form))
        return True

    async def forget(self, form: DraftForm) -> None:
        """A command carries it now, or it was thrown away."""
        if self._waiting is not None and key_of(self._waiting) == key_of(form):
            self._timer.stop()
            self._waiting = None
        await self._scratch.forget(key_of(form))

    async def of_draft(self, prescription_id: UUID) -> DraftForm | None:
        """What was typed into a saved draft and is not saved; None when nothing was."""
        await self.settle()
        return await self._scratch.read(f"{_DRAFT}{prescription_id}", DraftForm)

    async def of_patient(self, patient_id: UUID, drafts: Iterable[UUID]) -> DraftForm | None:
        """What was begun for a patient and is not finished: a new one first, then their `drafts`
        with something unsaved, the newest first."""
        await self.settle()
        kept = await self._scratch.read(f"{_NEW}{patient_id}", DraftForm)
        if kept is not None:
            return kept
        wanted = {f"{_DRAFT}{prescription_id}" for prescription_id in drafts}
        for key in await self._scratch.keys(_DRAFT):
            if key in wanted and (kept := await self._scratch.read(key, DraftForm)) is not None:
                return kept
        return None

    async def newest(self) -> DraftForm | None:
        """What was being written last, when the program ended or the power did."""
        for key in [*await self._scratch.keys(_NEW), *await self._scratch.keys(_DRAFT)]:
            if (kept := await self._scratch.read(key, DraftForm)) is not None:
                return kept
        return None

    def _tell(self, written: bool) -> None:
        if written:
            self.kept.emit()


def key_of(form: DraftForm) -> str:
    """Where a form is kept: one new prescription for each patient, and every saved draft."""
    return f"{_NEW}{form.patient_id}" if form.is_new else f"{_DRAFT}{form.prescription_id}"
