"""What asks one thing before a command, below the prescription it is about.

A sheet never covers the prescription and never blocks the window: the person still sees whom it is
for. Enter does it, Escape leaves it.
"""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import Command
from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work

__all__ = ["Sheet", "Work"]


class Sheet(Asking):
    """The frame of every sheet about a prescription.

    Attributes:
        command: What it leads to; when that is not possible any more, the sheet is of no use.
        item_id: The line that it is about, if it is about one.
    """

    command: type[Command] = Command

    def __init__(self, design: Design, tasks: TaskOwner, parent: QWidget | None = None) -> None:
        super().__init__(design, tasks, parent)
        self._prescription: Prescription | None = None
        self.item_id: UUID | None = None

    @property
    def prescription(self) -> Prescription | None:
        """What it is about; None while it is closed."""
        return self._prescription

    def open_about(self, prescription: Prescription) -> None:
        """Appear for a prescription, with the keyboard where something is to be typed."""
        self._prescription = prescription
        self.appear()

    def asked(self) -> Work | None:
        """The command for the prescription."""
        return None if self._prescription is None else self.work(self._prescription)

    def work(self, _prescription: Prescription) -> Work | None:
        """The command, on its way; None when what was typed is not right, which is then shown."""
        raise NotImplementedError

    def forget(self) -> None:
        """It is about no prescription any more."""
        self._prescription = None
