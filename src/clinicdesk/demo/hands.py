"""Mouse and keyboard, as the X server hands them to any program (XTEST, through xdotool)."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Final

from clinicdesk.failures import StartupFailure

NEEDED: Final = ("xdotool", "import")


_SCANNER_MS: Final = 1
"""Between two keys of a scanner that is plugged in as a keyboard."""
_PRESS_MS: Final = 60
_TYPE_MS: Final = 90
"""xdotool has a key down for half of the one, and for a quarter of the other: as a quick finger."""


class Hands:
    """Clicks, types, scans, and takes pictures.

    Attributes:
        keys: How many were pressed so far, other than by the scanner.

    Raises:
        StartupFailure: A program that it works with is missing.
    """

    def __init__(self) -> None:
        missing = [tool for tool in NEEDED if shutil.which(tool) is None]
        if missing:
            raise StartupFailure(
                f"The tour needs {' and '.join(missing)}; packaging/install-system-packages "
                "installs them."
            )

        self.keys = 0

    def screen(self) -> tuple[int, int]:
        """Width and height of the display, in pixels."""
        answer = subprocess.run(
            ["xdotool", "getdisplaygeometry"], check=True, capture_output=True, text=True
        )
        width, height = answer.stdout.split()
        return int(width), int(height)

    @property
    def can_press_view(self) -> bool:
        """Whether the running notification daemon is one whose buttons can be pressed for it."""
        return (
            shutil.which("dunstctl") is not None
            and not subprocess.run(
                ["dunstctl", "is-paused"], check=False, capture_output=True
            ).returncode
        )

    def press_view_on_notification(self) -> None:
        """Choose the first action of the topmost notification, as dunst's own shortcut does."""
        subprocess.run(["dunstctl", "action", "0"], check=True)

    def clear_notifications(self) -> None:
        """Take every notification off the screen."""
        subprocess.run(["dunstctl", "close-all"], check=True)

    def place(self, window: int, left: int, top: int, width: int, height: int) -> None:
        """Move a window to a place and give it a size."""
        name = str(window)
        _xdotool("windowsize", "--sync", name, str(width), str(height))
        _xdotool("windowmove", "--sync", name, str(left), str(top))

    def raise_window(self, window: int) -> None:
        """Bring a window to the front, with the keyboard's focus."""
        _xdotool("windowactivate", "--sync", str(window))

    def minimise(self, window: int) -> None:
        """Put a window away, as its owner does who works in another program."""
        _xdotool("windowminimize", "--sync", str(window))

    def click(self, rect: list[int], times: int = 1) -> int:
        """Click in the middle of a rectangle; `time.monotonic_ns()` of the button's press."""
        left, top, width, height = rect
        _xdotool("mousemove", str(left + width // 2), str(top + height // 2))
        pressed = time.monotonic_ns()
        _xdotool("click", "--repeat", str(times), "--delay", "30", "1")
        return pressed

    def press(self, *keys: str) -> int:
        """Press keys one after another ("F8", "ctrl+s", "Return"); when the first went down."""
        self.keys += len(keys)
        pressed = time.monotonic_ns()
        _xdotool("key", "--delay", str(_PRESS_MS), *keys)
        return pressed

    def type(self, text: str) -> None:
        """Type a text, as quickly as a person can: keys that are let go sooner are a scanner's."""
        self.keys += len(text)
        _xdotool("type", "--delay", str(_TYPE_MS), "--", text)

    def scan(self, text: str) -> None:
        """Type a code and Enter as a scanner does, in one go."""
        pace = ("--delay", str(_SCANNER_MS))
        _xdotool("type", "--args", "1", *pace, text, "key", *pace, "Return")

    def photograph(self, window: dict[str, Any], path: Path) -> None:
        """Save what the screen shows where the window is, with what lies over it."""
        left, top, width, height = window["rect"]
        crop = f"{width}x{height}+{left}+{top}"
        subprocess.run(
            ["import", "-window", "root", "-crop", crop, "+repage", str(path)], check=True
        )


def _xdotool(*arguments: str) -> None:
    """Raises CalledProcessError. What it complains of when it succeeds is of no interest."""
    subprocess.run(["xdotool", *arguments], check=True, capture_output=True)
