"""The medicines that a few letters may mean, below the field in which they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Allergy, Medicine
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import RADIUS_CARD, ROW_HEIGHT, TextRole, Tone
from clinicdesk.desktop.design.views import dress_list
from clinicdesk.desktop.models.row_list import spoken
from clinicdesk.desktop.wording import money
from clinicdesk.desktop.workspaces.therapy.draft import conflicts
from clinicdesk.desktop.workspaces.therapy.words import medicine_name, pack_words, schedule_pill

MOST = 8
_LEAST_WIDTH = 720
_MARGIN = 5
_SEPARATOR = " · "
Index = QModelIndex | QPersistentModelIndex


class FoundMedicines(QAbstractListModel):
    """Some medicines, each with what it costs and whether this patient must not have it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._medicines: list[Medicine] = []
        self._contents: list[RowContent] = []

    def show_found(self, medicines: Sequence[Medicine], allergies: Sequence[Allergy]) -> None:
        """Show these, marked by the patient's allergies."""
        self.beginResetModel()
        self._medicines = list(medicines)
        self._contents = [self._content(medicine, allergies) for medicine in medicines]
        self.endResetModel()

    def medicine_at(self, place: int) -> Medicine | None:
        """The medicine in a row; None past the end."""
        return self._medicines[place] if 0 <= place < len(self._medicines) else None

    def _content(self, medicine: Medicine, allergies: Sequence[Allergy]) -> RowContent:
        met = conflicts(medicine, allergies)
        if medicine.discontinued:
            pill: Pill | None = Pill(self.tr("No longer supplied"), Tone.WARNING, "ban")
        elif met:
            text = self.tr("Allergy: %1").replace("%1", met[0].substance)
            pill = Pill(text, Tone.DANGER, "triangle-alert")
        else:
            pill = schedule_pill(medicine.schedule)
        told = (medicine.brand, medicine.manufacturer, pack_words(medicine))
        return RowContent(
            key=medicine.id,
            primary=medicine_name(medicine),
            secondary=_SEPARATOR.join(part for part in told if part),
            pill=pill,
            status=money(medicine.price_minor, medicine.currency),
            status_tone=Tone.NEUTRAL,
        )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._medicines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._contents):
            return None
        content = self._contents[index.row()]
        if role == CONTENT_ROLE:
            return content
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(content)
        return None


class MedicinePopup(QFrame):
    """A list over its host, which takes no focus: the keyboard stays in the field.

    Signals:
        taken: A medicine was chosen.
    """

    taken = Signal(object)

    def __init__(self, design: Design, host: QWidget) -> None:
        super().__init__(host)
        self._design = design
        self._host = host
        self.setObjectName("medicine_popup")
        self.model = FoundMedicines(self)
        self._view = QListView()
        self._view.setObjectName("medicine_list")
        self._view.setAccessibleName(self.tr("Medicines found"))
        dress_list(self._view, design)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setModel(self.model)
        self._view.clicked.connect(lambda _index: self.take())
        self._sentence = paragraph("", TextRole.SECONDARY, "second")
        self._sentence.setContentsMargins(10, 8, 10, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN + 2)
        column.addWidget(self._view)
        column.addWidget(self._sentence)
        design.changed.connect(self.update)
        self.hide()

    def show_found(
        self,
        medicines: Sequence[Medicine],
        allergies: Sequence[Allergy],
        below: QWidget,
        sentence: str,
    ) -> None:
        """Appear below a field with these, or with a sentence when there are none."""
        self.model.show_found(medicines[:MOST], allergies)
        count = self.model.rowCount()
        self._view.setVisible(count > 0)
        self._sentence.setVisible(count == 0)
        self._sentence.setText(sentence)
        if count:
            self._view.setCurrentIndex(self.model.index(0))
        self._settle(below, count)
        self.show()
        self.raise_()

    def move_by(self, rows: int) -> None:
        """Move the choice up or down; it stays at the ends."""
        last = self.model.rowCount() - 1
        if last >= 0:
            place = min(last, max(0, self._view.currentIndex().row() + rows))
            self._view.setCurrentIndex(self.model.index(place))

    def take(self) -> bool:
        """Take the chosen medicine; False when there is none to take."""
        medicine = self.model.medicine_at(self._view.currentIndex().row())
        if medicine is None or medicine.discontinued:
            return False
        self.hide()
        self.taken.emit(medicine)
        return True

    def _settle(self, below: QWidget, count: int) -> None:
        corner = below.mapTo(self._host, QPoint(0, below.height() + 4))
        width = min(max(_LEAST_WIDTH, below.width()), self._host.width() - corner.x() - 8)
        room = self._host.height() - corner.y() - 8
        wanted = count * ROW_HEIGHT if count else self._sentence.heightForWidth(width - 10)
        self.setGeometry(
            corner.x(), corner.y(), width, min(room, wanted + 2 * _MARGIN + 2 + (0 if count else 4))
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        rect = QRectF(self.rect())
        draw_rounded(painter, rect, RADIUS_CARD, theme.shadow)
        inner = rect.adjusted(0, 0, 0, -2)
        draw_rounded(painter, inner, RADIUS_CARD, theme.surface, theme.outline)
        painter.end()
