"""The table of a prescription's lines, in which nothing of a medicine is ever cut off."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableView, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.painting import draw_text
from clinicdesk.desktop.design.row_hover import RowHover
from clinicdesk.desktop.design.table_delegate import CELL_PADDING, TableDelegate
from clinicdesk.desktop.design.tokens import TABLE_ROW_HEIGHT, TextRole
from clinicdesk.desktop.design.views import HEADER_HEIGHT, shape_table
from clinicdesk.desktop.models.prescription_items import ItemColumn, PrescriptionItems
from clinicdesk.desktop.models.row_list import ID_ROLE

_LINE = 18
_LEAST_MEDICINE = 160
_SUPPLY_WIDTH = 156
_STATE_WIDTH = 160
_WIDTHS = {
    ItemColumn.LINE: 30,
    ItemColumn.QUANTITY: 74,
    ItemColumn.AMOUNT: 96,
    ItemColumn.STATE: 130,
    ItemColumn.NEXT: 100,
}


class CellLine(NamedTuple):
    """One painted line of a cell."""

    text: str
    role: TextRole
    ink: str


class ItemDelegate(TableDelegate):
    """Breaks a long medicine or a long direction into further lines instead of cutting it off.

    A name that ends in "…" hides its strength, and the strength is what is checked at a counter.
    """

    def __init__(self, design: Design, glow: Glow, hover: RowHover) -> None:
        super().__init__(design, glow, hover, ID_ROLE)
        self._broken: dict[tuple[str, TextRole, int], list[str]] = {}

    def lines_of(self, cell: CellContent, width: int) -> list[CellLine]:
        """What the medicine's cell says, line by line, in a column of `width` pixels."""
        inner, theme = width - 2 * CELL_PADDING, self.design.theme
        parts = [
            (cell.text, TextRole.STRONG, theme.text),
            (cell.second, TextRole.SECONDARY, theme.second),
            *((remark, TextRole.SECONDARY, theme.text) for remark in cell.remarks),
        ]
        return [
            CellLine(line, role, ink)
            for text, role, ink in parts
            for line in self._break(text, role, inner)
        ]

    def _break(self, text: str, role: TextRole, width: int) -> list[str]:
        key = (text, role, width)
        found = self._broken.get(key)
        if found is None:
            if len(self._broken) > 500:
                self._broken.clear()
            found = self._broken[key] = broken(self.design, text, role, width)
        return found

    def _paint_words(self, painter: QPainter, rect: QRectF, cell: CellContent) -> None:
        lines = self.lines_of(cell, int(rect.width()) + 2 * CELL_PADDING)
        if cell.right or not cell.second or len(lines) <= 2:
            super()._paint_words(painter, rect, cell)
            return
        first = self.first_line(rect, len(lines))
        for place, line in enumerate(lines):
            where = first.translated(0, place * _LINE)
            draw_text(painter, self.design, where, line.text, line.role, line.ink)


