"""Two versions of a draft side by side, line by line, with what differs marked."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.core.conflict import DraftConflict
from clinicdesk.core.differences import LinePair, SaidLine
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.marked_text import Fact, MarkedText
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.tokens import (
    RADIUS_CONTROL,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    SPACE_4,
    TextRole,
    Tone,
)
from clinicdesk.desktop.workspaces.shared.conflict_words import (
    pair_words,
    quantity_words,
    taking_words,
)

PharmacyName = Callable[[UUID | None], str]


class ConflictSides(QWidget):
    """What differs first in each row's heading, then mine at the left and theirs at the right.

    Lines that say the same stand at the end, quietly and once.
    """

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self.setProperty("transparent", True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, SPACE_2, 0)
        self._column.setSpacing(SPACE_4)

    def show_conflict(self, conflict: DraftConflict, pharmacy: PharmacyName) -> None:
        """Show these two versions."""
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        found = conflict.differences
        for pair in found.lines:
            if not pair.same:
                self._column.addWidget(self._line_row(pair))
        if found.pharmacy:
            both = (pharmacy(conflict.mine.pharmacy_id), pharmacy(conflict.theirs.pharmacy_id))
            self._column.addWidget(self._text_row(self.tr("The pharmacy differs"), *both))
        if found.note:
            both = (conflict.mine.note, conflict.theirs.note)
            self._column.addWidget(self._text_row(self.tr("The note differs"), *both))
        same = [pair.mine for pair in found.lines if pair.same and pair.mine is not None]
        if same:
            self._column.addWidget(self._same_lines(same))
        self._column.addStretch(1)

    def _line_row(self, pair: LinePair) -> QWidget:
        alone = pair.mine is None or pair.theirs is None
        tone = Tone.INFO if alone else Tone.WARNING
        return self._row(
            Pill(pair_words(pair), tone, "plus" if alone else "triangle-alert"),
            self._cell(pair.mine, pair.differing),
            self._cell(pair.theirs, pair.differing),
        )

    def _text_row(self, heading: str, mine: str, theirs: str) -> QWidget:
        return self._row(
            Pill(heading, Tone.WARNING, "triangle-alert"),
            *(self._text_cell(text) for text in (mine, theirs)),
        )

    def _row(self, heading: Pill, mine: QWidget, theirs: QWidget) -> QWidget:
        row = QWidget()
        row.setProperty("transparent", True)
        row.setAccessibleName(heading.text)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_1 + 2)
        column.addWidget(StatusPill(self._design, heading), 0, Qt.AlignmentFlag.AlignLeft)
        both = QHBoxLayout()
        both.setSpacing(SPACE_3)
        for cell in (mine, theirs):
            both.addWidget(cell, 1)
        column.addLayout(both)
        return row

    def _cell(self, line: SaidLine | None, differing: frozenset[str]) -> QWidget:
        if line is None:
            return _Cell(self._design, [self._absent()], quiet=True)
        facts = [
            Fact(words, part in differing)
            for part, words in taking_words(line)
            if part != "route" or part in differing
        ]
        facts.append(Fact(quantity_words(line), "quantity" in differing))
        name: QWidget
        if "medicine" in differing:
            name = MarkedText(self._design, [Fact(line.medicine, marked=True)])
        else:
            name = paragraph(line.medicine, TextRole.STRONG)
        return _Cell(self._design, [name, MarkedText(self._design, facts)])

    def _text_cell(self, text: str) -> QWidget:
        if not text:
            nothing = paragraph(self.tr("Nothing"), TextRole.SECONDARY, "third")
            return _Cell(self._design, [nothing], quiet=True)
        return _Cell(self._design, [paragraph(text, TextRole.BODY)])

    def _absent(self) -> QWidget:
        return paragraph(self.tr("Not in this version"), TextRole.SECONDARY, "third")

    def _same_lines(self, lines: list[SaidLine]) -> QWidget:
        words = ", ".join(line.medicine for line in lines)
        text = self.tr("The same in both: %1").replace("%1", words)
        return paragraph(text, TextRole.SECONDARY, "second")


class _Cell(QFrame):
    """One side of a row."""

    def __init__(self, design: Design, parts: list[QWidget], *, quiet: bool = False) -> None:
        super().__init__()
        self._design = design
        self._quiet = quiet
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_3, SPACE_2 + 2, SPACE_3, SPACE_2 + 2)
        column.setSpacing(2)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        design.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        fill = theme.background if self._quiet else theme.surface
        draw_rounded(painter, QRectF(self.rect()), RADIUS_CONTROL, fill, theme.line)
        painter.end()
