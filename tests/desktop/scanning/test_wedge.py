"""The filter between the window and its fields, without a display."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from clinicdesk.desktop.scanning.wedge import WedgeFilter

NO, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class Desk:
    """A window with a field, and keys that come in at it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        self.field = QLineEdit()
        QVBoxLayout(self.window).addWidget(self.field)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.field.setFocus()
        qtbot.waitUntil(self.field.hasFocus)
        self.wedge = WedgeFilter()
        self.scanned: list[str] = []
        self.torn = 0
        self.wedge.scanned.connect(self.scanned.append)
        self.wedge.torn.connect(self._tear)
        self.wedge.install()
        self.stamps = count(1000, 2)

    def _tear(self) -> None:
        self.torn += 1

    def strike(
        self,
        text: str,
        key: int | None = None,
        held: Qt.KeyboardModifier = NO,
    ) -> None:
        for down in (True, False):
            self.move(text, key, held, down=down)

    def move(
        self, text: str, key: int | None = None, held: Qt.KeyboardModifier = NO, *, down: bool
    ) -> None:
        handle = self.window.windowHandle()
        assert handle is not None
        kind = QEvent.Type.KeyPress if down else QEvent.Type.KeyRelease
        event = QKeyEvent(kind, ord(text[0].upper()) if key is None else key, held, text)
        event.setTimestamp(next(self.stamps))
        QCoreApplication.sendEvent(handle, event)

    def scan(self, code: str, *, ends: bool = True) -> None:
        for letter in code:
            self.strike(letter, held=SHIFT if letter.isupper() else NO)
        if ends:
            self.strike("\r", int(Qt.Key.Key_Return))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(qtbot)
    yield made
    made.wedge.remove()


@pytest.mark.parametrize("text", ["a", "7", "ä", "é", "€", "क", "Ω", "ā", " "])
def test_any_letter_that_a_person_types_arrives(qtbot: QtBot, desk: Desk, text: str) -> None:
    desk.strike(text)
    assert desk.field.text() == ""
    qtbot.waitUntil(lambda: desk.field.text() == text)


def test_a_key_need_not_come_up_to_arrive(qtbot: QtBot, desk: Desk) -> None:
    desk.move("a", down=True)
    qtbot.waitUntil(lambda: desk.field.text() == "a")
    desk.move("a", down=False)
    assert desk.field.text() == "a"


def test_a_code_is_emitted_with_its_last_key(desk: Desk) -> None:
    desk.scan("CD1.7F3K2")
    assert desk.scanned == ["CD1.7F3K2"]
    assert desk.field.text() == ""


def test_caps_lock_does_not_turn_the_letters_of_a_code(desk: Desk) -> None:
    # With Caps Lock on the system says "b" for a B that the scanner sent with Shift.
    for letter, held in (("b", SHIFT), ("A", NO), ("1", NO), ("2", NO), ("3", NO), ("4", NO)):
        desk.strike(letter, held=held)
    desk.strike("\r", int(Qt.Key.Key_Return))
    assert desk.scanned == ["Ba1234"]


def test_a_shortcut_between_typed_letters_comes_in_its_turn(qtbot: QtBot, desk: Desk) -> None:
    at: list[str] = []
    shortcut = QShortcut(QKeySequence("Ctrl+D"), desk.window)
    shortcut.activated.connect(lambda: at.append(desk.field.text()))
    desk.strike("a")
    desk.strike("\x04", int(Qt.Key.Key_D), CONTROL)
    assert desk.field.text() == "a"


def test_what_is_held_back_is_delivered_when_the_filter_goes(desk: Desk) -> None:
    desk.strike("a")
    desk.strike("b")
    desk.wedge.remove()
    assert desk.field.text() == "ab"


def click_elsewhere(desk: Desk) -> None:
    """The press alone, as the system tells the window of it."""
    handle = desk.window.windowHandle()
    assert handle is not None
    at, left = QPointF(1, 1), Qt.MouseButton.LeftButton
    press = QMouseEvent(QEvent.Type.MouseButtonPress, at, handle.mapToGlobal(at), left, left, NO)
    QCoreApplication.sendEvent(handle, press)


def test_what_was_typed_before_a_click_goes_where_the_keyboard_was(desk: Desk) -> None:
    for letter in "twice":
        desk.strike(letter)
    click_elsewhere(desk)
    assert desk.field.text() == "twice"


