"""The bag is ready: asks where it waits, and why something in it was not scanned."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.commands import FulfillItems
from clinicdesk.contract.entities import Prescription
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.flow_row import FlowRow
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_4
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.pharmacy.check_sheets import Bagging, ready_words
from clinicdesk.desktop.workspaces.pharmacy.reasons import reasons_by_hand
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_BIN_LENGTH = 20
_BIN_WIDTH = 150
_SHORTEST = 3


class ReadySheet(Sheet):
    """Enter alone is enough when every line was checked: a bag that is taken at once has no bin."""

    command = FulfillItems

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        go_on: Callable[[Bagging], Work | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._go_on = go_on
        self._lines: list[UUID] = []
        self._unchecked: list[UUID] = []
        self.setObjectName("ready_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_ready_button")
        self._bin = QLineEdit()
        self._bin.setObjectName("bin_field")
        self._bin.setMaxLength(_BIN_LENGTH)
        self._bin_block = FieldBlock(
            design, self.tr("Bin"), self._bin, optional=self.tr("where the bag waits")
        )
        self._bin_block.setFixedWidth(_BIN_WIDTH + 60)
        self._reason = QLineEdit()
        self._reason.setObjectName("hand_reason_field")
        self._reason.installEventFilter(self)
        self._reason_block = FieldBlock(design, self.tr("Why they were not scanned"), self._reason)
        self._reason.textChanged.connect(lambda: self._reason_block.set_error(""))
        fields = QHBoxLayout()
        fields.setSpacing(SPACE_4)
        fields.addWidget(self._bin_block)
        fields.addWidget(self._reason_block, 1)
        fields.addStretch(0)
        self.ui.body.addLayout(fields)
        self._usual = FlowRow()
        for number, reason in enumerate(reasons_by_hand(), start=1):
            chip = Chip(design, Pill(reason), key=str(number))
            chip.clicked.connect(lambda _checked=False, reason=reason: self._choose(reason))
            self._usual.add(chip)
        self.ui.body.addWidget(self._usual)

    def prepare(self, lines: list[UUID], unchecked: list[UUID]) -> None:
        """Say which lines are ready, and which of them were checked by nobody; then
        `open_about`."""
        self._lines = lines
        self._unchecked = unchecked

    def fill(self, prescription: Prescription) -> None:
        """Ask for a reason only where one is needed."""
        self.name_it(
            self.tr("Ready to be handed over"), prescription.code, self.tr("Ready"),
            "package-check", Kind.PRIMARY,
        )  # fmt: skip
        for part in (self._reason_block, self._usual):
            part.setVisible(bool(self._unchecked))
        text = self.tr("%n line(s) were not scanned: they count as checked by hand.", "",
                       len(self._unchecked))  # fmt: skip
        self.note(text if self._unchecked else "")
        self._reason_block.set_error("")
        self._bin.setText(prescription.bin or "")

    def first_field(self) -> QWidget:
        """The reason where one is needed, otherwise the bin."""
        return self._reason if self._unchecked else self._bin

    def work(self, prescription: Prescription) -> Work | None:
        """The lines, ready, unless a finding has to be answered first."""
        reason = self._reason.text().strip()
        if self._unchecked and len(reason) < _SHORTEST:
            self._reason_block.set_error(self.tr("Reason: write at least a word."))
            return None
        bagging = Bagging(
            prescription.id,
            self._lines,
            self._unchecked,
            bin=self._bin.text().strip() or None,
            hand_reason=reason if self._unchecked else None,
        )
        return self._go_on(bagging)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("making the lines ready")

    def outcome(self) -> str:
        """Where the bag waits."""
        return ready_words(self._bin.text().strip() or None)

    def _choose(self, reason: str) -> None:
        self._reason.setText(reason)
        self._reason.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        usual = reasons_by_hand()
        if (
            watched is self._reason
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and self._reason.text() in (*usual, self._reason.selectedText())
        ):
            place = event.key() - Qt.Key.Key_1
            if 0 <= place < len(usual):
                self._choose(usual[place])
                return True
        return False
