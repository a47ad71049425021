"""A WebSocket by hand, which breaks what a library would not let one break (RFC 6455)."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from clinicdesk.contract.frames import ClientFrame, encode_frame
from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import SUBPROTOCOL

DEADLINE_S = 20.0

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

UPGRADE = {
    "Host": "here",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": SUBPROTOCOL,
}


class Line:
    """A TCP connection to a server.

    Attributes:
        said: The text of each message that came.
    """

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        assert at.hostname is not None
        assert at.port is not None
        self._socket = socket.create_connection((at.hostname, at.port), timeout=DEADLINE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        self.said: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def upgrade(self, path: str = LIVE, **changes: str | None) -> bytes:
        """Ask for a WebSocket; the head of the answer. `X_Y=None` leaves the header X-Y out."""
        told = {name.replace("_", "-"): value for name, value in changes.items()}
        headers = {n: v for n, v in (UPGRADE | told).items() if v is not None}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {v}" for name, v in headers.items()), "", ""]
        self.send_bytes("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self._unread:
            more = self._socket.recv(65536)
            if not more:
                break
            self._unread += more
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        return head

    def send_bytes(self, data: bytes) -> None:
        """Whatever the bytes are; nothing when the server has hung up."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(data)

    def send(self, payload: bytes | ClientFrame, opcode: int = TEXT, **wrong: int | bool) -> None:
        """A frame; `wrong` as `frame`."""
        content = payload if isinstance(payload, bytes) else encode_frame(payload)
        self.send_bytes(frame(content, opcode, **wrong))

    def next_message(self) -> bytes:
        """The text of the next message."""
        opcode, payload = self._next_frame()
        while opcode in (PING, PONG):
            opcode, payload = self._next_frame()
        assert opcode == TEXT, (opcode, payload)
        self.said.append(payload)
        return payload

    def ending(self) -> tuple[int | None, str]:
        """Read to the end, and answer it: the close code and the reason; no code where the frame
        has none.

        Raises:
            ConnectionError: The server hung up without a close frame.
        """
        while True:
            opcode, payload = self._next_frame()
            if opcode == TEXT:
                self.said.append(payload)
            if opcode == CLOSE:
                self.send(payload, CLOSE)
                code = struct.unpack("!H", payload[:2])[0] if payload else None
                return code, payload[2:].decode()

    def has_something(self, within_s: float) -> bool:
        """Whether there is something to read."""
        return bool(self._unread or select.select([self._socket], [], [], within_s)[0])

    def is_hung_up(self) -> bool:
        """Wait until the server has ended the connection."""
        until = time.monotonic() + DEADLINE_S
        while time.monotonic() < until:
            try:
                if not self._socket.recv(65536):
                    return True
            except ConnectionError:
                return True
        return False

    def skip_to(self, opcode: int) -> None:
        """Read until a frame of this kind."""
        while self._next_frame()[0] != opcode:
            pass

    def _next_frame(self) -> tuple[int, bytes]:
        first, second = self._exactly(2)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(self._exactly(2 if length == 126 else 8))
        return first & 0x0F, self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        while len(self._unread) < count:
            more = self._socket.recv(1 << 16)
            if not more:
                raise ConnectionError("hung up without a close frame")
            self._unread += more
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken


def frame(
    payload: bytes,
    opcode: int = TEXT,
    *,
    fin: bool = True,
    masked: bool = True,
    reserved: int = 0,
    length: int | None = None,
) -> bytes:
    """A frame of a client; `length` is what it says of itself, whatever it has."""
    told = len(payload) if length is None else length
    head = bytes([fin << 7 | reserved << 4 | opcode])
    mask_bit = masked << 7
    if told < 126:
        head += bytes([mask_bit | told])
    elif told < 1 << 16:
        head += struct.pack("!BH", mask_bit | 126, told)
    else:
        head += struct.pack("!BQ", mask_bit | 127, told)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
