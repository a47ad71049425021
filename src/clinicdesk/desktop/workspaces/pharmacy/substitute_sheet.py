"""Asks which other product of the same medicine is dispensed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from clinicdesk.contract.commands import SubstituteItem
from clinicdesk.contract.entities import Medicine, Prescription, PrescriptionItem
from clinicdesk.contract.money import line_amount
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.tokens import ROW_HEIGHT, TextRole, Tone
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.models.item_words import medicine_words
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.pharmacy.scanned_products import wanted_product
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

if TYPE_CHECKING:
    from clinicdesk.core.desk import Desk

_ID_ROLE = Qt.ItemDataRole.UserRole + 1
_ROWS_SHOWN = 4
_SHORTEST = 3


class Substitute(Struct, frozen=True):
    """A product that may be dispensed instead.

    Attributes:
        amount_minor: What the line would cost with it. in_stock: Units; None where none are kept.
    """

    medicine: Medicine
    amount_minor: int
    in_stock: int | None


class SubstituteSheet(Sheet):
    """Up and Down choose the product while the reason is written; Enter replaces it."""

    command = SubstituteItem

    def __init__(
        self, design: Design, tasks: TaskOwner, desk: Desk, parent: QWidget | None = None
    ) -> None:
        super().__init__(design, tasks, parent)
        self._desk = desk
        self._item: PrescriptionItem | None = None
        self._given = ""
        self.setObjectName("substitute_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_substitute_button")
        self._none = paragraph("", TextRole.BODY, "second")
        self._none.setObjectName("no_substitutes")
        self._products = QListView()
        self._products.setObjectName("substitutes_list")
        self._products.setAccessibleName(self.tr("Products of the same medicine"))
        self._model = QStandardItemModel(self)
        self._products.setModel(self._model)
        self._products.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        dress_list(self._products, design)
        self._products.selectionModel().currentChanged.connect(self._say_who_reads)
        self._products.setProperty("framed", True)
        self._reason = QLineEdit()
        self._reason.setObjectName("substitute_reason_field")
        self._reason.setMaxLength(300)
        self._reason.installEventFilter(self)
        self._block = FieldBlock(design, self.tr("Reason"), self._reason)
        self._reason.textChanged.connect(lambda: self._block.set_error(""))
        self._choice_error = InlineError(design)
        for part in (self._none, self._products, self._choice_error, self._block):
            self.ui.body.addWidget(part)

    def prepare(self, item: PrescriptionItem, reason: str = "") -> None:
        """Say which line, and which reason was given before; then `open_about`."""
        self._item = item
        self._given = reason
        self.item_id = item.id

    def fill(self, _prescription: Prescription) -> None:
        """Ask for the products; what is out of stock is the likeliest reason."""
        item = self._item
        assert item is not None  # `prepare` comes before
        self.name_it(
            self.tr("Substitute"), medicine_words(item), self.tr("Substitute"),
            "arrow-left-right", Kind.PRIMARY,
        )  # fmt: skip
        self._block.set_error("")
        self._choice_error.show_error("")
        out = item.pharmacy_id is not None and not self._free(item.pharmacy_id, item)
        self._reason.setText(self._given or (self.tr("Out of stock") if out else ""))
        self._show([])
        self._ask_why(possible=True)
        self._say_who_reads()
        self._none.setText(self.tr("Looking for products…"))
        self._tasks.start(
            self._find(item),
            doing=self.tr("looking for products"),
            on_done=lambda found: self._found(item, found),
            of=self,
        )

    def first_field(self) -> QWidget:
        """The reason; the arrows move in the list above it."""
        return self._reason

    def work(self, prescription: Prescription) -> Work | None:
        """The replacement."""
        index = self._products.currentIndex()
        if not index.isValid() or self._item is None:
            if self._model.rowCount():
                self._choice_error.show_error(self.tr("Choose a product with Up and Down."))
            return None
        reason = self._reason.text().strip()
        if not reason and self._is_as_written():
            reason = self.tr("As prescribed")  # nothing is left that would have to be explained
        if len(reason) < _SHORTEST:
            self._block.set_error(self.tr("Reason: write at least a word."))
            return None
        product: UUID = index.data(_ID_ROLE)
        return self._desk.dispensing.substitute(prescription.id, self._item.id, product, reason)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("substituting the product")

    def outcome(self) -> str:
        """See Sheet."""
        if self._is_as_written():
            return self.tr("As prescribed again. The prescriber is told.")
        return self.tr("Substituted. The prescriber is told.")

    def _is_as_written(self) -> bool:
        """Whether the product is chosen that the prescriber wrote."""
        index = self._products.currentIndex()
        return self._item is not None and index.data(_ID_ROLE) == self._item.medicine_id

    def _say_who_reads(self) -> None:
        needed = not self._is_as_written()
        said = self.tr("The prescriber reads this") if needed else self.tr("May stay empty")
        self._reason.setPlaceholderText(said)

    def _free(self, pharmacy_id: UUID, item: PrescriptionItem) -> bool:
        there = self._desk.stock.dispensable(pharmacy_id, wanted_product(item))
        return there is None or there > 0

    async def _find(self, item: PrescriptionItem) -> list[Substitute]:
        """The other products of the medicine, what can be dispensed at once first."""
        found = []
        for medicine in await self._desk.dispensing.substitutes(item.id):
            if item.pharmacy_id is None:
                continue
            price = await self._desk.pricing.price_at(item.pharmacy_id, medicine)
            amount = line_amount(price, medicine.pack_size, item.quantity)
            if item.supplied:
                amount = item.amount_minor  # once a part was handed over, its price stays
            there = self._desk.stock.dispensable(item.pharmacy_id, medicine.id)
            found.append(Substitute(medicine, amount, there))
        return sorted(found, key=lambda each: (not each.in_stock, each.amount_minor))

    def _found(self, item: PrescriptionItem, found: list[Substitute]) -> None:
        if self._item is not item or self.prescription is None:
            return
        self._ask_why(possible=bool(found))
        self._show([self._row(item, each) for each in found], [e.medicine.id for e in found])
        self._none.setText(
            "" if found else self.tr("The formulary has no other product of this medicine.")
        )

    def _ask_why(self, *, possible: bool) -> None:
        """Without a product to choose there is nothing to give a reason for."""
        self._block.setVisible(possible)
        self.ui.sheet_confirm.setVisible(possible)
        if not possible:
            self.ui.sheet_close.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, item: PrescriptionItem, found: Substitute) -> RowContent:
        medicine, dearer = found.medicine, found.amount_minor - item.amount_minor
        if found.in_stock is None:
            keeps = item.pharmacy_id is not None and self._desk.stock.keeps_any(item.pharmacy_id)
            stock, tone = self.tr("not kept here") if keeps else "", Tone.NEUTRAL
        elif found.in_stock >= item.quantity - item.supplied - item.prepared:
            text = self.tr("%1 in stock").replace("%1", str(found.in_stock))
            stock, tone = text, Tone.SUCCESS
        elif not found.in_stock:
            stock, tone = self.tr("not in stock"), Tone.WARNING
        else:
            text = self.tr("only %1 in stock").replace("%1", str(found.in_stock))
            stock, tone = text, Tone.WARNING
        if dearer > 0:
            text = self.tr("%1, %2 more: to be paid first")
        elif dearer < 0:
            text = self.tr("%1, %2 less: owed back")
        else:
            text = self.tr("%1, the same price")
        price = text.replace("%2", money(abs(dearer), item.currency))
        prescribed = self.tr("as prescribed") if medicine.id == item.medicine_id else ""
        return RowContent(
            key=medicine.id,
            primary=medicine.brand,
            tail=" · ".join(part for part in (medicine.manufacturer, prescribed) if part),
            secondary=price.replace("%1", money(found.amount_minor, item.currency)),
            status=stock,
            status_tone=tone,
        )

    def _show(self, rows: list[RowContent], products: list[UUID] | None = None) -> None:
        self._model.clear()
        for content, product in zip(rows, products or [], strict=True):
            row = QStandardItem()
            row.setData(content, CONTENT_ROLE)
            row.setData(product, _ID_ROLE)
            row.setData(
                f"{content.primary}, {content.secondary}", Qt.ItemDataRole.AccessibleTextRole
            )
            row.setEditable(False)
            self._model.appendRow(row)
        self._products.setFixedHeight(min(len(rows), _ROWS_SHOWN) * ROW_HEIGHT + 2)
        self._products.setVisible(bool(rows))
        self._none.setVisible(not rows)
        if rows:
            self._products.setCurrentIndex(self._model.index(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self._reason
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        ):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = self._products.currentIndex().row() + step
            if 0 <= row < self._model.rowCount():
                self._products.setCurrentIndex(self._model.index(row, 0))
            return True
        return False
