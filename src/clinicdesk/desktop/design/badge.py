"""A small count: on the rail, on tabs, beside headings."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.painted import PaintedWidget
from clinicdesk.desktop.design.painting import CENTRE, draw_rounded, draw_text, text_width
from clinicdesk.desktop.design.tokens import TextRole

BADGE_HEIGHT = 18
RAIL_BADGE_HEIGHT = 16
_MOST = 99


class BadgeKind(StrEnum):
    """Quiet counts what there is, accent what is new for you, danger what cannot wait."""

    QUIET = "quiet"
    ACCENT = "accent"
    DANGER = "danger"


def badge_text(count: int) -> str:
    """Return the count, or "99+" above that."""
    return f"{_MOST}+" if count > _MOST else str(count)


def badge_size(design: Design, text: str, height: int = BADGE_HEIGHT) -> QSize:
    """Return the size of a badge in logical pixels: a circle at least."""
    padding = 8 if height < BADGE_HEIGHT else 12
    return QSize(max(height, text_width(design, text, TextRole.KEY) + padding), height)


def draw_badge(painter: QPainter, design: Design, rect: QRectF, text: str, kind: BadgeKind) -> None:
    """Draw a badge over the whole of ``rect``."""
    theme = design.theme
    fill, border, ink = {
        BadgeKind.QUIET: (theme.raised, theme.outline, theme.second),
        BadgeKind.ACCENT: (theme.accent, "", theme.on_accent),
        BadgeKind.DANGER: (theme.danger_fill, "", theme.on_danger),
    }[kind]
    draw_rounded(painter, rect, rect.height() / 2, fill, border)
    draw_text(painter, design, rect, text, TextRole.KEY, ink, CENTRE)


class Badge(PaintedWidget):
    """A count as a widget; invisible at zero unless ``show_zero``."""

    def __init__(
        self,
        design: Design,
        count: int = 0,
        kind: BadgeKind = BadgeKind.QUIET,
        parent: QWidget | None = None,
        *,
        show_zero: bool = False,
    ) -> None:
        super().__init__(design, parent)
        self._count = count
        self._kind = kind
        self._show_zero = show_zero
        self.set_count(count)

    def set_count(self, count: int) -> None:
        """Show another count."""
        self._count = count
        self.setAccessibleName(str(count))
        self.setVisible(count > 0 or self._show_zero)
        self.changed_content()

    def sizeHint(self) -> QSize:
        return badge_size(self.design, badge_text(self._count))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = badge_text(self._count)
        draw_badge(painter, self.design, QRectF(self.rect()), text, self._kind)
        painter.end()
