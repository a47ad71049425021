"""Takes a delivery in: pack by pack scanned or typed, then all of it onto the shelves at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QTableView, QWidget

from clinicdesk.contract.commands import ReceivedGoods
from clinicdesk.contract.entities import SupplyOrder, SupplyOrderLine
from clinicdesk.core.identity import new_id
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.tokens import SPACE_4, TABLE_ROW_HEIGHT
from clinicdesk.desktop.design.views import HEADER_HEIGHT, dress_table
from clinicdesk.desktop.models.cells import CellsModel
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.wording import date_text
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work
from clinicdesk.desktop.workspaces.stock.expiry import expiry_text, read_expiry

if TYPE_CHECKING:
    from clinicdesk.contract.commands import ReceiveGoods
    from clinicdesk.core.scanning import ProductScan
    from clinicdesk.core.supply import Supply
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner

_SHOWN: Final = 3
_MOST_PACKS: Final = 10_000
_LEAST_FIELD: Final = 112
"""Pixels: an expiry stands there whole."""


class GoodsSheet(Asking):
    """Enter puts what the fields say onto the list; Enter once more takes the list in.

    Attributes:
        goods: What has been entered.
    """

    def __init__(self, design: Design, tasks: TaskOwner, supply: Supply, parent: QWidget) -> None:
        super().__init__(design, tasks, parent)
        self._supply = supply
        self._order: SupplyOrder | None = None
        self._lines: dict[UUID, SupplyOrderLine] = {}
        self._delivery: UUID | None = None
        self.goods: list[ReceivedGoods] = []
        self.setObjectName("goods_sheet")
        self.line = QComboBox()
        self.line.setObjectName("goods_line")
        self.line.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.line.setMinimumContentsLength(12)
        self.batch = QLineEdit(maxLength=20)
        self.batch.setObjectName("goods_batch")
        self.expiry = QLineEdit(maxLength=20)
        self.expiry.setObjectName("goods_expiry")
        self.packs = NumberField()
        self.packs.setObjectName("goods_packs")
        self.packs.setRange(1, _MOST_PACKS)
        self.cost = QLineEdit(maxLength=20)
        self.cost.setObjectName("goods_cost")
        self._batch = FieldBlock(design, self.tr("Batch"), self.batch)
        self._expiry = FieldBlock(design, self.tr("Expiry"), self.expiry, hint=self.tr("as 03/27"))
        self._packs = FieldBlock(design, self.tr("Packs"), self.packs)
        self._cost = FieldBlock(design, self.tr("Cost of a pack"), self.cost)
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        row.addWidget(FieldBlock(design, self.tr("Product"), self.line), 3)
        for block in (self._batch, self._expiry, self._packs, self._cost):
            block.setMinimumWidth(_LEAST_FIELD)
            row.addWidget(block, 1)
        self.ui.body.addLayout(row)
        self._model = CellsModel(
            (self.tr("Product"), self.tr("Batch"), self.tr("Expiry"), self.tr("Packs")), self
        )
        self.table = QTableView()
        self.table.setModel(self._model)
        self.table.setAccessibleName(self.tr("What has come"))
        dress_table(self.table, design, ID_ROLE)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setColumnWidth(0, 360)
        self.ui.body.addWidget(self.table)
        self.line.currentIndexChanged.connect(self._line_chosen)
        for each in (self._batch, self._expiry, self._cost):
            assert isinstance(each.control, QLineEdit)
            each.control.textChanged.connect(lambda _text, block=each: block.set_error(""))
        self.ui.sheet_confirm.setObjectName("confirm_goods_button")

    def open_for(self, order: SupplyOrder, lines: list[SupplyOrderLine]) -> None:
        """Appear with what is still to come of an order."""
        self._order = order
        open_lines = [one for one in lines if one.packs_received < one.packs_ordered]
        self._lines = {one.id: one for one in sorted(open_lines, key=lambda one: one.line)}
        self.goods = []
        self.name_it(
            self.tr("Receive"), order.code, self.tr("Take the delivery in"), "package-check",
            Kind.PRIMARY,
        )  # fmt: skip
        self.note(
            self.tr("Scan each kind of pack, say how many, press Enter; Enter again takes all in.")
        )
        self.line.clear()
        for one in self._lines.values():
            self.line.addItem(one.description, str(one.id))
        self._show_goods()
        self._clear()
        self.appear()

    def open_again(
        self,
        order: SupplyOrder,
        lines: list[SupplyOrderLine],
        refused: ReceiveGoods,
        wrong: int | None,
    ) -> None:
        """Appear with a delivery that was refused; `wrong`: the place of the goods that were
        refused, which stand in the fields to be corrected."""
        self.open_for(order, lines)
        self._delivery = refused.delivery_id
        known = [(n, one) for n, one in enumerate(refused.goods) if one.line_id in self._lines]
        self.goods = [one for n, one in known if n != wrong]
        self._show_goods()
        self._clear()
        for one in (one for n, one in known if n == wrong):
            self.line.setCurrentIndex(self.line.findData(str(one.line_id)))
            self.batch.setText(one.number)
            self.expiry.setText(expiry_text(one.expiry))
            self.packs.setValue(one.packs)
            self.cost.setText(amount_text(one.cost_minor, order.currency))

    def take_scan(self, scan: ProductScan) -> bool:
        """Fill in what a pack's code says; False when nothing of it is still to come."""
        known = {medicine.id for medicine in scan.medicines}
        line = next((one for one in self._lines.values() if one.medicine_id in known), None)
        if line is None:
            return False
        self.line.setCurrentIndex(self.line.findData(str(line.id)))
        self.batch.setText(scan.batch or "")
        self.expiry.setText("" if scan.expiry is None else expiry_text(scan.expiry))
        wanted = self.packs if scan.batch and scan.expiry else self.batch
        wanted.setFocus()
        self.packs.selectAll()
        return True

    def first_field(self) -> QWidget:
        """The batch of the first product."""
        return self.batch

    def asked(self) -> Work | None:
        """All that was entered, in one delivery; what the fields still say is entered first."""
        if self._order is None:
            return None
        if self.batch.text().strip() or self.expiry.text().strip() or not self.goods:
            self._enter()
            return None
        return self._supply.receive(self._order.id, self.goods, self._delivery)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("taking the delivery in")

    def outcome(self) -> str:
        """What came."""
        return self.tr("%n pack(s) received.", "", sum(one.packs for one in self.goods))

    def forget(self) -> None:
        """It is about no order any more."""
        self._order = None
        self._delivery = None
        self._lines = {}

    def _chosen(self) -> SupplyOrderLine | None:
        line_id = self.line.currentData()
        return None if line_id is None else self._lines.get(UUID(line_id))

    def _left(self, line: SupplyOrderLine) -> int:
        entered = sum(one.packs for one in self.goods if one.line_id == line.id)
        return line.packs_ordered - line.packs_received - entered

    def _line_chosen(self) -> None:
        line = self._chosen()
        if line is not None:
            self.packs.setValue(max(1, self._left(line)))
            self.cost.setText(amount_text(line.cost_minor, line.currency))

    def _enter(self) -> None:
        line = self._chosen()
        number = self.batch.text().strip()
        expiry = read_expiry(self.expiry.text())
        if line is None:
            return
        cost = read_amount(self.cost.text(), line.currency)
        left = self._left(line)
        self._batch.set_error("" if number else self.tr("Batch: write what the pack says."))
        self._expiry.set_error("" if expiry else self.tr("Expiry: like 03/27 or 2027-03-31."))
        self._cost.set_error("" if cost is not None else self.tr("Cost: write an amount."))
        more = self.packs.value() > left
        self._packs.set_error(self.tr("Packs: %n more are expected.", "", left) if more else "")
        if not number or expiry is None or cost is None or more:
            return
        self.goods.append(
            ReceivedGoods(
                line_id=line.id,
                batch_id=new_id(),
                number=number,
                expiry=expiry,
                packs=self.packs.value(),
                cost_minor=cost,
            )
        )
        self._show_goods()
        self._clear()

    def _clear(self) -> None:
        """Ready for the next product of which something is to come."""
        following = next((one for one in self._lines.values() if self._left(one) > 0), None)
        if following is not None:
            self.line.setCurrentIndex(self.line.findData(str(following.id)))
        self._line_chosen()
        self.batch.clear()
        self.expiry.clear()
        self.batch.setFocus()

    def _show_goods(self) -> None:
        self._model.show_rows(
            [
                (
                    one.batch_id,
                    (
                        CellContent(self._lines[one.line_id].description, strong=True),
                        CellContent(one.number),
                        CellContent(date_text(one.expiry)),
                        CellContent(str(one.packs), right=True),
                    ),
                )
                for one in self.goods
            ]
        )
        self.table.setVisible(bool(self.goods))
        shown = min(_SHOWN, len(self.goods))
        self.table.setFixedHeight(HEADER_HEIGHT + TABLE_ROW_HEIGHT * max(1, shown) + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.table.currentIndex().row()
        if event.key() == Qt.Key.Key_Delete and self.table.hasFocus() and row >= 0:
            del self.goods[row]
            self._show_goods()
            self._line_chosen()
            return
        super().keyPressEvent(event)
