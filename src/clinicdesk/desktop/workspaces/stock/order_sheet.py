"""Writes an order to a supplier, from what is low; packs are added by scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from clinicdesk.contract.commands import SupplyLine
from clinicdesk.contract.entities import Medicine, Supplier, SupplyOrder
from clinicdesk.core.identity import new_id
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.labels import label, paragraph
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4, TextRole
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.models.units import counted
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work
from clinicdesk.desktop.workspaces.stock.product_finder import Find, ProductFinder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicdesk.contract.commands import ReviseSupplyOrder, WriteSupplyOrder
    from clinicdesk.core.supply import Supply
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner

_MOST_PACKS: Final = 10_000
_LINES_HEIGHT: Final = 230
_HEADINGS_HEIGHT: Final = 28
_ENTRY_HEIGHT: Final = 44
_NOTE_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A product to order, as it stands in the sheet when it opens."""

    line_id: UUID
    medicine: Medicine
    packs: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class _Entry:
    line_id: UUID
    medicine: Medicine
    parts: tuple[QWidget, ...]
    packs: NumberField
    cost: QLineEdit


class OrderSheet(Asking):
    """A new order, or a draft that is changed.

    Attributes:
        supplier: Who it goes to.
    """

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        supply: Supply,
        find: Find,
        currency: str,
        parent: QWidget,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._supply = supply
        self._currency = currency
        self._order: SupplyOrder | None = None
        self._again: UUID | None = None
        self._entries: list[_Entry] = []
        self.setObjectName("order_sheet")
        self.supplier = QComboBox()
        self.supplier.setObjectName("supplier_field")
        self.note_field = QLineEdit(maxLength=_NOTE_LENGTH)
        self._supplier = FieldBlock(design, self.tr("Supplier"), self.supplier)
        note = FieldBlock(
            design, self.tr("Note"), self.note_field, optional=self.tr("if there is one")
        )
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        row.addWidget(self._supplier, 1)
        row.addWidget(note, 2)
        self.ui.body.addLayout(row)
        self._grid_place = QFrame()
        self._grid = QGridLayout(self._grid_place)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(SPACE_4)
        self._grid.setVerticalSpacing(SPACE_2)
        self._grid.setColumnStretch(0, 1)
        for column, word in (
            (0, self.tr("Product")), (1, self.tr("Packs")), (3, self.tr("Cost of a pack")),
        ):  # fmt: skip
            self._grid.addWidget(label(word, TextRole.PILL, "second"), 0, column)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFixedHeight(_LINES_HEIGHT)
        self._scroll.setWidget(self._grid_place)
        self._scroll.setProperty("pane", "surface")
        self._grid_place.setProperty("pane", "surface")
        self._none = paragraph(
            self.tr("Nothing is low that is not ordered already. Add what else is wanted."),
            TextRole.SECONDARY,
            "second",
        )
        self.search = SearchField(design, self.tr("Add a product: name, brand or code"))
        self.search.setObjectName("order_search")
        self._finding = ProductFinder(self.search, find, tasks)
        self._finding.chosen.connect(self.add_medicine)
        self.ui.body.addWidget(self._scroll)
        self.ui.body.addWidget(self._none)
        self.ui.body.addWidget(self.search)
        self.ui.sheet_confirm.setObjectName("confirm_order_button")

    def open_for(
        self,
        order: SupplyOrder | None,
        suppliers: Sequence[Supplier],
        wanted: Sequence[Wanted],
    ) -> None:
        """Appear: for a new order (None) with what is low, else with what the draft says."""
        self._order = order
        self.supplier.clear()
        for supplier in sorted(suppliers, key=lambda each: each.name.casefold()):
            if supplier.active or (order is not None and order.supplier_id == supplier.id):
                self.supplier.addItem(supplier.name, str(supplier.id))
        if order is None:
            self.name_it(self.tr("New order"), "", self.tr("Save the draft"), "save", Kind.PRIMARY)
            self.note_field.clear()
        else:
            self.name_it(
                self.tr("Change the order"), order.code, self.tr("Save the draft"), "save",
                Kind.PRIMARY,
            )  # fmt: skip
            self.supplier.setCurrentIndex(self.supplier.findData(str(order.supplier_id)))
            self.note_field.setText(order.note or "")
        self.note(self.tr("Scan a pack to add its product."))
        self._clear()
        self._fit()
        for each in wanted:
            self.add(each)
        self.appear()

    def open_again(
        self,
        order: SupplyOrder | None,
        suppliers: Sequence[Supplier],
        wanted: Sequence[Wanted],
        refused: WriteSupplyOrder | ReviseSupplyOrder,
    ) -> None:
        """Appear with what was typed when it was refused; `order` as it stands, if it is there."""
        self.open_for(order, suppliers, wanted)
        self._again = refused.supply_order_id
        place = self.supplier.findData(str(refused.supplier_id))
        self.supplier.setCurrentIndex(max(0, place))
        self.note_field.setText(refused.note or "")

    def add(self, wanted: Wanted) -> None:
        """Add a product, or one pack more of one that is there."""
        for entry in self._entries:
            if entry.medicine.id == wanted.medicine.id:
                entry.packs.setValue(entry.packs.value() + wanted.packs)
                entry.packs.setFocus()
                return
        row = self._grid.rowCount()
        name = ElidedLabel(self._design, medicine_title(wanted.medicine), TextRole.STRONG)
        packs = NumberField()
        packs.setRange(1, _MOST_PACKS)
        packs.setValue(max(1, wanted.packs))
        packs.setFixedWidth(96)
        packs.setAccessibleName(self.tr("Packs of %1").replace("%1", name.text()))
        cost = QLineEdit(amount_text(wanted.cost_minor, self._currency))
        cost.setFixedWidth(110)
        cost.setAlignment(Qt.AlignmentFlag.AlignRight)
        cost.setAccessibleName(self.tr("Cost of a pack of %1").replace("%1", name.text()))
        size = label(f"× {counted(wanted.medicine.pack_size, wanted.medicine.pack_unit)}",
                     TextRole.SECONDARY, "second")  # fmt: skip
        away = Button()
        away.setToolTip(self.tr("Take it off the order"))
        away.dress(self._design, kind=Kind.QUIET, icon="x", compact=True)
        parts: tuple[QWidget, ...] = (name, packs, size, cost, away)
        for column, part in enumerate(parts):
            self._grid.addWidget(part, row, column)
        entry = _Entry(wanted.line_id, wanted.medicine, parts, packs, cost)
        self._entries.append(entry)
        away.clicked.connect(lambda: self._remove(entry))
        self._supplier.set_error("")
        self._fit()

    def add_medicine(self, medicine: Medicine) -> None:
        """One pack of a product that was scanned."""
        self.add(Wanted(new_id(), medicine, 1, medicine.price_minor))

    def first_field(self) -> QWidget:
        """The packs of the first product."""
        return self._entries[0].packs if self._entries else self.search

    def asked(self) -> Work | None:
        """The draft, saved; what stands in the search is added first."""
        if self._finding.take_first():
            return None
        chosen = self.supplier.currentData()
        if chosen is None:
            self._supplier.set_error(self.tr("Supplier: enter one first, with F3."))
            return None
        lines: list[SupplyLine] = []
        for entry in self._entries:
            cost = read_amount(entry.cost.text(), self._currency)
            if cost is None:
                entry.cost.setFocus()
                self._error.show_error(self.tr("Cost: write an amount."))
                return None
            lines.append(
                SupplyLine(
                    id=entry.line_id,
                    medicine_id=entry.medicine.id,
                    packs=entry.packs.value(),
                    cost_minor=cost,
                )
            )
        if not lines:
            self._error.show_error(self.tr("It has no product yet: scan a pack to add one."))
            return None
        note = self.note_field.text().strip() or None
        if self._order is None:
            return self._supply.write(UUID(chosen), lines, note, self._again)
        return self._supply.revise(self._order.id, UUID(chosen), lines, note)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("saving the order")

    def outcome(self) -> str:
        """That it waits to be sent."""
        return self.tr("The draft is saved. Send it to the supplier when it is complete.")

    def forget(self) -> None:
        """It is about no order any more."""
        self._order = None
        self._again = None

    def _remove(self, entry: _Entry) -> None:
        self._entries.remove(entry)
        for part in entry.parts:
            part.hide()
            part.deleteLater()
        self._fit()

    def _fit(self) -> None:
        self._scroll.setVisible(bool(self._entries))
        self._none.setVisible(not self._entries)
        lines = _HEADINGS_HEIGHT + _ENTRY_HEIGHT * len(self._entries)
        self._scroll.setFixedHeight(min(_LINES_HEIGHT, lines))

    def _clear(self) -> None:
        for entry in list(self._entries):
            self._remove(entry)
