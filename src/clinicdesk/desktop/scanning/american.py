"""What an American keyboard has where a key is, whatever the computer's layout makes of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QGuiApplication

_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
)
"""The number of a row's first key, as in the IBM AT's scan codes and in Linux, and its keys."""
_PLAIN: Final = {first + n: key for first, row, _ in _ROWS for n, key in enumerate(row)}
_SHIFTED: Final = {first + n: key for first, _, row in _ROWS for n, key in enumerate(row)}
_X11_AHEAD: Final = 8


def american(scan_code: int, *, shifted: bool, platform: str | None = None) -> str:
    """The character at a place of the keyboard; empty where it is not known.

    Args:
        scan_code: What Qt calls the native scan code.
        platform: Qt's name of the window system; None: the one that the program runs on.
    """
    if platform is None:
        platform = QGuiApplication.platformName()
    if platform in ("xcb", "wayland"):
        scan_code -= _X11_AHEAD
    elif platform != "windows":
        return ""
    return (_SHIFTED if shifted else _PLAIN).get(scan_code, "")