def test_a_click_does_not_tear_a_code(desk: Desk) -> None:
    for letter in "RX-00":
        desk.strike(letter, held=SHIFT if letter.isupper() else NO)
    click_elsewhere(desk)
    desk.scan("WEB")
    assert desk.scanned == ["RX-00WEB"]
    assert desk.field.text() == ""


def test_a_window_that_goes_meanwhile_takes_its_keys_with_it(qtbot: QtBot, desk: Desk) -> None:
    desk.strike("a")
    desk.window.close()
    desk.field.deleteLater()
    qtbot.wait(80)
    assert desk.scanned == []


def test_a_shortcut_of_one_letter_comes_to_the_person_and_not_into_a_field(
    qtbot: QtBot, desk: Desk
) -> None:
    heard: list[str] = []
    shortcut = QShortcut(QKeySequence("O"), desk.window)
    shortcut.activated.connect(lambda: heard.append("O"))
    desk.field.clearFocus()
    desk.strike("o")
    qtbot.waitUntil(lambda: heard == ["O"])
    assert desk.field.text() == ""


def hear(desk: Desk, letters: str) -> list[str]:
    """Have letters be deeds, as on the queue."""
    heard: list[str] = []
    for letter in letters:
        shortcut = QShortcut(QKeySequence(letter), desk.window)
        shortcut.activated.connect(partial(heard.append, letter))
    desk.field.clearFocus()
    return heard


def test_half_a_code_does_no_deeds_and_is_told(qtbot: QtBot, desk: Desk) -> None:
    heard = hear(desk, "CDRX7")
    desk.scan("CD1.7", ends=False)
    qtbot.waitUntil(lambda: desk.torn == 1)
    assert (heard, desk.scanned) == ([], [])


def test_a_scanner_may_send_nothing_behind_its_codes(qtbot: QtBot, desk: Desk) -> None:
    desk.scan("4006381333931", ends=False)
    qtbot.waitUntil(lambda: desk.scanned == ["4006381333931"])
    assert desk.field.text() == ""


def test_what_only_shows_a_text_is_no_field(qtbot: QtBot, desk: Desk) -> None:
    desk.field.setReadOnly(True)
    desk.scan("RX-7", ends=False)
    qtbot.waitUntil(lambda: desk.torn == 1)


@pytest.mark.parametrize("of_rows", [QListWidget, QComboBox])
def test_a_list_is_no_field(
    qtbot: QtBot, desk: Desk, of_rows: type[QListWidget] | type[QComboBox]
) -> None:
    rows, layout = of_rows(), desk.window.layout()
    assert layout is not None
    layout.addWidget(rows)
    rows.addItems(["Ravi", "X"])
    rows.setFocus()
    qtbot.waitUntil(rows.hasFocus)
    desk.scan("RAVI", ends=False)
    qtbot.waitUntil(lambda: desk.torn == 1)


def test_a_shift_between_its_keys_does_not_hide_that_a_code_goes_on(
    qtbot: QtBot, desk: Desk
) -> None:
    """A machine that is behind kept the first key down for longer than scanners do."""
    desk.move("R", held=SHIFT, down=True)
    for _ in range(8):
        next(desk.stamps)
    desk.move("R", held=SHIFT, down=False)
    desk.move("", int(Qt.Key.Key_Shift), down=True)
    desk.scan("X-7F3K2")
    assert desk.scanned == ["RX-7F3K2"]
    assert desk.field.text() == "R"


def test_a_dialog_that_opens_meanwhile_does_not_tear_a_code(qtbot: QtBot, desk: Desk) -> None:
    dialog = QDialog(desk.window)
    inner = QLineEdit(dialog)
    desk.scan("RX-7", ends=False)
    dialog.open()
    QCoreApplication.processEvents()  # the system gives it the keyboard
    assert QGuiApplication.focusWindow() is dialog.windowHandle()
    desk.window, outer = dialog, desk.window
    desk.scan("F3K2")
    desk.window = outer
    assert desk.scanned == ["RX-7F3K2"]
    assert (desk.field.text(), inner.text()) == ("", "")


def test_a_password_is_not_looked_at(desk: Desk) -> None:
    desk.field.setEchoMode(QLineEdit.EchoMode.Password)
    desk.scan("Secret12345")
    assert desk.scanned == []
    assert desk.field.text() == "Secret12345"
