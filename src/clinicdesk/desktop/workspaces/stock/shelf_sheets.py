"""What is asked at a shelf: what came, what was counted, when to order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.entities import Batch, Medicine, MovementKind, StockLevel
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.models.units import pack_words
from clinicdesk.desktop.wording import date_text
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work
from clinicdesk.desktop.workspaces.stock.expiry import expiry_text, read_expiry

if TYPE_CHECKING:
    from clinicdesk.contract.commands import AdjustStock, ReceiveStock, SetReorder
    from clinicdesk.core.scanning import ProductScan
    from clinicdesk.core.stock import Stock
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner

_MOST_PACKS: Final = 10_000
_MOST_UNITS: Final = 1_000_000
_BATCH_LENGTH: Final = 20
_SHELF_LENGTH: Final = 20
_SHORTEST_REASON: Final = 3


class ReceiveSheet(Asking):
    """Packs that come without an order; a scan of one fills in its batch and expiry."""

    def __init__(
        self, design: Design, tasks: TaskOwner, stock: Stock, currency: str, parent: QWidget
    ) -> None:
        super().__init__(design, tasks, parent)
        self._stock = stock
        self._currency = currency
        self._medicine: Medicine | None = None
        self._again: UUID | None = None
        self.setObjectName("receive_sheet")
        self.batch = QLineEdit(maxLength=_BATCH_LENGTH)
        self.batch.setObjectName("batch_field")
        self.expiry = QLineEdit(maxLength=20)
        self.expiry.setObjectName("expiry_field")
        self.packs = NumberField()
        self.packs.setObjectName("packs_field")
        self.packs.setRange(1, _MOST_PACKS)
        self.cost = QLineEdit(maxLength=20)
        self.cost.setObjectName("cost_field")
        self._batch = FieldBlock(design, self.tr("Batch"), self.batch)
        self._expiry = FieldBlock(
            design, self.tr("Expiry"), self.expiry, hint=self.tr("03/27 or 2027-03-31")
        )
        self._packs = FieldBlock(design, self.tr("Packs"), self.packs)
        self._cost = FieldBlock(design, self.tr("Cost of a pack"), self.cost)
        _in_a_row(self, (self._batch, self._expiry, self._packs, self._cost))
        for block in (self._batch, self._expiry, self._cost):
            assert isinstance(block.control, QLineEdit)
            block.control.textChanged.connect(lambda _text, block=block: block.set_error(""))
        self.ui.sheet_confirm.setObjectName("confirm_receive_button")

    def open_for(self, medicine: Medicine, cost_minor: int) -> None:
        """Appear for a medicine; what a pack cost last stands there already."""
        self._medicine = medicine
        self.name_it(
            self.tr("Receive"), medicine_title(medicine), self.tr("Put on the shelf"),
            "package-check", Kind.PRIMARY,
        )  # fmt: skip
        text = self.tr("%1. Scan one to fill in its batch and expiry.")
        self.note(text.replace("%1", pack_words(medicine)))
        self.batch.clear()
        self.expiry.clear()
        self.packs.setValue(1)
        self.cost.setText(amount_text(cost_minor, self._currency))
        self.appear()

    def open_again(self, medicine: Medicine, refused: ReceiveStock) -> None:
        """Appear with what was typed when it was refused."""
        self.open_for(medicine, refused.cost_minor)
        self._again = refused.batch_id
        self.batch.setText(refused.number)
        self.expiry.setText(expiry_text(refused.expiry))
        self.packs.setValue(max(1, refused.quantity // medicine.pack_size))

    def take_scan(self, scan: ProductScan) -> bool:
        """Fill in what a pack's code says; False when it is another medicine's."""
        medicine = self._medicine
        if medicine is None or all(each.id != medicine.id for each in scan.medicines):
            return False
        if scan.batch:
            self.batch.setText(scan.batch)
        if scan.expiry:
            self.expiry.setText(expiry_text(scan.expiry))
        self.packs.setFocus()
        self.packs.selectAll()
        return True

    def first_field(self) -> QWidget:
        """The batch."""
        return self.batch

    def asked(self) -> Work | None:
        """The packs, in units, onto the shelf."""
        number = self.batch.text().strip()
        expiry = read_expiry(self.expiry.text())
        cost = read_amount(self.cost.text(), self._currency)
        self._batch.set_error("" if number else self.tr("Batch: write what the pack says."))
        self._expiry.set_error(
            "" if expiry else self.tr("Expiry: write it like 03/27 or 2027-03-31.")
        )
        self._cost.set_error("" if cost is not None else self.tr("Cost: write an amount."))
        if self._medicine is None or not number or expiry is None or cost is None:
            return None
        quantity = self.packs.value() * self._medicine.pack_size
        return self._stock.receive(self._medicine.id, number, expiry, quantity, cost, self._again)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("putting it on the shelf")

    def outcome(self) -> str:
        """What lies there now."""
        return self.tr("%n pack(s) received.", "", self.packs.value())

    def forget(self) -> None:
        """It is about no medicine any more."""
        self._medicine = None
        self._again = None


class CountSheet(Asking):
    """What was counted of a batch, and why it is not what was thought."""

    def __init__(self, design: Design, tasks: TaskOwner, stock: Stock, parent: QWidget) -> None:
        super().__init__(design, tasks, parent)
        self._stock = stock
        self._batch: Batch | None = None
        self._kind = MovementKind.ADJUSTED
        self.setObjectName("count_sheet")
        self.counted = NumberField()
        self.counted.setObjectName("counted_field")
        self.counted.setRange(0, _MOST_UNITS)
        self.reason = QLineEdit(maxLength=300)
        self.reason.setObjectName("count_reason_field")
        self._counted = FieldBlock(design, self.tr("Counted"), self.counted)
        self._counted.setFixedWidth(140)
        self._reason = FieldBlock(design, self.tr("Reason"), self.reason)
        self.reason.textChanged.connect(lambda: self._reason.set_error(""))
        self.reason.textEdited.connect(self._written)
        self.counted.valueChanged.connect(self._tell_difference)
        _in_a_row(self, (self._counted, self._reason))
        chips = QHBoxLayout()
        chips.setSpacing(SPACE_2)
        for text, kind in (
            (self.tr("Counted again"), MovementKind.ADJUSTED),
            (self.tr("Broken"), MovementKind.WRITTEN_OFF),
            (self.tr("Expired"), MovementKind.WRITTEN_OFF),
            (self.tr("Sent back to the supplier"), MovementKind.WRITTEN_OFF),
        ):
            chip = Chip(design, Pill(text))
            chip.clicked.connect(lambda _on=False, text=text, kind=kind: self._choose(text, kind))
            chips.addWidget(chip)
        chips.addStretch(1)
        self.ui.body.addLayout(chips)

    def open_for(self, batch: Batch) -> None:
        """Appear with what is thought to be there."""
        self._batch = batch
        self._kind = MovementKind.ADJUSTED
        text = self.tr("batch %1, expires %2").replace("%1", batch.number)
        self.name_it(
            self.tr("Count"), text.replace("%2", date_text(batch.expiry)),
            self.tr("Record the count"), "list-checks", Kind.PRIMARY,
        )  # fmt: skip
        self.counted.setValue(batch.on_hand)
        self.reason.clear()
        self.appear()
        self.counted.selectAll()
        self._tell_difference()

    def open_again(self, batch: Batch, refused: AdjustStock) -> None:
        """Appear with the difference that was refused, from what is thought to be there now."""
        self.open_for(batch)
        self._kind = refused.kind
        self.reason.setText(refused.reason)
        self.counted.setValue(max(0, batch.on_hand + refused.quantity))
        self.counted.selectAll()

    def first_field(self) -> QWidget:
        """The count."""
        return self.counted

    def asked(self) -> Work | None:
        """The difference to what was thought, as an entry of the batch's ledger."""
        batch = self._batch
        if batch is None:
            return None
        difference = self.counted.value() - batch.on_hand
        if not difference:
            self._counted.set_error(self.tr("It is what was thought: nothing to record."))
            return None
        reason = self.reason.text().strip()
        if len(reason) < _SHORTEST_REASON:
            self._reason.set_error(self.tr("Reason: write at least a word."))
            return None
        gone = self._kind is MovementKind.WRITTEN_OFF and difference < 0
        kind = MovementKind.WRITTEN_OFF if gone else MovementKind.ADJUSTED
        return self._stock.adjust(batch.id, difference, reason, kind)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("recording the count")

    def outcome(self) -> str:
        """That it was recorded."""
        return self.tr("The count is recorded.")

    def forget(self) -> None:
        """It is about no batch any more."""
        self._batch = None

    def _choose(self, reason: str, kind: MovementKind) -> None:
        self._kind = kind
        self.reason.setText(reason)
        if kind is MovementKind.WRITTEN_OFF and self._batch is not None:
            unchanged = self.counted.value() == self._batch.on_hand
            self.counted.setValue(0 if unchanged else self.counted.value())
        self.counted.setFocus()
        self.counted.selectAll()

    def _written(self) -> None:
        self._kind = MovementKind.ADJUSTED

    def _tell_difference(self) -> None:
        self._counted.set_error("")
        batch = self._batch
        if batch is None:
            return
        difference = self.counted.value() - batch.on_hand
        text = (
            self.tr("%1 more than thought") if difference > 0 else self.tr("%1 fewer than thought")
        )
        self.note(text.replace("%1", str(abs(difference))) if difference else "")


