"""Whoever leaves before there is an answer: no fault of the server."""

from __future__ import annotations

from contextlib import suppress

import pytest
from litestar.types import HTTPReceiveMessage, HTTPScope, Message, Receive, Scope, Send
from prometheus_client.registry import CollectorRegistry
from structlog.testing import capture_logs

from clinicdesk.server.http.journal import Journal
from clinicdesk.server.telemetry import Metrics


async def noted(app: object) -> list[int]:
    """The statuses that the journal notes of one request whose sender has left."""

    async def receive() -> HTTPReceiveMessage:
        return {"type": "http.disconnect"}  # type: ignore[return-value]

    async def send(_message: Message) -> None:
        raise AssertionError("nobody is there")

    scope: HTTPScope = {  # type: ignore[typeddict-item]
        "type": "http", "method": "GET", "path": "/api/snapshot", "headers": [], "state": {},
    }  # fmt: skip
    with capture_logs() as told:
        journal = Journal(app, Metrics(CollectorRegistry()))  # type: ignore[arg-type]
        with suppress(RuntimeError):
            await journal(scope, receive, send)
    return [entry["status"] for entry in told if entry["event"] == "request"]


async def waits_for_its_turn(_scope: Scope, receive: Receive, _send: Send) -> None:
    await receive()


async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("a mistake")


@pytest.mark.parametrize(("app", "status"), [(waits_for_its_turn, 499), (fails, 500)])
async def test_leaving_before_the_answer_is_no_fault_and_a_mistake_is_one(
    app: object, status: int
) -> None:
    assert await noted(app) == [status]
