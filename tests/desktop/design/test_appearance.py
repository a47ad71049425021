"""The theme follows the system, or stays as the user chose, live in every widget."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from clinicdesk.desktop.design.age import AgePill
from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.labels import label, set_ink
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.design.stylesheet import make_stylesheet
from clinicdesk.desktop.design.tokens import DARK, LIGHT, Theme, Tone


class System:
    """The desktop environment's choice, which the offscreen platform has none of."""

    def __init__(self, hints: QStyleHints) -> None:
        self.scheme = Qt.ColorScheme.Unknown
        self._hints = hints

    def choose(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme
        self._hints.colorSchemeChanged.emit(scheme)


@pytest.fixture
def system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> System:
    made = System(qapp.styleHints())
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda _hints: made.scheme)
    return made


def test_it_follows_the_system_while_it_runs(
    design: Design, system: System, qapp: QApplication, qtbot: QtBot
) -> None:
    design.set_appearance(Appearance.SYSTEM)
    with qtbot.waitSignal(design.changed):
        system.choose(Qt.ColorScheme.Dark)
    assert design.theme is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == DARK.background
    with qtbot.waitSignal(design.changed):
        system.choose(Qt.ColorScheme.Light)
    assert design.theme is LIGHT


def test_a_chosen_theme_stays_whatever_the_system_does(
    design: Design, system: System, qtbot: QtBot
) -> None:
    design.set_appearance(Appearance.DARK)
    with qtbot.assertNotEmitted(design.changed):
        system.choose(Qt.ColorScheme.Light)
    assert design.theme is DARK
    assert design.appearance is Appearance.DARK


def test_a_system_that_says_nothing_gets_the_light_theme(design: Design, system: System) -> None:
    design.set_appearance(Appearance.DARK)
    design.set_appearance(Appearance.SYSTEM)
    assert design.theme is LIGHT


def test_choosing_what_is_in_force_changes_nothing(design: Design, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(design.changed):
        design.set_appearance(Appearance.LIGHT)


def test_a_widget_on_screen_is_repainted_in_the_new_theme(design: Design, qtbot: QtBot) -> None:
    pill = StatusPill(design, Pill("Paid", Tone.INFO))
    qtbot.addWidget(pill)
    pill.resize(pill.sizeHint())
    before = pill.grab().toImage()
    design.set_appearance(Appearance.DARK)
    assert pill.grab().toImage() != before


def test_a_widget_that_is_gone_no_longer_hears_of_themes(design: Design) -> None:
    pill = AgePill(design, 4)
    delete(pill)
    design.set_appearance(Appearance.DARK)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_stylesheet_leaves_no_token_open(theme: Theme) -> None:
    assert "$" not in make_stylesheet(theme)


def test_ink_of_a_label_follows_tone_and_theme(design: Design, qtbot: QtBot) -> None:
    words = label("saved", ink="third")
    qtbot.addWidget(words)
    words.show()

    def ink(of: QLabel) -> str:
        return of.palette().color(QPalette.ColorRole.WindowText).name().upper()

    assert ink(words) == LIGHT.third
    set_ink(words, "danger")
    assert ink(words) == LIGHT.danger.ink
    design.set_appearance(Appearance.DARK)
    assert ink(words) == DARK.danger.ink


def test_markup_in_a_text_is_shown_as_it_is(design: Design, qtbot: QtBot) -> None:
    words = label("<b>Meera</b>")
    qtbot.addWidget(words)
    assert words.textFormat() is Qt.TextFormat.PlainText
