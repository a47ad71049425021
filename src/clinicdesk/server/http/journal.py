"""Around every request: its identity, the protocol's version, one log line and one measurement."""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING, Final, cast

import structlog
from litestar.enums import ScopeType

from clinicdesk import __version__
from clinicdesk.contract.problems import CONTENT_TYPE, WrongProtocol, encode_problem
from clinicdesk.contract.version import PROTOCOL, PROTOCOL_HEADER

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send

    from clinicdesk.server.telemetry import Metrics

REQUEST_ID_HEADER: Final = "X-Request-ID"
GONE: Final = "gone"
"""In the request's state: whoever asked has left."""

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_NO_ROUTE: Final = "(none)"
_LEFT: Final = 499
"""Whoever asked has left before there was an answer; no status of HTTP, but proxies write it so."""
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})

journal = structlog.get_logger("clinicdesk.http")


class Journal:
    """Wraps the application.

    Args:
        app: What answers.
        metrics: Told of each answer.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; sockets and the lifespan pass."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _request_id(headers)
        status: int | None = None  # nothing is answered yet

        async def receive_and_note() -> HTTPReceiveMessage:
            message = cast("HTTPReceiveMessage", await receive())
            if message["type"] == "http.disconnect":
                scope["state"][GONE] = True
            return message

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = _LEFT if scope["state"].get(GONE) else message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (REQUEST_ID_HEADER.lower().encode(), request_id.encode()),
                    (PROTOCOL_HEADER.lower().encode(), str(PROTOCOL).encode()),
                ]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                spoken = headers.get(PROTOCOL_HEADER.lower().encode(), str(PROTOCOL).encode())
                if spoken.strip() == str(PROTOCOL).encode():
                    await self._app(scope, receive_and_note, send_and_note)
                else:
                    await _refuse_protocol(send_and_note)
            finally:
                if status is None:
                    status = _LEFT if scope["state"].get(GONE) else 500
                self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: HTTPScope, status: int, seconds: float) -> None:
        route = str(scope.get("path_template") or _NO_ROUTE)
        self._metrics.request(scope["method"], route, status, seconds)
        if route in _QUIET and status < 500:
            return
        state = scope.get("state", {})
        known = {
            name: str(state[name])
            for name in ("clinic_id", "member_id", "session_id", "outcome")
            if name in state
        }
        journal.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            **known,
        )


async def _refuse_protocol(send: Send) -> None:
    problem = WrongProtocol(
        detail=f"The server is clinicdesk {__version__} and speaks protocol {PROTOCOL}; "
        "install the desk's version that fits it.",
        server_version=__version__,
        server_protocol=PROTOCOL,
    )
    content = encode_problem(problem)
    await send(
        {
            "type": "http.response.start",
            "status": problem.status,
            "headers": [
                (b"content-type", CONTENT_TYPE.encode()),
                (b"content-length", str(len(content)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": content, "more_body": False})


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(REQUEST_ID_HEADER.lower().encode(), b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
