"""Tells the trace when a change has really reached the screen, for benches and the guided tour."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QTimer

from clinicdesk.core.trace import NoTrace, Trace


class PaintTrace:
    """Marks `painted` once for each version of a row, after the paint event that showed it.

    Delegates call `shown` for every row they paint; it costs one comparison when nothing is traced.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._active = not isinstance(trace, NoTrace)
        self._known: dict[UUID, int] = {}
        self._waiting: dict[UUID, int] = {}

    def shown(self, row_id: UUID, version: int) -> None:
        """A row of this version is being painted now."""
        if not self._active or self._known.get(row_id) == version:
            return
        self._known[row_id] = version
        if not self._waiting:
            # The next turn of the event loop is after this paint event, whatever else it paints.
            QTimer.singleShot(0, self._mark)
        self._waiting[row_id] = version

    def scanned(self) -> None:
        """The last character of a code has come."""
        self._trace.mark("scanned")

    def asked_for(self, row_id: UUID) -> None:
        """Somebody wants to see the row: its next paint is marked, whatever was shown before."""
        self._known.pop(row_id, None)

    def _mark(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for row_id, version in waiting.items():
            self._trace.mark("painted", id=row_id, version=version)
