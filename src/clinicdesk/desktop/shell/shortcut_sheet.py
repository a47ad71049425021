"""All keys of the window and its workspaces, on F1."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import IconButton
from clinicdesk.desktop.design.key_cap import KeyCap
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.tokens import (
    RADIUS_CARD,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    SPACE_6,
    TextRole,
)
from clinicdesk.desktop.workspace import Shortcut

_WIDTH = 860
_COLUMNS = 2


class ShortcutSheet(QWidget):
    """Lies over its host; Escape, F1, the cross and a click beside it close it."""

    def __init__(self, design: Design, host: QWidget) -> None:
        super().__init__(host)
        self._design = design
        self._host = host
        self._came_from: QWidget | None = None
        self._card = QWidget(self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_6 * 2)
        self._grid.setVerticalSpacing(SPACE_6)
        self._lay_out()
        self.setObjectName("shortcut_sheet")
        self.setAccessibleName(self.tr("All shortcuts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        design.changed.connect(self.update)
        host.installEventFilter(self)
        self.hide()

    def open_sheet(self, shortcuts: Sequence[Shortcut], came_from: QWidget | None) -> None:
        """Show these keys by their groups; the focus returns to `came_from` afterwards."""
        self._came_from = came_from
        self._fill(shortcuts)
        self.setGeometry(self._host.rect())
        self._settle()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def shut(self) -> None:
        """Take it away."""
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus(Qt.FocusReason.OtherFocusReason)
            self._came_from = None

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Shortcuts"), TextRole.HEADLINE))
        head.addStretch(1)
        cross = IconButton(self._design, "x", self.tr("Close"), "Esc")
        cross.clicked.connect(self.shut)
        head.addWidget(cross)
        inside = QWidget()
        inside.setProperty("transparent", True)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE_3, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        outer = QVBoxLayout(self._card)
        outer.setContentsMargins(SPACE_6, SPACE_6 - 4, SPACE_6 - 8, SPACE_6)
        outer.setSpacing(SPACE_3)
        outer.addLayout(head)
        outer.addWidget(scroll, 1)
        self._inside = inside

    def _fill(self, shortcuts: Sequence[Shortcut]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        groups: dict[str, list[Shortcut]] = {}
        for shortcut in shortcuts:
            groups.setdefault(shortcut.group, []).append(shortcut)
        for place, (name, keys) in enumerate(groups.items()):
            block = _group(self._design, name, keys)
            self._grid.addWidget(
                block, place // _COLUMNS, place % _COLUMNS, Qt.AlignmentFlag.AlignTop
            )

    def _settle(self) -> None:
        self._inside.adjustSize()
        wanted = self._inside.sizeHint().height() + 110
        height = min(wanted, self.height() - 2 * SPACE_6)
        width = min(_WIDTH, self.width() - 2 * SPACE_6)
        left = (self.width() - width) // 2
        self._card.setGeometry(left, (self.height() - height) // 2, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() is QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._host.rect())
            self._settle()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
            self.shut()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.shut()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        painter.fillRect(self.rect(), QColor(0, 0, 0, 140 if theme.dark else 70))
        rect = QRectF(self._card.geometry())
        draw_rounded(painter, rect, RADIUS_CARD + 4, theme.surface, theme.outline)
        painter.end()


def _group(design: Design, name: str, shortcuts: Sequence[Shortcut]) -> QWidget:
    block = QWidget()
    rows = QGridLayout(block)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setHorizontalSpacing(SPACE_3)
    rows.setVerticalSpacing(SPACE_2)
    rows.setColumnStretch(0, 1)
    rows.addWidget(label(name, TextRole.PILL, "third"), 0, 0, 1, 2)
    for row, shortcut in enumerate(shortcuts, start=1):
        rows.addWidget(label(shortcut.text), row, 0)
        caps = QHBoxLayout()
        caps.setSpacing(SPACE_1)
        for key in shortcut.keys:
            caps.addWidget(KeyCap(design, key))
        rows.addLayout(caps, row, 1, Qt.AlignmentFlag.AlignRight)
    return block
