"""One workspace on the rail, with an honest badge."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.badge import (
    RAIL_BADGE_HEIGHT,
    BadgeKind,
    badge_size,
    badge_text,
    draw_badge,
)
from clinicdesk.desktop.design.painted import PaintedButton
from clinicdesk.desktop.design.painting import draw_focus_ring, draw_icon, draw_rounded
from clinicdesk.desktop.design.tokens import ICON_LARGE, RADIUS_CONTROL

_SIZE = QSize(48, 44)
_BADGE_RIGHT = 47
_BADGE_TOP = 1


class RailButton(PaintedButton):
    """A checkable icon of 48 x 44; checked means that its workspace is shown.

    Args of ``__init__``:
        name: the workspace, for tooltip and screen readers, already translated.
        key: its shortcut, shown in the tooltip ("Alt+5"), or empty.
    """

    def __init__(
        self, design: Design, icon: str, name: str, key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(design, parent)
        self._icon = icon
        self._name = name
        self._named = f"{name}  {key}" if key else name
        self._count = 0
        self._kind = BadgeKind.ACCENT
        self.setCheckable(True)
        self.setToolTip(self._named)
        self.setAccessibleName(name)

    def set_badge(self, count: int, kind: BadgeKind = BadgeKind.ACCENT, meaning: str = "") -> None:
        """Show how many things wait there; none at zero.

        Args:
            meaning: what the number counts, with it ("3 drafts not sent yet"), for the tooltip and
                for screen readers.
        """
        self._count = count
        self._kind = kind
        said = meaning or str(count)
        self.setAccessibleName(f"{self._name}, {said}" if count else self._name)
        self.setToolTip(f"{self._named}\n{meaning}" if count and meaning else self._named)
        self.update()

    def sizeHint(self) -> QSize:
        return _SIZE

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.design.theme
        rect = QRectF(self.rect())
        active = self.isChecked()
        if active or self.underMouse():
            ground = theme.accent_weak if active else theme.hover
            draw_rounded(painter, rect, RADIUS_CONTROL, ground)
        ink = theme.accent if active else theme.text if self.underMouse() else theme.second
        left = round((rect.width() - ICON_LARGE) / 2)
        top = round((rect.height() - ICON_LARGE) / 2)
        draw_icon(painter, self.design, self._icon, ink, QPointF(left, top), ICON_LARGE)
        if self._count:
            self._paint_badge(painter, theme.accent_weak if active else theme.surface)
        if self.shows_focus:
            draw_focus_ring(painter, self.design, rect, RADIUS_CONTROL)
        painter.end()

    def _paint_badge(self, painter: QPainter, ground: str) -> None:
        text = badge_text(self._count)
        size = badge_size(self.design, text, RAIL_BADGE_HEIGHT)
        rect = QRectF(_BADGE_RIGHT - size.width(), _BADGE_TOP, size.width(), size.height())
        # A moat in the colour behind keeps the number apart from the icon's strokes.
        draw_rounded(painter, rect.adjusted(-2, -2, 2, 2), rect.height() / 2 + 2, ground)
        draw_badge(painter, self.design, rect, text, self._kind)
