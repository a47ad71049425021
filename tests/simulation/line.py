"""A connection between a desk and a server: in order, and otherwise as bad as networks are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tests.simulation.timeline import Timeline

SERVER_NOTICES_S = (20.0, 40.0)
"""A server pings; a peer that is gone without a word is noticed within this time."""


class End(Protocol):
    """Whoever holds an end of a line."""

    def on_message(self, data: bytes) -> None: ...

    def on_closed(self, code: int | None) -> None: ...


class Direction:
    """One way of a line."""

    def __init__(self, timeline: Timeline, latency: float) -> None:
        self._timeline = timeline
        self._latency = latency
        self._last = 0.0
        self.held_until = 0.0
        self.dead = False  # nothing that is under way arrives any more

    def deliver(self, arrive: Callable[[], None]) -> None:
        timeline = self._timeline
        delay = self._latency * (0.5 + timeline.chance.random())
        at = max(timeline.now + delay, self._last, self.held_until)
        self._last = at
        timeline.at(at, lambda: None if self.dead else arrive())


class Line:
    """Two directions between two ends.

    Attributes:
        desk, server: The ends; None once that one has let go.
    """

    def __init__(self, timeline: Timeline, latency: float, desk: End) -> None:
        self._timeline = timeline
        self.up = Direction(timeline, latency)
        self.down = Direction(timeline, latency)
        self.desk: End | None = desk
        self.server: End | None = None

    def send_up(self, data: bytes) -> None:
        self.up.deliver(lambda: self.server.on_message(data) if self.server else None)

    def send_down(self, data: bytes) -> None:
        self.down.deliver(lambda: self.desk.on_message(data) if self.desk else None)

    def close_from_desk(self, code: int | None) -> None:
        """The desk lets go; the server hears of it in its turn. What has arrived may still be read
        for a moment."""
        self._timeline.after(self._timeline.chance.uniform(0, 0.3), self._forget_desk)
        self.up.deliver(lambda: self._end_server(code))

    def close_from_server(self, code: int | None) -> None:
        """The server lets go; what it sent before arrives before."""
        self.server = None
        self.down.deliver(lambda: self._end_desk(code))

    def cut(self, *, desk_hears: bool, server_hears: bool) -> None:
        """What is under way is lost. An end that hears nothing finds out by the silence."""
        self.up.dead = self.down.dead = True
        if desk_hears:
            self._timeline.after(0.01, lambda: self._end_desk(None))
        late = self._timeline.chance.uniform(*SERVER_NOTICES_S)
        self._timeline.after(0.01 if server_hears else late, lambda: self._end_server(None))

    def hold(self, seconds: float) -> None:
        """Nothing passes for a while; nothing is lost."""
        until = self._timeline.now + seconds
        self.up.held_until = self.down.held_until = until

    def _forget_desk(self) -> None:
        self.desk = None

    def _end_desk(self, code: int | None) -> None:
        if (desk := self.desk) is not None:
            self.desk = None
            desk.on_closed(code)

    def _end_server(self, code: int | None) -> None:
        if (server := self.server) is not None:
            self.server = None
            server.on_closed(code)
