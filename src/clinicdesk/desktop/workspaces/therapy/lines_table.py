"""The medicines of the form as a table, in which nothing of a medicine is cut off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from clinicdesk.contract.entities import Allergy, Severity
from clinicdesk.contract.money import line_amount
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.row_hover import RowHover
from clinicdesk.desktop.design.tokens import TABLE_ROW_HEIGHT, Tone
from clinicdesk.desktop.design.views import HEADER_HEIGHT, shape_table
from clinicdesk.desktop.models.prescription_items import spoken_cell
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.shared.item_table import ItemDelegate
from clinicdesk.desktop.workspaces.therapy.draft import DraftLine, conflicts
from clinicdesk.desktop.workspaces.therapy.words import line_words, medicine_name

Index = QModelIndex | QPersistentModelIndex
_LINE: Final = 18
_WARNING_WIDTH: Final = 168
_ICON_WIDTH: Final = 46
_ROOM_FOR_WORDS: Final = 600
"""Below it a warning is its icon alone: what it says stands beside the table."""


class LineColumn(IntEnum):
    """The columns, from the left."""

    LINE = 0
    MEDICINE = 1
    WARNING = 2
    QUANTITY = 3
    AMOUNT = 4


_WIDTHS = {
    LineColumn.LINE: 34,
    LineColumn.WARNING: 0,
    LineColumn.QUANTITY: 84,
    LineColumn.AMOUNT: 104,
}


class LinesModel(QAbstractTableModel):
    """The lines of a form, marked by the patient's allergies.

    Attributes:
        warns: Whether a line is marked. brief: Marks are icons alone; a screen reader says them.

    Signals:
        amounts_changed: These lines cost something else than before: their identifiers.
    """

    amounts_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[DraftLine, ...] = ()
        self._cells: list[list[CellContent]] = []
        self._prices: Mapping[UUID, int] = {}
        self.warns = False
        self.brief = False

    def show_prices(self, prices: Mapping[UUID, int]) -> None:
        """What packs cost where it goes, by medicine; by the formulary where that is not said."""
        if prices == self._prices:
            return
        self._prices = dict(prices)
        others = []
        for line, cells in zip(self._lines, self._cells, strict=True):
            amount = self._amount(line)
            if amount != cells[LineColumn.AMOUNT]:
                others.append(line.id)
            cells[LineColumn.AMOUNT] = amount
        if self._lines:
            column = LineColumn.AMOUNT
            last = self.index(len(self._lines) - 1, column)
            self.dataChanged.emit(self.index(0, column), last)
        if others:
            self.amounts_changed.emit(others)

    def show_lines(self, lines: Sequence[DraftLine], allergies: Sequence[Allergy]) -> None:
        """Show these; a line that says the same stays where the selection is."""
        cells = [
            self._cells_of(place, line, allergies) for place, line in enumerate(lines, start=1)
        ]
        self.warns = any(row[LineColumn.WARNING].pill is not None for row in cells)
        if [line.id for line in lines] == [line.id for line in self._lines]:
            self._lines, self._cells = tuple(lines), cells
            if lines:
                last = self.index(len(lines) - 1, len(LineColumn) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._lines, self._cells = tuple(lines), cells
        self.endResetModel()

    def line_at(self, place: int) -> DraftLine | None:
        """The line in a row; None past the end."""
        return self._lines[place] if 0 <= place < len(self._lines) else None

    def place_of(self, line_id: UUID | None) -> int | None:
        """The row of a line; None when it is not there."""
        places = (place for place, line in enumerate(self._lines) if line.id == line_id)
        return next(places, None)

    def _cells_of(
        self, place: int, line: DraftLine, allergies: Sequence[Allergy]
    ) -> list[CellContent]:
        return [
            CellContent(str(place), quiet=True),
            CellContent(medicine_name(line.medicine), strong=True, second=line_words(line)),
            CellContent(pill=self._warning(line, allergies)),
            CellContent(str(line.quantity), strong=True, right=True),
            self._amount(line),
        ]

    def _amount(self, line: DraftLine) -> CellContent:
        medicine = line.medicine
        price = self._prices.get(medicine.id, medicine.price_minor)
        amount = line_amount(price, medicine.pack_size, line.quantity)
        return CellContent(money(amount, medicine.currency), right=True)

    def _warning(self, line: DraftLine, allergies: Sequence[Allergy]) -> Pill | None:
        if line.medicine.discontinued:
            return Pill(self.tr("No longer supplied"), Tone.DANGER, "ban")
        met = conflicts(line.medicine, allergies)
        if not met:
            return None
        severe = met[0].severity is Severity.SEVERE
        tone = Tone.DANGER if severe else Tone.WARNING
        return Pill(met[0].substance, tone, "shield-alert" if severe else "triangle-alert")

    def _brief(self, cell: CellContent) -> CellContent:
        if cell.pill is None:
            return cell
        return CellContent(pill=Pill("", cell.pill.tone, cell.pill.icon))

    def _header(self, column: int) -> str:
        match LineColumn(column):
            case LineColumn.LINE:
                return ""
            case LineColumn.MEDICINE:
                return self.tr("Medicine")
            case LineColumn.WARNING:
                return self.tr("Allergy") if self.warns and not self.brief else ""
            case LineColumn.QUANTITY:
                return self.tr("Quantity")
            case LineColumn.AMOUNT:
                return self.tr("Amount")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(LineColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.line_at(index.row())
        if line is None:
            return None
        cell = self._cells[index.row()][index.column()]
        match role:
            case _ if role == ID_ROLE:
                return line.id
            case _ if role == CONTENT_ROLE:
                return self._brief(cell) if self.brief else cell
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return spoken_cell(cell)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._header(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = section in (LineColumn.QUANTITY, LineColumn.AMOUNT)
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class LinesTable(QTableView):
    """Shows a `LinesModel`; rows are as high as what they say.

    In a form promote a QTableView to it and call `dress` once.

    Signals:
        edit_wanted: Enter was pressed on a line, or it was double-clicked: the line.
        removal_wanted: Delete was pressed on a line: the line.
        chosen: The keyboard is on another line, or on none.
    """

    edit_wanted = Signal(object)
    removal_wanted = Signal(object)
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate: ItemDelegate | None = None
        self._kept: UUID | None = None

    def dress(self, design: Design, model: LinesModel) -> None:
        """Give it its looks and its lines."""
        shape_table(self, design)
        self.glow = Glow(self)
        self._delegate = ItemDelegate(design, self.glow, RowHover(self))
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(LineColumn.MEDICINE, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        model.amounts_changed.connect(self._flash)
        model.modelReset.connect(self._settle)
        model.dataChanged.connect(self._settle)
        model.modelReset.connect(self.chosen)
        self.selectionModel().currentChanged.connect(self.chosen)
        self.doubleClicked.connect(lambda _index: self.edit_current())
        self._settle()

    def current_line(self) -> DraftLine | None:
        """The line that the keyboard is on."""
        model = self.model()
        if not isinstance(model, LinesModel) or not self.currentIndex().isValid():
            return None
        return model.line_at(self.currentIndex().row())

    def choose(self, place: int) -> None:
        """Put the choice on a row; the last one where there are fewer."""
        model = self.model()
        place = min(place, model.rowCount() - 1)
        if place >= 0:
            self.setCurrentIndex(model.index(place, LineColumn.MEDICINE))

    def keep_in_sight(self, line_id: UUID) -> None:
        """Scroll to a line, and again when rows grow before anybody moves the choice."""
        self._kept = line_id
        self._scroll_to_kept()

    def _scroll_to_kept(self) -> None:
        model = self.model()
        place = model.place_of(self._kept) if isinstance(model, LinesModel) else None
        if place is not None:
            self.scrollTo(model.index(place, LineColumn.MEDICINE))

    def edit_current(self) -> None:
        """Ask for the chosen line to be edited."""
        line = self.current_line()
        if line is not None:
            self.edit_wanted.emit(line)

    def remove_current(self) -> None:
        """Ask for the chosen line to be removed."""
        line = self.current_line()
        if line is not None:
            self.removal_wanted.emit(line)

    def _flash(self, line_ids: list[UUID]) -> None:
        for line_id in line_ids:
            self.glow.flash(line_id)

    def _settle(self) -> None:
        """Room for warnings where there are some; rows as high as what they say."""
        model = self.model()
        if not isinstance(model, LinesModel):
            return
        model.brief = self.viewport().width() < _ROOM_FOR_WORDS
        width = _ICON_WIDTH if model.brief else _WARNING_WIDTH
        self.setColumnWidth(LineColumn.WARNING, width if model.warns else 0)
        self._fit_rows()

    def _fit_rows(self) -> None:
        model = self.model()
        if self._delegate is None or not isinstance(model, LinesModel):
            return
        # The header stretches its column later than the rows are asked for.
        others = (column for column in LineColumn if column is not LineColumn.MEDICINE)
        width = self.viewport().width() - sum(map(self.columnWidth, others))
        grown = False
        for place in range(model.rowCount()):
            cell = self._delegate.content(model.index(place, LineColumn.MEDICINE))
            lines = len(self._delegate.lines_of(cell, width))
            wanted = TABLE_ROW_HEIGHT + max(0, lines - 2) * _LINE
            if self.rowHeight(place) != wanted:
                self.setRowHeight(place, wanted)
                grown = True
        if grown:
            self._scroll_to_kept()

    def sizeHint(self) -> QSize:
        # Qt takes what a view prefers for the least that it needs, where texts beside it wrap.
        return QSize(400, HEADER_HEIGHT + TABLE_ROW_HEIGHT + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_rows()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._kept = None
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                self.edit_current()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.remove_current()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._kept = None
        if not self.currentIndex().isValid():
            self.choose(0)
