"""Paints the search bar's results: one line each, groups under quiet headings."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from clinicdesk.desktop.design.avatar import draw_avatar
from clinicdesk.desktop.design.delegate import ContentDelegate, Index
from clinicdesk.desktop.design.key_cap import draw_key_cap, key_cap_size
from clinicdesk.desktop.design.painting import centred, draw_icon, draw_rounded
from clinicdesk.desktop.design.pill import draw_pill, pill_size
from clinicdesk.desktop.design.tokens import ICON, RADIUS_CONTROL, SPACE_2, SPACE_3, TextRole
from clinicdesk.desktop.shell.finding import Found
from clinicdesk.desktop.shell.found_model import FOUND_ROLE

RESULT_HEIGHT = 40
HEADING_HEIGHT = 28
_PADDING = 10
_AVATAR = 26
_WORDS_LEFT = _PADDING + _AVATAR + SPACE_3


class FoundDelegate(ContentDelegate):
    """Icon or avatar, words, and at the right a status or a key."""

    def _paint_heading(self, painter: QPainter, rect: QRectF, title: str) -> None:
        words = rect.adjusted(_PADDING, 6, -_PADDING, 0)
        self.paint_line(painter, words, title, TextRole.PILL, self.design.theme.third)

    def _paint_mark(self, painter: QPainter, rect: QRectF, found: Found) -> None:
        top = round(rect.top() + (rect.height() - _AVATAR) / 2)
        square = QRectF(rect.left() + _PADDING, top, _AVATAR, _AVATAR)
        if found.avatar:
            draw_avatar(painter, self.design, square, found.avatar, found.key)
            return
        inset = (_AVATAR - ICON) / 2
        corner = QPointF(square.left() + inset, square.top() + inset)
        draw_icon(painter, self.design, found.icon, self.design.theme.second, corner, ICON)

    def _paint_right(self, painter: QPainter, rect: QRectF, found: Found) -> float:
        """Paint status or key; return where the words must end."""
        end = rect.right() - _PADDING
        if found.pill is not None:
            size = pill_size(self.design, found.pill)
            box = QRectF(end - size.width(), rect.top(), size.width(), rect.height())
            draw_pill(painter, self.design, centred(box, size.toSizeF()), found.pill)
            return box.left() - SPACE_2
        if found.shortcut:
            size = key_cap_size(self.design, found.shortcut)
            box = QRectF(end - size.width(), rect.top(), size.width(), rect.height())
            draw_key_cap(painter, self.design, centred(box, size.toSizeF()), found.shortcut)
            return box.left() - SPACE_2
        return end

    def _paint_words(self, painter: QPainter, rect: QRectF, found: Found, end: float) -> None:
        theme = self.design.theme
        left = rect.left() + _WORDS_LEFT
        parts = (
            (found.text, TextRole.STRONG, theme.text),
            (found.tail, TextRole.BODY, theme.second),
            (found.second, TextRole.SECONDARY, theme.second),
        )
        for text, role, ink in parts:
            if text and end - left > 2 * SPACE_3:
                line = QRectF(left, rect.top(), end - left, rect.height())
                left += self.paint_line(painter, line, text, role, ink) + SPACE_2

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = isinstance(index.data(FOUND_ROLE), str)
        return QSize(240, HEADING_HEIGHT if heading else RESULT_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: Found | str = index.data(FOUND_ROLE)
        rect = QRectF(option.rect)
        if isinstance(found, str):
            self._paint_heading(painter, rect, found)
            return
        theme = self.design.theme
        if option.state & QStyle.StateFlag.State_Selected:
            draw_rounded(painter, rect, RADIUS_CONTROL, theme.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            draw_rounded(painter, rect, RADIUS_CONTROL, theme.hover)
        self._paint_mark(painter, rect, found)
        self._paint_words(painter, rect, found, self._paint_right(painter, rect, found))
