"""A limit on a request's head: its first line and its headers."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD: Final = 64 * 1024
"""Bytes after which a head that has not ended is refused; what came at once with them is kept."""


class BoundedHead(HttpToolsProtocol):
    """Uvicorn's connection, which by itself would take headers without end into memory."""

    _head: int | None = None

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = 0

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._head = None
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        super().data_received(data)
        if self._head is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.send_400_response("The request's headers are too long.")
