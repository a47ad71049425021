"""What a desk's WebSocket sends, byte by byte, without sockets (RFC 6455 section 5).

Only as much of the standard as this server speaks: no extensions, small messages of text. The
general library keeps 1.8 kB for each socket and takes 1.6 times as long for a frame; and it answers
pings itself, also to who does not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from struct import pack
from typing import Final

from msgspec import Struct
from websockets.utils import apply_mask

from clinicdesk.contract.frames import MAX_CLIENT_FRAME


class Opcode(IntEnum):
    """What a frame is (section 5.2)."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class WireCode(IntEnum):
    """Close codes of the standard that this server gives (section 7.4.1)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED = 1003
    TOO_BIG = 1009


PING: Final = bytes([0x80 | Opcode.PING, 0])
_FIN: Final = 0x80
_RESERVED: Final = 0x70
_OPCODE: Final = 0x0F
_MASKED: Final = 0x80
_CONTROL: Final = 0x08
_LONGEST_CONTROL: Final = 125
_MASK_SIZE: Final = 4
_OPCODES: Final = frozenset(Opcode)
_CLOSE_CODES: Final = frozenset({1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013})
_PRIVATE_CODES: Final = range(3000, 5000)


class Misframed(Exception):
    """What came is not WebSocket as it is spoken here.

    Attributes:
        code: To close with.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Received(Struct, frozen=True, gc=False):
    """A whole message of text, a control frame, or that a part of a message came (CONTINUATION)."""

    opcode: int
    payload: bytes


_A_PART: Final = Received(Opcode.CONTINUATION, b"")


class FrameReader:
    """Takes bytes as they come and gives messages and control frames."""

    __slots__ = ("_begun", "_held")

    def __init__(self) -> None:
        self._held = b""  # the beginning of a frame whose end has not come
        self._begun: bytes | None = None  # of a message in several frames, what has come

    def feed(self, data: bytes) -> Iterator[Received]:
        """What has become whole.

        Raises:
            Misframed: It has to be closed; nothing can be read any more.
        """
        if self._held:
            data = self._held + data
        place = 0
        while (span := _next_frame(data, place)) is not None:
            begin, end = span
            first = data[place]
            payload = apply_mask(data[begin:end], data[begin - _MASK_SIZE : begin])
            place = end
            yield self._received(first, payload)
        self._held = data[place:]

    def _received(self, first: int, payload: bytes) -> Received:
        opcode, whole = first & _OPCODE, bool(first & _FIN)
        if opcode & _CONTROL:
            return Received(opcode, payload)
        if opcode == Opcode.BINARY:
            raise Misframed(WireCode.UNSUPPORTED, "messages are text")
        if (opcode == Opcode.CONTINUATION) is (self._begun is None):
            raise Misframed(WireCode.PROTOCOL_ERROR, "a continuation that continues nothing")
        message = payload if self._begun is None else self._begun + payload
        if len(message) > MAX_CLIENT_FRAME:
            raise Misframed(WireCode.TOO_BIG, "the message is too long")
        self._begun = None if whole else message
        return Received(Opcode.TEXT, message) if whole else _A_PART


def _next_frame(data: bytes, place: int) -> tuple[int, int] | None:
    """Where the payload of the frame at `place` begins and ends; None: it is not all there."""
    if len(data) - place < 2:
        return None
    first, second = data[place], data[place + 1]
    opcode, length = first & _OPCODE, second & ~_MASKED
    if first & _RESERVED or opcode not in _OPCODES:
        raise Misframed(WireCode.PROTOCOL_ERROR, "a frame of no known kind")
    if not second & _MASKED:
        raise Misframed(WireCode.PROTOCOL_ERROR, "the frame is not masked")
    if opcode & _CONTROL and (not first & _FIN or length > _LONGEST_CONTROL):
        raise Misframed(WireCode.PROTOCOL_ERROR, "a control frame is short and in one piece")
    begin = place + 2
    if length > _LONGEST_CONTROL:
        width = 2 if length == _LONGEST_CONTROL + 1 else 8
        if len(data) - begin < width:
            return None
        length = int.from_bytes(data[begin : begin + width])
        begin += width
    if length > MAX_CLIENT_FRAME:
        raise Misframed(WireCode.TOO_BIG, "the frame is too long")
    begin += _MASK_SIZE
    return (begin, begin + length) if len(data) - begin >= length else None


def control_frame(opcode: Opcode, payload: bytes = b"") -> bytes:
    """A control frame as a server sends it; at most 125 bytes of payload."""
    return pack("!BB", _FIN | opcode, len(payload)) + payload


def close_frame(code: int, reason: str) -> bytes:
    """The frame that ends a conversation."""
    text = reason.encode()[: _LONGEST_CONTROL - 2]
    return control_frame(Opcode.CLOSE, pack("!H", code) + text)


def answer_to_close(payload: bytes) -> bytes:
    """The frame that answers a desk's close frame with this payload (section 5.5.1).

    Raises:
        Misframed: It is not what a close frame may carry.
    """
    if not payload:
        return control_frame(Opcode.CLOSE)
    code = int.from_bytes(payload[:2])
    if len(payload) < 2 or not (code in _CLOSE_CODES or code in _PRIVATE_CODES):
        raise Misframed(WireCode.PROTOCOL_ERROR, "no such close code")
    try:
        payload[2:].decode()
    except UnicodeDecodeError as error:
        raise Misframed(WireCode.PROTOCOL_ERROR, "the reason is not text") from error
    return control_frame(Opcode.CLOSE, payload[:2])
