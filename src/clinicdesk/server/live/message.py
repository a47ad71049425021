"""A message as it lies on the wire, made once for everybody who receives it."""

from __future__ import annotations

from struct import pack
from typing import Final

_TEXT: Final = 0x81
"""The first byte of a whole text message: FIN and opcode 1 (RFC 6455 section 5.2)."""


class Message:
    """One text message.

    Attributes:
        wire: The bytes of its WebSocket frame, as a server sends it: unmasked, in one piece. The
        same object is written to every socket.
    """

    __slots__ = ("_head", "wire")

    def __init__(self, text: bytes) -> None:
        head = _head(len(text))
        self.wire = head + text
        self._head = len(head)

    @property
    def text(self) -> bytes:
        """What the frame carries."""
        return self.wire[self._head :]


def _head(length: int) -> bytes:
    if length < 126:
        return pack("!BB", _TEXT, length)
    if length < 1 << 16:
        return pack("!BBH", _TEXT, 126, length)
    return pack("!BBQ", _TEXT, 127, length)
