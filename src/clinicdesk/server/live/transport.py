"""One desk's WebSocket, on the port of the calls: uvicorn hands a connection over that asks for it.

Everything here is called by the event loop and returns at once; a socket has no task of its own.
What is written to a desk that does not read stays within `HELD_BYTES` and one message.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from clinicdesk.contract.frames import CloseCode
from clinicdesk.server.live.admission import TurnedAway, Visit
from clinicdesk.server.live.handshake import shake_hands
from clinicdesk.server.live.wire import (
    PING,
    FrameReader,
    Misframed,
    Opcode,
    Received,
    answer_to_close,
    close_frame,
    control_frame,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn.server import ServerState

    from clinicdesk.server.live.admission import Admission
    from clinicdesk.server.live.callers import Callers
    from clinicdesk.server.live.message import Message

PING_AFTER_S: Final = 20.0
"""A desk that has been silent for so long is asked whether it is still there."""
SILENT_FOR_S: Final = 40.0
"""And one that has not said anything for so long is not."""
CLOSE_WITHIN_S: Final = 2.0
"""How long a desk has to answer a close frame, and to take what was written before it."""
HELD_BYTES: Final = 1 << 18
"""Written and not yet taken by the network: above it a desk is left alone until it reads."""


class Conversation(Protocol):
    """Who speaks over a socket."""

    def received(self, text: bytes, now: float) -> None:
        """The desk said something."""
        ...

    def filled(self) -> None:
        """The desk does not read: `LiveSocket.full`."""
        ...

    def took(self) -> None:
        """The desk reads again."""
        ...

    def closing(self) -> None:
        """Nothing more can be sent, or will be heard. Called once."""
        ...

    def lost(self) -> None:
        """The connection is gone. Called once, after `closing`."""
        ...


class Lobby(Protocol):
    """Where sockets arrive."""

    @property
    def admission(self) -> Admission:
        """Counts them."""
        ...

    def connect(self, socket: LiveSocket) -> Conversation:
        """A socket was let in."""
        ...

    def closing(self, code: int, reason: str) -> None:
        """The server closes a socket, let in or not."""
        ...


class LiveSocket(asyncio.Protocol):
    """One connection: handshake, messages, keeping alive, closing (RFC 6455).

    Attributes:
        full: The desk does not read; nothing should be written that can wait.
        write: Writes the bytes of whole frames; only while the socket is open.
    """

    __slots__ = ("_callers", "_conversation", "_deadline", "_heard_at", "_lobby", "_open",
                 "_others", "_pinged", "_reader", "_shaken", "_transport", "_visit", "full",
                 "write")  # fmt: skip

    write: Callable[[bytes], None]
    _transport: asyncio.Transport

    def __init__(self, lobby: Lobby, callers: Callers, server_state: ServerState) -> None:
        self._lobby = lobby
        self._callers = callers
        self._others: set[Any] = server_state.connections
        self._conversation: Conversation | None = None
        self._reader: FrameReader | None = None  # None: nothing is read
        self._deadline: asyncio.TimerHandle | None = None
        self._heard_at = time.monotonic()
        self._pinged = False
        self._shaken = False
        self._open = False
        self.full = False
        self._visit: Visit | None = None

    # What the owner says

    def send(self, message: Message) -> None:
        """Send one message; nothing when the socket is closing."""
        if self._open:
            self.write(message.wire)

    def close(self, code: int, reason: str) -> None:
        """Close: once the desk has answered, or has had the time for it."""
        if self._open:
            self._lobby.closing(code, reason)
            self._end_with(close_frame(code, reason))

    def known(self) -> None:
        """The desk has shown a good token."""
        if self._visit is not None:
            self._visit.said_hello()

    def keep_alive(self, now: float) -> None:
        """To be called about once a second."""
        silent = now - self._heard_at
        if not self._open or silent < PING_AFTER_S:
            return
        if silent >= SILENT_FOR_S:
            self.close(CloseCode.HEARTBEAT, "no answer to a ping")
        elif not self._pinged:
            self._pinged = True
            self.write(PING)

    def abort(self) -> None:
        """End the connection now, whatever is still to be sent."""
        self._transport.abort()

    def shutdown(self) -> None:
        """Uvicorn's word that the server ends. Whoever owns the socket has said goodbye before."""
        self.abort()

    # What the event loop brings

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection comes from uvicorn; the request follows."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are of no type of asyncio
        self.write = self._transport.write
        self._others.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came: first the request, then frames."""
        if not self._shaken:
            self._shake_hands(data)
            return
        if self._reader is None:
            return
        now = self._heard_at = time.monotonic()
        self._pinged = False
        try:
            for received in self._reader.feed(data):
                self._take(received, now)
        except Misframed as error:
            self._reader = None  # where the next frame begins cannot be known
            self.close(error.code, str(error))
            if self._transport.can_write_eof():
                self._transport.write_eof()
            else:  # TLS, which says goodbye in its own way
                self._transport.close()

    def pause_writing(self) -> None:
        """The desk does not read."""
        self.full = True
        if self._conversation is not None and self._open:
            self._conversation.filled()

    def resume_writing(self) -> None:
        """It does again."""
        self.full = False
        if self._conversation is not None and self._open:
            self._conversation.took()

    def connection_lost(self, _error: Exception | None) -> None:
        """The connection is gone."""
        self._close_ears()
        self._others.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()
        if self._visit is not None:
            self._visit.leave()
        if self._conversation is not None:
            self._conversation.lost()

    def _shake_hands(self, data: bytes) -> None:
        self._shaken = True
        shaken = shake_hands(data)
        self.write(shaken.answer)
        if not shaken.accepted:
            self._transport.close()
            return
        self._transport.set_write_buffer_limits(high=HELD_BYTES, low=HELD_BYTES // 4)
        self._reader = FrameReader()
        self._open = True
        peer = self._transport.get_extra_info("peername")
        address = self._callers.address_of(peer[0] if peer else "", shaken.forwarded)
        visit = self._lobby.admission.enter(address, self._heard_at)
        if isinstance(visit, TurnedAway):
            self.close(CloseCode.RATE, visit)
        else:
            self._visit = visit
            if shaken.spoken:
                self._conversation = self._lobby.connect(self)
            else:
                self.close(CloseCode.UPGRADE, "clinicdesk.v1 is spoken here")

    def _take(self, received: Received, now: float) -> None:
        if received.opcode == Opcode.CLOSE:
            self._answer_close(received.payload)
        elif not self._open:
            return
        elif self._visit is not None and not self._visit.may_speak(now):
            self.close(CloseCode.RATE, "more frames than anybody needs")
        elif received.opcode == Opcode.TEXT and self._conversation is not None:
            self._conversation.received(received.payload, now)
        elif received.opcode == Opcode.PING and not self.full:
            self.write(control_frame(Opcode.PONG, received.payload))

    def _answer_close(self, payload: bytes) -> None:
        """The desk closes, or answers our closing: the server's part is to end the connection."""
        if self._open:
            self._end_with(answer_to_close(payload))
        self._reader = None
        self._transport.close()

    def _close_ears(self) -> None:
        if self._open:
            self._open = False
            if self._conversation is not None:
                self._conversation.closing()

    def _end_with(self, frame: bytes) -> None:
        self._close_ears()
        self.write(frame)
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(CLOSE_WITHIN_S, self._transport.abort)