class ItemTable(QTableView):
    """Shows `PrescriptionItems` at its full height: what is around it scrolls.

    The height follows from the width alone and is told to the layout as such. Set in answer to a
    width, it came a step late: a scroll bar that came and went with it never came to rest.

    In a form promote a QTableView to it and call `dress` once.

    Attributes:
        glow: Makes lines shine after a change.
    """

    glow: Glow

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate: ItemDelegate | None = None
        self._next_offered = True
        self._widths = dict(_WIDTHS)
        self._fitted = 0
        policy = self.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def dress(self, design: Design, model: PrescriptionItems, *, batches: bool = False) -> None:
        """Give it its looks and its lines.

        Args:
            batches: Batch and expiry stand where the amount is elsewhere, and states are sentences.
        """
        if batches:
            self._widths |= {ItemColumn.AMOUNT: _SUPPLY_WIDTH, ItemColumn.STATE: _STATE_WIDTH}
        shape_table(self, design)
        self.glow = Glow(self)
        self._delegate = ItemDelegate(design, self.glow, RowHover(self))
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setModel(model)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(24)
        for column, width in self._widths.items():
            self.setColumnWidth(column, width)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionsClickable(False)
        model.modelReset.connect(self.fit)
        model.dataChanged.connect(self._fit_medicines)
        model.changed.connect(self._flash)
        self.fit()

    def current_place(self) -> int | None:
        """The row where the keyboard is; None when there is none."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def choose(self, place: int | None) -> None:
        """Make a row the current one, or none."""
        model = self.model()
        index = QModelIndex() if place is None else model.index(place, ItemColumn.MEDICINE)
        self.setCurrentIndex(index)

    def fit(self) -> None:
        """Give the medicines the width that is left, and every row the height it needs."""
        model = self.model()
        if self._delegate is None or not isinstance(model, PrescriptionItems):
            return
        # Not by the header's own stretching, which comes after the rows have been measured.
        no_next, width = self._shares(self.viewport().width())
        if self.isColumnHidden(ItemColumn.NEXT) != no_next:
            self.setColumnHidden(ItemColumn.NEXT, no_next)
        self.setColumnWidth(ItemColumn.MEDICINE, width)
        heights = self._row_heights(width)
        self._give_heights(heights)
        height = HEADER_HEIGHT + sum(heights)
        if height != self._fitted:
            self._fitted = height
            self.updateGeometry()

    def _give_heights(self, heights: list[int]) -> None:
        others = [place for place, wanted in enumerate(heights) if self.rowHeight(place) != wanted]
        if not others:
            return
        with QSignalBlocker(self.verticalHeader()):  # the view would hear of it a turn later
            for place in others:
                self.setRowHeight(place, heights[place])
        self.updateGeometries()
        self.viewport().update()

    def settle(self) -> None:
        """Take in now what changed: else the view does at its next painting, and paints again."""
        self.horizontalHeader().executeDelayedItemsLayout()
        self.verticalHeader().executeDelayedItemsLayout()
        self.executeDelayedItemsLayout()

    def offer_next(self, offered: bool) -> None:
        """Show the last column where there is room for it, or leave its room to the medicines."""
        if self._next_offered != offered:
            self._next_offered = offered
            self.fit()

    def _fit_medicines(self, first: QModelIndex, last: QModelIndex) -> None:
        if first.column() <= ItemColumn.MEDICINE <= last.column():
            self.fit()

    def _flash(self, item_ids: list[object]) -> None:
        for item_id in item_ids:
            self.glow.flash(item_id)

    def _shares(self, width: int) -> tuple[bool, int]:
        """Whether there is no last column in so much room, and how wide the medicines are."""
        taken = sum(self._widths.values())
        no_next = not self._next_offered or width < _LEAST_MEDICINE + taken
        if no_next:
            taken -= self._widths[ItemColumn.NEXT]
        return no_next, max(_LEAST_MEDICINE, width - taken)

    def _row_heights(self, width: int) -> list[int]:
        """How high each row is where the medicines are `width` wide."""
        delegate, model = self._delegate, self.model()
        if delegate is None or model is None:
            return []
        cells = (
            delegate.content(model.index(place, ItemColumn.MEDICINE))
            for place in range(model.rowCount())
        )
        lines = (len(delegate.lines_of(cell, width)) for cell in cells)
        return [TABLE_ROW_HEIGHT + max(0, count - 2) * _LINE for count in lines]

    def heightForWidth(self, width: int) -> int:
        return HEADER_HEIGHT + sum(self._row_heights(self._shares(width)[1]))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        # Of no width in particular: a layout asks for the height of the width that it gives.
        return QSize(super().minimumSizeHint().width(), HEADER_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def broken(design: Design, text: str, role: TextRole, width: int) -> list[str]:
    """A text in lines of at most `width` pixels; nothing for an empty text."""
    layout = QTextLayout(text, design.fonts.font(role))
    layout.setTextOption(_wrapping())
    lines: list[str] = []
    layout.beginLayout()
    while text and (line := layout.createLine()).isValid():
        line.setLineWidth(max(40, width))
        start: int = line.textStart()
        lines.append(text[start : start + line.textLength()].strip())
    layout.endLayout()
    return lines


def _wrapping() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option
