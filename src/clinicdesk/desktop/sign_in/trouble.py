"""What is said when a sign-in did not work, and beside which field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication


class Place(Enum):
    """The field that a sentence is about."""

    SERVER = auto()
    LOGIN = auto()
    PASSWORD = auto()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is said, where, and for how many seconds another attempt makes no sense."""

    place: Place
    sentence: str
    wait_s: int = 0


def waiting_sentence(seconds: int) -> str:
    """What stands under the password while attempts are closed."""
    text = QCoreApplication.translate("SignIn", "Too many attempts. You can try again in %1.")
    minutes, rest = divmod(seconds, 60)
    return text.replace("%1", f"{minutes}:{rest:02}" if minutes else f"{rest} s")
