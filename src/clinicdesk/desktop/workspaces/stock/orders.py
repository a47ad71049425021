"""The page of the orders to suppliers: all of them at the left, one at the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clinicdesk.contract.commands import (
    ReceiveGoods,
    ReviseSupplyOrder,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import Medicine, SupplyOrder, SupplyOrderStatus
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.core.identity import new_id
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.labels import line
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.printing.desk_printing import DeskPrinting
from clinicdesk.desktop.wording import refusal_words
from clinicdesk.desktop.workspaces.shared.asking import Asking
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.stock import order_pane
from clinicdesk.desktop.workspaces.stock.close_sheets import EndOrderSheet
from clinicdesk.desktop.workspaces.stock.goods_sheet import GoodsSheet
from clinicdesk.desktop.workspaces.stock.order_pane import OrderPane
from clinicdesk.desktop.workspaces.stock.order_rows import OrderRows
from clinicdesk.desktop.workspaces.stock.order_sheet import OrderSheet, Wanted
from clinicdesk.desktop.workspaces.stock.supplier_sheet import SupplierSheet

if TYPE_CHECKING:
    from clinicdesk.core.scanning import ProductScan
    from clinicdesk.core.store.outbox_table import OutboxEntry
    from clinicdesk.desktop.models.medicine_names import MedicineNames
    from clinicdesk.desktop.workspace import Context

_LIST_WIDTH: Final = 412
_COMING: Final = frozenset(
    {
        SupplyOrderStatus.SUBMITTED,
        SupplyOrderStatus.ACKNOWLEDGED,
        SupplyOrderStatus.PARTIALLY_RECEIVED,
    }
)


class OrdersPage(QWidget):
    """What is ordered, and what of it has come.

    Attributes:
        list: The orders. pane: The one that is chosen.

    Signals:
        counted: The number of orders on their way has changed.
    """

    counted = Signal()

    def __init__(self, context: Context, names: MedicineNames, now: Now) -> None:
        super().__init__()
        self._context = context
        self._names = names
        desk = context.desk
        self._replica = desk.replica
        self._supply = desk.supply
        self._rows = OrderRows(desk.replica.suppliers, context.zone, now)
        self.list = RowList()
        self.list.setAccessibleName(self.tr("Orders to suppliers"))
        self.list.dress(context.design)
        self.model = RowListModel(
            self._replica.supply_orders,
            order=self._rows.order,
            content=self._rows.content,
            words=self._rows.words,
            lane=lambda order: order.pharmacy_id == desk.member.pharmacy_id,
            parent=self,
        )
        self.selection = RowSelection(self.list, self.model)
        self.pane = OrderPane(context, self._rows, names, now)
        made = (context.design, context.tasks, self._supply)
        self._goods = GoodsSheet(*made, self.pane)
        self._printing = DeskPrinting(context, self)
        self._write = OrderSheet(*made, desk.search.medicines, desk.clinic.currency, self.pane)
        self._cancel = EndOrderSheet(*made, self.pane, cancels=True)
        self._close = EndOrderSheet(*made, self.pane, cancels=False)
        self._supplier = SupplierSheet(*made, self._replica.suppliers, self.pane)
        self._sheets: tuple[Asking, ...] = (
            self._goods, self._write, self._cancel, self._close, self._supplier,
        )  # fmt: skip
        self._nothing = EmptyState(context.design, "truck", "")
        self._right = QStackedWidget()
        self._right.addWidget(self._nothing)
        self._right.addWidget(self.pane)
        self._lay_out()
        self._connect()
        self._refresh_later = QTimer(self, singleShot=True, interval=0)
        self._refresh_later.timeout.connect(self._refresh)
        self.destroyed.connect(self._follow())
        self._refresh()

    def coming(self) -> int:
        """How many orders are on their way."""
        return sum(order.status in _COMING for order in self._replica.supply_orders.values())

    def open_order(self, order_id: UUID) -> bool:
        """Show an order; False when it is not here."""
        if self._replica.supply_orders.get(order_id) is None:
            return False
        self.selection.choose(order_id)
        self.focus_list()
        return True

    def take_scan(self, scan: ProductScan) -> bool:
        """A pack goes into the delivery or the order that is being written."""
        if self._write.isVisible():
            if scan.medicines:
                self._write.add_medicine(scan.medicines[0])
            return bool(scan.medicines)
        if not self._goods.isVisible() and self.pane.may("receive_goods"):
            self._do("receive_goods")
        if self._goods.isVisible():
            if not self._goods.take_scan(scan):
                self._tell(self.tr("Nothing of that product is still to come."), Tone.WARNING)
            return True
        return False

    def new_order(self, medicine_id: UUID | None = None) -> None:
        """Begin an order with what is low, or with one medicine."""
        self._context.tasks.start(
            self._begin(medicine_id), doing=self.tr("looking up what is low"), of=self
        )

    def new_supplier(self) -> None:
        """Ask for a wholesaler."""
        self._open(self._supplier)
        self._supplier.open_empty()

    def show_suppliers(self) -> None:
        """Show the wholesalers, to correct what is said of one or to retire it."""
        self._open(self._supplier)
        self._supplier.open_list()

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask for what was refused again, as it was typed; False where there is no sheet for it."""
        command = entry.command
        match command:
            case ReceiveGoods():
                if not self.open_order(command.supply_order_id):
                    return False
                ids: list[UUID] = []
            case WriteSupplyOrder() | ReviseSupplyOrder():
                ids = [line.medicine_id for line in command.lines]
            case WriteSupplier():
                ids = []
            case _:
                return False
        self._context.tasks.start(
            self._context.desk.search.medicines_of(ids),
            doing=self.tr("opening what was refused"),
            on_done=lambda known: self._ask_again(entry, known),
            of=self,
        )
        return True

    def focus_list(self) -> None:
        """On the orders."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    async def _begin(self, medicine_id: UUID | None) -> None:
        lines = self._supply.suggestion()
        ids = [line.medicine_id for line in lines] if medicine_id is None else [medicine_id]
        known = await self._context.desk.search.medicines_of(ids)
        packs = {line.medicine_id: line for line in lines}
        wanted = []
        for each in ids:
            medicine = known.get(each)
            if medicine is not None:
                line = packs.get(each)
                wanted.append(
                    Wanted(
                        new_id(),
                        medicine,
                        1 if line is None else line.packs,
                        medicine.price_minor
                        if line is None or line.cost_minor is None
                        else line.cost_minor,
                    )
                )
        self._open(self._write)
        self._write.open_for(None, self._replica.suppliers.values(), wanted)

    async def _change(self, order: SupplyOrder) -> None:
        lines = sorted(self._replica.supply_order_lines.of(order.id), key=lambda one: one.line)
        known = await self._context.desk.search.medicines_of([one.medicine_id for one in lines])
        wanted = [
            Wanted(one.id, known[one.medicine_id], one.packs_ordered, one.cost_minor)
            for one in lines
            if one.medicine_id in known
        ]
        self._open(self._write)
        self._write.open_for(order, self._replica.suppliers.values(), wanted)

    def _ask_again(self, entry: OutboxEntry, known: Mapping[UUID, Medicine]) -> None:
        command = entry.command
        match command:
            case WriteSupplier():
                self._open(self._supplier)
                self._supplier.open_again(command)
                self._supplier.say_why(self._why(entry))
            case ReceiveGoods():
                order = self._replica.supply_orders.get(command.supply_order_id)
                if order is not None:
                    lines = self._replica.supply_order_lines.of(order.id)
                    self._open(self._goods)
                    self._goods.open_again(order, lines, command, _refused_place(entry))
                    self._goods.say_why(self._why(entry))
            case WriteSupplyOrder() | ReviseSupplyOrder():
                wanted = [
                    Wanted(one.id, known[one.medicine_id], one.packs, one.cost_minor)
                    for one in command.lines
                    if one.medicine_id in known
                ]
                order = self._replica.supply_orders.get(command.supply_order_id)
                self._open(self._write)
                self._write.open_again(order, self._replica.suppliers.values(), wanted, command)
                self._write.say_why(self._why(entry))

    def _why(self, entry: OutboxEntry) -> str:
        refusal = entry.refusal
        return "" if refusal is None else refusal_words(entry.command, refusal, self._context.zone)

    def _do(self, command: str) -> None:
        order = self.pane.order
        if order is None or not self.pane.may(command):
            self._tell(self.tr("That is not possible with this order now."), Tone.WARNING)
            return
        lines = self._replica.supply_order_lines.of(order.id)
        tasks = self._context.tasks
        match command:
            case order_pane.PRINT:
                self._printing.print_supply_order(order.id)
            case "receive_goods":
                self._open(self._goods)
                self._goods.open_for(order, lines)
            case "revise_supply_order":
                tasks.start(self._change(order), doing=self.tr("opening the draft"), of=self)
            case "submit_supply_order":
                tasks.start(
                    self._supply.submit(order.id),
                    doing=self.tr("sending the order"),
                    on_done=lambda _sent: self._printing.print_supply_order(order.id),
                    of=self,
                )
            case "acknowledge_supply_order":
                tasks.start(
                    self._supply.acknowledge(order.id), doing=self.tr("confirming the order")
                )
            case "close_supply_order" if order.status is SupplyOrderStatus.RECEIVED:
                tasks.start(self._supply.close(order.id, ""), doing=self.tr("closing the order"))
            case "close_supply_order":
                self._open(self._close)
                self._close.open_for(order)
            case "cancel_supply_order":
                self._open(self._cancel)
                self._cancel.open_for(order)

    def _sheet_closed(self) -> None:
        if all(sheet.isHidden() for sheet in self._sheets):
            self.pane.action_bar.show()
            self.focus_list()

    def _open(self, wanted: Asking) -> None:
        self.pane.action_bar.hide()
        for sheet in self._sheets:
            if sheet is not wanted:
                sheet.leave()

    def _tell(self, text: str, tone: Tone = Tone.SUCCESS) -> None:
        if text:
            self._context.toast(text, tone)

    def _lay_out(self) -> None:
        design = self._context.design
        self.new_button = Button()
        self.new_button.setText(self.tr("New order"))
        self.new_button.dress(design, icon="plus", key="Ctrl+N")
        self.suppliers_button = Button()
        self.suppliers_button.setText(self.tr("Suppliers"))
        self.suppliers_button.dress(design, kind=Kind.QUIET, icon="truck", key="F7")
        self.suppliers_button.clicked.connect(self.show_suppliers)
        self._left = QFrame()
        self._left.setProperty("pane", "surface")
        self._left.setProperty("edge", "right")
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 13, 0)
        head.addWidget(self.new_button)
        head.addWidget(self.suppliers_button)
        head.addStretch(1)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 12, 1, 0)
        column.setSpacing(10)
        column.addLayout(head)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        rows.addWidget(line())
        rows.addWidget(self.list, 1)
        column.addLayout(rows, 1)
        right = QWidget()
        stacked = QVBoxLayout(right)
        stacked.setContentsMargins(0, 0, 0, 0)
        stacked.setSpacing(0)
        stacked.addWidget(self._right, 1)
        for sheet in self._sheets:
            stacked.addWidget(sheet)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addWidget(right, 1)

    def _connect(self) -> None:
        self.new_button.clicked.connect(lambda: self.new_order())
        self.selection.chosen.connect(lambda _row: self._refresh())
        self.pane.wanted.connect(self._do)
        self._names.changed.connect(lambda: self._refresh_later.start())
        for sheet in self._sheets:
            sheet.done.connect(self._tell)
            sheet.closed.connect(self._sheet_closed)
        self._bind("Ctrl+N", self.new_order)
        self._bind("F3", self.new_supplier)
        self._bind("F7", self.show_suppliers)
        for step in self.pane.steps():
            self._bind(step.key, partial(self._do, step.command))

    def _bind(self, keys: str, run: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(run)

    def _follow(self) -> Callable[[], None]:
        replica = self._replica
        leaves = [
            replica.supply_orders.subscribe(self._on_rows),
            replica.supply_order_lines.subscribe(self._on_rows),
            replica.suppliers.subscribe(self._on_suppliers),
        ]

        def leave() -> None:
            for each in leaves:
                each()

        return leave

    def _on_rows(self, _change: Change[Any]) -> None:
        self._refresh_later.start()

    def _on_suppliers(self, _change: Change[Any]) -> None:
        self.model.refresh()
        self._refresh_later.start()

    def _refresh(self) -> None:
        if self.selection.current is None:
            self.selection.choose_first()
        order = self._replica.supply_orders.get(self.selection.current)
        if order is not None:
            self.pane.show_order(order, self._replica.supply_order_lines.of(order.id))
        elif self.model.rowCount():
            self._nothing.say("truck", self.tr("Choose an order"), "")
        else:
            self._nothing.say(
                "truck",
                self.tr("Nothing is ordered"),
                self.tr("A new order begins with what is low on the shelves: Ctrl+N."),
            )
        self._right.setCurrentWidget(self._nothing if order is None else self.pane)
        self.counted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self._left, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)


def _refused_place(entry: OutboxEntry) -> int | None:
    """Which of the goods the server refused, as the field of its answer says: `goods[2].expiry`."""
    found = re.match(r"goods\[(\d+)\]", getattr(entry.refusal, "field", ""))
    return None if found is None else int(found[1])
