"""Tells the keys of a scanner from those of a person.

A scanner that is plugged in as a keyboard types a code much faster than anybody can, and ends it
with Enter or Tab. So keys are held back for as long as a scanner might still be typing. Either the
end comes: then they were a code, and nobody else sees them. Or it does not: then they go on in
their order, not one of them changed, to where they were meant for.

No Qt and no clock here: keystrokes with their times come in, what is to be delivered comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Generic, TypeVar

T = TypeVar("T")

GAP_MS: Final = 35
"""A slow scanner leaves as much between two keys; a person at least twice that."""
HICCUP_MS: Final = 60
"""Once it is sure that a scanner types: the computer may have been busy in between."""
LEAST: Final = 6
"""Characters of the shortest code."""
MOST: Final = 700
"""More than any of ours has; what is longer goes on as if a person had typed it."""
SEPARATOR: Final = "\x1d"

_QUICKEST_MS: Final = 12
_LEARNT_FROM: Final = 3
"""Scans after which the pace of the scanner is known."""
_SURE: Final = 3
"""So many keys at a scanner's pace are no person's."""


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
        text: The character. repeats: It is said to be held down and to repeat by itself. Of a quick
            scanner X11 says so too, where a character comes twice: no key repeats that soon.
    """

    event: T
    kind: Kind
    down: bool
    code: int
    at_ms: float
    text: str = ""
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a keystroke leads to.

    Attributes:
        deliver: Go on first, in this order.
        passes: This one goes on as well, after them; if not, it is held back or is of a code.
        scanned: A code has ended.
    """

    deliver: list[T] = field(default_factory=list)
    passes: bool = False
    scanned: str | None = None


class Burst(Generic[T]):
    """Keys held back, and how long to wait for the next one."""

    def __init__(self) -> None:
        self._held: list[Stroke[T]] = []
        self._text: list[str] = []
        self._last_ms = 0.0
        self._widest_ms = 0.0
        self._ended_ms = -1.0 - GAP_MS
        self._swallowed: set[int] = set()
        self._patience_ms: float = GAP_MS
        self._paces: list[float] = []
        self._missed = _Missed()

    @property
    def holding(self) -> bool:
        """Whether keys are held back."""
        return bool(self._held)

    @property
    def surely_scanned(self) -> bool:
        """Whether what is held back can be no person's: too quick for one, and no word."""
        return len(self._text) >= _SURE and self._has_digit()

    @property
    def wait_ms(self) -> float:
        """How long after the last key another of the same code may come.

        It gets shorter once the scanner's pace is known, so that typing is not held up; as soon
        as a code of a slower scanner was missed it is as long as at first.
        """
        return HICCUP_MS if len(self._text) >= _SURE else self._patience_ms

    def wants(self, stroke: Stroke[T]) -> bool:
        """Whether `take` will hold back or swallow a key that goes down."""
        goes_on = self.holding and 0 <= stroke.at_ms - self._last_ms <= self.wait_ms
        if (stroke.repeats and not goes_on) or len(self._text) >= MOST:
            return False
        match stroke.kind:
            case Kind.CHARACTER:
                return True
            case Kind.SEPARATOR | Kind.MODIFIER:
                return goes_on
            case Kind.END:
                return (goes_on and self._is_code()) or (
                    not self.holding and self._ends_again(stroke)
                )
            case Kind.OTHER:
                return False

    def take(self, stroke: Stroke[T]) -> Outcome[T]:
        """What becomes of a keystroke, and of those before it."""
        return self._press(stroke) if stroke.down else self._release(stroke)

    def give_up(self) -> list[T]:
        """Nothing more came: what was held back, to be delivered in this order."""
        deliver = [stroke.event for stroke in self._held]
        self._held, self._text = [], []
        return deliver

    def _release(self, stroke: Stroke[T]) -> Outcome[T]:
        if stroke.code in self._swallowed:
            self._swallowed.discard(stroke.code)
            return Outcome()
        if self._held:
            self._held.append(stroke)
            return Outcome()
        return Outcome(passes=True)

    def _press(self, stroke: Stroke[T]) -> Outcome[T]:
        self._swallowed.discard(stroke.code)
        deliver: list[T] = []
        if self._held and not 0 <= stroke.at_ms - self._last_ms <= self.wait_ms:
            deliver = self.give_up()
        if self._missed.code_ended(stroke):
            self._learn_patience()
        if (stroke.repeats and not self._held) or len(self._text) >= MOST:
            return Outcome([*deliver, *self.give_up()], passes=True)
        match stroke.kind:
            case Kind.CHARACTER:
                self._hold(stroke, stroke.text)
            case Kind.SEPARATOR if self._held:
                self._hold(stroke, SEPARATOR)
            case Kind.MODIFIER if self._held:
                self._held.append(stroke)
            case Kind.END if self._is_code():
                return self._end(stroke, deliver)
            case Kind.END if not self._held and self._ends_again(stroke):
                self._swallowed.add(stroke.code)
            case _:
                return Outcome([*deliver, *self.give_up()], passes=True)
        return Outcome(deliver)

    def _hold(self, stroke: Stroke[T], text: str) -> None:
        gap = stroke.at_ms - self._last_ms if self._text else 0.0
        self._widest_ms = max(self._widest_ms, gap) if self._text else 0.0
        self._held.append(stroke)
        self._text.append(text)
        self._last_ms = stroke.at_ms

    def _is_code(self) -> bool:
        """Words have no digits; each code of ours has."""
        return len(self._text) >= LEAST and self._has_digit()

    def _has_digit(self) -> bool:
        return any(text.isdigit() for text in self._text)

    def _end(self, stroke: Stroke[T], deliver: list[T]) -> Outcome[T]:
        code = "".join(self._text)
        self._swallowed = {stroke.code}
        for each in self._held:
            (self._swallowed.add if each.down else self._swallowed.discard)(each.code)
        self._paces = [*self._paces[1 - _LEARNT_FROM :], max(self._widest_ms, 1.0)]
        if len(self._paces) == _LEARNT_FROM:
            self._patience_ms = min(GAP_MS, max(_QUICKEST_MS, 2 * max(self._paces)))
        self._held, self._text = [], []
        self._ended_ms = stroke.at_ms
        return Outcome(deliver, scanned=code)

    def _ends_again(self, stroke: Stroke[T]) -> bool:
        """Some scanners send a line feed behind Enter: it is not for the button in front."""
        return 0 <= stroke.at_ms - self._ended_ms <= GAP_MS

    def _learn_patience(self) -> None:
        if not self._is_code():
            self._patience_ms, self._paces = GAP_MS, []


class _Missed:
    """Notes codes at the pace of the slowest scanner, whether their keys were held back or not."""

    def __init__(self) -> None:
        self._count = 0
        self._has_digit = False
        self._last_ms = 0.0

    def code_ended(self, stroke: Stroke[T]) -> bool:
        """Whether a code has just ended with this key."""
        if stroke.kind is Kind.MODIFIER:
            return False
        quick = 0 <= stroke.at_ms - self._last_ms <= GAP_MS and not stroke.repeats
        self._last_ms = stroke.at_ms
        if not quick or stroke.kind is Kind.OTHER:
            self._count, self._has_digit = 0, False
        if stroke.kind in (Kind.CHARACTER, Kind.SEPARATOR):
            self._count += 1
            self._has_digit = self._has_digit or stroke.text.isdigit()
        ended = stroke.kind is Kind.END and self._count >= LEAST and self._has_digit
        if stroke.kind is Kind.END:
            self._count, self._has_digit = 0, False
        return ended
