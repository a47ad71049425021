"""One list seen by state: Unpaid 12 | To dispense 34 | Ready 18."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.badge import BadgeKind, badge_size, draw_badge
from clinicdesk.desktop.design.painted import PaintedButton
from clinicdesk.desktop.design.painting import (
    LEFT,
    draw_focus_ring,
    draw_icon,
    draw_rounded,
    draw_text,
    text_width,
)
from clinicdesk.desktop.design.tokens import ICON, RADIUS_CONTROL, SPACE_1, TextRole

_HEIGHT = 32
_PADDING = 11
_GAP = 7


@dataclass(frozen=True, slots=True)
class Tab:
    """One segment.

    Attributes:
        key: what ``selected`` says.
        text: translated words.
        count: shown behind the words; None shows none.
        icon: name of an icon, or empty.
    """

    key: str
    text: str
    count: int | None = None
    icon: str = ""


class _Segment(PaintedButton):
    """One tab, checkable; its group keeps exactly one checked and lets arrows move."""

    def __init__(self, design: Design, tab: Tab, parent: QWidget) -> None:
        super().__init__(design, parent)
        self.tab = tab
        self.setCheckable(True)
        self.set_count(tab.count)

    def set_count(self, count: int | None) -> None:
        self.tab = Tab(self.tab.key, self.tab.text, count, self.tab.icon)
        self.setAccessibleName(self.tab.text if count is None else f"{self.tab.text}, {count}")
        self._size = self._measured()
        self.changed_content()

    def _badge(self) -> str:
        return "" if self.tab.count is None else str(self.tab.count)

    def _measured(self) -> QSize:
        width = text_width(self.design, self.tab.text, TextRole.STRONG) + 2 * _PADDING
        if self.tab.icon:
            width += ICON + _GAP
        if self._badge():
            width += badge_size(self.design, self._badge()).width() + _GAP
        return QSize(width, _HEIGHT)

    def sizeHint(self) -> QSize:
        return self._size  # asked for some twenty times in each layout

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        design, theme = self.design, self.design.theme
        rect = QRectF(self.rect())
        chosen = self.isChecked()
        if chosen or self.underMouse():
            ground = theme.accent_weak if chosen else theme.hover
            draw_rounded(painter, rect, RADIUS_CONTROL, ground)
        ink = theme.accent if chosen else theme.second
        left = _PADDING
        if self.tab.icon:
            top = round((self.height() - ICON) / 2)
            draw_icon(painter, design, self.tab.icon, ink, QPointF(left, top), ICON)
            left += ICON + _GAP
        width = text_width(design, self.tab.text, TextRole.STRONG)
        words = QRectF(left, 0, width + 1, self.height())
        draw_text(painter, design, words, self.tab.text, TextRole.STRONG, ink, LEFT)
        if self._badge():
            size = badge_size(design, self._badge())
            top = round((self.height() - size.height()) / 2)
            where = QRectF(left + width + _GAP, top, size.width(), size.height())
            draw_badge(painter, design, where, self._badge(), BadgeKind.QUIET)
        if self.shows_focus:
            draw_focus_ring(painter, design, rect, RADIUS_CONTROL)
        painter.end()


class SegmentedTabs(QWidget):
    """A row of tabs that goes on in a second row where space ends; one is always chosen.

    Left and Right move, Tab enters at the chosen one.

    Signals:
        selected: key of the tab that the user or ``select`` has chosen.
    """

    selected = Signal(str)

    def __init__(
        self, design: Design, tabs: Iterable[Tab] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._design = design
        self._segments: dict[str, _Segment] = {}
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._tell)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_tabs(tabs)

    @property
    def current(self) -> str:
        """Key of the chosen tab; empty while there are none."""
        return next((key for key, one in self._segments.items() if one.isChecked()), "")

    def set_tabs(self, tabs: Iterable[Tab]) -> None:
        """Replace all tabs; the first is chosen, silently."""
        for segment in self._segments.values():
            self._group.removeButton(segment)
            segment.deleteLater()
        self._segments = {tab.key: _Segment(self._design, tab, self) for tab in tabs}
        for position, segment in enumerate(self._segments.values()):
            self._group.addButton(segment)
            segment.setChecked(position == 0)
            segment.show()
        self._arrange(self.width())
        self.updateGeometry()

    def set_count(self, key: str, count: int | None) -> None:
        """Show another count on one tab."""
        segment = self._segments[key]
        if segment.tab.count != count:
            segment.set_count(count)
            self._arrange(self.width())
            self.updateGeometry()

    def set_shown(self, key: str, shown: bool) -> None:
        """Leave a tab out, or show it again; it can be chosen either way."""
        segment = self._segments[key]
        if segment.isHidden() is shown:
            segment.setVisible(shown)
            self._arrange(self.width())
            self.updateGeometry()

    def select(self, key: str) -> None:
        """Choose a tab; says so only if it was not chosen already."""
        segment = self._segments[key]
        if not segment.isChecked():
            segment.setChecked(True)
            self.selected.emit(key)

    def _tell(self, segment: QWidget) -> None:
        if isinstance(segment, _Segment):
            self.selected.emit(segment.tab.key)

    def _arrange(self, width: int, *, measure_only: bool = False) -> int:
        """Lay the segments out in rows of ``width`` and return the height."""
        x = y = 0
        for segment in self._segments.values():
            if segment.isHidden():
                continue
            size = segment.sizeHint()
            if x and x + size.width() > width:
                x, y = 0, y + _HEIGHT + SPACE_1
            if not measure_only:
                segment.setGeometry(QRect(x, y, size.width(), size.height()))
            x += size.width() + SPACE_1
        return y + _HEIGHT

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, measure_only=True)

    def sizeHint(self) -> QSize:
        shown = [segment for segment in self._segments.values() if not segment.isHidden()]
        widths = [segment.sizeHint().width() for segment in shown]
        return QSize(sum(widths) + SPACE_1 * max(0, len(widths) - 1), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        widths = [segment.sizeHint().width() for segment in self._segments.values()]
        return QSize(max(widths, default=0), _HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange(self.width())
        super().resizeEvent(event)
