"""The WebSocket route of the live feed, on the same port as the calls."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from clinicdesk.contract.frames import CloseCode
from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import SUBPROTOCOL
from clinicdesk.server.live.gateway import note

if TYPE_CHECKING:
    from litestar.handlers import WebsocketRouteHandler

    from clinicdesk.server.live.gateway import DeskSocket, LiveGateway


class _Wire:
    """The gateway's view of Litestar's socket."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket

    async def send(self, data: bytes) -> None:
        await self._socket.send_data(data.decode(), mode="text")

    async def close(self, code: int, reason: str) -> None:
        await self._socket.close(code=code, reason=reason)


def live_handler(gateway: LiveGateway) -> WebsocketRouteHandler:
    """The route handler, bound to the gateway of this server."""

    @websocket(LIVE, name="live feed")
    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        if SUBPROTOCOL not in socket.scope.get("subprotocols", []):
            await socket.accept()
            await socket.close(code=CloseCode.UPGRADE, reason="clinicdesk.v1 is spoken here")
            return
        await socket.accept(subprotocols=SUBPROTOCOL)
        desk = gateway.connect(_Wire(socket))
        writing = asyncio.create_task(desk.run(), name="live socket")
        reading = asyncio.create_task(_read(socket, desk), name="live socket reader")
        try:
            await asyncio.wait({writing, reading}, return_when=asyncio.FIRST_COMPLETED)
            if writing.done() and (error := writing.exception()) is not None:
                note(error)
                with suppress(Exception):  # the desk may be the one that is gone
                    await socket.close(code=CloseCode.RESTART, reason="come back in a moment")
        finally:
            gateway.disconnect(desk)
            for task in (writing, reading):
                task.cancel()
            await asyncio.gather(writing, reading, return_exceptions=True)

    return live


async def _read(socket: WebSocket[Any, Any, Any], desk: DeskSocket) -> None:
    try:
        while True:
            desk.receive(await socket.receive_data(mode="text"))
    except WebSocketDisconnect:
        return
