"""What came to a shelf and what went: who, when, why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from clinicdesk.contract.entities import MovementKind, StockMovement
from clinicdesk.contract.reading import MovementPage
from clinicdesk.core.clock import Now
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.tokens import TABLE_ROW_HEIGHT, TextRole, Tone
from clinicdesk.desktop.design.views import HEADER_HEIGHT, dress_table
from clinicdesk.desktop.models.cells import CellRow, CellsModel
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.wording import moment_text

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context


class LedgerCard(Card):
    """The newest movements; the older ones when they are asked for."""

    def __init__(self, context: Context, now: Now) -> None:
        super().__init__(context.design, " ", padded=False)
        self._context = context
        self._now = now
        self._medicine_id: UUID | None = None
        self._found: list[StockMovement] = []
        self._more: str | None = None
        self.set_title(self.tr("What came and went"))
        self.head.setContentsMargins(14, 13, 14, 3)
        self._model = CellsModel(
            (self.tr("When"), self.tr("What"), self.tr("Units"), self.tr("By")), self
        )
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("What came and went"))
        self.table.setModel(self._model)
        dress_table(self.table, context.design, ID_ROLE)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        header = self.table.horizontalHeader()
        for column, width in ((0, 150), (2, 90), (3, 180)):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        self._said = paragraph("", TextRole.SECONDARY, "second")
        self._said.setContentsMargins(14, 4, 14, 14)
        self._older = Button()
        self._older.setText(self.tr("Older"))
        self._older.dress(context.design, kind=Kind.QUIET, icon="history", compact=True)
        self._older.clicked.connect(lambda: self._read(self._more))
        self.fill(self.table)
        self.body.addWidget(self._said)
        self.body.addWidget(self._older)
        self._show()

    def show_medicine(self, medicine_id: UUID) -> None:
        """Read what came and went of a medicine, anew."""
        if medicine_id != self._medicine_id:
            self._found = []
            self._more = None
        self._medicine_id = medicine_id
        self._read(None)

    def _read(self, more: str | None) -> None:
        medicine_id = self._medicine_id
        if medicine_id is None:
            return
        self._said.setText("" if self._found else self.tr("Reading…"))

        def take(page: MovementPage) -> None:
            if medicine_id == self._medicine_id:
                self._found = [*(self._found if more else ()), *page.movements]
                self._more = page.next_after
                self._said.setText("" if self._found else self.tr("Nothing has come or gone yet."))
                self._show()

        def say(sentence: str) -> None:
            if medicine_id == self._medicine_id and not self._found:
                self._said.setText(sentence)
                self._show()

        self._context.tasks.start(
            self._context.desk.stock_ledger.of(medicine_id, more),
            doing=self.tr("reading what came and went"), on_done=take, on_problem=say, of=self,
        )  # fmt: skip

    def _show(self) -> None:
        self._model.show_rows([self._cells(movement) for movement in self._found])
        self.table.setVisible(bool(self._found))
        self.table.setFixedHeight(HEADER_HEIGHT + TABLE_ROW_HEIGHT * max(1, len(self._found)) + 2)
        self._said.setVisible(not self._found)
        self._older.setVisible(self._more is not None)

    def _cells(self, movement: StockMovement) -> CellRow:
        replica = self._context.desk.replica
        by = replica.members.get(movement.by)
        batch = replica.batches.get(movement.batch_id)
        number = self.tr("batch %1").replace("%1", batch.number) if batch is not None else ""
        about = " · ".join(part for part in (number, movement.reason or "") if part)
        tone = Tone.SUCCESS if movement.quantity > 0 else Tone.NEUTRAL
        when = moment_text(movement.at, self._context.zone, self._now())
        return movement.id, (
            CellContent(when, quiet=True),
            CellContent(self._kind_word(movement.kind), strong=True, second=about),
            CellContent(f"{movement.quantity:+,}", right=True, strong=True, tone=tone),
            CellContent("" if by is None else by.name, quiet=True),
        )

    def _kind_word(self, kind: MovementKind) -> str:
        match kind:
            case MovementKind.RECEIVED:
                return self.tr("Received")
            case MovementKind.DISPENSED:
                return self.tr("Dispensed")
            case MovementKind.RETURNED:
                return self.tr("Put back")
            case MovementKind.ADJUSTED:
                return self.tr("Counted")
            case MovementKind.WRITTEN_OFF:
                return self.tr("Written off")
