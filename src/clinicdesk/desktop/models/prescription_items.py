"""The lines of one prescription as a table, told cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, Protocol
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem
from clinicdesk.core.collection import Change, Collection
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.models.item_words import detail_words, medicine_words, remarks
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.wording import money, status_look

Index = QModelIndex | QPersistentModelIndex
NextStep = Callable[[PrescriptionItem], CellContent]
_NOTHING: Final = CellContent()


class LineCells(Protocol):
    """What a workspace says of a line beside its medicine and quantity, at the moment of asking."""

    def supply_title(self, prescription_id: UUID | None) -> str:
        """The heading of the column that has the amount elsewhere."""

    def supply(self, item: PrescriptionItem) -> CellContent:
        """Instead of the amount."""

    def state(self, item: PrescriptionItem) -> CellContent:
        """How far the line has come."""

    def remarks(self, item: PrescriptionItem) -> tuple[str, ...]:
        """What is to be known of the line besides what its own row tells."""

    def next_step(self, item: PrescriptionItem) -> CellContent:
        """What is offered for the line now."""


class ItemColumn(IntEnum):
    """The columns, from the left."""

    LINE = 0
    MEDICINE = 1
    QUANTITY = 2
    AMOUNT = 3
    STATE = 4
    NEXT = 5


class PrescriptionItems(QAbstractTableModel):
    """Shows the lines of the prescription that `show_prescription` names, in the order written.

    A change touches the cells that say something else and nothing more, so selection and scroll
    position stay.

    Signals:
        changed: Lines that are shown changed: their identifiers, for the glow.
    """

    changed = Signal(list)

    def __init__(
        self,
        items: Collection[PrescriptionItem],
        next_step: NextStep | None = None,
        parent: QObject | None = None,
        *,
        cells: LineCells | None = None,
    ) -> None:
        """Show nothing yet.

        Args:
            next_step: What the last column offers for a line; `refresh` when it would answer
                differently. Without it the column is empty.
            cells: Says the last three columns instead; `refresh` likewise.
        """
        super().__init__(parent)
        self._items = items
        self._next_step = next_step if cells is None else cells.next_step
        self._said = cells
        self._prescription_id: UUID | None = None
        self._shown: list[PrescriptionItem] = []
        self._cells: list[list[CellContent]] = []
        self._heading = self._amount_heading()
        self._unsubscribe = items.subscribe(self._on_change)
        self.destroyed.connect(self._unsubscribe)

    @property
    def prescription_id(self) -> UUID | None:
        """Whose lines are shown."""
        return self._prescription_id

    def show_prescription(self, prescription_id: UUID | None) -> None:
        """Show the lines of another prescription, or none."""
        if prescription_id != self._prescription_id:
            self._prescription_id = prescription_id
            self._read_again()

    def items(self) -> list[PrescriptionItem]:
        """The lines, from the first to the last."""
        return list(self._shown)

    def item_at(self, place: int) -> PrescriptionItem | None:
        """The line in a row; None past the end."""
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def item_of(self, item_id: UUID) -> PrescriptionItem | None:
        """A line by its identifier; None when it is not shown."""
        return next((item for item in self._shown if item.id == item_id), None)

    def place_of(self, item_id: UUID | None) -> int | None:
        """The row of a line; None when it is not shown."""
        places = (place for place, item in enumerate(self._shown) if item.id == item_id)
        return next(places, None)

    def refresh(self) -> None:
        """Ask for the words again: language, clock or what may be done has changed."""
        for place, item in enumerate(self._shown):
            self._tell_differences(place, item)
        heading = self._amount_heading()
        if heading != self._heading:
            self._heading = heading
            column = ItemColumn.AMOUNT
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, column, column)

    def _on_change(self, change: Change[PrescriptionItem]) -> None:
        if change.reset:
            self._read_again()
            return
        mine = [new for _, new in change.updated if self._is_mine(new)]
        places = [self.place_of(item.id) for item in mine]
        moved = any(map(self._is_mine, (*change.added, *change.removed))) or any(
            place is None or self._shown[place].line != item.line
            for place, item in zip(places, mine, strict=True)
        )
        if moved:
            self._read_again()
        else:
            for place, item in zip(places, mine, strict=True):
                if place is not None:
                    self._shown[place] = item
                    self._tell_differences(place, item)
        if mine:
            self.changed.emit([item.id for item in mine])

    def _is_mine(self, item: PrescriptionItem) -> bool:
        return item.prescription_id == self._prescription_id

    def _read_again(self) -> None:
        self.beginResetModel()
        wanted = self._prescription_id
        lines = [] if wanted is None else self._items.of(wanted)
        self._shown = sorted(lines, key=lambda item: (item.line, item.id))
        self._cells = [self._cells_of(item) for item in self._shown]
        self._heading = self._amount_heading()
        self.endResetModel()

    def _tell_differences(self, place: int, item: PrescriptionItem) -> None:
        old, new = self._cells[place], self._cells_of(item)
        self._cells[place] = new
        for column, (before, after) in enumerate(zip(old, new, strict=True)):
            if before != after:
                index = self.index(place, column)
                self.dataChanged.emit(index, index)

    def _cells_of(self, item: PrescriptionItem) -> list[CellContent]:
        return [
            CellContent(str(item.line), quiet=True),
            self._medicine(item),
            CellContent(str(item.quantity), strong=True, right=True),
            self._supply(item),
            self._state(item),
            self._next_step(item) if self._next_step is not None else _NOTHING,
        ]

    def _medicine(self, item: PrescriptionItem) -> CellContent:
        said = () if self._said is None else self._said.remarks(item)
        return CellContent(
            medicine_words(item),
            strong=True,
            second=detail_words(item),
            remarks=(*remarks(item), *said),
        )

    def _supply(self, item: PrescriptionItem) -> CellContent:
        if self._said is not None:
            return self._said.supply(item)
        return CellContent(money(item.amount_minor, item.currency), right=True)

    def _state(self, item: PrescriptionItem) -> CellContent:
        if item.signed_at is None:
            return _NOTHING  # a line of a draft is in nobody's hands yet
        if self._said is not None:
            return self._said.state(item)
        return CellContent(pill=self._state_pill(item))

    def _state_pill(self, item: PrescriptionItem) -> Pill:
        look, owing = status_look(item.status), str(item.owing)
        match item.status:
            case ItemStatus.OWING if item.owing:
                return Pill(self.tr("%1 owing").replace("%1", owing), look.tone, look.icon)
            case ItemStatus.CHECKED | ItemStatus.READY if item.owing:
                text = self.tr("%1, %2 owing").replace("%2", owing)
                return Pill(text.replace("%1", str(item.prepared)), look.tone, look.icon)
        return look.pill()

    def _header(self, column: int) -> str:
        match ItemColumn(column):
            case ItemColumn.LINE:
                return ""
            case ItemColumn.MEDICINE:
                return self.tr("Medicine")
            case ItemColumn.QUANTITY:
                return self.tr("Quantity")
            case ItemColumn.AMOUNT:
                if self._said is not None:
                    return self._said.supply_title(self._prescription_id)
                return self.tr("Amount")
            case ItemColumn.STATE:
                return self.tr("State")
            case ItemColumn.NEXT:
                return self.tr("Next") if self._next_step is not None else ""

    def _amounts_at_right(self) -> bool:
        return any(cells[ItemColumn.AMOUNT].right for cells in self._cells)

    def _amount_heading(self) -> tuple[str, bool]:
        return self._header(ItemColumn.AMOUNT), self._amounts_at_right()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(ItemColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item_at(index.row())
        if item is None:
            return None
        cell = self._cells[index.row()][index.column()]
        match role:
            case _ if role == ID_ROLE:
                return item.id
            case _ if role == CONTENT_ROLE:
                return cell
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return spoken_cell(cell)
            case Qt.ItemDataRole.ToolTipRole if index.column() == ItemColumn.MEDICINE:
                return "\n".join((cell.text, cell.second, *cell.remarks))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._header(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            at_right = {ItemColumn.QUANTITY, ItemColumn.NEXT}
            if self._amounts_at_right():
                at_right.add(ItemColumn.AMOUNT)
            right = section in at_right
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def spoken_cell(cell: CellContent) -> str:
    """A cell as a screen reader says it."""
    state = cell.pill.text if cell.pill is not None else ""
    parts = (cell.key, cell.text, cell.tail, cell.second, *cell.remarks, state)
    return ", ".join(part for part in parts if part)
