"""One shelf: what it holds by batch, when it is ordered, what came and went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

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

from clinicdesk.contract.entities import Batch, StockLevel
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import label, paragraph, set_ink
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4, TABLE_ROW_HEIGHT, TextRole, Tone
from clinicdesk.desktop.design.views import HEADER_HEIGHT, dress_table
from clinicdesk.desktop.models.cells import CellRow, CellsModel
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.models.shelf_needs import expires_soon, is_low
from clinicdesk.desktop.models.units import pack_words
from clinicdesk.desktop.wording import date_text, money
from clinicdesk.desktop.workspaces.stock.ledger_card import LedgerCard

if TYPE_CHECKING:
    from clinicdesk.contract.entities import Medicine
    from clinicdesk.core.clock import Now
    from clinicdesk.desktop.workspace import Context
    from clinicdesk.desktop.workspaces.stock.shelf_rows import ShelfRows

_WIDTHS: Final = (150, 200, 130, 120)


class ShelfPane(QFrame):
    """Shows one `StockLevel`.

    Attributes:
        batches: The table; its current row is what counting is about.
        sheet_row: Where sheets appear, above the buttons. action_bar: The buttons.

    Signals:
        receive_wanted, count_wanted, reorder_wanted, order_wanted: What the buttons ask for.
    """

    receive_wanted = Signal()
    count_wanted = Signal()
    reorder_wanted = Signal()
    order_wanted = Signal()

    def __init__(
        self, context: Context, rows: ShelfRows, today: Callable[[], date], now: Now
    ) -> None:
        super().__init__()
        self._context = context
        self._rows = rows
        self._today = today
        self._level: StockLevel | None = None
        design = context.design
        self._name = ElidedLabel(design, "", TextRole.NAME)
        self._about = ElidedLabel(design, "", TextRole.SECONDARY, "second")
        self._count = label("", TextRole.COUNTER)
        self._count.setObjectName("on_hand")
        self._units = label("", TextRole.SECONDARY, "second")
        self._reorder = paragraph("", TextRole.SECONDARY, "second")
        self._model = CellsModel(
            (self.tr("Batch"), self.tr("Expiry"), self.tr("On hand"), self.tr("Cost of a pack")),
            self,
        )
        self.batches = QTableView()
        self.batches.setAccessibleName(self.tr("Batches on this shelf"))
        self.batches.setModel(self._model)
        dress_table(self.batches, design, ID_ROLE)
        self.batches.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.batches.horizontalHeader()
        for column, width in enumerate(_WIDTHS):
            self.batches.setColumnWidth(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        self._nothing = paragraph(
            self.tr("Nothing lies here. Receive goods, or order them from a supplier."),
            TextRole.SECONDARY, "second",
        )  # fmt: skip
        self._batch_card = Card(design, self.tr("Batches"), padded=False)
        self._batch_card.head.setContentsMargins(14, 13, 14, 3)
        self._batch_card.fill(self.batches)
        self._nothing.setContentsMargins(14, 4, 14, 14)
        self._batch_card.body.addWidget(self._nothing)
        self._ledger = LedgerCard(context, now)
        self.sheet_row = QVBoxLayout()
        self.action_bar = QFrame()
        self._lay_out()

    @property
    def level(self) -> StockLevel | None:
        """What is shown."""
        return self._level

    @property
    def current_batch(self) -> Batch | None:
        """The batch where the keyboard is."""
        batch_id = self._model.id_at(self.batches.currentIndex().row())
        return self._context.desk.replica.batches.get(batch_id)

    def show_level(self, level: StockLevel, medicine: Medicine | None) -> None:
        """Show a shelf as it is now."""
        moved = self._level is None or self._level.id != level.id
        if self._level is None or self._level != level:
            self._ledger.show_medicine(level.medicine_id)
        self._level = level
        self._name.set_text(medicine_title(medicine) if medicine is not None else "…")
        self._about.set_text(self._about_words(level, medicine))
        left = self._rows.left(level)
        self._count.setText(f"{left:,}")
        low = is_low(level, left)
        set_ink(self._count, "danger" if left == 0 else "warning" if low else "")
        self._units.setText(self._unit_words(level, medicine))
        self._reorder.setText(self._reorder_words(level))
        current = self.current_batch
        batches = self._rows.batches_of(level)
        self._model.show_rows([self._cells(batch) for batch in batches])
        self._nothing.setVisible(not batches)
        self.batches.setVisible(bool(batches))
        self.batches.setFixedHeight(HEADER_HEIGHT + TABLE_ROW_HEIGHT * max(1, len(batches)) + 2)
        self._choose(None if moved or current is None else current.id)

    def _choose(self, batch_id: UUID | None) -> None:
        place = self._model.place_of(batch_id)
        if self._model.rowCount():
            self.batches.setCurrentIndex(self._model.index(place or 0, 0))

    def _about_words(self, level: StockLevel, medicine: Medicine | None) -> str:
        parts = []
        if medicine is not None:
            parts += [
                part for part in (medicine.brand, medicine.manufacturer, medicine.gtin) if part
            ]
        if level.shelf:
            parts.append(self.tr("Shelf %1").replace("%1", level.shelf))
        return " · ".join(parts)

    def _unit_words(self, level: StockLevel, medicine: Medicine | None) -> str:
        if medicine is None:
            return ""
        expired = self._rows.expired(level)
        text = self.tr("good, %n expired · %1", "", expired) if expired else self.tr("on hand · %1")
        return text.replace("%1", pack_words(medicine))

    def _reorder_words(self, level: StockLevel) -> str:
        if not level.reorder_level:
            return self.tr("Nobody has said when to order it.")
        text = self.tr("Order %n pack(s) when %1 or fewer are left.", "", level.reorder_packs)
        return text.replace("%1", f"{level.reorder_level:,}")

    def _cells(self, batch: Batch) -> CellRow:
        today = self._today()
        expired, soon = batch.expiry < today, expires_soon(batch, today)
        tone = Tone.DANGER if expired else Tone.WARNING if soon else Tone.NEUTRAL
        said = self.tr("expired") if expired else self.tr("soon") if soon else ""
        return batch.id, (
            CellContent(batch.number, strong=True),
            CellContent(date_text(batch.expiry), tone=tone, second=said),
            CellContent(f"{batch.on_hand:,}", right=True, strong=True, quiet=batch.on_hand == 0),
            CellContent(money(batch.cost_minor, batch.currency), right=True),
        )

    def _lay_out(self) -> None:
        self.setProperty("pane", "background")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._name)
        words.addWidget(self._about)
        head = QFrame()
        head.setProperty("pane", "surface")
        head.setProperty("edge", "bottom")
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(SPACE_2)
        row.addLayout(words, 1)
        row.addWidget(self._count, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._units, 0, Qt.AlignmentFlag.AlignBottom)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(SPACE_4)
        inner.addWidget(self._batch_card)
        inner.addWidget(self._reorder)
        inner.addWidget(self._ledger)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(body)
        self.action_bar.setProperty("pane", "surface")
        self.action_bar.setProperty("edge", "top")
        buttons = QHBoxLayout(self.action_bar)
        buttons.setContentsMargins(20, 13, 20, 13)
        buttons.setSpacing(10)
        design = self._context.design
        for text, icon, key, kind, signal in (
            (self.tr("Count"), "list-checks", "F3", Kind.SECONDARY, self.count_wanted),
            (self.tr("When to order"), "package", "F4", Kind.SECONDARY, self.reorder_wanted),
            (self.tr("Order"), "send", "F5", Kind.SECONDARY, self.order_wanted),
            (self.tr("Receive"), "package-check", "F2", Kind.PRIMARY, self.receive_wanted),
        ):
            button = Button()
            button.setText(text)
            button.dress(design, kind=kind, icon=icon, key=key)
            button.clicked.connect(signal)
            if kind is Kind.PRIMARY:
                buttons.addStretch(1)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(scroll, 1)
        column.addLayout(self.sheet_row)
        column.addWidget(self.action_bar)
