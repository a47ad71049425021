"""Push buttons: one filled per view, the rest outlined or quiet, each with its key at the end.

In a form promote a QPushButton to ``Button`` (header ``clinicdesk.desktop.design.button``) and call
``dress`` once. A plain QPushButton with the property ``kind`` gets the same colours by stylesheet,
without icon and key.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.key_cap import KEY_HEIGHT, draw_key_cap, key_cap_size
from clinicdesk.desktop.design.painted import pressed_by_enter
from clinicdesk.desktop.design.painting import (
    draw_focus_ring,
    draw_icon,
    draw_rounded,
    draw_text,
    text_width,
)
from clinicdesk.desktop.design.tokens import (
    CONTROL_HEIGHT,
    ICON,
    RADIUS_CONTROL,
    TextRole,
    Theme,
)

_PADDING = 13
_GAP = 8
_COMPACT_HEIGHT = 28
_COMPACT_PADDING = 10


class Kind(StrEnum):
    """How much a button weighs. ``destroy`` is filled: only in the dialog that confirms."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"
    DESTROY = "destroy"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class _Face:
    ink: str
    fill: str
    border: str


class Button(QPushButton):
    """A push button with an icon before its words and a key after them.

    Until ``dress`` is called it is an ordinary QPushButton.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._design: Design | None = None
        self._kind = Kind.SECONDARY
        self._icon = ""
        self._key = ""
        self._compact = False
        self._shows_focus = False

    def dress(
        self,
        design: Design,
        *,
        kind: Kind = Kind.SECONDARY,
        icon: str = "",
        key: str = "",
        compact: bool = False,
    ) -> None:
        """Give it its looks.

        Args:
            icon: name of an icon, or empty.
            key: the key that does the same ("F10"), shown and told to screen readers; binding it is
                the view's business.
            compact: 28 pixels high instead of 32, for buttons inside cards.
        """
        if design is not self._design:  # it may be dressed again at every change
            design.changed.connect(self.update)
        self._design = design
        self._kind = kind
        self._icon = icon
        self._key = key
        self._compact = compact
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setProperty("kind", str(kind))
        self.setProperty("compact", compact)
        if key:
            self.setAccessibleDescription(key)
        if not self.text() and not self.accessibleName():
            self.setAccessibleName(self.toolTip())
        self.updateGeometry()

    def set_key(self, key: str) -> None:
        """Show another key, or none."""
        self._key = key
        self.setAccessibleDescription(key)
        self.updateGeometry()
        self.update()

    def set_icon_name(self, icon: str) -> None:
        """Show another icon, or none."""
        self._icon = icon
        self.updateGeometry()
        self.update()

    def _content_width(self, design: Design) -> int:
        parts = []
        if self._icon:
            parts.append(ICON)
        if self.text():
            parts.append(text_width(design, self._words(), TextRole.STRONG))
        if self._key:
            parts.append(key_cap_size(design, self._key).width() + 2)
        return sum(parts) + _GAP * max(0, len(parts) - 1)

    def _words(self) -> str:
        """The text without the ampersand that marks a mnemonic."""
        return self.text().replace("&&", "\0").replace("&", "").replace("\0", "&")

    def _paint(self, painter: QPainter, design: Design) -> None:
        theme = design.theme
        face = self._face(theme)
        rect = QRectF(self.rect())
        radius = RADIUS_CONTROL
        filled = self._kind in (Kind.PRIMARY, Kind.DESTROY)
        if self._shows_focus:
            draw_focus_ring(painter, design, rect, radius)
            rect = rect.adjusted(3, 3, -3, -3)
            radius -= 3
        if face.fill or face.border:
            border = "" if self._shows_focus else face.border
            draw_rounded(painter, rect, radius, face.fill, border)
        left = round((self.width() - self._content_width(design)) / 2)
        if self._icon:
            top = round((self.height() - ICON) / 2)
            draw_icon(painter, design, self._icon, face.ink, QPointF(left, top), ICON)
            left += ICON + _GAP
        if self.text():
            width = text_width(design, self._words(), TextRole.STRONG)
            words = QRectF(left, 0, width + 1, self.height())
            draw_text(painter, design, words, self._words(), TextRole.STRONG, face.ink)
            left += width + _GAP
        if self._key:
            cap = QRectF(left + 2, round((self.height() - KEY_HEIGHT) / 2), 0, KEY_HEIGHT)
            cap.setWidth(key_cap_size(design, self._key).width())
            bare = filled and self.isEnabled()
            draw_key_cap(painter, design, cap, self._key, face.ink if bare else "", bare)

    def _face(self, theme: Theme) -> _Face:
        on = self.isEnabled()
        hover = on and self.underMouse()
        down = on and self.isDown()
        match self._kind:
            case Kind.PRIMARY if on:
                fill = theme.accent_hover if hover else theme.accent
                return _Face(theme.on_accent, theme.accent_pressed if down else fill, "")
            case Kind.DESTROY if on:
                fill = theme.danger_hover if hover or down else theme.danger_fill
                return _Face(theme.on_danger, fill, "")
            case Kind.PRIMARY | Kind.DESTROY:
                return _Face(theme.second, theme.accent_weak, "")
            case Kind.QUIET:
                ground = theme.line if down else theme.hover if hover else ""
                return _Face(
                    (theme.text if hover else theme.second) if on else theme.third, ground, ""
                )
            case Kind.DANGER if on:
                fill = theme.danger.weak if hover or down else theme.surface
                return _Face(theme.danger.ink, fill, theme.danger.ink if hover else theme.outline)
            case Kind.SECONDARY if on:
                fill = theme.line if down else theme.hover if hover else theme.surface
                return _Face(theme.text, fill, theme.outline)
            case _:
                return _Face(theme.third, theme.raised, theme.line)

    def sizeHint(self) -> QSize:
        if self._design is None:
            return super().sizeHint()
        height = _COMPACT_HEIGHT if self._compact else CONTROL_HEIGHT
        if self._icon and not self.text() and not self._key:
            return QSize(height, height)
        padding = _COMPACT_PADDING if self._compact else _PADDING
        return QSize(self._content_width(self._design) + 2 * padding, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_by_enter(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._design is None:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        self._paint(painter, self._design)
        painter.end()


class PrimaryButton(Button):
    """The one filled button of a view: what the user most likely does next."""

    def __init__(
        self,
        design: Design,
        text: str,
        *,
        icon: str = "",
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.dress(design, kind=Kind.PRIMARY, icon=icon, key=key)


class SecondaryButton(Button):
    """An outlined button; ``compact`` inside cards."""

    def __init__(
        self,
        design: Design,
        text: str,
        *,
        icon: str = "",
        key: str = "",
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.dress(design, icon=icon, key=key, compact=compact)


class DangerButton(Button):
    """Takes something away: red words, or filled where it is the answer to "are you sure"."""

    def __init__(
        self,
        design: Design,
        text: str,
        *,
        icon: str = "",
        key: str = "",
        confirms: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.dress(design, kind=Kind.DESTROY if confirms else Kind.DANGER, icon=icon, key=key)


class IconButton(Button):
    """A quiet square with an icon only; the name is its tooltip and what readers say."""

    def __init__(
        self, design: Design, icon: str, name: str, key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setToolTip(f"{name}  {key}" if key else name)
        self.setAccessibleName(name)
        self.dress(design, kind=Kind.QUIET, icon=icon)
