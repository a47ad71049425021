"""Tells the keys of a scanner from those of a person.

A scanner that is plugged in as a keyboard lets go of each key at once; a finger stays on it for
several times as long. So a key is held back until it has been down too long for a scanner, which is
less than one picture of the screen: then it was a person's and goes on. One that came up before is
a scanner's. It is held back until the end of the code comes, or nothing more does.

What no finger struck, and is no whole code either, was torn on its way. It goes nowhere where
letters are deeds, nor does what is left of it when that comes late. In a field it may be
another program that writes: there it goes on, unless it begins as only codes do.

No Qt and no clock here: keystrokes with their times come in, what is to be delivered comes out.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, Generic

from clinicdesk.desktop.scanning.forms import begins, is_certain, is_of_another_layout, is_whole
from clinicdesk.desktop.scanning.keys import Code, Kind, Outcome, Stroke, T
from clinicdesk.desktop.scanning.pace import GAP_MS, Pace

HICCUP_MS: Final = 60
"""Behind a key that no finger struck: a slow scanner leaves 35, and the computer may be busy."""
TORN_MS: Final = 250
"""The same for what may be a code: so long may a machine that is behind keep one waiting."""
SILENCE_MS: Final = 80
"""How long nothing follows a code of a scanner that is known to send nothing behind it."""
TAIL_MS: Final = 600
"""How long behind its last key the rest of a torn code may still come."""
LEAST: Final = 6
"""Characters of the shortest code."""
MOST: Final = 700
"""More than any of ours has."""

_NEVER_MS: Final = float("-inf")
_SURE: Final = 3
"""So many keys that no finger struck, one behind the other, are a scanner's or a program's."""


class _Role(Enum):
    """What a key that goes down is, after those before it."""

    HELD = auto()
    BESIDE = auto()  # a modifier: held back, and no character of a code
    ENDS = auto()
    SWALLOWED = auto()
    PASSES = auto()


class Burst(Generic[T]):
    """Keys held back, and how long to wait for the next one."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._swallowed: set[int] = set()
        self._ended_ms = _NEVER_MS
        self._silent_ms = _NEVER_MS
        self._torn_ms = _NEVER_MS
        self._clear()

    @property
    def holding(self) -> bool:
        """Whether keys are held back."""
        return bool(self._held)

    @property
    def surely_scanned(self) -> bool:
        """Whether what is held back can be no finger's, and no word that a program writes."""
        return self._no_finger and self._may_be_code()

    @property
    def wait_ms(self) -> float:
        """How long from the last keystroke on to wait for another; then `settle`."""
        return max(0.0, self._until_ms() - self._held[-1].at_ms) if self._held else 0.0

    def pass_time(self, at_ms: float) -> Outcome[T]:
        """What becomes of the keys held back when the next one is of this time."""
        if self._held and not self._held[-1].at_ms <= at_ms <= self._until_ms():
            return self.settle()
        return Outcome()

    def wants(self, stroke: Stroke[T]) -> bool:
        """Whether `take` will hold back or swallow a key that goes down, at the passed time."""
        return self._role(stroke) is not _Role.PASSES

    def take(self, stroke: Stroke[T]) -> Outcome[T]:
        """What becomes of a keystroke, and of those before it."""
        outcome = self.pass_time(stroke.at_ms)
        if stroke.down:
            self._press(stroke, outcome)
        else:
            self._release(stroke, outcome)
        self._pace.note(stroke)
        return outcome

    def settle(self) -> Outcome[T]:
        """What becomes of the keys held back when nothing more comes."""
        outcome: Outcome[T] = Outcome()
        if not self._no_finger:
            self._settle_few(outcome)
        else:
            self._part_from_a_person(outcome)
            self._settle_many(outcome)
        self._clear()
        return outcome

    def _clear(self) -> None:
        self._held: list[Stroke[T]] = []
        self._keys: list[Stroke[T]] = []
        self._head: list[Stroke[T]] = []
        self._is_down = False
        self._is_first_down = False

    # How long

    @property
    def _no_finger(self) -> bool:
        return len(self._keys) >= _SURE and not self._is_first_down

    def _until_ms(self) -> float:
        first, last = self._keys[0].at_ms, self._keys[-1].at_ms
        before = self._keys[-2].at_ms if len(self._keys) > 1 else last
        if self._is_first_down:
            return first + self._pace.hold_ms
        if not self._no_finger:
            return last + HICCUP_MS
        if self._is_down and last - before > HICCUP_MS:
            return last + GAP_MS  # somebody types into the silence
        if not self._may_be_code():
            return last + HICCUP_MS
        return last + (SILENCE_MS if self._pace.never_ends else TORN_MS)

    def _is_tail(self, stroke: Stroke[T], since_ms: float) -> bool:
        return 0 <= stroke.at_ms - since_ms <= TAIL_MS

    # What it is

    def _code(self) -> Code:
        every = [*self._head, *self._keys]
        return Code("".join(each.text for each in every), "".join(each.keyed for each in every))

    def _may_be_code(self) -> bool:
        """Words have no digits; each code of ours has. Where letters are deeds no word is due."""
        code = self._code()
        return not self._keys[0].in_field or _has_digit(code) or begins(code)

    def _is_code(self) -> bool:
        """Whether it is one if its end comes now."""
        if not self._keys or self._is_first_down:
            return False
        if not self._keys[0].in_field:
            return self._no_finger
        code = self._code()
        if len(code.typed) < LEAST:
            return False
        return any(map(str.isdigit, code.typed)) or is_of_another_layout(code.typed) or (
            is_whole(code) or begins(code)
        )  # fmt: skip

    def _role(self, stroke: Stroke[T]) -> _Role:
        if stroke.repeats and not self.holding:
            return _Role.PASSES
        match stroke.kind:
            case Kind.CHARACTER:
                return _Role.HELD
            case Kind.SEPARATOR if self.holding:
                return _Role.HELD
            case Kind.MODIFIER if self.holding:
                return _Role.BESIDE
            case Kind.END:
                return self._role_of_end(stroke)
        return _Role.PASSES

    def _role_of_end(self, stroke: Stroke[T]) -> _Role:
        if self._is_code():
            return _Role.ENDS
        if self._is_tail(stroke, self._torn_ms):
            return _Role.HELD  # a person's stays down, as any key does
        if self.holding:
            return _Role.PASSES
        if 0 <= stroke.at_ms - self._ended_ms <= GAP_MS:
            # Some scanners send a line feed behind Enter: it is not for the button in front.
            return _Role.SWALLOWED
        return _Role.HELD if self._is_tail(stroke, self._silent_ms) else _Role.PASSES

    # What becomes of it

    def _press(self, stroke: Stroke[T], outcome: Outcome[T]) -> None:
        self._swallowed.discard(stroke.code)
        role = self._role(stroke)
        if role is _Role.PASSES or (role is _Role.HELD and len(self._keys) >= MOST):
            self._add(outcome, self.settle())
        match role:
            case _Role.HELD:
                self._hold(stroke)
            case _Role.BESIDE:
                self._held.append(stroke)
            case _Role.ENDS:
                self._end(stroke, outcome)
            case _Role.SWALLOWED:
                self._swallowed.add(stroke.code)
            case _Role.PASSES:
                outcome.passes = True

    def _release(self, stroke: Stroke[T], outcome: Outcome[T]) -> None:
        if stroke.code in self._swallowed:
            self._swallowed.discard(stroke.code)
        elif self._held:
            self._held.append(stroke)
            if self._keys[-1].code == stroke.code:
                self._is_down = False
            if self._keys[0].code == stroke.code:
                self._is_first_down = False
        else:
            outcome.passes = True

    def _hold(self, stroke: Stroke[T]) -> None:
        if not self._keys:
            self._head = self._pace.before(stroke)
            self._is_first_down = True
        self._held.append(stroke)
        self._keys.append(stroke)
        self._is_down = True

    def _end(self, stroke: Stroke[T], outcome: Outcome[T]) -> None:
        code = self._code()
        is_tail = self._is_tail(self._keys[0], self._torn_ms) and not is_certain(code)
        self._swallow([*self._held, stroke])
        self._clear()
        self._ended_ms = stroke.at_ms
        self._torn_ms = _NEVER_MS
        if is_tail:
            return
        self._pace.ended_with_key()
        outcome.scanned = code

    def _settle_few(self, outcome: Outcome[T]) -> None:
        """So few that they may be anybody's, unless a torn code's rest is due."""
        if self._keys and not self._is_first_down:
            self._pace.forget()
            if self._are_rest():
                self._swallow_rest()
                return
        outcome.deliver = [stroke.event for stroke in self._held]

    def _are_rest(self) -> bool:
        """Whether a torn code's rest is due, or the key that ends a code which seemed over."""
        only_end = all(each.kind is Kind.END for each in self._keys)
        since_ms = max(self._torn_ms, self._silent_ms) if only_end else self._torn_ms
        return self._is_tail(self._keys[0], since_ms)

    def _swallow_rest(self) -> None:
        self._swallow(self._held)
        last = self._keys[-1]
        self._torn_ms = _NEVER_MS if last.kind is Kind.END else last.at_ms

    def _part_from_a_person(self, outcome: Outcome[T]) -> None:
        """The last key is still down: a scanner has gone silent, and somebody types."""
        if not self._is_down:
            return
        at = max(n for n, each in enumerate(self._held) if each is self._keys[-1])
        outcome.deliver = [stroke.event for stroke in self._held[at:]]
        del self._held[at:], self._keys[-1]

    def _settle_many(self, outcome: Outcome[T]) -> None:
        """Silence behind what no finger struck."""
        if self._are_rest():
            self._swallow_rest()
            return
        code, last_ms = self._code(), self._keys[-1].at_ms
        in_field = self._keys[0].in_field
        is_one = is_whole(code) if in_field else len(code.typed) >= LEAST and _has_digit(code)
        if is_one and (self._pace.ended_silently() or is_certain(code)):
            outcome.scanned = code
            self._silent_ms = last_ms  # the key that ends it may still come
        elif is_one or not in_field or begins(code):
            outcome.torn = True
            self._torn_ms = last_ms
        else:
            self._pace.forget()
            outcome.deliver = [*(stroke.event for stroke in self._held), *outcome.deliver]
            return
        self._pace.forget()
        self._swallow(self._held)

    def _swallow(self, strokes: list[Stroke[T]]) -> None:
        for each in strokes:
            (self._swallowed.add if each.down else self._swallowed.discard)(each.code)

    @staticmethod
    def _add(outcome: Outcome[T], more: Outcome[T]) -> None:
        outcome.deliver += more.deliver
        outcome.scanned = outcome.scanned or more.scanned
        outcome.torn = outcome.torn or more.torn


def _has_digit(code: Code) -> bool:
    return any(map(str.isdigit, code.typed + code.keyed))
