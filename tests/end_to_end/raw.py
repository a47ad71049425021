"""The wire without a desk: calls and sockets as any program could make them."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from clinicdesk.contract.commands import ROUTES, Command, path_of
from clinicdesk.contract.frames import (
    Ack,
    Cursor,
    Ev,
    Hello,
    Resync,
    ServerFrame,
    Signal,
    Welcome,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.contract.session import LIVE, SESSION, SNAPSHOT, SignedIn
from clinicdesk.contract.snapshot import WholeSnapshot, whole_snapshot
from clinicdesk.contract.version import SUBPROTOCOL
from clinicdesk.core.sending import body_of
from tests.end_to_end.clinic import PASSWORD


class Caller:
    """Somebody signed in, at a device of their own.

    Attributes:
        signed_in: What the server said to the sign-in. http: With the token.
    """

    def __init__(self, http: httpx.AsyncClient, signed_in: SignedIn, device_id: UUID) -> None:
        self.http = http
        self.signed_in = signed_in
        self.device_id = device_id

    @classmethod
    async def sign_in(cls, server: str, login: str) -> Self:
        http = httpx.AsyncClient(base_url=server, trust_env=False, timeout=30)
        device_id = uuid4()
        request = {
            "login": login, "password": PASSWORD, "device_id": str(device_id), "device_name": "raw",
            "device_key": "A" * 43,
        }  # fmt: skip
        answer = await http.post(SESSION, json=request)
        assert answer.status_code == 201, answer.text
        signed_in = msgspec.json.decode(answer.content, type=SignedIn)
        http.headers["Authorization"] = f"Bearer {signed_in.access_token}"
        return cls(http, signed_in, device_id)

    async def give(
        self, command: Command, *, op_id: UUID | None = None, version: int = 0
    ) -> httpx.Response:
        """Send one command, once."""
        headers = {"Idempotency-Key": str(op_id or uuid4()), "Content-Type": "application/json"}
        route = ROUTES[type(command)]
        if route.matches:
            headers["If-Match"] = f'"{version}"'
        return await self.http.request(
            route.method, path_of(command), content=body_of(command), headers=headers
        )

    async def snapshot(self) -> WholeSnapshot:
        answer = await self.http.get(SNAPSHOT)
        assert answer.status_code == 200, answer.text
        return whole_snapshot(answer.content)

    async def close(self) -> None:
        await self.http.aclose()


class Follower:
    """A live socket that keeps every frame and folds the rows as a desk does."""

    def __init__(self, caller: Caller, cursor: Cursor) -> None:
        self._caller = caller
        self._cursor = cursor
        self._socket: ClientConnection | None = None
        self.frames: list[Ev] = []
        self.rows: dict[tuple[str, UUID], dict[str, Any]] = {}

    async def __aenter__(self) -> Self:
        url = str(self._caller.http.base_url).replace("http", "ws", 1).rstrip("/")
        self._socket = await connect(
            url + LIVE, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, proxy=None
        )
        hello = Hello(
            token=self._caller.signed_in.access_token,
            device_id=self._caller.device_id,
            cursors=[self._cursor],
        )
        await self._socket.send(encode_frame(hello).decode())
        assert isinstance(await self.next_frame(), Welcome)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        assert self._socket is not None
        await self._socket.close()

    async def next_frame(self) -> ServerFrame:
        assert self._socket is not None
        return decode_server_frame(await self._socket.recv())

    async def signal(self, signal: Signal) -> None:
        """Say where the member is."""
        assert self._socket is not None
        await self._socket.send(encode_frame(signal).decode())

    async def closed(self) -> int | None:
        """Wait until the server has closed the socket; its code."""
        assert self._socket is not None
        await self._socket.wait_closed()
        return self._socket.close_code

    async def follow_until(self, is_enough: Callable[[int], bool]) -> None:
        """Take frames until `is_enough` says so of the last sequence number, from the last on."""
        assert self._socket is not None
        at = self.frames[-1].to if self.frames else self._cursor.seq
        while not is_enough(at):
            frame = await self.next_frame()
            assert not isinstance(frame, Resync), frame
            if isinstance(frame, Ev):
                assert frame.from_ == at
                at = frame.to
                self.frames.append(frame)
                self._fold(frame)
                ack = Ack(clinic=frame.clinic, to=at)
                await self._socket.send(encode_frame(ack).decode())

    def fold_row(self, kind: str, body: msgspec.Raw) -> None:
        row = msgspec.json.decode(body)
        self.rows[kind, UUID(row["id"])] = row

    def _fold(self, frame: Ev) -> None:
        for item in frame.items:
            if item.gone or item.body is msgspec.UNSET:
                self.rows.pop((item.kind, item.id), None)
            else:
                self.fold_row(item.kind, item.body)
