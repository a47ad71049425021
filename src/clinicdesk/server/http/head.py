"""What a connection may cost before it has asked for anything, and while it takes its answer.

Uvicorn by itself takes headers without end into memory, waits for ever for a request that was
begun, and keeps an answer for as long as nobody takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clinicdesk.server.open_files import most_connections

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

MAX_HEAD: Final = 64 * 1024
"""Bytes after which a head that has not ended is refused; what came at once with them is kept."""
HEAD_WITHIN_S: Final = 10.0
"""From the connection, or from the first byte of a later request, to the end of the head."""
BODY_WITHIN_S: Final = 60.0
"""From the end of the head to the end of the body: 1 MiB over a bad mobile line."""
TAKEN_WITHIN_S: Final = 30.0
LEAST_TAKEN: Final = 32 * 1024
"""Bytes of an answer that its reader has to take in each `TAKEN_WITHIN_S`."""

_cut = Counter("clinicdesk_http_cut", "Connections cut before an answer was taken", ["reason"])


class BoundedHead(HttpToolsProtocol):
    """Uvicorn's connection with a limit on what it reads, and on how long that may take."""

    _head: int | None = None
    _patience: asyncio.TimerHandle | None = None
    _unwritten: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected, and has something to ask."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            # Without a descriptor left nobody could be answered, nor the database be reached.
            _cut.labels("no room").inc()
            transport.abort()
            return
        self._expect(HEAD_WITHIN_S, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._expect_nothing()
        self.resume_writing()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = 0

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._head = None
        self._expect(BODY_WITHIN_S, self._body_is_late)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is here."""
        self._expect_nothing()
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._patience is None and (self.cycle is None or self.cycle.response_complete):
            self._expect(HEAD_WITHIN_S, self._head_is_late)
        super().data_received(data)
        if self._head is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > MAX_HEAD:
                _cut.labels("head too long").inc()
                self.send_400_response("The request's headers are too long.")

    def handle_websocket_upgrade(self) -> None:
        """From here on the connection is somebody else's to watch."""
        self._expect_nothing()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """The reader does not keep up."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """The reader has taken nearly all."""
        if self._unwritten is not None:
            self._unwritten.cancel()
            self._unwritten = None
        if self.flow is not None:
            super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked for."""
        super().timeout_keep_alive_handler()
        if self._unwritten is None and self.transport.get_write_buffer_size():
            self._watch_reader()  # closing waits for the last of the answer to be taken

    def _expect(self, within_s: float, late: Callable[[], None]) -> None:
        self._expect_nothing()
        self._patience = self.loop.call_later(within_s, late)

    def _expect_nothing(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _head_is_late(self) -> None:
        self._patience = None
        _cut.labels("head too slow").inc()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()

    def _body_is_late(self) -> None:
        self._patience = None
        _cut.labels("body too slow").inc()
        self.transport.close()

    def _watch_reader(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._unwritten = self.loop.call_later(TAKEN_WITHIN_S, self._look_at_reader, left)

    def _look_at_reader(self, left_before: int) -> None:
        self._unwritten = None
        if left_before - self.transport.get_write_buffer_size() >= LEAST_TAKEN:
            self._watch_reader()
            return
        _cut.labels("reader too slow").inc()
        self.transport.abort()
