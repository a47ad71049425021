"""A keyboard and a scanner on one line, what they strike, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from clinicdesk.desktop.scanning.burst import Burst
from clinicdesk.desktop.scanning.forms import meant
from clinicdesk.desktop.scanning.keys import Kind, Outcome, Stroke

ENTER: Final = 36
SHIFT: Final = 50
FINGER_MS: Final = 80
SETTLED_MS: Final = 1000


@dataclass
class Desk:
    """A burst between the keys and a field, or a place where letters are deeds.

    Attributes:
        reached: What came through, as "a↓" and "a↑". numbers: The same by the order in which they
            were struck. late_ms: How late the latest of it came.
    """

    burst: Burst[str] = field(default_factory=Burst)
    in_field: bool = True
    now: float = 1000.0
    reached: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)
    torn: int = 0
    late_ms: float = 0.0
    _struck: dict[str, float] = field(default_factory=dict)
    _last: float = 0.0
    _number: int = 0

    def stroke(
        self,
        name: str,
        kind: Kind,
        *,
        down: bool,
        code: int,
        text: str = "",
        keyed: str = "",
        repeats: bool = False,
    ) -> None:
        """A key moves, now."""
        self.wait(0)
        self._number += 1
        event = f"{name}{'↓' if down else '↑'}{self._number}"
        self._struck[event] = self.now
        outcome = self.burst.take(
            Stroke(event, kind, down, code, self.now, text, keyed or text, repeats, self.in_field)
        )
        self._last = self.now
        self._follow(outcome)
        if outcome.passes:
            self._reach(event)

    def move(self, key: str, *, down: bool) -> None:
        """ "\n" is Enter, "←" an arrow, "\x1d" Ctrl+]."""
        kind, code, text = {
            "\n": (Kind.END, ENTER, ""),
            "←": (Kind.OTHER, 113, ""),
            "\x1d": (Kind.SEPARATOR, 35, "\x1d"),
        }.get(key, (Kind.CHARACTER, ord(key), key))
        self.stroke(key, kind, down=down, code=code, text=text)

    def press(self, key: str, *, held_ms: float = 1.0) -> None:
        """A key goes down and up."""
        self.move(key, down=True)
        self.wait(held_ms)
        self.move(key, down=False)

    def scan(self, text: str, gap_ms: float = 2.0, held_ms: float = 1.0) -> None:
        """As a scanner types; "\n" is the Enter behind it."""
        for key in text:
            self.press(key, held_ms=held_ms)
            self.wait(gap_ms - held_ms)

    def type(self, text: str, gap_ms: float = 150.0) -> None:
        """As a person types."""
        for key in text:
            self.press(key, held_ms=FINGER_MS)
            self.wait(gap_ms - FINGER_MS)

    def wait(self, milliseconds: float) -> None:
        """Time passes; the timer ends when it should."""
        until = self.now + milliseconds
        while self.burst.holding and self._last + self.burst.wait_ms < until:
            self.now = max(self.now, self._last + self.burst.wait_ms)
            self._follow(self.burst.settle())
        self.now = until

    def settle(self) -> None:
        self.wait(SETTLED_MS)

    @property
    def pressed(self) -> str:
        """What went down in the field."""
        return "".join(event[0] for event in self.reached if event[1] == "↓")

    @property
    def missing(self) -> str:
        """What went down and came to nothing."""
        return "".join(
            event[0]
            for event in self._struck
            if event[1] == "↓" and int(event[2:]) not in self.numbers
        )

    def _follow(self, outcome: Outcome[str]) -> None:
        for event in outcome.deliver:
            self._reach(event)
        if outcome.scanned is not None:
            self.scanned.append(meant(outcome.scanned))
        self.torn += outcome.torn

    def _reach(self, event: str) -> None:
        self.reached.append(event[:2])
        self.numbers.append(int(event[2:]))
        self.late_ms = max(self.late_ms, self.now - self._struck[event])
