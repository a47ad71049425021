"""Keystrokes as the recognition of scanners sees them, and what it makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Generic, TypeVar

T = TypeVar("T")

SEPARATOR: Final = "\x1d"
"""ASCII's group separator, which GS1's codes have within them."""


class Kind(Enum):
    """What a key means within a code."""

    CHARACTER = auto()
    SEPARATOR = auto()  # Ctrl+]: GS1's group separator, where scanners send it
    END = auto()  # Enter or Tab
    MODIFIER = auto()
    OTHER = auto()  # arrows, function keys, shortcuts: in no code


@dataclass(frozen=True, slots=True)
class Stroke(Generic[T]):
    """A key that went down, or up again.

    Attributes:
        event: What is to be delivered if it was a person.
        code: Which key of the keyboard it is.
        at_ms: When, by the clock that stamps all of them.
        text: The character. keyed: The one that an American keyboard has there.
        repeats: It is said to be held down and to repeat by itself. Of a quick scanner X11 says so
            too, where a character comes twice: no key repeats that soon.
        in_field: It would be written into a field; elsewhere a letter may be a deed.
    """

    event: T
    kind: Kind
    down: bool
    code: int
    at_ms: float
    text: str = ""
    keyed: str = ""
    repeats: bool = False
    in_field: bool = True


@dataclass(frozen=True, slots=True)
class Code:
    """What a scanner typed: by the computer's layout, and by the places of the keys."""

    typed: str
    keyed: str


@dataclass(slots=True)
class Outcome(Generic[T]):
    """What a keystroke, or the silence after one, leads to.

    Attributes:
        deliver: Go on first, in this order.
        passes: This one goes on as well, after them; if not, it is held back or is of a code.
        scanned: A code has ended.
        torn: Keys of a scanner, and no whole code: they went nowhere, and somebody is to be told.
    """

    deliver: list[T] = field(default_factory=list)
    passes: bool = False
    scanned: Code | None = None
    torn: bool = False
