"""Text, an icon and a line: the plain things between widgets."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import draw_icon
from clinicdesk.desktop.design.stylesheet import restyle
from clinicdesk.desktop.design.tokens import ICON, TextRole, Tone


def label(
    text: str, role: TextRole = TextRole.BODY, ink: str = "", parent: QWidget | None = None
) -> QLabel:
    """Return a QLabel of a role, always plain text; ``ink`` as the stylesheet names it."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", str(role))
    made.setProperty("ink", ink)
    return made


def paragraph(
    text: str, role: TextRole = TextRole.BODY, ink: str = "", parent: QWidget | None = None
) -> QLabel:
    """Return a label that wraps."""
    made = label(text, role, ink, parent)
    made.setWordWrap(True)
    return made


def set_ink(target: QLabel, ink: str) -> None:
    """Change the ink of a label that is on screen."""
    target.setProperty("ink", ink)
    restyle(target)


def line(parent: QWidget | None = None) -> QFrame:
    """Return a horizontal separator of one pixel."""
    made = QFrame(parent)
    made.setFixedHeight(1)
    made.setProperty("edge", "top")
    return made


class IconLabel(PaintedWidget):
    """An icon by tone; an ornament, since words stand beside it.

    Args of ``__init__``:
        height: of the line it stands beside, in which it is centred; without it that of the icon.
    """

    def __init__(
        self,
        design: Design,
        name: str,
        tone: Tone = Tone.NEUTRAL,
        size: int = ICON,
        height: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, parent)
        self._name = name
        self._tone = tone
        self._size = size
        self._height = height or size

    def show_icon(self, name: str, tone: Tone) -> None:
        """Show another icon."""
        self._name = name
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, self._height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self.design.theme.tint(self._tone).ink
        top = QPointF(0, round((self._height - self._size) / 2))
        draw_icon(painter, self.design, self._name, ink, top, self._size)
        painter.end()
