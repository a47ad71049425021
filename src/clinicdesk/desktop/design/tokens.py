"""What the product looks like, as plain data: colours of both themes, spacing, radii, type scale.

Nothing here needs Qt, so tests can compute contrasts from it. Colours are ``#RRGGBB``; lengths are
logical pixels. Every text colour reaches 4.5:1 on each ground it is used on and the focus ring
reaches 3:1 (tests/desktop/design/test_contrast.py computes both).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a status means to a person; colour, and never colour alone, follows from it."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    ACCENT = "accent"


class TextRole(StrEnum):
    """The places text stands in; a role fixes size and weight."""

    BODY = "body"
    STRONG = "strong"
    SECONDARY = "secondary"
    PILL = "pill"
    SMALL = "small"
    KEY = "key"
    TITLE = "title"
    NAME = "name"
    HEADLINE = "headline"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """Size in pixels and weight on the CSS scale (400 regular, 600 semibold, 700 bold)."""

    pixels: int
    weight: int


TYPE: dict[TextRole, TypeStyle] = {
    TextRole.BODY: TypeStyle(13, 400),
    TextRole.STRONG: TypeStyle(13, 600),
    TextRole.SECONDARY: TypeStyle(12, 400),
    TextRole.PILL: TypeStyle(12, 600),
    TextRole.SMALL: TypeStyle(11, 400),
    TextRole.KEY: TypeStyle(11, 600),
    TextRole.TITLE: TypeStyle(17, 600),
    TextRole.NAME: TypeStyle(18, 600),
    TextRole.HEADLINE: TypeStyle(20, 600),
    TextRole.COUNTER: TypeStyle(28, 700),
}


@dataclass(frozen=True, slots=True)
class Tint:
    """A colour for words and icons, and the quiet ground that belongs to it."""

    ink: str
    weak: str


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of one appearance.

    Attributes:
        background: behind everything; ``surface`` for panes and cards, ``raised`` for what lies
            on them.
        line: separators, which carry no meaning; ``outline`` borders what can be used.
        text, second, third: ink by importance; third is never the only carrier of a fact.
        accent, on_accent, accent_weak: the one accent, ink upon it, and its quiet ground.
        danger_fill, on_danger: the filled button that takes something away.
        selection: ground of the selected row; ``hover`` of the one under the pointer.
        focus: the ring around what has the keyboard.
        glow: what a row that has just changed fades from.
        shadow: the thin shade below a card (``#AARRGGBB``).
        field: ground of what can be typed into; ``handle`` of scroll bars.
        people: tints from which each person gets one of their own, by id.
    """

    name: str
    dark: bool
    background: str
    surface: str
    raised: str
    line: str
    outline: str
    text: str
    second: str
    third: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_weak: str
    danger_fill: str
    danger_hover: str
    on_danger: str
    selection: str
    hover: str
    focus: str
    glow: str
    shadow: str
    field: str
    handle: str
    info: Tint
    success: Tint
    warning: Tint
    danger: Tint
    people: tuple[Tint, ...]

    def tint(self, tone: Tone) -> Tint:
        """Return ink and ground of a tone."""
        match tone:
            case Tone.NEUTRAL:
                return Tint(self.second, self.raised)
            case Tone.INFO:
                return self.info
            case Tone.SUCCESS:
                return self.success
            case Tone.WARNING:
                return self.warning
            case Tone.DANGER:
                return self.danger
            case Tone.ACCENT:
                return Tint(self.accent, self.accent_weak)


LIGHT = Theme(
    name="light",
    dark=False,
    background="#F5F6F8",
    surface="#FFFFFF",
    raised="#FAFBFC",
    line="#E2E6EB",
    outline="#D5DBE2",
    text="#18212B",
    second="#4D5966",
    third="#626D79",
    accent="#197573",
    accent_hover="#145F5D",
    accent_pressed="#0F4C4A",
    on_accent="#FFFFFF",
    accent_weak="#E0F1F0",
    danger_fill="#B3261E",
    danger_hover="#8F1E18",
    on_danger="#FFFFFF",
    selection="#E4F1F1",
    hover="#F2F5F7",
    focus="#197573",
    glow="#BFE3E0",
    shadow="#0D18212B",
    field="#FFFFFF",
    handle="#C9D0D8",
    info=Tint("#2563A8", "#E6F0FA"),
    success=Tint("#26734D", "#E3F4EA"),
    warning=Tint("#8A5A00", "#FCF1DB"),
    danger=Tint("#B3261E", "#FBE9E7"),
    people=(
        Tint("#197573", "#DDF0EF"),
        Tint("#2563A8", "#E1EDFA"),
        Tint("#7440A6", "#F0E8F8"),
        Tint("#9A3B6B", "#FAE6F0"),
        Tint("#8A5A00", "#FAEED6"),
        Tint("#3D6B21", "#E6F2DC"),
        Tint("#A3431A", "#FCE9E0"),
        Tint("#47569E", "#E7EAF8"),
    ),
)

DARK = Theme(
    name="dark",
    dark=True,
    background="#13171B",
    surface="#1B2025",
    raised="#21272D",
    line="#2F363D",
    outline="#3A434C",
    text="#E6EBF0",
    second="#A7B2BD",
    third="#8E99A4",
    accent="#4FB8B0",
    accent_hover="#68C9C1",
    accent_pressed="#3FA39B",
    on_accent="#0B2120",
    accent_weak="#17383A",
    danger_fill="#F0958C",
    danger_hover="#F5ABA3",
    on_danger="#2B0F0C",
    selection="#1A3335",
    hover="#20262C",
    focus="#4FB8B0",
    glow="#24595A",
    shadow="#00000000",
    field="#13171B",
    handle="#3E474F",
    info=Tint("#7DB3EA", "#1B2D40"),
    success=Tint("#74C79A", "#17332A"),
    warning=Tint("#E3B35A", "#382B14"),
    danger=Tint("#F0958C", "#3E2220"),
    people=(
        Tint("#5CC4BC", "#17383A"),
        Tint("#7DB3EA", "#1B2D40"),
        Tint("#C4A0EC", "#33264A"),
        Tint("#EB9BC4", "#42233A"),
        Tint("#E3B35A", "#382B14"),
        Tint("#9CCB7B", "#26351B"),
        Tint("#F0A27E", "#40271A"),
        Tint("#A4B2F0", "#272E4D"),
    ),
)

# Spacing goes in steps of four.
SPACE_1 = 4
SPACE_2 = 8
SPACE_3 = 12
SPACE_4 = 16
SPACE_5 = 20
SPACE_6 = 24

RADIUS_CONTROL = 8
RADIUS_CARD = 10

RAIL_WIDTH = 60
BAR_HEIGHT = 48
FOOTER_HEIGHT = 26
CONTROL_HEIGHT = 32
ROW_HEIGHT = 59
TABLE_ROW_HEIGHT = 52
ROW_PADDING = 14
ICON_SMALL = 13
ICON = 16
ICON_LARGE = 20
FOCUS_WIDTH = 2
