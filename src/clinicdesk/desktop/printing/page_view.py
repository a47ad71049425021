"""A page as it will come out, as large as there is room."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painting import draw_text
from clinicdesk.desktop.design.tokens import TextRole

_EDGE = 1


class PageView(QWidget):
    """Paints one page on white, or a word while there is none."""

    def __init__(self, design: Design, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design = design
        self._image: QImage | None = None
        self._word = ""
        self.setMinimumSize(320, 320)
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

    def sizeHint(self) -> QSize:
        return QSize(480, 640)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self._image is None:
            ink = self._design.theme.second
            draw_text(painter, self._design, area, self._word, TextRole.BODY, ink)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = QSizeF(self._image.size()).scaled(
                area.size() - QSizeF(2 * _EDGE, 2 * _EDGE), Qt.AspectRatioMode.KeepAspectRatio
            )
            page = QRectF(area.topLeft(), size)
            page.moveCenter(area.center())
            painter.drawImage(page, self._image)
            painter.setPen(QColor(self._design.theme.outline))
            painter.drawRect(page)
        painter.end()
