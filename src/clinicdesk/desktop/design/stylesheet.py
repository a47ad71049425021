"""The stylesheet of the application, made from the tokens; the only place with QSS.

Forms ask for looks by dynamic properties, so no view carries a stylesheet of its own:

==================  ============================================================================
widget              properties
==================  ============================================================================
``QLabel``          ``role``: body, strong, secondary, pill, small, title, name,
                    headline, counter;
                    ``ink``: second, third, accent, info, success, warning, danger
``QPushButton``     ``kind``: primary, secondary (default), danger, quiet (see ``button.Button``)
``QFrame``          ``pane``: surface, raised, background;
                    ``edge``: left, right, top, bottom (one line there)
``QLineEdit`` etc.  ``invalid``: true while the field is refused
``QWidget``         ``transparent``: true inside a scroll area that shows what lies behind
==================  ============================================================================

After changing a property of a widget that is on screen call ``restyle(widget)``.
"""

from __future__ import annotations

from string import Template

from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.tokens import TYPE, TextRole, Theme

_SHEET = Template("""
QMainWindow, QDialog { background: $background; }
QToolTip {
    background: $text; color: $surface; border: none; padding: 5px 8px; font-size: 12px;
}

QLabel { background: transparent; color: $text; }
QLabel:disabled { color: $third; }

QFrame[pane="background"] { background: $background; }
QFrame[pane="surface"] { background: $surface; }
QFrame[pane="raised"] { background: $raised; }
QFrame[edge="right"] { border: none; border-right: 1px solid $line; }
QFrame[edge="left"] { border: none; border-left: 1px solid $line; }
QFrame[edge="bottom"] { border: none; border-bottom: 1px solid $line; }
QFrame[edge="top"] { border: none; border-top: 1px solid $line; }

QPushButton {
    min-height: 20px; padding: 5px 13px; border-radius: 8px; border: 1px solid $outline;
    background: $surface; color: $text; font-weight: 600;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 2px solid $focus; padding: 4px 12px; }
QPushButton:disabled { background: $raised; color: $third; border-color: $line; }
QPushButton[compact="true"] { min-height: 16px; padding-left: 9px; padding-right: 9px; }
QPushButton[kind="primary"] { background: $accent; border-color: $accent; color: $on_accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="primary"]:disabled {
    background: $accent_weak; border-color: $accent_weak; color: $second;
}
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="danger"]:hover { background: $danger_weak; border-color: $danger; }
QPushButton[kind="danger"]:disabled { color: $third; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; color: $second; }
QPushButton[kind="quiet"]:hover { background: $hover; color: $text; }
QPushButton[kind="quiet"]:focus { border-color: $focus; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {
    border: 1px solid $outline; border-radius: 8px; padding: 5px 10px; background: $field;
    color: $text; selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $third;
}
QLineEdit, QAbstractSpinBox, QComboBox { min-height: 20px; }
QLineEdit { padding: 5px 8px; }
QPlainTextEdit, QTextEdit { padding: 6px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border: 2px solid $focus; padding: 4px 9px;
}
QLineEdit:focus { padding: 4px 7px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 5px; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QTextEdit[invalid="true"],
QAbstractSpinBox[invalid="true"], QComboBox[invalid="true"] { border-color: $danger; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
    border: none; background: transparent; padding: 0; min-height: 0; border-radius: 0;
}
QAbstractSpinBox { max-height: 20px; }
QPlainTextEdit[bare="true"], QPlainTextEdit[bare="true"]:focus {
    border: none; padding: 0; background: transparent; border-radius: 0;
}
QListView[framed="true"] { border: 1px solid $outline; border-radius: 8px; }
QLineEdit:read-only, QPlainTextEdit:read-only { background: $raised; }
QPlainTextEdit[bare="true"]:read-only { background: transparent; color: $second; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QAbstractSpinBox:disabled,
QComboBox:disabled { background: $raised; color: $third; border-color: $line; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url(:/controls/chevron-down-$name.svg); width: 16px; height: 16px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    subcontrol-origin: border; border: none; background: transparent; width: 22px;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin: 3px 3px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin: 0 3px 3px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow {
    image: url(:/controls/chevron-up-$name.svg); width: 12px; height: 12px;
}
QAbstractSpinBox::down-arrow {
    image: url(:/controls/chevron-down-$name.svg); width: 12px; height: 12px;
}
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView {
    border: 1px solid $outline; border-radius: 8px; background: $surface; padding: 4px;
    outline: none;    selection-background-color: $selection; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 30px; padding: 0 8px; border-radius: 6px; }
QComboBox QAbstractItemView::item:selected { background: $selection; color: $text; }

QCheckBox, QRadioButton { color: $text; spacing: 8px; background: transparent; padding: 2px; }
QCheckBox:disabled, QRadioButton:disabled { color: $third; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 14px; height: 14px; border: 1px solid $third; background: $field;
}
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url(:/controls/check-$name.svg);
}
QRadioButton::indicator:checked { border: 5px solid $accent; width: 6px; height: 6px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $focus; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus; border-radius: 6px; padding: 0; }

/* Not QTableView: Qt moves what is painted when it scrolls only where the palette is the ground. */
QListView, QTreeView {
    background: $surface; color: $text; border: none; outline: none;
    alternate-background-color: $raised;
    selection-background-color: $selection; selection-color: $text;
}
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    background: $surface; color: $second; border: none; border-bottom: 1px solid $line;
    padding: 0 10px; height: 30px; font-size: 12px; font-weight: 600;
}
QTableCornerButton::section { background: $surface; border: none; }

QScrollArea, QWidget[transparent="true"] { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $handle; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $third; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QMenu { background: $surface; border: 1px solid $outline; border-radius: 8px; padding: 5px; }
QMenu::item { padding: 6px 14px 6px 10px; border-radius: 6px; color: $text; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $third; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 5px 4px; }

QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QProgressBar {
    background: $line; border: none; border-radius: 3px; color: transparent;
    min-height: 6px; max-height: 6px;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }
""")


def make_stylesheet(theme: Theme) -> str:
    """Return the whole stylesheet of a theme."""
    colours = {
        "name": theme.name,
        "background": theme.background,
        "surface": theme.surface,
        "raised": theme.raised,
        "line": theme.line,
        "outline": theme.outline,
        "text": theme.text,
        "second": theme.second,
        "third": theme.third,
        "accent": theme.accent,
        "accent_hover": theme.accent_hover,
        "accent_pressed": theme.accent_pressed,
        "on_accent": theme.on_accent,
        "accent_weak": theme.accent_weak,
        "danger": theme.danger.ink,
        "danger_weak": theme.danger.weak,
        "selection": theme.selection,
        "hover": theme.hover,
        "focus": theme.focus,
        "field": theme.field,
        "handle": theme.handle,
    }
    return _SHEET.substitute(colours) + _type_rules() + _ink_rules(theme)


def restyle(widget: QWidget) -> None:
    """Let the stylesheet look again at a widget whose properties have changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _type_rules() -> str:
    return "\n".join(
        f'QLabel[role="{role}"] {{ font-size: {style.pixels}px; font-weight: {style.weight}; }}'
        for role, style in TYPE.items()
        if role is not TextRole.KEY
    )


def _ink_rules(theme: Theme) -> str:
    inks = {
        "second": theme.second,
        "third": theme.third,
        "accent": theme.accent,
        "info": theme.info.ink,
        "success": theme.success.ink,
        "warning": theme.warning.ink,
        "danger": theme.danger.ink,
    }
    return "\n".join(
        f'QLabel[ink="{name}"] {{ color: {colour}; }}' for name, colour in inks.items()
    )
