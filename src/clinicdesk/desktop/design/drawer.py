"""The drawer at the right: notices, chat, outbox, over the workspace and without moving it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import IconButton
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.painting import colour
from clinicdesk.desktop.design.tokens import ROW_PADDING, SPACE_2, SPACE_3, TextRole

DRAWER_WIDTH = 372
_SHADE = 12


class Drawer(QFrame):
    """Covers the right edge of its host from top to bottom while it is open.

    Escape and the cross close it, and the focus goes back to where it was.

    Args of ``__init__``:
        foot: So much of the host's lower edge stays free: a footer with the keys.

    Attributes:
        body: the layout to put content in.
        head: the row of the heading; add buttons after the title.

    Signals:
        closed: the user or the program closed it.
    """

    closed = Signal()

    def __init__(self, design: Design, host: QWidget, title: str = "", *, foot: int = 0) -> None:
        super().__init__(host)
        self._foot = foot
        self._design = design
        self._host = host
        self._came_from: QWidget | None = None
        self._title = label(title, TextRole.TITLE)
        close = IconButton(design, "x", self.tr("Close"), "Esc")
        close.clicked.connect(self.shut)
        self.head = QHBoxLayout()
        self.head.setSpacing(SPACE_2)
        self.head.addWidget(self._title)
        self.head.addStretch(1)
        outer = QHBoxLayout()
        outer.setContentsMargins(ROW_PADDING, SPACE_3, SPACE_2, SPACE_2)
        outer.addLayout(self.head, 1)
        outer.addWidget(close)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(ROW_PADDING, 0, ROW_PADDING, ROW_PADDING)
        column = QVBoxLayout(self)
        column.setContentsMargins(_SHADE, 0, 0, 0)
        column.setSpacing(SPACE_2)
        column.addLayout(outer)
        column.addLayout(self.body, 1)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        design.changed.connect(self.update)
        host.installEventFilter(self)
        self.hide()

    def set_title(self, title: str) -> None:
        """Change the heading."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def open_drawer(self) -> None:
        """Show it and take the focus."""
        if not self.isVisible():
            self._came_from = QApplication.focusWidget()
        self._settle()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def shut(self) -> None:
        """Take it away and give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        back_to, self._came_from = self._came_from, None
        # What had the focus may have been deleted meanwhile.
        if back_to is not None and isValid(back_to):
            back_to.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def _settle(self) -> None:
        width = min(DRAWER_WIDTH + _SHADE, self._host.width())
        height = self._host.height() - self._foot
        self.setGeometry(self._host.width() - width, 0, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() is QEvent.Type.Resize and self.isVisible():
            self._settle()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        shade = QLinearGradient(0, 0, _SHADE, 0)
        shade.setColorAt(0, QColor(0, 0, 0, 0))
        shade.setColorAt(1, QColor(0, 0, 0, 90 if theme.dark else 26))
        painter.fillRect(0, 0, _SHADE, self.height(), shade)
        painter.fillRect(_SHADE, 0, self.width(), self.height(), colour(theme.surface))
        painter.fillRect(_SHADE, 0, 1, self.height(), colour(theme.line))
        painter.end()
