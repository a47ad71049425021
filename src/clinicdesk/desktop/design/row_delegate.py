"""Paints list rows of 59 pixels: name and number, what it is about, how long and in what state."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.avatar import draw_avatar
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.delegate import ContentDelegate, Index
from clinicdesk.desktop.design.glow import Glow
from clinicdesk.desktop.design.painting import (
    RIGHT,
    draw_rounded,
    draw_text,
    text_width,
)
from clinicdesk.desktop.design.pill import draw_pill, pill_size
from clinicdesk.desktop.design.tokens import (
    ROW_HEIGHT,
    ROW_PADDING,
    SPACE_1,
    SPACE_2,
    SPACE_3,
    TextRole,
)

_AVATAR = 32
_DOT = 7
_FACE = 20
_MOST_FACES = 3
_PILL_HEIGHT = 20
_FIRST_TOP = 10
_SECOND_TOP = 30
_LINE = 18


class RowDelegate(ContentDelegate):
    """Paints the ``RowContent`` of each index; rows in ``glow`` shine for a moment.

    Subclasses may override ``content`` where a model gives something else.
    """

    def __init__(self, design: Design, glow: Glow) -> None:
        super().__init__(design, glow)
        self._glow = glow

    def content(self, index: Index) -> RowContent:
        """Return what a row says."""
        content: RowContent = index.data(CONTENT_ROLE)
        return content

    def _paint_right(self, painter: QPainter, rect: QRectF, row: RowContent) -> float:
        """Paint pill and status; return where the words at the left must end."""
        design = self.design
        end = rect.right() - ROW_PADDING
        start = end
        if row.pill is not None:
            width = pill_size(design, row.pill).width()
            where = QRectF(end - width, rect.top() + _FIRST_TOP - 1, width, _PILL_HEIGHT)
            draw_pill(painter, design, where, row.pill)
            start = where.left()
        elif row.corner:
            start = self._paint_right_words(
                painter, rect, end, _FIRST_TOP, row.corner, design.theme.third
            )
        if row.status:
            ink = self.ink(row.status_tone)
            end = self._paint_right_words(painter, rect, end, _SECOND_TOP, row.status, ink)
        if row.company:
            end = self._paint_company(painter, rect, end - SPACE_1, row)
        return min(start, end) - SPACE_3

    def _paint_company(self, painter: QPainter, rect: QRectF, end: float, row: RowContent) -> float:
        """Paint who else is at it, and return where that begins."""
        top = rect.top() + _SECOND_TOP + (_LINE - _FACE) / 2
        for face in reversed(row.company[:_MOST_FACES]):
            end -= _FACE + 2
            square = QRectF(end, top, _FACE, _FACE)
            draw_avatar(painter, self.design, square, face.letters, face.person_id)
        return end

    def _paint_right_words(
        self, painter: QPainter, rect: QRectF, end: float, top: int, words: str, ink: str
    ) -> float:
        left = end - text_width(self.design, words, TextRole.SECONDARY)
        where = QRectF(left - 1, rect.top() + top, end - left + 1, _LINE)
        draw_text(painter, self.design, where, words, TextRole.SECONDARY, ink, RIGHT)
        return left

    def _paint_left(self, painter: QPainter, rect: QRectF, row: RowContent, end: float) -> None:
        design, theme = self.design, self.design.theme
        left = rect.left() + ROW_PADDING
        if row.avatar:
            top = rect.top() + round((ROW_HEIGHT - 1 - _AVATAR) / 2)
            square = QRectF(left, top, _AVATAR, _AVATAR)
            draw_avatar(painter, design, square, row.avatar, str(row.key))
            left += _AVATAR + SPACE_3
        second = QRectF(left, rect.top() + _SECOND_TOP, end - left, _LINE)
        if row.unread:
            top = rect.top() + _FIRST_TOP + (_LINE - _DOT) / 2
            draw_rounded(painter, QRectF(left, top, _DOT, _DOT), _DOT / 2, theme.accent)
            left += _DOT + SPACE_2 - 2
        first = QRectF(left, rect.top() + _FIRST_TOP, end - left, _LINE)
        taken = self.paint_line(painter, first, row.primary, TextRole.STRONG, theme.text)
        if row.tail and taken + SPACE_2 + 24 < first.width():
            tail = first.adjusted(taken + SPACE_2, 0, 0, 0)
            self.paint_line(painter, tail, row.tail, TextRole.SECONDARY, theme.third)
        self.paint_line(painter, second, row.secondary, TextRole.SECONDARY, theme.second)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(240, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self.content(index)
        glow = self._glow.strength(row.key, index)

        def strokes(painter: QPainter) -> None:
            self.paint_ground(painter, option, glow, first=True, last=True)
            rect = QRectF(option.rect)
            end = self._paint_right(painter, rect, row)
            self._paint_left(painter, rect, row, end)

        if glow:
            strokes(painter)
        else:
            self.paint_kept(painter, option, row, strokes)
