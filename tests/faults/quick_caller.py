"""Calls of a desk without the desk: one connection, kept open, and little else.

Hundreds of them fit in one process, which hundreds of desks with stores do not. They give commands
as an outbox does: the same key and the same bytes, until there is an answer.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Final, Self
from uuid import UUID, uuid4

import msgspec

from clinicdesk.contract.commands import ROUTES, Command, Done, path_of
from clinicdesk.contract.problems import RETRYABLE, Refusal, decode_problem
from clinicdesk.contract.session import SESSION, SignedIn
from clinicdesk.core.sending import body_of
from tests.end_to_end.clinic import PASSWORD

_ANSWER_WITHIN_S: Final = 20.0
_AGAIN_AFTER_S: Final = (0.02, 0.3)
_BROKEN: Final = (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError)


class QuickCaller:
    """Somebody signed in, on one connection.

    Attributes:
        signed_in: What the server said to the sign-in. device_id: A device of their own.
        port: Of the server; may be changed at any time.
        repeats: How often something was sent again, because no answer came or it said so.
    """

    def __init__(self, port: int, signed_in: SignedIn, device_id: UUID) -> None:
        self.port = port
        self.signed_in = signed_in
        self.device_id = device_id
        self.repeats = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._chance = random.Random(device_id.int)

    @classmethod
    async def sign_in(cls, port: int, login: str) -> Self:
        """As a desk of its own. Raises OSError, and AssertionError when it is refused."""
        device_id = uuid4()
        request = {
            "login": login, "password": PASSWORD, "device_id": str(device_id),
            "device_name": "quick", "device_key": "A" * 43,
        }  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            body = msgspec.json.encode(request)
            status, content = await _ask(reader, writer, _head("POST", SESSION, body, {}), body)
        finally:
            writer.transport.abort()
        assert status == 201, content
        return cls(port, msgspec.json.decode(content, type=SignedIn), device_id)

    async def give(
        self, command: Command, *, op_id: UUID | None = None, version: int = 0
    ) -> Done | Refusal:
        """Send a command until it is answered."""
        route = ROUTES[type(command)]
        headers = {"Idempotency-Key": str(op_id or uuid4())}
        if route.matches:
            headers["If-Match"] = f'"{version}"'
        body = body_of(command)
        request = _head(route.method, path_of(command), body, headers | self._bearer())
        while True:
            answer = await self._once(request, body)
            if answer is not None and not isinstance(answer, RETRYABLE):
                return answer
            self.repeats += 1
            await asyncio.sleep(self._chance.uniform(*_AGAIN_AFTER_S))

    async def done(self, command: Command, *, version: int = 0) -> Done:
        """Send a command that must take effect."""
        answer = await self.give(command, version=version)
        assert isinstance(answer, Done), answer
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
        self._streams = None

    async def _once(self, request: bytes, body: bytes) -> Done | Refusal | None:
        """None: no answer came."""
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self.port)
                status, content = await _ask(*self._streams, request, body)
        except _BROKEN:
            self.close()
            return None
        if status < 400:
            return msgspec.json.decode(content, type=Done)
        with suppress(msgspec.DecodeError):
            return decode_problem(content)
        return None

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.signed_in.access_token}"}


def _head(method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, body: bytes
) -> tuple[int, bytes]:
    writer.write(head + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    status = int(answer.split(b" ", 2)[1])
    lower = answer.lower()
    begin = lower.index(b"content-length:") + len(b"content-length:")
    length = int(lower[begin : lower.index(b"\r\n", begin)])
    return status, await reader.readexactly(length)
