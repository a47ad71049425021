"""A desk's cable to its servers: a TCP proxy with a hand on every byte.

Each desk has a cable of its own, so that the faults of one are nobody else's. TCP never loses bytes
in the middle, and neither does a cable: what is not delivered ends with a break.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Self

A_COMMAND: Final = b"\r\nIdempotency-Key:"
A_REFRESH: Final = b"POST /api/session/refresh"
A_SNAPSHOT: Final = b"GET /api/snapshot"

_AT_ONCE: Final = 65536
_REQUESTS: Final = (b"POST ", b"PUT ", b"GET ", b"DELETE ")


class Way(Enum):
    """A direction, as the desk sees it."""

    UP = "up"
    DOWN = "down"


@dataclass
class Weather:
    """What one direction is like.

    Attributes:
        flows: Cleared: nothing comes through, and nobody is told.
        delay_s: Each piece waits for up to so long.
        piece: Greatest number of bytes that travel together; 0: as they came.
        bytes_per_s: 0: as fast as it goes.
    """

    flows: asyncio.Event = field(default_factory=asyncio.Event)
    delay_s: float = 0.0
    piece: int = 0
    bytes_per_s: int = 0

    def clear(self) -> None:
        self.delay_s, self.piece, self.bytes_per_s = 0.0, 0, 0
        self.flows.set()


@dataclass(eq=False)
class _Link:
    """One connection through the cable."""

    desk: asyncio.StreamWriter
    server: asyncio.StreamWriter
    asked: bytes = b""

    def close(self, *, rudely: bool) -> None:
        for writer in (self.desk, self.server):
            if rudely:
                _make_reset(writer)
            writer.transport.abort()


class Cable:
    """From a port of 127.0.0.1 to the server that it leads to.

    Attributes:
        url: What the desk takes for its server.
        accepted: Connections that were made. lost: Answers that were thrown away.
        weather: What each direction is like.
    """

    def __init__(self, leads_to: int, chance: random.Random) -> None:
        self._target = leads_to
        self._chance = chance
        self._listener: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self._to_lose: dict[bytes, int] = {}
        self.weather = {way: Weather() for way in Way}
        self.url = ""
        self.accepted = 0
        self.lost = 0
        self.heal()

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._listener is not None
        self._listener.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def open_connections(self) -> int:
        return len(self._links)

    @property
    def is_losing(self) -> bool:
        """Whether an answer is still to be lost."""
        return any(self._to_lose.values())

    def cut(self) -> None:
        """Close every connection; new ones close too, until `heal`."""
        self._is_cut = True
        self.drop()

    def drop(self, *, rudely: bool = False) -> None:
        """Close every connection (`rudely`: by RST); new ones are welcome."""
        for link in list(self._links):
            link.close(rudely=rudely)

    def lead_to(self, port: int) -> None:
        """Close every connection; new ones lead to another server."""
        self._target = port
        self.drop()

    def lose_answers(self, to: bytes = A_COMMAND, count: int = 1) -> None:
        """The next `count` requests that contain `to` reach the server; instead of the answer the
        connection breaks."""
        self._to_lose[to] = self._to_lose.get(to, 0) + count

    def heal(self) -> None:
        """An honest cable again; answers that are still to be lost are not."""
        self._is_cut = False
        self._to_lose = {}
        for weather in self.weather.values():
            weather.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._tasks.discard(task)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._is_cut:
            _make_reset(writer)
            writer.transport.abort()
            return
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, server)
        self._links.add(link)
        pumps = [
            asyncio.create_task(self._pump(Way.UP, reader, server, link)),
            asyncio.create_task(self._pump(Way.DOWN, answers, writer, link)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            link.close(rudely=False)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._links.discard(link)

    async def _pump(
        self, way: Way, source: asyncio.StreamReader, target: asyncio.StreamWriter, link: _Link
    ) -> None:
        weather = self.weather[way]
        with suppress(OSError):
            while True:
                rate = weather.bytes_per_s
                data = await source.read(max(1, rate // 10) if rate else _AT_ONCE)
                if not data:
                    return
                if way is Way.UP:
                    if data.startswith(_REQUESTS):
                        link.asked = data
                elif self._loses(link):
                    link.close(rudely=True)
                    return
                await self._send(weather, data, target)

    async def _send(self, weather: Weather, data: bytes, target: asyncio.StreamWriter) -> None:
        await weather.flows.wait()
        if weather.delay_s:
            await asyncio.sleep(self._chance.uniform(0, weather.delay_s))
        if weather.bytes_per_s:
            await asyncio.sleep(len(data) / weather.bytes_per_s)
        while data:
            size = self._chance.randint(1, weather.piece) if weather.piece else len(data)
            target.write(data[:size])
            await target.drain()
            data = data[size:]
            if weather.piece:
                await asyncio.sleep(0)  # so that the next one is a segment of its own

    def _loses(self, link: _Link) -> bool:
        for wanted, count in self._to_lose.items():
            if count and wanted in link.asked:
                self._to_lose[wanted] = count - 1
                self.lost += 1
                return True
        return False


def _make_reset(writer: asyncio.StreamWriter) -> None:
    """Closing says RST instead of FIN."""
    found = writer.get_extra_info("socket")
    if found is not None:
        with suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
