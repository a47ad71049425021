"""The medicines that were found as rows: what each is, costs, and whether the pharmacy has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from clinicdesk.contract.entities import Allergy, Medicine
from clinicdesk.core.medicine_choice import MedicineChoice
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.design.delegate import ContentDelegate, Index
from clinicdesk.desktop.design.painting import RIGHT, draw_icon, draw_text, text_width
from clinicdesk.desktop.design.pill import Pill, draw_pill, pill_size
from clinicdesk.desktop.design.tokens import (
    ICON_SMALL,
    ROW_PADDING,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    TABLE_ROW_HEIGHT,
    TextRole,
    Tone,
)
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.therapy.draft import conflicts
from clinicdesk.desktop.workspaces.therapy.words import (
    availability_look,
    medicine_name,
    pack_words,
    schedule_pill,
)

_SEPARATOR: Final = " · "
_FIRST_TOP: Final = 7
_SECOND_TOP: Final = 27
_LINE: Final = 18
_PILL_HEIGHT: Final = 20


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """What a row says.

    Attributes:
        told: Brand, maker and pack. pill: What speaks against it, or its schedule.
        shelf: Whether the pharmacy has it; None where that is not known.
    """

    key: UUID
    name: str
    told: str
    pill: Pill | None
    price: str
    shelf: Pill | None

    @property
    def spoken(self) -> str:
        """Every fact that is shown, the name first."""
        marks = [pill.text for pill in (self.pill, self.shelf) if pill is not None]
        return ", ".join(part for part in (self.name, self.told, self.price, *marks) if part)


class FoundMedicines(QAbstractListModel):
    """Some medicines as the chosen pharmacy has them, marked by the patient's allergies."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: list[MedicineChoice] = []
        self._rows: list[MedicineRow] = []

    def show_found(self, found: Sequence[MedicineChoice], allergies: Sequence[Allergy]) -> None:
        """Show these. The same medicines in the same order stay where the choice is."""
        same = [c.medicine.id for c in found] == [c.medicine.id for c in self._choices]
        rows = [self._row(choice, allergies) for choice in found]
        if same:
            self._choices, self._rows = list(found), rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._choices, self._rows = list(found), rows
        self.endResetModel()

    def medicines(self) -> list[Medicine]:
        """What is shown, in its order."""
        return [choice.medicine for choice in self._choices]

    def choice_at(self, place: int) -> MedicineChoice | None:
        """What stands in a row; None past the end."""
        return self._choices[place] if 0 <= place < len(self._choices) else None

    def _row(self, choice: MedicineChoice, allergies: Sequence[Allergy]) -> MedicineRow:
        medicine = choice.medicine
        met = conflicts(medicine, allergies)
        if medicine.discontinued:
            pill: Pill | None = Pill(self.tr("No longer supplied"), Tone.WARNING, "ban")
        elif met:
            text = self.tr("Allergy: %1").replace("%1", met[0].substance)
            pill = Pill(text, Tone.DANGER, "triangle-alert")
        else:
            pill = schedule_pill(medicine.schedule)
        told = (medicine.brand, medicine.manufacturer, pack_words(medicine))
        known = choice.availability
        return MedicineRow(
            key=medicine.id,
            name=medicine_name(medicine),
            told=_SEPARATOR.join(part for part in told if part),
            pill=pill,
            price=money(choice.price_minor, medicine.currency),
            shelf=None if known is None else availability_look(known),
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == CONTENT_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.spoken
        return None


class MedicineDelegate(ContentDelegate):
    """Paints a `MedicineRow`: at the left what it is, at the right its price and the shelf."""

    def __init__(self, design: Design, parent: QWidget) -> None:
        super().__init__(design, parent)

    def _paint_right(
        self, painter: QPainter, rect: QRectF, row: MedicineRow
    ) -> tuple[float, float]:
        """Paint price and shelf; return where they begin."""
        design, end = self.design, rect.right() - ROW_PADDING
        price = end - text_width(design, row.price, TextRole.STRONG)
        where = QRectF(price - 1, rect.top() + _FIRST_TOP, end - price + 1, _LINE)
        draw_text(painter, design, where, row.price, TextRole.STRONG, design.theme.text, RIGHT)
        if row.shelf is None:
            return price, end
        ink = self.ink(row.shelf.tone)
        word = end - text_width(design, row.shelf.text, TextRole.SECONDARY)
        where = QRectF(word - 1, rect.top() + _SECOND_TOP, end - word + 1, _LINE)
        draw_text(painter, design, where, row.shelf.text, TextRole.SECONDARY, ink, RIGHT)
        icon = QPointF(
            round(word - SPACE_1 - ICON_SMALL),
            round(rect.top() + _SECOND_TOP + (_LINE - ICON_SMALL) / 2),
        )
        draw_icon(painter, design, row.shelf.icon, ink, icon, ICON_SMALL)
        return price, icon.x()

    def _paint_left(
        self, painter: QPainter, rect: QRectF, row: MedicineRow, ends: tuple[float, float]
    ) -> None:
        theme, left = self.design.theme, rect.left() + ROW_PADDING
        room = ends[0] - SPACE_3 - left
        pill_width = 0 if row.pill is None else pill_size(self.design, row.pill).width()
        first = QRectF(left, rect.top() + _FIRST_TOP, room, _LINE)
        first.setWidth(room - (pill_width + SPACE_2 if pill_width else 0))
        taken = self.paint_line(painter, first, row.name, TextRole.STRONG, theme.text)
        if row.pill is not None:
            place = left + taken + SPACE_2
            draw_pill(
                painter,
                self.design,
                QRectF(place, rect.top() + _FIRST_TOP - 1, pill_width, _PILL_HEIGHT),
                row.pill,
            )
        second = QRectF(left, rect.top() + _SECOND_TOP, ends[1] - SPACE_3 - left, _LINE)
        self.paint_line(painter, second, row.told, TextRole.SECONDARY, theme.second)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(240, TABLE_ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: MedicineRow = index.data(CONTENT_ROLE)
        self.paint_ground(painter, option, 0, first=True, last=True)
        rect = QRectF(option.rect)
        self._paint_left(painter, rect, row, self._paint_right(painter, rect, row))
