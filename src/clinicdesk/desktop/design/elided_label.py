"""A label that ends in "…" where space ends, and then says the whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import LEFT, draw_text, text_width
from clinicdesk.desktop.design.tokens import TextRole


class ElidedLabel(PaintedWidget):
    """One line of text that never pushes its neighbours away.

    Args of ``__init__``:
        ink: attribute of ``Theme`` that holds the colour ("text", "second", "third", "accent").
    """

    def __init__(
        self,
        design: Design,
        text: str = "",
        role: TextRole = TextRole.BODY,
        ink: str = "text",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, parent)
        self._text = ""
        self._role = role
        self._ink = ink
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self._tell_whole()
        self.changed_content()

    def _tell_whole(self) -> None:
        hidden = text_width(self.design, self._text, self._role) > self.width()
        self.setToolTip(self._text if hidden else "")

    def sizeHint(self) -> QSize:
        metrics = self.design.fonts.metrics(self._role)
        return QSize(text_width(self.design, self._text, self._role) + 1, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._tell_whole()
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.design.fonts.metrics(self._role)
        shown = metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        ink: str = getattr(self.design.theme, self._ink)
        draw_text(painter, self.design, QRectF(self.rect()), shown, self._role, ink, LEFT)
        painter.end()
