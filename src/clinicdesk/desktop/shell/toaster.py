"""Short words on the bar of a window, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.toast import SHOWN_FOR_MS, Toast
from clinicdesk.desktop.design.tokens import Tone

_MOST_WAITING = 5
_READING_MS_PER_LETTER = 70


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    tone: Tone
    action: str
    on_action: Callable[[], object] | None
    of_scan: bool


class Toaster(QObject):
    """Shows each text for as long as reading it takes; one that is said twice is shown once.

    What went wrong is never pushed away by what came after it; the rest gives way. The answer to
    a scan goes with the next scan.
    """

    def __init__(self, design: Design, bar: QWidget, between: tuple[QWidget, QWidget]) -> None:
        super().__init__(bar)
        self._toast = Toast(design, bar, between)
        self._toast.setObjectName("toast")
        self._toast.acted.connect(self._act)
        self._toast.gone.connect(self._next)
        self._shown: _Word | None = None
        self._waiting: deque[_Word] = deque(maxlen=_MOST_WAITING)

    def __call__(
        self,
        text: str,
        tone: Tone = Tone.NEUTRAL,
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        of_scan: bool = False,
    ) -> None:
        """Say a text; see `workspace.Say`."""
        word = _Word(text, tone, action, on_action, of_scan)
        if any(text == other.text for other in self._waiting):
            return
        if self._shown is not None and self._shown.tone is Tone.DANGER and self._shown.text != text:
            self._waiting.append(word)
        else:
            self._show(word)

    def forget_scan(self) -> None:
        """Take away what was said of earlier scans: beside the next one it would be about that."""
        kept = [word for word in self._waiting if not word.of_scan]
        self._waiting.clear()
        self._waiting.extend(kept)
        if self._shown is not None and self._shown.of_scan:
            self._toast.go()

    def _show(self, word: _Word) -> None:
        self._shown = word
        milliseconds = max(SHOWN_FOR_MS, _READING_MS_PER_LETTER * len(word.text))
        self._toast.say(word.text, word.tone, word.action, milliseconds)

    def _act(self) -> None:
        if self._shown is not None and self._shown.on_action is not None:
            self._shown.on_action()

    def _next(self) -> None:
        self._shown = None
        if self._waiting:
            self._show(self._waiting.popleft())
