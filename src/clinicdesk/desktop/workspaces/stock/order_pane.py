"""One order to a supplier: what was ordered, what has come, what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from clinicdesk.contract.entities import SupplyOrder, SupplyOrderLine, SupplyOrderStatus
from clinicdesk.contract.lifecycles import SUPPLY_ORDER
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4, TABLE_ROW_HEIGHT, TextRole, Tone
from clinicdesk.desktop.design.views import HEADER_HEIGHT, dress_table
from clinicdesk.desktop.models.cells import CellRow, CellsModel
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.models.units import in_a_pack
from clinicdesk.desktop.wording import date_text, moment_text, money
from clinicdesk.desktop.workspaces.stock.order_rows import supply_look

if TYPE_CHECKING:
    from clinicdesk.core.clock import Now
    from clinicdesk.desktop.models.medicine_names import MedicineNames
    from clinicdesk.desktop.workspace import Context
    from clinicdesk.desktop.workspaces.stock.order_rows import OrderRows


PRINT: Final = "print"
"""The step that changes nothing: the order as paper, or as a table for the supplier's program."""


@dataclass(frozen=True, slots=True)
class Step:
    """A button: the command of the lifecycle that it stands for, or `PRINT`; its words, icon, key,
    weight."""

    command: str
    text: str
    icon: str
    key: str
    kind: Kind = Kind.SECONDARY


class OrderPane(QFrame):
    """Shows one `SupplyOrder` and offers what its state allows.

    Attributes:
        lines: The table. action_bar: The buttons.

    Signals:
        wanted: The command that a button or its key asks for, by its name; or `PRINT`.
    """

    wanted = Signal(str)

    def __init__(self, context: Context, rows: OrderRows, names: MedicineNames, now: Now) -> None:
        super().__init__()
        self._names = names
        self._context = context
        self._rows = rows
        self._now = now
        self._order: SupplyOrder | None = None
        design = context.design
        self._supplier = ElidedLabel(design, "", TextRole.NAME)
        self._about = ElidedLabel(design, "", TextRole.SECONDARY, "second")
        self._status = StatusPill(design, Pill(""))
        self._note = paragraph("", TextRole.BODY)
        self._model = CellsModel(
            (self.tr("Product"), self.tr("Ordered"), self.tr("Received"), self.tr("Cost")), self
        )
        self.lines = QTableView()
        self.lines.setAccessibleName(self.tr("Products of this order"))
        self.lines.setModel(self._model)
        dress_table(self.lines, design, ID_ROLE)
        self.lines.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.lines.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            self.lines.setColumnWidth(column, 110)
        header.setSectionsClickable(False)
        self._card = Card(design, self.tr("Products"), padded=False)
        self._card.head.setContentsMargins(14, 13, 14, 3)
        self._card.fill(self.lines)
        self._buttons: dict[str, Button] = {}
        self.action_bar = self._make_actions()
        self._lay_out()

    @property
    def order(self) -> SupplyOrder | None:
        """What is shown."""
        return self._order

    def may(self, command: str) -> bool:
        """Whether the state allows it."""
        order = self._order
        return order is not None and (
            command == PRINT or SUPPLY_ORDER.allows(order.status, command, signed=True) is not None
        )

    def show_order(self, order: SupplyOrder, lines: list[SupplyOrderLine]) -> None:
        """Show an order as it is now."""
        self._order = order
        self._supplier.set_text(self._rows.supplier(order))
        self._about.set_text(self._about_words(order))
        self._status.show_pill(supply_look(order.status).pill())
        self._note.setText(order.close_reason or order.note or "")
        self._note.setVisible(bool(self._note.text()))
        self._model.show_rows([self._cells(line) for line in sorted(lines, key=_by_line)])
        self.lines.setFixedHeight(HEADER_HEIGHT + TABLE_ROW_HEIGHT * max(1, len(lines)) + 2)
        for command, button in self._buttons.items():
            button.setVisible(self.may(command))

    def steps(self) -> list[Step]:
        """What can be done with orders, in the order of the work."""
        return [
            Step("cancel_supply_order", self.tr("Cancel"), "ban", "Ctrl+Del", Kind.DANGER),
            Step("revise_supply_order", self.tr("Change"), "pencil", "F4"),
            Step("acknowledge_supply_order", self.tr("Confirmed"), "check", "F6"),
            Step("close_supply_order", self.tr("Close"), "check-check", "F9"),
            Step(PRINT, self.tr("Print"), "printer", "Ctrl+P"),
            Step("submit_supply_order", self.tr("Send to supplier"), "send", "F5", Kind.PRIMARY),
            Step("receive_goods", self.tr("Receive"), "package-check", "F2", Kind.PRIMARY),
        ]

    def _about_words(self, order: SupplyOrder) -> str:
        zone, now = self._context.zone, self._now()
        parts = [order.code, money(order.total_minor, order.currency)]
        if order.submitted_at is not None:
            sent = self.tr("sent %1")
            parts.append(sent.replace("%1", moment_text(order.submitted_at, zone, now)))
        if order.expected_on is not None and order.status is not SupplyOrderStatus.RECEIVED:
            parts.append(self.tr("expected %1").replace("%1", date_text(order.expected_on)))
        return " · ".join(parts)

    def _cells(self, line: SupplyOrderLine) -> CellRow:
        missing = line.packs_ordered - line.packs_received
        came = (
            Tone.SUCCESS if not missing else Tone.WARNING if line.packs_received else Tone.NEUTRAL
        )
        medicine = self._names.get(line.medicine_id)
        pack = in_a_pack(line.pack_size, "" if medicine is None else medicine.pack_unit)
        return line.id, (
            CellContent(line.description, strong=True, second=pack),
            CellContent(f"{line.packs_ordered:,}", right=True, strong=True),
            CellContent(f"{line.packs_received:,}", right=True, tone=came),
            CellContent(money(line.cost_minor, line.currency), right=True),
        )

    def _lay_out(self) -> None:
        self.setProperty("pane", "background")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._supplier)
        words.addWidget(self._about)
        head = QFrame()
        head.setProperty("pane", "surface")
        head.setProperty("edge", "bottom")
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(SPACE_2)
        row.addLayout(words, 1)
        row.addWidget(self._status, 0, Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(SPACE_4)
        inner.addWidget(self._card)
        inner.addWidget(self._note)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(scroll, 1)
        column.addWidget(self.action_bar)

    def _make_actions(self) -> QFrame:
        actions = QFrame()
        actions.setProperty("pane", "surface")
        actions.setProperty("edge", "top")
        buttons = QHBoxLayout(actions)
        buttons.setContentsMargins(20, 13, 20, 13)
        buttons.setSpacing(10)
        steps = self.steps()
        for step in steps:
            button = Button()
            button.setText(step.text)
            button.dress(self._context.design, kind=step.kind, icon=step.icon, key=step.key)
            button.clicked.connect(lambda _on=False, name=step.command: self.wanted.emit(name))
            if step is steps[1]:
                buttons.addStretch(1)
            buttons.addWidget(button)
            self._buttons[step.command] = button
        return actions


def _by_line(line: SupplyOrderLine) -> int:
    return line.line
