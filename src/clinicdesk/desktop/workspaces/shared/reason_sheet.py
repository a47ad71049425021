"""A sheet for what takes something away: it asks why, since somebody else reads it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_2
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_REASON_LENGTH = 300
_SHORTEST = 3


class ReasonSheet(Sheet):
    """A line to write, and the usual reasons to click or to reach with Tab.

    Args of `__init__`:
        who_reads: The sentence in the empty line: who reads what is written there.

    Attributes:
        field: The line.
    """

    def __init__(
        self, design: Design, tasks: TaskOwner, who_reads: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(design, tasks, parent)
        self.field = QLineEdit()
        self.field.setObjectName("reason_field")
        self.field.setMaxLength(_REASON_LENGTH)
        self.field.setPlaceholderText(who_reads)
        self._block = FieldBlock(design, self.tr("Reason"), self.field)
        self.field.textChanged.connect(lambda: self._block.set_error(""))
        self.ui.body.addWidget(self._block)
        self.ui.sheet_close.setText(self.tr("Keep it"))
        usual = QHBoxLayout()
        usual.setSpacing(SPACE_2)
        for reason in self.usual_reasons():
            chip = Chip(design, Pill(reason))
            chip.clicked.connect(lambda _checked=False, reason=reason: self.fill(reason))
            usual.addWidget(chip)
        usual.addStretch(1)
        self.ui.body.addLayout(usual)

    def usual_reasons(self) -> list[str]:
        """What is chosen most often."""
        return []

    def open_about(self, prescription: Prescription, reason: str = "") -> None:
        """Appear with an empty line, or with the reason that was given before."""
        super().open_about(prescription)
        self.field.setText(reason)

    def first_field(self) -> QWidget:
        """The reason."""
        return self.field

    def work(self, prescription: Prescription) -> Work | None:
        """The command, with the reason; a reason that says nothing is refused here already."""
        reason = self.field.text().strip()
        if len(reason) < _SHORTEST:
            self._block.set_error(self.tr("Reason: write at least a word."))
            return None
        return self.carry_out(prescription, reason)

    def carry_out(self, _prescription: Prescription, _reason: str) -> Work:
        """The command, on its way."""
        raise NotImplementedError

    def fill(self, reason: str) -> None:
        """Put a reason into the line, to be sent or changed."""
        self.field.setText(reason)
        self.field.setFocus()
