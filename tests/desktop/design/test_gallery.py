"""The whole design at once: both themes, no warning, the smallest screen."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.design.appearance import Appearance, Design
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.painted import PaintedButton, PaintedWidget
from tests.desktop.design import gallery

PAGES = {"counter": gallery.make_counter_page, "widgets": gallery.make_widgets_page}


def shown(design: Design, qtbot: QtBot, page: str) -> QWidget:
    made = PAGES[page](design)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
@pytest.mark.parametrize("page", PAGES)
def test_every_widget_is_painted_on_its_theme_s_ground(
    design: Design, qtbot: QtBot, page: str, appearance: Appearance
) -> None:
    design.set_appearance(appearance)
    picture = shown(design, qtbot, page).grab().toImage()
    # Below the widgets and beside them: a hole in the theme would be white or black there.
    assert picture.pixelColor(900, 690).name().upper() == design.theme.background
    assert picture.pixelColor(1275, 600).name().upper() == design.theme.background


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_1280_by_800(design: Design, qtbot: QtBot, page: str) -> None:
    made = shown(design, qtbot, page)
    assert (made.width(), made.height()) == (1280, 800)
    least = made.minimumSizeHint()
    assert least.width() <= 1280
    assert least.height() <= 800


@pytest.mark.parametrize("page", PAGES)
def test_nothing_that_paints_itself_is_smaller_than_it_needs(
    design: Design, qtbot: QtBot, page: str
) -> None:
    made = shown(design, qtbot, page)
    painted = [*made.findChildren(PaintedWidget), *made.findChildren(PaintedButton)]
    cut = [
        (type(widget).__name__, widget.accessibleName())
        for widget in painted
        if widget.isVisible()
        and not isinstance(widget, ElidedLabel)
        and widget.width() < widget.minimumSizeHint().width()
    ]
    assert cut == []


@pytest.mark.parametrize("page", PAGES)
def test_everything_one_can_press_has_a_name(design: Design, qtbot: QtBot, page: str) -> None:
    made = shown(design, qtbot, page)
    nameless = [
        button
        for button in made.findChildren(QAbstractButton)
        if button.isVisible()
        and not (button.text() or button.accessibleName())
        # Qt's own corner of a table, which is never shown.
        and "Corner" not in button.metaObject().className()
    ]
    assert nameless == []
