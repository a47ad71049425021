"""HTTP with next to no work on this side, so that the server is what is measured.

A client library takes longer for a call than the server does.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final, Self
from urllib.parse import urlsplit

_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


class Calls:
    """One kept-alive connection, one call after the other."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._host = host
        self.token = ""

    @classmethod
    async def connect(cls, server: str) -> Self:
        address = urlsplit(server)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        return cls(reader, writer, address.netloc)

    async def call(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes]:
        """The status and the body. Underscores in the names of headers become hyphens."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        content = await self._reader.readexactly(int(length[1])) if length else b""
        return int(head[9:12]), content

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()
