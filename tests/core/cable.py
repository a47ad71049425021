"""A network cable between a desk and a server: a TCP relay that can be pulled."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Cable:
    """Relays to a port of this machine; `cut` ends what runs and takes nothing new until `mend`.
    `freeze`: nothing gets through any more, and nobody is told.

    Attributes:
        port: Where desks connect.
    """

    def __init__(self, target: int) -> None:
        self._target = target
        self._whole = True
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._relays: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def lay(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        self._whole = False
        self.drop()

    def mend(self) -> None:
        self._whole = True

    def freeze(self) -> None:
        self._flowing.clear()

    def drop(self) -> None:
        """End what runs now; new connections are taken."""
        for end in list(self._ends):
            end.transport.abort()

    async def remove(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()
        for relay in self._relays:
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends |= {writer, far_writer}
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            relay = asyncio.create_task(self._relay(source, sink))
            self._relays.add(relay)
            relay.add_done_callback(self._relays.discard)

    async def _relay(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
        with suppress(ConnectionError):
            sink.close()
        self._ends.discard(sink)
