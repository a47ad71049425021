"""The glow of rows that have just changed: it says where to look, then fades within 1.2 s."""

from __future__ import annotations

from collections.abc import Hashable
from time import monotonic

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QAbstractItemView

FADES_WITHIN_S = 1.2
_STEP_MS = 50


class Glow(QObject):
    """Remembers which rows of one view changed and repaints the view while any of them glows.

    A view with thousands of changes a second still repaints 20 times a second at most.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._since: dict[Hashable, float] = {}
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP_MS)
        self._clock.timeout.connect(self._step)

    def flash(self, key: Hashable) -> None:
        """Let the row with this key glow, from now."""
        self._since[key] = monotonic()
        if not self._clock.isActive():
            self._clock.start()

    def strength(self, key: Hashable) -> float:
        """Return how strongly a row glows now: 1 just changed, 0 not at all."""
        since = self._since.get(key)
        if since is None:
            return 0.0
        return max(0.0, 1.0 - (monotonic() - since) / FADES_WITHIN_S)

    def is_active(self) -> bool:
        """Whether any row still glows."""
        return self._clock.isActive()

    def _step(self) -> None:
        over = monotonic() - FADES_WITHIN_S
        self._since = {key: since for key, since in self._since.items() if since > over}
        self._view.viewport().update()
        if not self._since:
            self._clock.stop()
