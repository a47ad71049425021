"""The list below the search bar, and what typing, arrows, Enter and a scanner do to it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QWidget

from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.tokens import RADIUS_CARD
from clinicdesk.desktop.forms.search_popup import Ui_SearchPopup
from clinicdesk.desktop.shell.finding import Finder, FoundGroup
from clinicdesk.desktop.shell.found_delegate import (
    HEADING_HEIGHT,
    RESULT_HEIGHT,
    FoundDelegate,
)
from clinicdesk.desktop.shell.found_model import FoundModel
from clinicdesk.desktop.workspace import Context

_WIDTH = 620
_TALLEST = 480
_MARGINS = 14
_AT_ONCE = 4
"""So many letters more than before were not typed: they were scanned or pasted."""


class SearchPopup(QFrame):
    """Searches one desk for what is typed into the window's search bar."""

    def __init__(self, context: Context, field: SearchField, finder: Finder, host: QWidget) -> None:
        super().__init__(host)
        design = context.design
        self._design = design
        self._field = field
        self._tasks = context.tasks
        self._host = host
        self._finder = finder
        self._groups: list[FoundGroup] = []
        self._length_before = 0
        self._stepped = False
        self._came_from: QWidget | None = None
        self._give_up: Callable[[], None] = _nothing
        self._model = FoundModel()
        self.ui = Ui_SearchPopup()
        self.ui.setupUi(self)
        results = self.ui.search_results
        results.setModel(self._model)
        results.setItemDelegate(FoundDelegate(design))
        results.setMouseTracking(True)
        results.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        results.clicked.connect(self._open_index)
        field.textChanged.connect(self._text_changed)
        field.left.connect(self.leave)
        field.installEventFilter(self)
        field.setEnabled(True)
        design.changed.connect(self.update)
        self.setObjectName("search_popup")
        self.hide()

    def close_for_good(self) -> None:
        """Let go of the search bar."""
        self._give_up()
        self._field.removeEventFilter(self)
        self._field.textChanged.disconnect(self._text_changed)
        self._field.left.disconnect(self.leave)
        self._field.clear()
        self._field.setEnabled(False)
        self.hide()
        self.deleteLater()

    def begin(self) -> None:
        """Put the keyboard into the search bar; it goes back with Escape."""
        focused = QApplication.focusWidget()
        if focused is not self._field:
            self._came_from = focused
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._refresh()

    def leave(self) -> None:
        """Close the list and give the keyboard back."""
        self.hide()
        if self._came_from is not None and self._came_from.isVisible():
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._field.hasFocus():
            self._field.clearFocus()
        self._came_from = None

    def _text_changed(self, text: str) -> None:
        grown = len(text) - self._length_before
        self._length_before = len(text)
        if grown >= _AT_ONCE and self._open_scanned(text):
            return
        if self._field.hasFocus() or self.isVisible():
            self._refresh()

    def _open_scanned(self, text: str) -> bool:
        found = self._finder.scanned(text)
        if found is None:
            return False
        self._close_and(lambda: self._finder.open_prescription(found))
        return True

    def _refresh(self) -> None:
        self._give_up()
        self._stepped = False
        text = self._field.text()
        self._groups = self._finder.find(text)
        self._show(self._groups)
        if text.strip():
            self._give_up = self._tasks.start(
                self._finder.find_medicines(text),
                doing=self.tr("searching the medicines"),
                on_done=self._add_medicines,
                on_problem=_unsaid,
                of=self,
            )

    def _add_medicines(self, group: FoundGroup) -> None:
        if group.results:
            self._show([*self._groups, group])

    def _show(self, groups: list[FoundGroup]) -> None:
        # The best result is chosen, until somebody goes to another one.
        current = self.ui.search_results.currentIndex().row()
        chosen = self._model.found(current) if self._stepped else None
        self._model.set_groups(groups)
        row = -1 if chosen is None else self._model.row_of(chosen.key)
        self._choose(row if row >= 0 else self._model.next_result(-1, 1))
        self.ui.search_results.setVisible(bool(groups))
        self.ui.search_nothing.setVisible(not groups)
        self.ui.search_nothing.setText(
            self.tr("Nothing found. Try part of a name, a phone number or a prescription's code.")
        )
        self._settle(groups)
        if self._field.hasFocus():
            self.show()
            self.raise_()

    def _settle(self, groups: list[FoundGroup]) -> None:
        results = sum(len(group.results) for group in groups)
        height = len(groups) * HEADING_HEIGHT + results * RESULT_HEIGHT + _MARGINS
        if not groups:
            height = self.sizeHint().height()
        below = self._field.mapTo(self._host, QPoint(0, self._field.height() + 4))
        room = self._host.height() - below.y() - 8
        width = min(_WIDTH, self._host.width() - below.x() - 8)
        self.setGeometry(below.x(), below.y(), width, min(height, _TALLEST, room))

    def _choose(self, row: int) -> None:
        index = self._model.index(row) if row >= 0 else QModelIndex()
        self.ui.search_results.setCurrentIndex(index)
        found = self._model.found(row)
        # What a screen reader says while the keyboard stays in the field.
        self._field.setAccessibleDescription("" if found is None else found.text)

    def _step(self, step: int) -> None:
        self._stepped = True
        current = self.ui.search_results.currentIndex().row()
        self._choose(self._model.next_result(current, step))

    def _open_index(self, index: QModelIndex) -> None:
        found = self._model.found(index.row())
        if found is not None:
            self._close_and(found.open)

    def _open_chosen(self) -> None:
        if not self._open_scanned(self._field.text()):
            self._open_index(self.ui.search_results.currentIndex())

    def _close_and(self, go: Callable[[], object]) -> None:
        self._give_up()
        self._field.clear()
        self.leave()
        go()

    def _take_key(self, key: Qt.Key) -> bool:
        match key:
            case Qt.Key.Key_Down if self.isVisible():
                self._step(1)
            case Qt.Key.Key_Down:
                self._refresh()
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._open_chosen()
            case _:
                return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._field:
            return False
        if event.type() is QEvent.Type.FocusOut:
            self.hide()
        elif event.type() is QEvent.Type.FocusIn and self._field.text():
            self._refresh()
        elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._take_key(Qt.Key(event.key()))
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        draw_rounded(painter, QRectF(self.rect()), RADIUS_CARD, theme.surface, theme.outline)
        painter.end()


def _nothing() -> None:
    """There is no search to give up."""


def _unsaid(_sentence: str) -> None:
    """The medicines are missing from the list for once; typing on asks again."""
