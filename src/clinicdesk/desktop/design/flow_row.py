"""Small widgets one after the other, in as many rows as they need."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinicdesk.desktop.design.tokens import SPACE_2


class FlowRow(QWidget):
    """Chips and the like; hidden ones take no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, part: QWidget) -> None:
        """Add a widget at the end."""
        part.setParent(self)
        part.show()
        self._parts.append(part)
        self.arrange()

    def arrange(self) -> None:
        """Lay them out again: one has another size, came or went."""
        self._lay_out(self.width())
        self.updateGeometry()

    def _lay_out(self, width: int, *, measure_only: bool = False) -> int:
        x = y = height = 0
        for part in self._parts:
            if part.isHidden():
                continue
            size = part.sizeHint()
            if x and x + size.width() > width:
                x, y = 0, y + height + SPACE_2
            if not measure_only:
                part.setGeometry(QRect(x, y, min(size.width(), width), size.height()))
            x += size.width() + SPACE_2
            height = size.height()
        return y + height

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay_out(width, measure_only=True)

    def sizeHint(self) -> QSize:
        sizes = [part.sizeHint() for part in self._parts if not part.isHidden()]
        width = sum(size.width() + SPACE_2 for size in sizes)
        return QSize(max(0, width - SPACE_2), max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        sizes = [part.sizeHint() for part in self._parts if not part.isHidden()]
        widest = max((size.width() for size in sizes), default=0)
        return QSize(widest, max((size.height() for size in sizes), default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out(self.width())
        super().resizeEvent(event)
