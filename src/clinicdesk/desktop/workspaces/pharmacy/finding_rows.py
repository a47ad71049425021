"""What the safety rules found, one below the other: a mark, what it is, and all that is to be said.

Nothing of it is cut off: every sentence has as many lines as it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from clinicdesk.contract.entities import Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.labels import IconLabel, paragraph
from clinicdesk.desktop.design.tokens import ICON_LARGE, SPACE_3, TextRole, Tone

TONES = {Tier.STOP: Tone.DANGER, Tier.OVERRIDE: Tone.WARNING, Tier.INFORMATION: Tone.INFO}
_ICONS = {Tier.STOP: "ban", Tier.OVERRIDE: "triangle-alert", Tier.INFORMATION: "info"}
_BETWEEN = 10


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One of them; `tier` as it is shown: what was answered is information."""

    tier: Tier
    title: str
    below: str


def row_of(finding: Finding) -> FindingRow:
    """A finding as the rules put it."""
    return FindingRow(finding.tier, finding.summary, finding.detail)


class FindingRows(QWidget):
    """In the order in which they are given."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self.setProperty("transparent", True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_3)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_rows(self, rows: Sequence[FindingRow]) -> None:
        """Show these."""
        self._clear()
        for place, row in enumerate(rows):
            tone = TONES[row.tier]
            mark = IconLabel(self._design, _ICONS[row.tier], tone, ICON_LARGE - 2, height=19)
            title = paragraph(row.title, TextRole.STRONG)
            below = paragraph(row.below, TextRole.SECONDARY, "second")
            last = place == len(rows) - 1
            below.setContentsMargins(0, 1, 0, 0 if last else _BETWEEN)
            self._grid.addWidget(mark, 2 * place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(title, 2 * place, 1)
            self._grid.addWidget(below, 2 * place + 1, 1)
        self.setAccessibleName(" ".join(f"{row.title} {row.below}" for row in rows))

    def _clear(self) -> None:
        while (part := self._grid.takeAt(0)) is not None:
            widget = part.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
