"""Buttons, tabs, search, banners and what lies over a window, used by keyboard and mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import SIGNAL, QEvent, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import (
    Button,
    DangerButton,
    IconButton,
    Kind,
    PrimaryButton,
    SecondaryButton,
)
from clinicdesk.desktop.design.drawer import Drawer
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.rail_button import RailButton
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.design.toast import Toast
from clinicdesk.desktop.design.tokens import BAR_HEIGHT, CONTROL_HEIGHT, LIGHT, Tone


@pytest.fixture
def window(design: Design, qtbot: QtBot) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(900, 600)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def has_colour(image: QImage, colour: str) -> bool:
    return any(
        image.pixelColor(x, y).name().upper() == colour
        for x in range(image.width())
        for y in range(image.height())
    )


def test_a_button_has_room_for_icon_words_and_key(design: Design, qtbot: QtBot) -> None:
    plain = SecondaryButton(design, "Labels")
    full = SecondaryButton(design, "Labels", icon="printer", key="F6")
    qtbot.addWidget(plain)
    qtbot.addWidget(full)
    assert full.sizeHint().width() >= plain.sizeHint().width() + 16 + 18
    assert full.sizeHint().height() == CONTROL_HEIGHT
    assert full.accessibleDescription() == "F6"


def test_a_button_that_is_dressed_again_is_told_once_of_another_theme(
    design: Design, qtbot: QtBot
) -> None:
    button = SecondaryButton(design, "Hand over")
    qtbot.addWidget(button)
    told = design.receivers(SIGNAL("changed()"))
    button.dress(design, kind=Kind.PRIMARY, key="F10")
    assert design.receivers(SIGNAL("changed()")) == told


def test_a_button_of_a_form_gets_its_looks_later(design: Design, qtbot: QtBot) -> None:
    button = Button()
    qtbot.addWidget(button)
    button.setText("Hand over")
    before = button.sizeHint()
    button.dress(design, kind=Kind.PRIMARY, icon="hand-helping", key="F10")
    assert button.sizeHint().width() > before.width()
    button.resize(button.sizeHint())
    assert has_colour(button.grab().toImage(), LIGHT.accent)


def test_a_mnemonic_s_ampersand_is_not_shown(design: Design, qtbot: QtBot) -> None:
    with_mark = SecondaryButton(design, "&Hold")
    without = SecondaryButton(design, "Hold")
    doubled = SecondaryButton(design, "Sign && send")
    for button in (with_mark, without, doubled):
        qtbot.addWidget(button)
    assert with_mark.sizeHint() == without.sizeHint()
    assert doubled.sizeHint().width() > without.sizeHint().width()


def test_only_the_confirming_danger_button_is_filled(design: Design, qtbot: QtBot) -> None:
    for confirms in (False, True):
        button = DangerButton(design, "Cancel prescription", confirms=confirms)
        qtbot.addWidget(button)
        button.resize(button.sizeHint())
        middle = button.grab().toImage().pixelColor(6, 16).name().upper()
        assert middle == (LIGHT.danger_fill if confirms else LIGHT.surface)


def test_an_icon_button_has_a_name_and_a_tooltip(design: Design, qtbot: QtBot) -> None:
    button = IconButton(design, "x", "Close", "Esc")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Close"
    assert button.toolTip() == "Close  Esc"


def test_focus_shows_by_keyboard_and_not_by_mouse(
    design: Design, window: QWidget, qtbot: QtBot
) -> None:
    button = SecondaryButton(design, "Hold", parent=window)
    rail = RailButton(design, "pill", "Pharmacy", parent=window)
    rail.move(0, 100)
    for control in (button, rail):
        control.resize(control.sizeHint())
        control.show()
        quiet = control.grab().toImage()
        assert not has_colour(quiet, LIGHT.focus)
        control.setFocus(Qt.FocusReason.TabFocusReason)
        assert has_colour(control.grab().toImage(), LIGHT.focus)
        control.clearFocus()
        control.setFocus(Qt.FocusReason.MouseFocusReason)
        assert control.grab().toImage() == quiet


def test_a_control_that_is_off_says_why_until_it_is_on(design: Design, qtbot: QtBot) -> None:
    button = PrimaryButton(design, "Hand over", key="F10")
    beside = QLabel()
    button.setToolTip("Give the medicines to the patient")
    for widget in (button, beside):
        qtbot.addWidget(widget)
    reason = "Hand over is off: 2 items are not checked yet"
    reason_when_disabled(button, reason, beside)
    assert not button.isEnabled()
    assert button.toolTip() == beside.text() == button.accessibleDescription() == reason
    reason_when_disabled(button, "Hand over is off: waiting for payment", beside)
    reason_when_disabled(button, "", beside)
    assert button.isEnabled()
    assert button.toolTip() == "Give the medicines to the patient"
    assert button.accessibleDescription() == "F10"
    assert beside.isHidden()


LANES = [Tab("unpaid", "Unpaid", 12), Tab("dispense", "To dispense", 34), Tab("ready", "Ready")]


def test_tabs_begin_with_the_first_and_say_what_is_chosen(design: Design, qtbot: QtBot) -> None:
    tabs = SegmentedTabs(design, LANES)
    qtbot.addWidget(tabs)
    assert tabs.current == "unpaid"
    with qtbot.waitSignal(tabs.selected) as chosen:
        tabs.select("ready")
    assert chosen.args == ["ready"]
    with qtbot.assertNotEmitted(tabs.selected):
        tabs.select("ready")


def test_arrows_move_between_tabs(design: Design, window: QWidget, qtbot: QtBot) -> None:
    tabs = SegmentedTabs(design, LANES, window)
    tabs.resize(500, 40)
    tabs.show()
    tabs.focusNextChild()
    focused = tabs.focusWidget()
    assert focused is not None
    with qtbot.waitSignal(tabs.selected):
        qtbot.keyClick(focused, Qt.Key.Key_Right)
    assert tabs.current == "dispense"


def test_tabs_go_on_in_a_second_row_where_space_ends(design: Design, qtbot: QtBot) -> None:
    tabs = SegmentedTabs(design, LANES)
    qtbot.addWidget(tabs)
    wide = tabs.sizeHint().width()
    assert tabs.heightForWidth(wide) == 32
    assert tabs.heightForWidth(wide - 1) == 68


def test_a_count_changes_without_choosing(design: Design, qtbot: QtBot) -> None:
    tabs = SegmentedTabs(design, LANES)
    qtbot.addWidget(tabs)
    with qtbot.assertNotEmitted(tabs.selected):
        tabs.set_count("dispense", 135)
    names = [child.accessibleName() for child in tabs.findChildren(QWidget)]
    assert "To dispense, 135" in names


def test_escape_empties_the_search_and_then_leaves(design: Design, qtbot: QtBot) -> None:
    field = SearchField(design, "Scan or search", icon="scan-line", key="Ctrl+K")
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClicks(field, "meera")
    with qtbot.assertNotEmitted(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    with qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_a_banner_offers_its_action(design: Design, qtbot: QtBot) -> None:
    banner = Banner(design, Tone.WARNING, "Offline since 10:42", action="Open outbox")
    qtbot.addWidget(banner)
    banner.show()
    assert banner.accessibleName() == "Offline since 10:42"
    button = next(one for one in banner.findChildren(Button) if one.text() == "Open outbox")
    with qtbot.waitSignal(banner.acted):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_empty_view_offers_the_next_step(design: Design, qtbot: QtBot) -> None:
    empty = EmptyState(design, "inbox", "Nothing waits", "Scan one.", "Scan", key="Ctrl+K")
    qtbot.addWidget(empty)
    empty.show()
    with qtbot.waitSignal(empty.next_step):
        qtbot.mouseClick(empty.findChild(Button), Qt.MouseButton.LeftButton)
    empty.say("cloud-off", "Not loaded yet")
    assert empty.findChild(Button).isHidden()


def toast_in(design: Design, window: QWidget) -> tuple[Toast, QWidget]:
    """A toast in a window with a bar, and the bar's part at its right."""
    bar, before, after = QWidget(window), QWidget(), QWidget()
    bar.setFixedHeight(BAR_HEIGHT)
    row = QHBoxLayout(bar)
    before.setFixedWidth(140)
    after.setFixedWidth(100)
    row.addWidget(before)
    row.addStretch(1)
    row.addWidget(after)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(bar)
    column.addStretch(1)
    bar.show()
    QApplication.processEvents()
    return Toast(design, bar, (before, after)), after


