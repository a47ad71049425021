"""The theme as a QPalette, for whatever Qt paints without asking the stylesheet."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from clinicdesk.desktop.design.tokens import Theme


def make_palette(theme: Theme) -> QPalette:
    """Return the palette of a theme, with its disabled group."""
    palette = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, theme.background),
        (role.WindowText, theme.text),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.third),
        (role.Button, theme.surface),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.danger.ink),
        (role.ToolTipBase, theme.text),
        (role.ToolTipText, theme.surface),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Light, theme.raised),
        (role.Midlight, theme.raised),
        (role.Mid, theme.line),
        (role.Dark, theme.outline),
        (role.Shadow, theme.outline),
    ):
        palette.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.third))
    return palette
