"""A page as it will come out, in a room that scrolls when the page is larger."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painting import draw_text
from clinicdesk.desktop.design.tokens import TextRole


class PageView(QWidget):
    """Paints one page on white, or a word while there is none."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self._image: QImage | None = None
        self._word = ""
        design.changed.connect(self.update)

    def show_page(self, image: QImage, words: str) -> None:
        """Show a page; `words` say to screen readers what it is."""
        self._image = image
        self.setAccessibleName(words)
        self.update()

    def say(self, word: str) -> None:
        """Show a word in place of a page."""
        self._image = None
        self._word = word
        self.setAccessibleName(word)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self._image is None:
            ink = self._design.theme.second
            draw_text(painter, self._design, area, self._word, TextRole.BODY, ink)
        else:
            # Drawn at this very size it is crisp; after another one the right one is on its way.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self._image)
            painter.setPen(QColor(self._design.theme.outline))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.end()


class PageRoom(QScrollArea):
    """Where a page lies. Its keys scroll; those that turn pages are its owner's.

    Signals:
        resized: There is more room, or less.
    """

    resized = Signal()

    def __init__(self, page: PageView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_room")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 320)
        self.setWidget(page)

    def sizeHint(self) -> QSize:
        return QSize(640, 640)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        scrolls = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)
        if event.key() in scrolls:
            super().keyPressEvent(event)
        else:
            event.ignore()