def test_a_toast_goes_by_itself_and_stays_on_the_bar(
    design: Design, window: QWidget, qtbot: QtBot
) -> None:
    toast, after = toast_in(design, window)
    bar = after.parentWidget()
    with qtbot.waitSignal(toast.gone):
        toast.say("Saved", Tone.SUCCESS, milliseconds=1)
    toast.say("Moved to 9:30", action="Undo")
    assert bar.geometry().contains(toast.geometry())
    window.resize(500, 400)
    QApplication.processEvents()
    assert bar.geometry().contains(toast.geometry())
    assert toast.geometry().right() < after.x()
    undo = next(one for one in toast.findChildren(Button) if one.text() == "Undo")
    with qtbot.waitSignals([toast.acted, toast.gone]):
        qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)


def test_what_a_toast_offers_is_done_by_a_key_while_it_is_there(
    design: Design, window: QWidget, qtbot: QtBot
) -> None:
    toast, _after = toast_in(design, window)
    toast.say("Saved", Tone.SUCCESS)
    with qtbot.assertNotEmitted(toast.acted):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    toast.say("Discarded: Save draft", action="Undo")
    with qtbot.waitSignals([toast.acted, toast.gone]):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    with qtbot.assertNotEmitted(toast.acted):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)


def test_a_drawer_gives_the_focus_back(design: Design, window: QWidget, qtbot: QtBot) -> None:
    field = QLineEdit(window)
    QVBoxLayout(window).addWidget(field)
    field.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    drawer = Drawer(design, window, "Notices")
    drawer.open_drawer()
    assert drawer.geometry().right() == window.rect().right()
    assert drawer.height() == window.height()
    assert not field.hasFocus()
    window.resize(1000, 700)
    assert drawer.geometry().bottomRight() == window.rect().bottomRight()
    with qtbot.waitSignal(drawer.closed):
        qtbot.keyClick(drawer, Qt.Key.Key_Escape)
    assert field.hasFocus()


