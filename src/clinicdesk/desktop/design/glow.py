"""The glow of rows that have just changed: it says where to look, then fades within 1.2 s."""

from __future__ import annotations

from collections.abc import Hashable
from time import monotonic

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QTimer
from PySide6.QtWidgets import QAbstractItemView

FADES_WITHIN_S = 1.2
_STEP_MS = 100


class Glow(QObject):
    """Remembers which rows of one view changed and repaints them, and no other, while they glow.

    A view with thousands of changes a second still repaints ten times a second at most.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._since: dict[Hashable, float] = {}
        self._unseen: set[Hashable] = set()
        self._places: dict[Hashable, QPersistentModelIndex] = {}
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP_MS)
        self._clock.timeout.connect(self._step)

    def flash(self, key: Hashable) -> None:
        """Let the row with this key glow, from now."""
        self._since[key] = monotonic()
        self._unseen.add(key)
        if not self._clock.isActive():
            self._clock.start()

    def strength(
        self, key: Hashable, place: QModelIndex | QPersistentModelIndex | None = None
    ) -> float:
        """Return how strongly a row glows now: 1 just changed, 0 not at all.

        Args:
            place: where it is being painted: there it is painted again while it glows.
        """
        since = self._since.get(key)
        if since is None:
            return 0.0
        if place is not None:
            self._unseen.discard(key)
            self._places[key] = QPersistentModelIndex(place)
        return max(0.0, 1.0 - (monotonic() - since) / FADES_WITHIN_S)

    def is_active(self) -> bool:
        """Whether any row still glows."""
        return self._clock.isActive()

    def _step(self) -> None:
        self._repaint()
        over = monotonic() - FADES_WITHIN_S
        self._since = {key: since for key, since in self._since.items() if since > over}
        self._places = {key: place for key, place in self._places.items() if key in self._since}
        if not self._since:
            self._clock.stop()

    def _repaint(self) -> None:
        viewport = self._view.viewport()
        if self._unseen:  # nobody has had them painted since, and where they stand is not known
            self._unseen.clear()
            viewport.update()
            return
        for place in self._places.values():
            row = self._view.visualRect(place)
            if row.isValid():
                viewport.update(QRect(0, row.top(), viewport.width(), row.height()))
