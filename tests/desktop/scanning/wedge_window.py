"""A program with a window of every sort that a scanner may type into; tells what reached them.

Its argument names what has the keyboard: quantity, note, table, dialog, popup, password. Each line
of its output is one JSON object: what was scanned, what the fields say after every change, and when
the display struck each key, in milliseconds of its clock.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QIntValidator, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from clinicdesk.desktop.scanning.wedge import WedgeFilter


def tell(**what: str) -> None:
    print(json.dumps(what), flush=True)


class KeyTimes(QObject):
    """Tells of every key as it comes in at a window."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and isinstance(watched, QWindow):
            if event.type() is QEvent.Type.KeyPress:
                tell(pressed=str(event.timestamp()))
            elif event.type() is QEvent.Type.KeyRelease:
                tell(released=str(event.timestamp()))
        return False


def main(place: str) -> int:
    app = QApplication(sys.argv[:1])
    window = QWidget()
    window.setWindowTitle("wedge window")
    quantity, note, table, popup = QLineEdit(), QPlainTextEdit(), QTableWidget(3, 2), QComboBox()
    quantity.setValidator(QIntValidator(0, 999_999_999))
    popup.addItems(["first", "second", "7 third", "C fourth"])
    password = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
    button = QPushButton("Hand over", default=True)
    column = QVBoxLayout(window)
    for part in (quantity, note, table, popup, password, button):
        column.addWidget(part)
    dialog = QDialog(window)
    inner = QLineEdit(dialog)

    quantity.textChanged.connect(lambda text: tell(quantity=text))
    quantity.returnPressed.connect(lambda: tell(entered=quantity.text()))
    note.textChanged.connect(lambda: tell(note=note.toPlainText()))
    password.textChanged.connect(lambda text: tell(password=text))
    popup.currentTextChanged.connect(lambda text: tell(popup=text))
    inner.textChanged.connect(lambda text: tell(dialog=text))
    dialog.finished.connect(lambda _result: tell(dialog="closed"))
    button.clicked.connect(lambda: tell(button="pressed"))
    for letter in "C7O":
        shortcut = QShortcut(QKeySequence(letter), table)
        shortcut.activated.connect(lambda letter=letter: tell(shortcut=letter))

    wedge = WedgeFilter(app)
    wedge.scanned.connect(lambda text: tell(scanned=text))
    wedge.torn.connect(lambda: tell(torn="told"))
    wedge.install()
    times = KeyTimes()
    app.installEventFilter(times)  # asked before the wedge, which hears of windows alone
    window.show()
    window.activateWindow()

    def begin() -> None:
        if place == "dialog":
            dialog.open()
            inner.setFocus()
        elif place == "popup":
            popup.setFocus()
            popup.showPopup()
        else:
            {"quantity": quantity, "note": note, "table": table, "password": password}[
                place
            ].setFocus()
        QTimer.singleShot(100, lambda: tell(ready=place))

    def when_active() -> None:
        if window.isActiveWindow():
            waiting.stop()
            begin()

    waiting = QTimer(interval=10)
    waiting.timeout.connect(when_active)
    waiting.start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
