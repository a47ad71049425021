"""Telling peers over a bus that may come and go."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol
from uuid import UUID

from clinicdesk.server.ending import end
from clinicdesk.server.live.hints.hints import OnHint, OnSignal
from clinicdesk.server.live.hints.standing import Standing
from clinicdesk.server.live.hints.word import Word

PACE_S: Final = 0.01
"""What is committed within this time after a word was sent travels together in the next. Two
milliseconds hardly gather anything at 300 commits a second, and cost a tenth of the commits."""
MOST_SIGNALS: Final = 256
"""Signals that wait to be passed on; above that the oldest are dropped: they are stale soonest."""
FIRST_DELAY_S: Final = 0.25
GREATEST_DELAY_S: Final = 10.0
"""A bus that went is tried again after this time at the latest."""
FAREWELL_S: Final = 1.0
"""How long a server that stops tries to tell the last of what it committed."""


class BusLost(Exception):
    """The bus is not there (any more); `str()` says why, without addresses or passwords."""


class Line(Protocol):
    """A connection to a bus."""

    async def send(self, word: Word) -> None:
        """Tell every other server. Raises `BusLost`."""
        ...

    async def watch(self) -> None:
        """Wait until the connection is lost, which raises `BusLost`."""
        ...


class Bus(Protocol):
    """A kind of bus.

    Attributes:
        name: For the journal and the measurements.
    """

    @property
    def name(self) -> str:
        """As above."""
        ...

    def connect(self, heard: Callable[[Word], None]) -> AbstractAsyncContextManager[Line]:
        """A line on which `heard` is told what others say; closed at the end of the context.

        Entering raises `BusLost`.
        """
        ...


class PeerHints:
    """`Hints` over a bus.

    A word leaves at once when the last one is `PACE_S` old; otherwise it waits that long for
    company. So a lone commit is told without delay, and a thousand a second cost the bus a
    hundred words. Nothing is kept for a bus that is away: the peers' poll finds it sooner.

    Args:
        bus: What carries the words.
        chance: Between 0 and 1, evenly: spreads the servers' attempts to connect again.

    Attributes:
        bus: As given.
    """

    def __init__(self, bus: Bus, chance: Callable[[], float] = random.random) -> None:
        self.bus = bus
        self._chance = chance
        self._standing = Standing(bus.name)
        self._clinics: dict[UUID, None] = {}
        self._signals: list[bytes] = []
        self._waiting = asyncio.Event()
        self._line: Line | None = None
        self._task: asyncio.Task[None] | None = None
        self._on_hint: OnHint = _nobody
        self._on_signal: OnSignal = _nobody

    async def start(self, on_hint: OnHint, on_signal: OnSignal) -> None:
        """As `Hints.start`."""
        self._on_hint, self._on_signal = on_hint, on_signal
        self._task = asyncio.create_task(self._keep_connected(), name=f"hints by {self.bus.name}")

    def committed(self, clinic_id: UUID) -> None:
        """As `Hints.committed`."""
        self._on_hint(clinic_id)
        if self._line is None:
            self._standing.unsent(1)
            return
        self._clinics[clinic_id] = None
        self._waiting.set()

    def pass_on(self, signal: bytes) -> None:
        """As `Hints.pass_on`."""
        if self._line is None:
            return
        self._signals = [*self._signals[1 - MOST_SIGNALS :], signal]
        self._waiting.set()

    async def stop(self) -> None:
        """As `Hints.stop`."""
        if self._task is None:
            return
        if self._line is not None and self._waiting.is_set():
            with contextlib.suppress(TimeoutError, BusLost):
                await asyncio.wait_for(self._line.send(self._take()), FAREWELL_S)
        await end(self._task)
        self._task = None
        self._standing.stopped()

    async def _keep_connected(self) -> None:
        delay = FIRST_DELAY_S
        while True:
            try:
                async with self.bus.connect(self._heard) as line:
                    delay = FIRST_DELAY_S
                    await self._talk(line)
            except BusLost as lost:
                self._standing.down(str(lost))
            except Exception as error:  # a mistake, of ours or of the bus's library
                self._standing.failed(error)
            await asyncio.sleep(delay * (1 + self._chance()) / 2)
            delay = min(2 * delay, GREATEST_DELAY_S)

    async def _talk(self, line: Line) -> None:
        self._standing.up()
        self._line = line
        watching = asyncio.create_task(line.watch())
        telling = asyncio.create_task(self._tell(line))
        try:
            done, _ = await asyncio.wait((watching, telling), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._line = None
            self._standing.unsent(len(self._take().clinics))
            await end(watching, telling)

    async def _tell(self, line: Line) -> None:
        while True:
            await self._waiting.wait()
            word = self._take()
            await line.send(word)
            self._standing.sent(word)
            await asyncio.sleep(PACE_S)

    def _take(self) -> Word:
        word = Word(tuple(self._clinics), tuple(self._signals))
        self._clinics, self._signals = {}, []
        self._waiting.clear()
        return word

    def _heard(self, word: Word) -> None:
        self._standing.heard(word)
        for clinic_id in word.clinics:
            self._on_hint(clinic_id)
        for signal in word.signals:
            self._on_signal(signal)


def _nobody(_heard: object) -> None:
    return None