class ReorderSheet(Asking):
    """When a medicine is low, how much is ordered then, and where it lies."""

    def __init__(self, design: Design, tasks: TaskOwner, stock: Stock, parent: QWidget) -> None:
        super().__init__(design, tasks, parent)
        self._stock = stock
        self._level: StockLevel | None = None
        self.setObjectName("reorder_sheet")
        self.least = NumberField()
        self.least.setRange(0, _MOST_UNITS)
        self.packs = NumberField()
        self.packs.setRange(0, _MOST_PACKS)
        self.shelf = QLineEdit(maxLength=_SHELF_LENGTH)
        blocks = (
            FieldBlock(design, self.tr("Order when so many are left"), self.least),
            FieldBlock(design, self.tr("Packs to order"), self.packs),
            FieldBlock(design, self.tr("Shelf"), self.shelf),
        )
        _in_a_row(self, blocks)

    def open_for(self, level: StockLevel, name: str) -> None:
        """Appear with what holds now."""
        self._level = level
        self.name_it(self.tr("When to order"), name, self.tr("Keep it so"), "package", Kind.PRIMARY)
        self.least.setValue(level.reorder_level)
        self.packs.setValue(level.reorder_packs)
        self.shelf.setText(level.shelf)
        self.appear()
        self.least.selectAll()

    def open_again(self, level: StockLevel, name: str, refused: SetReorder) -> None:
        """Appear with what was typed when it was refused."""
        self.open_for(level, name)
        self.least.setValue(refused.reorder_level)
        self.packs.setValue(refused.reorder_packs)
        self.shelf.setText(refused.shelf)
        self.least.selectAll()

    def first_field(self) -> QWidget:
        """The level."""
        return self.least

    def asked(self) -> Work | None:
        """What holds from now on."""
        if self._level is None:
            return None
        return self._stock.set_reorder(
            self._level.medicine_id,
            self.least.value(),
            self.packs.value(),
            self.shelf.text().strip(),
        )

    def doing(self) -> str:
        """See Asking."""
        return self.tr("keeping when to order")

    def forget(self) -> None:
        """It is about no shelf any more."""
        self._level = None


def _in_a_row(sheet: Asking, blocks: tuple[FieldBlock, ...]) -> None:
    row = QHBoxLayout()
    row.setSpacing(SPACE_4)
    for block in blocks:
        row.addWidget(block, 1)
    sheet.ui.body.addLayout(row)
