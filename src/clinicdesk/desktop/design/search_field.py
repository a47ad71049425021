"""A field to scan or search into, with the key that brings one there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.key_cap import draw_key_cap, key_cap_size
from clinicdesk.desktop.design.painting import draw_icon
from clinicdesk.desktop.design.tokens import ICON

_LEFT = 10
_RIGHT = 10


class SearchField(QLineEdit):
    """A line edit with an icon before and a key cap behind; Escape empties it first.

    Args of ``__init__``:
        icon: "scan-line" where a scanner may write, "search" elsewhere.
        key: the shortcut, shown while the field is empty and not in use; the shell binds it.

    Signals:
        left: Escape was pressed while the field was empty: give the focus back.
    """

    left = Signal()

    def __init__(
        self,
        design: Design,
        placeholder: str,
        *,
        icon: str = "search",
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._design = design
        self._icon = icon
        self._key = key
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        if key:
            self.setToolTip(f"{placeholder}  {key}")
        self.setProperty("search", True)
        self._make_room()
        design.changed.connect(self.update)

    def _make_room(self) -> None:
        right = key_cap_size(self._design, self._key).width() + _RIGHT if self._key else 0
        self.setTextMargins(ICON + 10, 0, right, 0)

    def sizeHint(self) -> QSize:
        return QSize(460, super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.clear()
        else:
            self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        theme = self._design.theme
        ink = theme.accent if self.hasFocus() else theme.second
        top = round((self.height() - ICON) / 2)
        draw_icon(painter, self._design, self._icon, ink, QPointF(_LEFT, top), ICON)
        if self._key and not self.text() and not self.hasFocus():
            size = key_cap_size(self._design, self._key)
            left = self.width() - size.width() - _RIGHT
            cap = QRectF(left, round((self.height() - size.height()) / 2), 0, size.height())
            cap.setWidth(size.width())
            draw_key_cap(painter, self._design, cap, self._key)
        painter.end()
