"""A desk's end of the live feed on a bare socket: the product's own protocol, without a store.

Thousands of them fit in one process. What they would have to fetch a snapshot for is counted.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.frames import Cursor, Ev, ScopeChanged
from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import SUBPROTOCOL
from clinicdesk.core.live.effects import (
    Apply,
    CaughtUp,
    ChangeScopes,
    Close,
    Connect,
    Effect,
    FetchSnapshot,
    RenewToken,
    Send,
    Stopped,
)
from clinicdesk.core.live.protocol import TICK_S, FeedProtocol

_CONNECT_WITHIN_S: Final = 5.0
_TEXT, _CLOSE, _PING = 1, 8, 9


class LightDesk:
    """One desk that follows, from `start` to `stop`.

    Attributes:
        live: It has everything that the server had when it greeted.
        opens: When a server took its connection, by `time.monotonic`.
        snapshots: How often it would have fetched one. stopped: By which close code, if so.
        frames: Told each frame and scope change with the time, if given.
    """

    def __init__(
        self,
        port: int,
        token: str,
        device_id: UUID,
        cursor: Cursor,
        chance: random.Random,
        told: Callable[[Ev | ScopeChanged], None] | None = None,
    ) -> None:
        self.live = False
        self.opens: list[float] = []
        self.snapshots = 0
        self.stopped: int | None = None
        self.cursor = cursor
        self._port = port
        self._token = token
        self._protocol = FeedProtocol(cursor.clinic, device_id, cursor, chance)
        self._told = told
        self._socket: _Socket | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._chance = chance

    def start(self) -> None:
        """Begin to follow."""
        loop = asyncio.get_running_loop()
        self._tick = loop.call_later(self._chance.uniform(0, TICK_S), self._on_tick)
        self._carry_out(self._protocol.start(time.monotonic()))

    def stop(self) -> None:
        """Leave."""
        self._protocol.stop()
        if self._tick is not None:
            self._tick.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        self._drop()

    def cut(self) -> None:
        """Break the connection."""
        if self._socket is not None:
            self._socket.abort()

    def received(self, socket: _Socket, data: bytes) -> None:
        """A message came."""
        if socket is self._socket:
            self._carry_out(self._protocol.receive(socket.number, data, time.monotonic()))

    def lost(self, socket: _Socket, code: int | None) -> None:
        """The socket is gone."""
        if socket is self._socket:
            self._socket = None
            self.live = False
        self._carry_out(self._protocol.disconnected(socket.number, code, time.monotonic()))

    def opened(self, socket: _Socket) -> None:
        """The server speaks the protocol."""
        self.opens.append(time.monotonic())
        self._carry_out(
            self._protocol.connected(socket.number, self._token, self.cursor, time.monotonic())
        )

    def _on_tick(self) -> None:
        loop = asyncio.get_running_loop()
        self._tick = loop.call_later(TICK_S, self._on_tick)
        self._carry_out(self._protocol.tick(time.monotonic(), time.time()))

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Connect(number):
                    self._connecting = asyncio.create_task(self._connect(number))
                case Send(data):
                    if self._socket is not None:
                        self._socket.send(data)
                case Apply(ev):
                    self.cursor = replace(self.cursor, seq=ev.to)
                    self._tell(ev)
                    self._carry_out(self._protocol.applied(self.cursor))
                case ChangeScopes(frame):
                    self.cursor = replace(self.cursor, access=frame.access)
                    self._tell(frame)
                case CaughtUp():
                    self.live = True
                case Close():
                    self._drop()
                case FetchSnapshot():
                    self.snapshots += 1
                case Stopped(code):
                    self.stopped = code
                case RenewToken():
                    pass  # these desks live for a shorter time than their tokens
                case _:
                    pass

    def _tell(self, frame: Ev | ScopeChanged) -> None:
        if self._told is not None:
            self._told(frame)

    def _drop(self) -> None:
        socket, self._socket = self._socket, None
        self.live = False
        if socket is not None:
            socket.abort()

    async def _connect(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        socket = _Socket(self, number)
        try:
            async with asyncio.timeout(_CONNECT_WITHIN_S):
                await loop.create_connection(lambda: socket, "127.0.0.1", self._port)
        except (OSError, TimeoutError):
            self._carry_out(self._protocol.disconnected(number, None, time.monotonic()))
            return
        self._socket = socket


class _Socket(asyncio.Protocol):
    """RFC 6455 from the client's side, as far as a server of ours uses it."""

    def __init__(self, desk: LightDesk, number: int) -> None:
        self.number = number
        self._desk = desk
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._upgraded = False
        self._code: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_UPGRADE)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded and not self._take_answer():
            return
        while (found := self._next_frame()) is not None:
            opcode, payload = found
            if opcode == _TEXT:
                self._desk.received(self, payload)
            elif opcode == _CLOSE:
                self._code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None
                self.abort()
            elif opcode == _PING:
                self._write(0x80 | 10, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self._desk.lost(self, self._code)

    def send(self, text: bytes) -> None:
        self._write(0x80 | _TEXT, text)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _take_answer(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        answer = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        if b" 101 " not in answer.partition(b"\r\n")[0]:
            self.abort()
            return False
        self._upgraded = True
        self._desk.opened(self)
        return True

    def _next_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, begin = buffer[1] & 0x7F, 2
        if size >= 126:
            begin = 4 if size == 126 else 10
            if len(buffer) < begin:
                return None
            size = int.from_bytes(buffer[2:begin], "big")
        if len(buffer) < begin + size:
            return None
        opcode, payload = buffer[0] & 0x0F, bytes(buffer[begin : begin + size])
        del buffer[: begin + size]
        return opcode, payload

    def _write(self, first: int, payload: bytes) -> None:
        """Masked with zeros: the mask has to be there, and keeps nothing secret."""
        size = len(payload)
        head = bytes((first, 0x80 | size)) if size < 126 else bytes((first, 0x80 | 126))
        if size >= 126:
            head += size.to_bytes(2, "big")
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head + bytes(4) + payload)


_UPGRADE: Final = (
    f"GET {LIVE} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
).encode()
