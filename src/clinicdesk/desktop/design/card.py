"""A surface that holds one thing together."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QRegion
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.painting import draw_rounded
from clinicdesk.desktop.design.tokens import RADIUS_CARD, SPACE_2, SPACE_4, TextRole, Tone


class Card(QFrame):
    """A rounded surface with a border, an optional heading and a body.

    Args of ``__init__``:
        title: heading, or empty.
        padded: False where a table or list is to ``fill`` the card to its edges.

    Attributes:
        body: the layout to put content in.
        head: the row of the heading; add a button or pill at its end.
    """

    def __init__(
        self,
        design: Design,
        title: str = "",
        parent: QWidget | None = None,
        *,
        padded: bool = True,
    ) -> None:
        super().__init__(parent)
        self._design = design
        self._tone: Tone | None = None
        self._title = label(title, TextRole.STRONG)
        self._note = label("", TextRole.SECONDARY, "third")
        self.head = QHBoxLayout()
        self.head.setSpacing(SPACE_2)
        self.head.addWidget(self._title)
        self.head.addWidget(self._note)
        self.head.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE_2)
        column = QVBoxLayout(self)
        margin = SPACE_4 if padded else 1
        # The last pixel row belongs to the shade.
        column.setContentsMargins(margin, margin - 2 if padded else 1, margin, margin + 1)
        column.setSpacing(SPACE_2)
        column.addLayout(self.head)  # even without a title, so that the labels are the card's
        column.addLayout(self.body)
        if not title:
            self._title.hide()
            self._note.hide()
        design.changed.connect(self.update)

    def set_title(self, title: str) -> None:
        """Change the heading of a card that was made with one."""
        self._title.setText(title)

    def set_note(self, note: str) -> None:
        """Say something quiet beside the heading: "saved", "as of 10:42"."""
        self._note.setText(note)

    def fill(self, view: QWidget) -> None:
        """Add a view that reaches to the border; its corners are cut to the card's."""
        self.body.addWidget(view)
        view.installEventFilter(self)

    def set_tone(self, tone: Tone | None) -> None:
        """Border it in a tone for what asks for a decision; None is the ordinary border."""
        self._tone = tone
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            shape = QPainterPath()
            shape.addRoundedRect(QRectF(watched.rect()), RADIUS_CARD - 1, RADIUS_CARD - 1)
            watched.setMask(QRegion(shape.toFillPolygon().toPolygon()))
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._design.theme
        rect = QRectF(self.rect())
        border = theme.tint(self._tone).ink if self._tone else theme.line
        if not theme.dark:
            draw_rounded(painter, rect, RADIUS_CARD, theme.shadow)
        draw_rounded(painter, rect.adjusted(0, 0, 0, -1), RADIUS_CARD, theme.surface, border)
        painter.end()
