"""Asks once more before a repeat that is early: what was last given should still last."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtWidgets import QWidget

from clinicdesk.contract.commands import DispenseRepeat
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.repeats import LastSupply
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.wording import date_text
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work


class RepeatSheet(Sheet):
    """Says how long the last supply lasts, and from when the next is due; Enter opens it anyway."""

    command = DispenseRepeat

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        opened: Callable[[UUID], Work],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._opened = opened
        self.setObjectName("repeat_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_repeat_button")

    def prepare(self, last: LastSupply) -> None:
        """Say what was last given; then `open_about`."""
        text = self.tr("%n day(s)' supply was given on %1: the next is due from %2.", "", last.days)
        text = text.replace("%1", date_text(last.given))
        self.note(text.replace("%2", date_text(last.due)))

    def fill(self, prescription: Prescription) -> None:
        """The keyboard is on the button."""
        self.name_it(
            self.tr("Dispense the repeat early?"), prescription.code, self.tr("Dispense early"),
            "rotate-ccw", Kind.PRIMARY,
        )  # fmt: skip

    def work(self, prescription: Prescription) -> Work | None:
        """The repeat."""
        return self._opened(prescription.id)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("opening the repeat")

    def outcome(self) -> str:
        """See Sheet."""
        return self.tr("The repeat waits for payment.")
