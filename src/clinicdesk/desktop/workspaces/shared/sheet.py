"""What asks one thing before a command, below the prescription it is about.

A sheet never covers the prescription and never blocks the window: the person still sees whom it is
for. Enter does it, Escape leaves it; what was typed until then stands there again when the same is
asked once more.
"""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.commands import Command
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.outbox import Submitted
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work

__all__ = ["Sheet", "Work"]


class Sheet(Asking):
    """The frame of every sheet about a prescription.

    Attributes:
        command: What it leads to; when that is not possible any more, the sheet is of no use. None:
            it only tells something.
        item_id: The line that it is about, if it is about one.
    """

    command: type[Command] | None = None

    def __init__(self, design: Design, tasks: TaskOwner, parent: QWidget | None = None) -> None:
        super().__init__(design, tasks, parent)
        self._prescription: Prescription | None = None
        self.item_id: UUID | None = None
        self._filled: dict[QLineEdit, str] = {}
        self._left: dict[tuple[UUID, UUID | None], dict[QLineEdit, str]] = {}

    @property
    def prescription(self) -> Prescription | None:
        """What it is about; None while it is closed."""
        return self._prescription

    def open_about(self, prescription: Prescription) -> None:
        """Appear for a prescription, with the keyboard where something is to be typed."""
        self._prescription = prescription
        fields = self.findChildren(QLineEdit)
        for field in fields:
            field.clear()
        self.fill(prescription)
        self._filled = {field: field.text() for field in fields}
        for field, text in self._left.get((prescription.id, self.item_id), {}).items():
            field.setText(text)
        self.appear()
        first = self.first_field()
        if isinstance(first, QLineEdit):
            first.selectAll()

    def fill(self, _prescription: Prescription) -> None:
        """Say what it is about and put into the fields what is most likely meant."""

    def asked(self) -> Work | None:
        """The command for the prescription."""
        return None if self._prescription is None else self.work(self._prescription)

    def work(self, _prescription: Prescription) -> Work | None:
        """The command, on its way; None when what was typed is not right, which is then shown."""
        raise NotImplementedError

    def forget(self) -> None:
        """It is about no prescription any more; what was typed is kept for the next time."""
        prescription, self._prescription = self._prescription, None
        if prescription is None:
            return
        key = prescription.id, self.item_id
        typed = {field: field.text() for field, was in self._filled.items() if field.text() != was}
        if typed:
            self._left[key] = typed
        else:
            self._left.pop(key, None)

    def _on_done(self, submitted: Submitted) -> None:
        self._filled = {}  # nothing that was typed is left over
        super()._on_done(submitted)
