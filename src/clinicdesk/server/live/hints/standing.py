"""What the journal and the measurements say of the bus between servers."""

from __future__ import annotations

from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from clinicdesk.server.live.hints.word import Word
from clinicdesk.server.telemetry import describe_error

_sent = Counter("clinicdesk_hints_sent", "Clinics that the peers were told of", ["bus"])
_heard = Counter("clinicdesk_hints_heard", "Clinics that a peer told of", ["bus"])
_signals_sent = Counter("clinicdesk_signals_sent", "Signals passed on to the peers", ["bus"])
_signals_heard = Counter("clinicdesk_signals_heard", "Signals that a peer passed on", ["bus"])
_unsent = Counter("clinicdesk_hints_unsent", "Clinics that no peer could be told of", ["bus"])
_up = Gauge("clinicdesk_hints_bus_up", "1 while the peers can be told, otherwise 0", ["bus"])

journal: Final = structlog.get_logger("clinicdesk.hints")


class Standing:
    """Whether a bus is there, and how much went over it. Says so when it goes and comes back."""

    def __init__(self, bus: str) -> None:
        self._bus = bus
        self._is_up: bool | None = None
        _up.labels(bus).set(0)

    def up(self) -> None:
        """It is there."""
        _up.labels(self._bus).set(1)
        if self._is_up is not True:
            journal.info("the other servers can be told", bus=self._bus)
        self._is_up = True

    def down(self, why: str) -> None:
        """It is not; said once, however often it is tried."""
        _up.labels(self._bus).set(0)
        if self._is_up is not False:
            journal.warning(
                "the other servers cannot be told; they find out within a second",
                bus=self._bus,
                why=why,
            )
        self._is_up = False

    def failed(self, error: Exception) -> None:
        """It is not, by a mistake; said each time."""
        self.down(type(error).__name__)
        journal.error("the bus failed", bus=self._bus, **describe_error(error))

    def stopped(self) -> None:
        """This server ends."""
        _up.labels(self._bus).set(0)

    def sent(self, word: Word) -> None:
        """The peers were told."""
        _sent.labels(self._bus).inc(len(word.clinics))
        _signals_sent.labels(self._bus).inc(len(word.signals))

    def unsent(self, clinics: int) -> None:
        """Nobody could be told of that many clinics."""
        _unsent.labels(self._bus).inc(clinics)

    def heard(self, word: Word) -> None:
        """A peer told."""
        _heard.labels(self._bus).inc(len(word.clinics))
        _signals_heard.labels(self._bus).inc(len(word.signals))
