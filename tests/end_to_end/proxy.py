"""A TCP proxy between a desk and its server: the network, with a hand on the cable."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Self

A_COMMAND: Final = b"\r\nIdempotency-Key:"
A_SNAPSHOT: Final = b"GET /api/snapshot"


@dataclass(eq=False)
class _Link:
    """One connection through the proxy."""

    desk: asyncio.StreamWriter
    server: asyncio.StreamWriter
    asked: bytes = b""
    pumps: list[asyncio.Task[None]] = field(default_factory=list)

    def abort(self) -> None:
        for writer in (self.desk, self.server):
            writer.transport.abort()


class Proxy:
    """Forwards to `127.0.0.1:port`, until it is told otherwise.

    Attributes:
        url: What a desk takes for the server.
        lost: How many answers were thrown away.
        accepted: How many connections were made.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._is_cut = False
        self._held = b""
        self._lost_to: bytes | None = None
        self.url = ""
        self.lost = 0
        self.accepted = 0

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._listener is not None
        self._listener.close()
        self.cut()
        pumps = [pump for link in self._links for pump in link.pumps]
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection; new ones break too, until `resume`."""
        self._is_cut = True
        for link in list(self._links):
            link.abort()

    def hold(self, requests: bytes = b"") -> None:
        """Requests that contain these bytes go no further, and nobody is told; until `resume`."""
        self._held = requests
        self._flows.clear()

    def lose_answers(self, to: bytes = A_COMMAND) -> None:
        """Requests that contain `to` reach the server; the answer breaks the connection."""
        self._lost_to = to

    def lead_to(self, port: int) -> None:
        """Break every connection; new ones lead to another port."""
        self._target = port
        for link in list(self._links):
            link.abort()

    def resume(self) -> None:
        """An honest cable again."""
        self._is_cut = False
        self._lost_to = None
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, server)
        self._links.add(link)
        link.pumps = [
            asyncio.create_task(self._ask(reader, link)),
            asyncio.create_task(self._answer(answers, link)),
        ]
        await asyncio.wait(link.pumps, return_when=asyncio.FIRST_COMPLETED)
        link.abort()
        await asyncio.gather(*link.pumps, return_exceptions=True)
        self._links.discard(link)

    async def _ask(self, reader: asyncio.StreamReader, link: _Link) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self._held in data:
                    await self._flows.wait()
                if data.startswith((b"POST", b"PUT", b"GET", b"DELETE")):
                    link.asked = data
                link.server.write(data)
                await link.server.drain()

    async def _answer(self, answers: asyncio.StreamReader, link: _Link) -> None:
        with suppress(OSError):
            while data := await answers.read(65536):
                if self._lost_to is not None and self._lost_to in link.asked:
                    self.lost += 1
                    return
                link.desk.write(data)
                await link.desk.drain()
