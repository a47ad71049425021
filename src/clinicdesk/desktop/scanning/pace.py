"""What is learnt of the scanner at this desk from how its keys come."""

from __future__ import annotations

from typing import Any, Final

from clinicdesk.desktop.scanning.keys import Kind, Stroke

TAP_MS: Final = 12
"""A scanner lets go of a key with its next report, after 1 to 10 ms; no finger is so quick. It is
less than one of sixty pictures a second takes.
"""
GAP_MS: Final = 35
"""From key to key a slow scanner leaves as much."""

_SURE: Final = 3
_UNLEARNT_BY: Final = 3
"""Codes in succession after which something learnt is given up again."""


class Pace:
    """How long its keys stay down, and whether Enter or Tab follows its codes.

    Attributes:
        ended: Whether a code ended with Enter or Tab; None before the first.
    """

    def __init__(self) -> None:
        self.ended: bool | None = None
        self._silent = 0
        self._slow = False
        self._quick_codes = 0
        self._run: list[Stroke[Any]] = []
        self._pressed: Stroke[Any] | None = None
        self._slow_keys = 0
        self._was_slow = False

    @property
    def hold_ms(self) -> float:
        """How long a key is held back before it comes up again or is a person's."""
        return GAP_MS if self._slow else TAP_MS

    @property
    def never_ends(self) -> bool:
        """Whether it is known to send nothing behind its codes."""
        return self.ended is False and self._silent > 1

    def before(self, stroke: Stroke[Any]) -> list[Stroke[Any]]:
        """Keys just before this one that no finger can have struck, held back or not."""
        return list(self._run) if self._follows(stroke) else []

    def note(self, stroke: Stroke[Any]) -> None:
        """Look at a key, whatever becomes of it."""
        if stroke.kind is Kind.MODIFIER:
            return
        if stroke.kind not in (Kind.CHARACTER, Kind.SEPARATOR):
            self.forget()
        elif stroke.down:
            if self._pressed is not None or not self._follows(stroke):
                self.forget()
            self._pressed = stroke
        elif self._pressed is not None and self._pressed.code == stroke.code:
            self._came_up(self._pressed, stroke.at_ms - self._pressed.at_ms)

    def ended_with_key(self) -> None:
        """A code ended with Enter or Tab."""
        self.ended, self._silent = True, 0
        self._note_code()

    def ended_silently(self) -> bool:
        """Nothing came behind what seems to be a code: whether it is whole.

        Of a scanner that has always ended its codes the end is missing. It may have been set anew,
        so the third in succession is whole.
        """
        self._silent += 1
        self._note_code()
        if self.ended and self._silent < _UNLEARNT_BY:
            return False
        self.ended = False
        return True

    def forget(self) -> None:
        """What comes next has nothing to do with the keys before it."""
        self._run, self._pressed = [], None
        self._slow_keys, self._was_slow = 0, False

    def _note_code(self) -> None:
        self._quick_codes = self._quick_codes + 1 if not self._was_slow else 0
        if self._quick_codes >= _UNLEARNT_BY:
            self._slow = False
        self.forget()

    def _follows(self, stroke: Stroke[Any]) -> bool:
        return bool(self._run) and 0 <= stroke.at_ms - self._run[-1].at_ms <= GAP_MS

    def _came_up(self, pressed: Stroke[Any], down_ms: float) -> None:
        self._pressed = None
        if not 0 <= down_ms <= GAP_MS or pressed.repeats:
            self.forget()
            return
        self._run.append(pressed)
        # A single one is a machine that is behind.
        self._slow_keys = self._slow_keys + 1 if down_ms > TAP_MS else 0
        if self._slow_keys >= _SURE:
            self._was_slow = self._slow = True
