"""The pages of a document on the screen: turned, and made larger to be read."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.forms.page_panel import Ui_PagePanel
from clinicdesk.desktop.printing.page_view import PageRoom, PageView
from clinicdesk.desktop.printing.sending import Pages, image_of_page
from clinicdesk.desktop.workspace import Context

_ZOOMS = (1.0, 1.35, 1.8, 2.4, 3.2)
"""Times as large as a whole page in the room."""
_LARGEST = 3.0
"""Pixels to a point: a small label does not fill the window."""
_SETTLED_MS = 60
"""A window that is being resized is not worth a picture for each step."""


class PagePanel(QWidget):
    """Shows one page at a time, drawn at exactly the size at which it is seen.

    Signals:
        failed: A page could not be drawn: a sentence.
    """

    failed = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._pages: Pages | None = None
        self._page = 0
        self._zoom = 0
        self.ui = Ui_PagePanel()
        self.ui.setupUi(self)
        self._view = PageView(context.design)
        self._view.setObjectName("preview_page")
        self._room = PageRoom(self._view)
        self.ui.page_place.addWidget(self._room)
        self._settled = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._settled.timeout.connect(self._draw)
        self._room.resized.connect(self._resized)
        self._dress()

    def say(self, word: str) -> None:
        """A word in place of a page."""
        self._pages = None
        self._view.setFixedSize(self._room.viewport().size())
        self._view.say(word)
        self._show_place()

    def show_pages(self, pages: Pages, *, anew: bool) -> None:
        """Show a document; `anew`: from its first page on."""
        self._pages = pages
        self._page = 0 if anew else min(self._page, pages.count - 1)
        self._show_place()
        self._lay()
        self._draw()

    def turn(self, by: int) -> None:
        """Show another page; nothing happens beyond the first and the last."""
        if self._pages is not None:
            self.go(self._page + by)

    def go(self, page: int) -> None:
        """Show a page, counted from 0, if there is one."""
        if self._pages is not None and 0 <= page < self._pages.count and page != self._page:
            self._page = page
            self._room.verticalScrollBar().setValue(0)
            self._show_place()
            self._lay()
            self._draw()

    def zoom(self, by: int) -> None:
        """Larger or smaller by so many steps."""
        self._zoom = max(0, min(len(_ZOOMS) - 1, self._zoom + by))
        self._show_place()
        self._lay()
        self._draw()

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether the key was one of the pages'."""
        last = 0 if self._pages is None else self._pages.count - 1
        if event.matches(QKeySequence.StandardKey.ZoomIn) or event.text() == "+":
            self.zoom(1)
        elif event.matches(QKeySequence.StandardKey.ZoomOut) or event.text() == "-":
            self.zoom(-1)
        elif event.matches(QKeySequence.StandardKey.MoveToPreviousPage):
            self.turn(-1)
        elif event.matches(QKeySequence.StandardKey.MoveToNextPage):
            self.turn(1)
        elif event.matches(QKeySequence.StandardKey.MoveToStartOfLine):
            self.go(0)
        elif event.matches(QKeySequence.StandardKey.MoveToEndOfLine):
            self.go(last)
        else:
            return False
        return True

    def _dress(self) -> None:
        design, ui = self._context.design, self.ui
        for button, icon, does in (
            (ui.page_back, "chevron-left", lambda: self.turn(-1)),
            (ui.page_on, "chevron-right", lambda: self.turn(1)),
            (ui.page_smaller, "minus", lambda: self.zoom(-1)),
            (ui.page_larger, "plus", lambda: self.zoom(1)),
        ):
            button.dress(design, kind=Kind.QUIET, icon=icon, compact=True)
            button.clicked.connect(does)
        self._show_place()

    def _show_place(self) -> None:
        ui, pages = self.ui, self._pages
        count = 0 if pages is None else pages.count
        for button in (ui.page_back, ui.page_on):
            button.setVisible(count > 1)
        ui.page_back.setEnabled(self._page > 0)
        ui.page_on.setEnabled(self._page + 1 < count)
        ui.page_smaller.setEnabled(count > 0 and self._zoom > 0)
        ui.page_larger.setEnabled(count > 0 and self._zoom + 1 < len(_ZOOMS))
        words = self.tr("Page %1 of %2").replace("%1", str(self._page + 1))
        ui.page_words.setText(words.replace("%2", str(count)) if count else "")

    def _size(self) -> QSize:
        """Of the page as it is seen."""
        assert self._pages is not None
        width, height = self._pages.sizes[self._page]
        # The whole viewport, as it is without bars: with them the page would be smaller each time.
        room = self._room.maximumViewportSize()
        whole = min(room.width() / width, room.height() / height, _LARGEST)
        scale = whole * _ZOOMS[self._zoom]
        return QSize(max(1, int(width * scale)), max(1, int(height * scale)))

    def _lay(self) -> None:
        size = self._room.viewport().size() if self._pages is None else self._size()
        self._view.setFixedSize(size)

    def _resized(self) -> None:
        self._lay()
        self._settled.start()

    def _draw(self) -> None:
        pages, page = self._pages, self._page
        if pages is None:
            return
        size, words = self._view.size(), self.ui.page_words.text()
        dpi = 72 * size.width() * self.devicePixelRatioF() / pages.sizes[page][0]

        def draw(image: QImage) -> None:
            if (pages, page, size) == (self._pages, self._page, self._view.size()):
                self._view.show_page(image, words)

        self._context.tasks.start(
            image_of_page(pages, page, dpi),
            doing=self.tr("drawing the page"),
            on_done=draw,
            on_problem=self.failed.emit,
            of=self,
        )
