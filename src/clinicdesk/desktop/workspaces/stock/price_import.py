"""A price list from a file: it is read, what it would change is seen, then it is taken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from clinicdesk.contract.prices import (
    LARGEST_FILE,
    ImportProgress,
    ImportRefused,
    PriceFileLine,
    PricePreview,
    PricesImported,
)
from clinicdesk.contract.problems import Problem
from clinicdesk.core.denial import Denied
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.design.tokens import SPACE_2, SPACE_4, TextRole, Tone
from clinicdesk.desktop.design.views import dress_table
from clinicdesk.desktop.models.cells import CellsModel
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.wording import problem_sentence
from clinicdesk.desktop.workspaces.stock.price_words import (
    counts_words,
    line_cells,
    progress_words,
)

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context

_MARGIN: Final = 20
_LINES: Final = UUID("6f0a8a4e-9a53-4b53-9d0e-0a2c9c1b7f10")
_CHANGES, _LEFT_OUT = "changes", "left_out"


@dataclass(frozen=True, slots=True)
class _Applied:
    outcome: PricesImported | ImportRefused


class PriceImportPage(QWidget):
    """One file at a time.

    Attributes:
        preview: What the file that was read would change; None while there is none.

    Signals:
        begun: A file is being read.
        left: Its prices are taken, or it is put away.
    """

    begun = Signal()
    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self.preview: PricePreview | None = None
        self._content = b""
        self._name = ""
        self._busy = False
        design = context.design
        self._title = label("", TextRole.NAME)
        self._about = label("", TextRole.SECONDARY, "second")
        self.open_button = Button()
        self.open_button.setText(self.tr("Open another…"))
        self.open_button.dress(design, kind=Kind.SECONDARY, icon="file-text", key="Ctrl+O")
        self.open_button.clicked.connect(self.choose_file)
        self.leave_button = Button()
        self.leave_button.setText(self.tr("Put it away"))
        self.leave_button.dress(design, kind=Kind.QUIET, key="Esc")
        self.leave_button.clicked.connect(self.leave)
        self.apply_button = Button()
        self.apply_button.dress(design, kind=Kind.PRIMARY, icon="check")
        self.apply_button.clicked.connect(self.apply)
        self._error = InlineError(design)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._stage = label("", TextRole.SECONDARY, "second")
        self.tabs = SegmentedTabs(
            design,
            [Tab(_CHANGES, self.tr("What changes"), 0), Tab(_LEFT_OUT, self.tr("Left out"), 0)],
        )
        self.tabs.selected.connect(lambda _key: self._show_lines())
        self._model = CellsModel(
            (
                self.tr("Line"), self.tr("Medicine"), self.tr("Before"), self.tr("New price"),
                self.tr("Change"),
            ),
            self,
        )  # fmt: skip
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("Lines of the file"))
        self.table.setModel(self._model)
        dress_table(self.table, design, ID_ROLE)
        header = self.table.horizontalHeader()
        for column, width in ((0, 70), (2, 130), (3, 130), (4, 140)):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        self._card = Card(design, padded=False)
        self._card.fill(self.table)
        self._read = QWidget()
        self._lay_out()
        leave = QShortcut(QKeySequence("Esc"), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.leave)
        self._refresh()

    def focus_start(self) -> None:
        """On what is to be done next."""
        button = self.apply_button if self.apply_button.isVisible() else self.open_button
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_file(self) -> None:
        """Ask for a file."""
        if self._busy:
            return
        dialog = QFileDialog(self, self.tr("Open a price list"))
        dialog.setNameFilters([self.tr("Price lists (*.csv *.xlsx)"), self.tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.read(Path(name)))
        dialog.open()

    def leave(self) -> None:
        """Put the file away: nothing of it was changed."""
        if not self._busy:
            self._put_away()

    def read(self, path: Path) -> None:
        """See what a file would change."""
        self.preview = None
        self._begin(path.name)
        self.begun.emit()
        self._context.tasks.start(
            self._preview(path), doing=self.tr("reading the price list"), on_done=self._on_preview,
            on_problem=self._on_problem, of=self,
        )  # fmt: skip

    def apply(self) -> None:
        """Have it so."""
        if self.preview is None or self._busy:
            return
        self._begin(self._name)
        self._context.tasks.start(
            self._apply(self.preview),
            doing=self.tr("taking the prices"), on_done=self._on_applied,
            on_problem=self._on_problem, of=self,
        )  # fmt: skip

    async def _preview(self, path: Path) -> PricePreview | Denied | Problem:
        try:
            size = await asyncio.to_thread(lambda: path.stat().st_size)
            if size > LARGEST_FILE:
                return Denied(self.tr("The file has more than 8 MB. Is it the right one?"))
            self._content = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            text = self.tr("%1 cannot be read: %2.").replace("%1", path.name)
            return Denied(text.replace("%2", error.strerror or "?"))
        return await self._desk.price_import.preview(
            self._desk.member.pharmacy_id, self._content, self._on_progress
        )

    async def _apply(self, preview: PricePreview) -> _Applied | Denied | Problem:
        come = await self._desk.price_import.apply(self._content, preview, self._on_progress)
        return _Applied(come) if isinstance(come, PricesImported | ImportRefused) else come

    def _begin(self, name: str) -> None:
        self._busy = True
        self._name = name
        self._error.show_error("")
        self._bar.setRange(0, 0)
        self._stage.setText("")
        self._refresh()

    def _on_progress(self, progress: ImportProgress) -> None:
        self._bar.setRange(0, progress.of)
        self._bar.setValue(progress.done)
        self._stage.setText(progress_words(progress))

    def _on_preview(self, preview: PricePreview) -> None:
        self._busy = False
        self.preview = preview
        first = _CHANGES if preview.writes or not preview.left_out else _LEFT_OUT
        self.tabs.select(first)
        self._show_lines()
        self._refresh()
        self.focus_start()

    def _on_applied(self, applied: _Applied) -> None:
        self._busy = False
        outcome = applied.outcome
        if isinstance(outcome, ImportRefused):
            self._error.show_error(problem_sentence(outcome.problem, self._context.zone))
            if outcome.preview is not None:
                self._on_preview(outcome.preview)
            self._refresh()
            return
        writes = 0 if self.preview is None else self.preview.writes
        self._put_away()
        self._context.toast(self.tr("%n price(s) are in force.", "", writes), Tone.SUCCESS)

    def _put_away(self) -> None:
        self.preview = None
        self._content = b""
        self._error.show_error("")
        self._refresh()
        self.left.emit()

    def _on_problem(self, sentence: str) -> None:
        self._busy = False
        self._error.show_error(sentence)
        self._refresh()

    def _show_lines(self) -> None:
        preview = self.preview
        if preview is None:
            return
        lines = preview.left_out if self.tabs.current == _LEFT_OUT else preview.changes
        self._model.show_rows(
            [(_line_id(line), line_cells(line, preview.currency)) for line in lines]
        )

    def _refresh(self) -> None:
        self._title.setText(self._name)
        self._about.setText(self.tr("Nothing is changed before you have seen what it changes."))
        if self.preview is not None:
            self._about.setText(counts_words(self.preview))
            left = sum(
                count for change, count in self.preview.counts.items()
                if change in ("unknown", "rejected")
            )  # fmt: skip
            self.tabs.set_count(_CHANGES, self.preview.writes)
            self.tabs.set_count(_LEFT_OUT, left)
            self.apply_button.setText(self.tr("Take %n price(s)", "", self.preview.writes))
        self.apply_button.setVisible(self.preview is not None)
        self.apply_button.setEnabled(
            not self._busy and self.preview is not None and self.preview.writes > 0
        )
        self.open_button.setEnabled(not self._busy)
        self._bar.setVisible(self._busy)
        self._stage.setVisible(self._busy)
        self.leave_button.setEnabled(not self._busy)
        self._read.setVisible(self.preview is not None)

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self._read)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SPACE_2)
        inner.addWidget(self.tabs)
        inner.addWidget(self._card, 1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._about)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        head.addWidget(self.leave_button)
        head.addWidget(self.open_button)
        head.addWidget(self.apply_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 16, _MARGIN, _MARGIN)
        column.setSpacing(SPACE_4)
        column.addLayout(head)
        column.addWidget(self._error)
        column.addWidget(self._stage)
        column.addWidget(self._bar)
        column.addWidget(self._read, 1)
        column.addStretch()


def _line_id(line: PriceFileLine) -> UUID:
    return uuid5(_LINES, f"{line.line} {line.code} {line.change}")
