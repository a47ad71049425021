"""A scanner that types, anywhere in the program: its keys reach no field, its code reaches us.

Keys are taken where they come in, at the window, before any shortcut, dialog or popup sees them.
Qt asks whether a key may be a shortcut before it sends the key itself: to hold a key back is to say
no to that. What a person typed after all is asked about again before it is sent on; only Qt's test
library has a way to do that.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from PySide6.QtCore import (
    QCoreApplication,
    QElapsedTimer,
    QEvent,
    QMetaObject,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
from shiboken6 import isValid

from clinicdesk.desktop.scanning.american import american
from clinicdesk.desktop.scanning.burst import Burst
from clinicdesk.desktop.scanning.forms import meant
from clinicdesk.desktop.scanning.keys import SEPARATOR, Kind, Outcome, Stroke

_ASKED: Final = QEvent.Type.ShortcutOverride
_FIRED: Final = QEvent.Type.Shortcut
_PRESS: Final = QEvent.Type.KeyPress
_RELEASE: Final = QEvent.Type.KeyRelease
_CLICKS: Final = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin})
_COMMANDS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ENDS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_END_TEXTS: Final = ("\r", "\n", "\t")
"""A scanner may have a key for the line feed, which keyboards have not."""
_MODIFIERS: Final = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_CapsLock, Qt.Key.Key_AltGr}
)
_SEPARATORS: Final = frozenset({Qt.Key.Key_BracketRight, Qt.Key.Key_BraceRight})
_SEPARATOR_KEYS: Final = ("]", "}")
_LAST_ASCII: Final = 0x7F
_FIELDS: Final = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_ANOTHER_LOOK_MS: Final = 1
"""If the program was busy, keys that are older than they seem wait in line: they come first."""


class WedgeFilter(QObject):
    """Holds keys back until it is sure whether a scanner types them; see `burst`.

    What a person types goes on unchanged and in its order, a moment later. A password is nobody's
    to look at: while one is typed nothing is held back.

    Signals:
        scanned: A code, as it was typed.
        torn: Keys that no finger struck, and that were no whole code: they reached nothing.
    """

    scanned = Signal(str)
    torn = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._burst: Burst[QKeyEvent] = Burst()
        self._window: QWindow | None = None
        self._focus: QMetaObject.Connection | None = None
        self._replaying = False
        self._since = QElapsedTimer()
        self._since.start()
        self._looks_again = False
        self._clock = QTimer(self, singleShot=True)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._silence)

    def install(self) -> None:
        """Begin to watch the whole program, unless it is watched already."""
        if self._focus is not None:
            return
        application = QCoreApplication.instance()
        assert isinstance(application, QGuiApplication)
        self._focus = application.focusWindowChanged.connect(self._watch_windows)
        self._watch_windows()

    def remove(self) -> None:
        """Watch no longer; what is held back is delivered."""
        if self._focus is not None:
            QObject.disconnect(self._focus)
            self._focus = None
        for window in QGuiApplication.allWindows():
            window.removeEventFilter(self)
        self._settle()

    def _watch_windows(self) -> None:
        # Not the application: of all that it hears, all day long, these are the only keys.
        for window in QGuiApplication.allWindows():
            window.installEventFilter(self)

    def _asked(self, window: QWindow, event: QKeyEvent) -> bool:
        """Whether a key is to be no shortcut, since it is held back when it comes."""
        if self._holds_nothing_for(window):
            return False
        stroke = _stroke_of(event, self._since.elapsed())
        self._follow(self._burst.pass_time(stroke.at_ms))
        if self._burst.wants(stroke):
            event.accept()
            return True
        # It may be a shortcut: what was typed before goes first.
        self._settle()
        return False

    def _take(self, window: QWindow, event: QKeyEvent) -> bool:
        if self._holds_nothing_for(window):
            return False
        outcome = self._burst.take(_stroke_of(event, self._since.elapsed()))
        self._follow(outcome)
        self._arm()
        return not outcome.passes

    def _holds_nothing_for(self, window: QWindow) -> bool:
        """Whether a password is typed. What was typed in another window goes on in any case."""
        if window is not self._window and not self._burst.surely_scanned:
            self._settle()
            self._window = window
        return not self._burst.holding and _types_a_password()

    def _before_a_click(self) -> None:
        """A click may take the keyboard elsewhere: what a person typed before it goes first."""
        if not self._replaying and not self._burst.surely_scanned:
            self._settle()

    def _arm(self) -> None:
        self._looks_again = False
        if self._burst.holding:
            self._clock.start(max(0, ceil(self._burst.wait_ms) - _ANOTHER_LOOK_MS))
        else:
            self._clock.stop()

    def _silence(self) -> None:
        if self._looks_again:
            self._settle()
        else:
            self._looks_again = True
            self._clock.start(_ANOTHER_LOOK_MS)

    def _settle(self) -> None:
        self._clock.stop()
        self._follow(self._burst.settle())

    def _follow(self, outcome: Outcome[QKeyEvent]) -> None:
        self._deliver(outcome.deliver)
        if outcome.scanned is not None:
            self.scanned.emit(meant(outcome.scanned))
        if outcome.torn:
            self.torn.emit()

    def _deliver(self, events: list[QKeyEvent]) -> None:
        if not events:
            return
        self._replaying = True
        try:
            for event in events:
                window = self._window
                if window is None or not isValid(window) or not window.isVisible():
                    window = QGuiApplication.focusWindow()
                if window is not None and not self._is_shortcut(window, event):
                    QCoreApplication.sendEvent(window, event)
        finally:
            self._replaying = False

    def _is_shortcut(self, window: QWindow, event: QKeyEvent) -> bool:
        """Whether a key that was held back did what a shortcut does."""
        if event.type() is not _PRESS or not event.text() or event.key() > _LAST_ASCII:
            return False  # no key of Hindi or with a macron is a shortcut
        fired = _Fired()
        application = QCoreApplication.instance()
        assert application is not None
        application.installEventFilter(fired)
        try:
            key, modifiers = Qt.Key(event.key()), event.modifiers()
            QTest.keyEvent(QTest.KeyAction.Shortcut, window, key, modifiers)
        finally:
            application.removeEventFilter(fired)
        return fired.any

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is not _PRESS and kind is not _RELEASE and kind is not _ASKED:
            if kind in _CLICKS:
                self._before_a_click()
            return False
        if self._replaying or not isinstance(watched, QWindow):
            return False
        assert isinstance(event, QKeyEvent)
        return self._asked(watched, event) if kind is _ASKED else self._take(watched, event)


class _Fired(QObject):
    """Sees whether a shortcut is set off."""

    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.any = self.any or event.type() is _FIRED
        return False


def _types_a_password() -> bool:
    field = QApplication.focusWidget()
    return isinstance(field, QLineEdit) and field.echoMode() is not QLineEdit.EchoMode.Normal


def _writes() -> bool:
    """Whether the widget with the keyboard takes what is typed as text."""
    field = QApplication.focusWidget()
    if isinstance(field, QComboBox):
        return field.isEditable()
    return isinstance(field, _FIELDS) and not field.isReadOnly()


def _stroke_of(event: QKeyEvent, now_ms: int) -> Stroke[QKeyEvent]:
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    keyed = american(event.nativeScanCode(), shifted=shifted)
    kind, text = _meaning(event, keyed)
    return Stroke(
        event=event.clone(),
        kind=kind,
        down=event.type() is not _RELEASE,
        code=event.nativeScanCode() or event.key(),
        # By the clock of the keyboard's system: it does not matter how late we hear of it.
        at_ms=event.timestamp() or now_ms,
        text=text,
        keyed=(keyed or text) if kind is Kind.CHARACTER else text,
        repeats=event.isAutoRepeat(),
        in_field=_writes(),
    )


def _meaning(event: QKeyEvent, keyed: str) -> tuple[Kind, str]:
    key, text = event.key(), event.text()
    if key in _MODIFIERS:
        return Kind.MODIFIER, ""
    held = event.modifiers() & _COMMANDS
    if held:
        alone = held == Qt.KeyboardModifier.ControlModifier
        at_place = key in _SEPARATORS or keyed in _SEPARATOR_KEYS
        is_separator = alone and (at_place or text == SEPARATOR)
        return (Kind.SEPARATOR, SEPARATOR) if is_separator else (Kind.OTHER, "")
    if key in _ENDS or text in _END_TEXTS:
        return Kind.END, ""
    if len(text) != 1 or not text.isprintable():
        return Kind.OTHER, ""
    if text.isalpha():
        # Scanners hold Shift for a capital, whatever Caps Lock makes of it.
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        text = text.upper() if shifted else text.lower()
    return Kind.CHARACTER, text
