"""Paints table cells of 52 pixels: two lines, numbers, pills, and keys with what they do."""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.design.delegate import ContentDelegate, Index
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.key_cap import draw_key_cap, key_cap_size
from clinicdesk.desktop.design.painting import centred, text_width
from clinicdesk.desktop.design.pill import draw_pill, pill_size
from clinicdesk.desktop.design.row_hover import RowHover
from clinicdesk.desktop.design.tokens import TABLE_ROW_HEIGHT, TextRole, Tone

CELL_PADDING = 10
_LINE = 18
_KEY_GAP = 6
_PILL_HEIGHT = 22


class TableDelegate(ContentDelegate):
    """Paints the ``CellContent`` of each index; rows whose key is in ``glow`` shine for a moment.

    Args of ``__init__``:
        hover: which row is tinted because the pointer is over it.
        key_role: role under which the first column gives the row's key for the glow.
    """

    def __init__(self, design: Design, glow: Glow, hover: RowHover, key_role: int) -> None:
        super().__init__(design, glow)
        self._glow = glow
        self._hover = hover
        self._key_role = key_role

    def content(self, index: Index) -> CellContent:
        """Return what a cell says."""
        content: CellContent = index.data(CONTENT_ROLE)
        return content

    def first_line(self, rect: QRectF, count: int) -> QRectF:
        """Where the first of some lines of words stands, as high in each row as in any other."""
        spare = (rect.height() - _LINE * count) / 2
        return QRectF(rect.left(), rect.top() + floor(spare + 0.5), rect.width(), _LINE)

    def _ink(self, cell: CellContent) -> str:
        if cell.tone is not Tone.NEUTRAL:
            return self.ink(cell.tone)
        return self.design.theme.second if cell.quiet else self.design.theme.text

    def _paint_words(self, painter: QPainter, rect: QRectF, cell: CellContent) -> None:
        role = TextRole.STRONG if cell.strong else TextRole.BODY
        if cell.quiet or cell.tail:
            role = TextRole.SECONDARY
        first = self.first_line(rect, 2 if cell.second else 1)
        if cell.second:
            second = first.translated(0, _LINE - 1)
            second_ink = self.design.theme.second
            self.paint_line(painter, second, cell.second, TextRole.SECONDARY, second_ink)
        if cell.right:
            width = text_width(self.design, cell.text, role) + 1
            first.setLeft(max(first.left(), first.right() - width))
        if cell.key:
            cap = key_cap_size(self.design, cell.key)
            left = first.left() - _KEY_GAP - cap.width() if cell.right else first.left()
            middle = QRectF(left, first.top(), cap.width(), _LINE)
            draw_key_cap(painter, self.design, centred(middle, cap.toSizeF()), cell.key)
            if not cell.right:
                first.setLeft(middle.right() + _KEY_GAP)
        taken = self.paint_line(painter, first, cell.text, role, self._ink(cell))
        if cell.tail:
            rest = first.adjusted(taken, 0, 0, 0)
            self.paint_line(painter, rest, cell.tail, role, self.ink(cell.tail_tone))

    def paint_cell(self, painter: QPainter, rect: QRectF, cell: CellContent) -> None:
        """Paint what a cell says, without what lies behind."""
        rect = rect.adjusted(CELL_PADDING, 0, -CELL_PADDING, -1)
        if cell.pill is None:
            self._paint_words(painter, rect, cell)
            return
        size = pill_size(self.design, cell.pill)
        width = min(size.width(), rect.width())
        left = rect.right() - width if cell.right else rect.left()
        top = rect.top() + round((rect.height() - _PILL_HEIGHT) / 2)
        draw_pill(painter, self.design, QRectF(left, top, width, _PILL_HEIGHT), cell.pill)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, TABLE_ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = self.content(index)
        column, last = index.column(), index.model().columnCount() - 1
        glow = 0.0
        if self._glow.is_active():
            key = index.sibling(index.row(), 0).data(self._key_role)
            glow = self._glow.strength(key, index)
        # Of a pointer that rests where a table appears Qt tells the cell alone.
        hovered = index.row() == self._hover.row
        ends = (column == 0, column == last)

        def strokes(painter: QPainter) -> None:
            first, last = ends
            self.paint_ground(painter, option, glow, first=first, last=last, hovered=hovered)
            self.paint_cell(painter, QRectF(option.rect), cell)

        if glow:
            strokes(painter)
        else:
            self.paint_kept(painter, option, cell, strokes, ends, hovered)
