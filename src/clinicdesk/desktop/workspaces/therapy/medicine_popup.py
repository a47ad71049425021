"""The medicines that a few letters may mean, below the field in which they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListView, QVBoxLayout, QWidget

from clinicdesk.contract.entities import Allergy
from clinicdesk.core.medicine_choice import MedicineChoice
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.tokens import RADIUS_CARD, ROW_PADDING, TABLE_ROW_HEIGHT, TextRole
from clinicdesk.desktop.design.views import dress_view
from clinicdesk.desktop.workspaces.therapy.medicine_rows import FoundMedicines, MedicineDelegate

MOST: Final = 8
_LEAST_WIDTH: Final = 720
_MARGIN: Final = 5
_SHADE: Final = 2
_PLACE_HEIGHT: Final = 26


class MedicinePopup(QFrame):
    """A list over its host, which takes no focus: the keyboard stays in the field.

    Signals:
        taken: A `MedicineChoice` was chosen.
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
        dress_view(self._view, design)
        self._view.setUniformItemSizes(True)
        self._view.setItemDelegate(MedicineDelegate(design, self._view))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setModel(self.model)
        self._view.clicked.connect(lambda _index: self.take())
        self._sentence = paragraph("", TextRole.SECONDARY, "second")
        self._sentence.setContentsMargins(10, 8, 10, 8)
        self._where = ElidedLabel(design, "", TextRole.SECONDARY, "second")
        self._where.setObjectName("medicine_place")
        self._where.setFixedHeight(_PLACE_HEIGHT)
        below = QHBoxLayout()
        below.setContentsMargins(ROW_PADDING, 0, ROW_PADDING, 0)
        below.addWidget(self._where)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN + _SHADE)
        column.setSpacing(0)
        column.addWidget(self._view)
        column.addWidget(self._sentence)
        column.addLayout(below)
        design.changed.connect(self.update)
        self.hide()

    def show_found(
        self,
        found: Sequence[MedicineChoice],
        allergies: Sequence[Allergy],
        below: QWidget,
        sentence: str,
        where: str,
    ) -> None:
        """Appear below a field with these, or with a sentence when there are none.

        Args:
            where: Whose prices and stock are shown; empty where they are nobody's.
        """
        self.model.show_found(found[:MOST], allergies)
        count = self.model.rowCount()
        self._view.setVisible(count > 0)
        self._sentence.setVisible(count == 0)
        self._sentence.setText(sentence)
        self._where.set_text(where)
        self._where.setVisible(count > 0 and bool(where))
        if count:
            self._view.setCurrentIndex(self.model.index(0))
        self._settle(below, count)
        self.show()
        self.raise_()

    def show_anew(self, found: Sequence[MedicineChoice], allergies: Sequence[Allergy]) -> None:
        """Show what is there now of the medicines that stand here; nothing moves."""
        self.model.show_found(found, allergies)

    def move_by(self, rows: int) -> None:
        """Move the choice up or down; it stays at the ends."""
        last = self.model.rowCount() - 1
        if last >= 0:
            place = min(last, max(0, self._view.currentIndex().row() + rows))
            self._view.setCurrentIndex(self.model.index(place))

    def take(self) -> bool:
        """Take the chosen medicine; False when there is none to take."""
        choice = self.model.choice_at(self._view.currentIndex().row())
        if choice is None or choice.medicine.discontinued:
            return False
        self.hide()
        self.taken.emit(choice)
        return True

    def _settle(self, below: QWidget, count: int) -> None:
        corner = below.mapTo(self._host, QPoint(0, below.height() + 4))
        width = min(max(_LEAST_WIDTH, below.width()), self._host.width() - corner.x() - 8)
        room = self._host.height() - corner.y() - 8
        wanted = self._sentence.heightForWidth(width - 10) + 4
        if count:
            wanted = count * TABLE_ROW_HEIGHT
            wanted += _PLACE_HEIGHT if self._where.isVisibleTo(self) else 0
        self.setGeometry(corner.x(), corner.y(), width, min(room, wanted + 2 * _MARGIN + _SHADE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        rect = QRectF(self.rect())
        draw_rounded(painter, rect, RADIUS_CARD, theme.shadow)
        inner = rect.adjusted(0, 0, 0, -_SHADE)
        draw_rounded(painter, inner, RADIUS_CARD, theme.surface, theme.outline)
        painter.end()
