"""Text reaches 4.5:1 on each ground it is used on, and what shows focus or state 3:1 (WCAG 2.2)."""

from __future__ import annotations

import pytest

from clinicdesk.desktop.design.tokens import DARK, LIGHT, Theme, Tone

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
TEXT = 4.5
SHAPE = 3.0


def luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def grounds(theme: Theme) -> dict[str, str]:
    return {
        name: getattr(theme, name)
        for name in ("background", "surface", "raised", "selection", "hover", "field")
    }


def text_pairs(theme: Theme) -> dict[str, tuple[str, str]]:
    """Every ink on every ground that a widget or delegate puts it on."""
    inks = {name: getattr(theme, name) for name in ("text", "second", "third", "accent")}
    inks |= {tone: theme.tint(tone).ink for tone in Tone}
    pairs = {
        f"{ink} on {ground}": (inks[ink], colour)
        for ink in inks
        for ground, colour in grounds(theme).items()
    }
    for tone in Tone:
        pairs[f"{tone} pill"] = (theme.tint(tone).ink, theme.tint(tone).weak)
        # Banners of these tones carry ordinary text on their tint.
        pairs[f"text on {tone}"] = (theme.text, theme.tint(tone).weak)
        pairs[f"second on {tone}"] = (theme.second, theme.tint(tone).weak)
    for number, person in enumerate(theme.people):
        pairs[f"person {number}"] = (person.ink, person.weak)
    pairs["filled button"] = (theme.on_accent, theme.accent)
    pairs["filled button under the pointer"] = (theme.on_accent, theme.accent_hover)
    pairs["filled button pressed"] = (theme.on_accent, theme.accent_pressed)
    pairs["filled button that is off"] = (theme.second, theme.accent_weak)
    pairs["destroying button"] = (theme.on_danger, theme.danger_fill)
    pairs["destroying button under the pointer"] = (theme.on_danger, theme.danger_hover)
    pairs["tooltip"] = (theme.surface, theme.text)
    return pairs


@THEMES
def test_every_text_can_be_read(theme: Theme) -> None:
    weak = {
        name: round(contrast(*pair), 2)
        for name, pair in text_pairs(theme).items()
        if contrast(*pair) < TEXT
    }
    assert weak == {}


@THEMES
def test_the_name_and_number_of_a_glowing_row_can_be_read(theme: Theme) -> None:
    assert contrast(theme.text, theme.glow) >= TEXT


@THEMES
def test_the_focus_ring_stands_out_from_every_ground(theme: Theme) -> None:
    everywhere = grounds(theme) | {"chosen tab": theme.accent_weak}
    weak = {
        name: round(contrast(theme.focus, ground), 2)
        for name, ground in everywhere.items()
        if contrast(theme.focus, ground) < SHAPE
    }
    assert weak == {}


@THEMES
def test_the_bar_of_the_selected_row_stands_out(theme: Theme) -> None:
    assert contrast(theme.accent, theme.selection) >= SHAPE


@THEMES
def test_a_warning_s_border_stands_out_from_its_ground(theme: Theme) -> None:
    for tone in (Tone.WARNING, Tone.DANGER):
        tint = theme.tint(tone)
        assert contrast(tint.ink, tint.weak) >= SHAPE


def test_people_have_tints_that_differ() -> None:
    for theme in (LIGHT, DARK):
        assert len({tint.ink for tint in theme.people}) == len(theme.people) == 8
