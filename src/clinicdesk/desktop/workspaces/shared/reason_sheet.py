"""A sheet that asks why, since somebody else reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.commands import Command
from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.flow_row import FlowRow
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_REASON_LENGTH = 300
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class WhyAsked:
    """What is asked, and what becomes of the answer. All words are translated.

    Attributes:
        name: Names its widgets: "cancel" makes `cancel_sheet` and `confirm_cancel_button`.
        command: What it leads to. carry_out: Gives it, with the line and the reason.
        title, confirm, icon, kind: The sheet's heading and its button.
        who_reads: The sentence in the empty line.
        usual: The usual reasons; digits choose them.
        doing: What goes on, to stand after "while". outcome: what a toast says then.
        close: The word on the button that leaves it.
    """

    name: str
    command: type[Command]
    carry_out: Callable[[Prescription, UUID | None, str], Work]
    title: str
    confirm: str
    icon: str
    kind: Kind
    who_reads: str
    usual: tuple[str, ...]
    doing: str
    outcome: str = ""
    close: str = ""


class ReasonSheet(Sheet):
    """A line to write, and the usual reasons: a digit chooses one while nothing else is written.

    Attributes:
        why: What is asked. field: The line. block: It with its name.
    """

    def __init__(
        self, design: Design, tasks: TaskOwner, why: WhyAsked, parent: QWidget | None = None
    ) -> None:
        super().__init__(design, tasks, parent)
        self.why = why
        self.command = why.command
        self._about = ""
        self._given = ""
        self.setObjectName(f"{why.name}_sheet")
        self.ui.sheet_confirm.setObjectName(f"confirm_{why.name}_button")
        if why.close:
            self.ui.sheet_close.setText(why.close)
        self.field = QLineEdit()
        self.field.setObjectName("reason_field")
        self.field.setMaxLength(_REASON_LENGTH)
        self.field.setPlaceholderText(why.who_reads)
        self.field.installEventFilter(self)
        self.block = FieldBlock(design, self.tr("Reason"), self.field)
        self.field.textChanged.connect(lambda: self.block.set_error(""))
        self.ui.body.addWidget(self.block)
        usual = FlowRow()
        for number, reason in enumerate(why.usual, start=1):
            chip = Chip(design, Pill(reason), key=str(number))
            chip.clicked.connect(partial(self._choose, reason))
            usual.add(chip)
        self.ui.body.addWidget(usual)

    def prepare(
        self, item_id: UUID | None = None, about: str = "", note: str = "", reason: str = ""
    ) -> None:
        """Say what it is about, beside the title and beside the buttons, and which reason was given
        before; then `open_about`."""
        self.item_id = item_id
        self._about = about
        self._given = reason
        self.note(note)

    def fill(self, prescription: Prescription) -> None:
        """Name it, and put back the reason of before."""
        why = self.why
        self.name_it(why.title, self._about or prescription.code, why.confirm, why.icon, why.kind)
        self.field.setText(self._given)
        self.block.set_error("")

    def first_field(self) -> QWidget:
        """The reason."""
        return self.field

    def work(self, prescription: Prescription) -> Work | None:
        """The command, with the reason; a reason that says nothing is refused here already."""
        reason = self.checked_reason()
        return None if reason is None else self.why.carry_out(prescription, self.item_id, reason)

    def checked_reason(self) -> str | None:
        """What is written; None, and said beside the field, when that says nothing."""
        reason = self.field.text().strip()
        if len(reason) < _SHORTEST:
            self.block.set_error(self.tr("Reason: write at least a word."))
            return None
        return reason

    def doing(self) -> str:
        """See Sheet."""
        return self.why.doing

    def outcome(self) -> str:
        """See Sheet."""
        return self.why.outcome

    def _choose(self, reason: str, _checked: bool = False) -> None:
        self.field.setText(reason)
        self.field.setFocus()

    def _takes_digit(self) -> bool:
        """In a sentence of one's own a digit is a digit."""
        text = self.field.text()
        return not text or text in self.why.usual or self.field.selectedText() == text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.field
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and self._takes_digit()
        ):
            place = event.key() - Qt.Key.Key_1
            if 0 <= place < len(self.why.usual):
                self._choose(self.why.usual[place])
                return True
        return False