def test_a_drawer_leaves_the_footer_free(design: Design, window: QWidget) -> None:
    drawer = Drawer(design, window, "Outbox", foot=26)
    drawer.open_drawer()
    assert drawer.geometry().bottom() == window.rect().bottom() - 26
    assert drawer.geometry().top() == 0


def test_a_drawer_survives_that_the_field_it_came_from_is_gone(
    design: Design, window: QWidget, qtbot: QtBot
) -> None:
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    drawer = Drawer(design, window, "Notices")
    drawer.open_drawer()
    field.deleteLater()
    qtbot.waitUntil(lambda: not window.findChildren(QLineEdit))
    drawer.shut()
    assert drawer.isHidden()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_button_with_the_keyboard_is_pressed_by_space_and_enter(
    window: QWidget, design: Design, qtbot: QtBot, key: Qt.Key
) -> None:
    for button in (SecondaryButton(design, "Labels"), IconButton(design, "x", "Close")):
        pressed: list[bool] = []
        button.clicked.connect(lambda _checked=False, pressed=pressed: pressed.append(True))
        button.setParent(window)
        button.show()
        qtbot.keyClick(button, key)
        assert pressed == [True]


def test_a_key_held_from_before_presses_no_button(
    window: QWidget, design: Design, qtbot: QtBot
) -> None:
    button = SecondaryButton(design, "Keep mine")
    button.setParent(window)
    button.show()
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "", True
    )
    with qtbot.assertNotEmitted(button.clicked):
        QApplication.sendEvent(button, held)


def test_ctrl_and_enter_is_left_to_the_view(window: QWidget, design: Design, qtbot: QtBot) -> None:
    button = SecondaryButton(design, "Discard")
    button.setParent(window)
    button.show()
    with qtbot.assertNotEmitted(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
