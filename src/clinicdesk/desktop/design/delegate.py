"""What both delegates share: grounds, elided texts that are kept, and tones of words."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painting import LEFT, colour, draw_rounded, draw_text, text_width
from clinicdesk.desktop.design.tokens import RADIUS_CONTROL, TextRole, Tone

Index = QModelIndex | QPersistentModelIndex
_KEPT_TEXTS = 8192
_BAR_WIDTH = 4
_BAR_MARGIN = 10
_RING = 2
_SELECTED = QStyle.StateFlag.State_Selected.value
_MOUSE_OVER = QStyle.StateFlag.State_MouseOver.value


class ContentDelegate(QStyledItemDelegate):
    """Base of the delegates; a row costs some ten strokes and no layout, or its picture."""

    def __init__(self, design: Design, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.design = design
        self._elided: dict[tuple[str, TextRole, int], str] = {}

    def elided(self, text: str, role: TextRole, width: int) -> str:
        """Return the text cut to ``width`` pixels with "…"; the answer is kept."""
        key = (text, role, width)
        found = self._elided.get(key)
        if found is None:
            if len(self._elided) >= _KEPT_TEXTS:
                self._elided.clear()
            metrics = self.design.fonts.metrics(role)
            found = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, width))
            self._elided[key] = found
        return found

    def ink(self, tone: Tone) -> str:
        """Return the colour of words in a tone; neutral is ordinary secondary text."""
        return self.design.theme.tint(tone).ink

    def paint_kept(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        content: Hashable,
        strokes: Callable[[QPainter], None],
        *besides: Hashable,
    ) -> None:
        """Paint by `strokes`, or what they painted when the same content looked the same.

        Not for what glows: each step of that looks different.

        Args:
            content: what is said.
            besides: what the strokes depend on besides it, the theme and the option.
        """
        widget: QWidget | None = option.widget
        if widget is None:
            strokes(painter)
            return
        state = option.state.value & (_SELECTED | _MOUSE_OVER)
        focused = bool(state & _SELECTED) and widget.hasFocus()
        look = (type(self).__qualname__, state, focused, *besides)
        ground = option.palette.base().color()
        density = widget.devicePixelRatioF()
        pictures = self.design.pictures
        pictures.draw(painter, option.rect, density, content, look, ground, strokes)

    def paint_ground(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        glow: float,
        *,
        first: bool,
        last: bool,
        hovered: bool | None = None,
    ) -> None:
        """Paint what lies behind the words of one cell.

        That is selection, pointer, glow and the line below. A bar marks the selected row; while
        the keyboard acts in this view a line runs around it.

        Args:
            glow: strength from 0 to 1.
            first, last: the cell stands at that end of its row.
            hovered: whether the pointer is over it; None: as Qt says.
        """
        theme = self.design.theme
        rect = option.rect
        state = option.state.value  # Python's flags take longer than all the strokes here
        selected = bool(state & _SELECTED)
        if hovered is None:
            hovered = bool(state & _MOUSE_OVER)
        if selected:
            painter.fillRect(rect, colour(theme.selection))
        elif hovered:
            painter.fillRect(rect, colour(theme.hover))
        if glow > 0:
            painter.setOpacity(glow)
            painter.fillRect(rect, colour(theme.glow))
            painter.setOpacity(1.0)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, colour(theme.line))
        if selected and option.widget is not None and option.widget.hasFocus():
            self._paint_focus(painter, rect, first=first, last=last)
        if selected and first:
            height = rect.height() - 1 - 2 * _BAR_MARGIN
            mark = QRectF(rect.left() - 4, rect.top() + _BAR_MARGIN, _BAR_WIDTH + 4, height)
            painter.setClipRect(rect)
            draw_rounded(painter, mark, 3, theme.accent)
            painter.setClipping(False)

    def _paint_focus(self, painter: QPainter, rect: QRect, *, first: bool, last: bool) -> None:
        """A line around the row, inside of it: a card's round corners would cut off its own."""
        beyond = 2 * RADIUS_CONTROL
        left, right = (_RING if first else -beyond), (-_RING if last else beyond)
        ring = QRectF(rect).adjusted(left, _RING, right, -_RING - 1)
        painter.save()
        painter.setClipRect(rect)
        draw_rounded(painter, ring, RADIUS_CONTROL - _RING, border=self.design.theme.focus)
        painter.restore()

    def paint_line(
        self, painter: QPainter, rect: QRectF, text: str, role: TextRole, ink: str
    ) -> int:
        """Draw one line from the left, elided to the rectangle; return the width it took."""
        shown = self.elided(text, role, int(rect.width()))
        draw_text(painter, self.design, rect, shown, role, ink, LEFT)
        return text_width(self.design, shown, role)
