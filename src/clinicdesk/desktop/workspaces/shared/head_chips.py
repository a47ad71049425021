"""The chips below a patient's name: allergies first, and whatever else there is room for."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.painting import draw_icon, draw_rounded
from clinicdesk.desktop.design.pill import PILL_HEIGHT, Pill
from clinicdesk.desktop.design.tokens import ICON_SMALL, SPACE_2
from clinicdesk.desktop.workspaces.shared.allergy_pill import AllergyPill

_BRIEF_WIDTH: Final = 34


class BriefChip(Chip):
    """A chip that shows its icon alone where its words have no room: half a word helps nobody."""

    def __init__(self, design: Design, pill: Pill, parent: QWidget | None = None) -> None:
        self._brief = False
        super().__init__(design, pill, parent)

    @property
    def full_width(self) -> int:
        """What it takes with its words."""
        return super().sizeHint().width()

    def set_brief(self, brief: bool) -> None:
        """Show the icon alone, or the words as well."""
        if brief != self._brief:
            self._brief = brief
            self.changed_content()

    def sizeHint(self) -> QSize:
        return QSize(_BRIEF_WIDTH, PILL_HEIGHT) if self._brief else super().sizeHint()

    def _paint_face(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        if not self._brief:
            super()._paint_face(painter, rect, radius)
            return
        theme = self.design.theme
        tint = theme.tint(self.pill.tone)
        draw_rounded(painter, rect, radius, tint.weak, theme.outline)
        corner = QPointF(
            rect.left() + round((rect.width() - ICON_SMALL) / 2),
            rect.top() + round((rect.height() - ICON_SMALL) / 2),
        )
        draw_icon(painter, self.design, self.pill.icon, tint.ink, corner, ICON_SMALL)


class HeadChips(QWidget):
    """An allergy never gives way to a telephone number."""

    def __init__(
        self, allergies: AllergyPill, others: tuple[BriefChip, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._allergies = allergies
        self._others = others
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_2)
        row.addWidget(allergies)
        for chip in others:
            row.addWidget(chip)
        row.addStretch(1)

    def fit(self) -> None:
        """Shorten as many of the others as is needed, the first one first."""
        shown = [chip for chip in self._others if not chip.isHidden()]
        room = self.width() - SPACE_2 * len(shown)
        if not self._allergies.isHidden():
            room -= self._allergies.sizeHint().width()
        for brief in range(len(shown) + 1):
            needed = brief * _BRIEF_WIDTH + sum(chip.full_width for chip in shown[brief:])
            if needed <= room or brief == len(shown):
                for place, chip in enumerate(shown):
                    chip.set_brief(place < brief)
                return

    def minimumSizeHint(self) -> QSize:
        shown = [chip for chip in self._others if not chip.isHidden()]
        width = (_BRIEF_WIDTH + SPACE_2) * len(shown)
        if not self._allergies.isHidden():
            width += self._allergies.minimumSizeHint().width()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
