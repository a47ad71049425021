"""What one desk has been sent and not acknowledged: so much at a time, and not for ever."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from clinicdesk.server.live.batch import EvMessage

WINDOW = 512
"""Unacknowledged events after which nothing more is sent until an `ack` comes."""
WINDOW_BYTES = 1 << 20
ACK_WITHIN_S: Final = 60.0


class Window:
    """The frames on their way to one desk."""

    __slots__ = ("_acked_to", "_bytes", "_events", "_frames", "_waiting_since")

    def __init__(self, acked_to: int = 0) -> None:
        self._acked_to = acked_to
        self._frames: list[EvMessage] = []
        self._events = 0
        self._bytes = 0
        self._waiting_since = 0.0

    @property
    def is_shut(self) -> bool:
        """Nothing more may be sent for now."""
        return self._events >= WINDOW or self._bytes >= WINDOW_BYTES

    def sent(self, frames: Sequence[EvMessage], events: int, size: int, now: float) -> None:
        """These frames, of so many events and bytes, are on their way."""
        if not self._frames:
            self._waiting_since = now
        self._frames += frames
        self._events += events
        self._bytes += size

    def acknowledged(self, to: int, now: float) -> None:
        """Everything up to here has arrived."""
        if to <= self._acked_to:
            return
        self._acked_to = to
        self._waiting_since = now
        del self._frames[: bisect_right(self._frames, to, key=attrgetter("to"))]
        self._events = sum(frame.events for frame in self._frames)
        self._bytes = sum(frame.size for frame in self._frames)

    def is_overdue(self, now: float) -> bool:
        """An acknowledgement should have come by now."""
        return bool(self._frames) and now - self._waiting_since > ACK_WITHIN_S
