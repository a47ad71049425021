"""The server's card, signing in, refreshing, signing out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from litestar import Response, delete, get, post
from litestar.params import JSONBody

from clinicdesk import __version__
from clinicdesk.contract.problems import Problem
from clinicdesk.contract.session import (
    REFRESH,
    SERVER_CARD,
    SESSION,
    Refresh,
    Refreshed,
    ServerCard,
    SignedIn,
    SignIn,
)
from clinicdesk.contract.version import PROTOCOL
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON, StrictBody
from clinicdesk.server.http.problems import AnyRequest, documented, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from litestar.handlers import HTTPRouteHandler
    from msgspec import Struct

    from clinicdesk.server.domain.staff import Door, Renewal, Sessions


def session_routes(
    door: Door, renewal: Renewal, sessions: Sessions, now: Callable[[], datetime], name: str
) -> list[HTTPRouteHandler]:
    """The routes of `contract.session`. `name` is what the server calls itself."""

    @get(SERVER_CARD, operation_id="server_card", tags=["session"], name="server card")
    async def server_card() -> ServerCard:
        return ServerCard(name=name, version=__version__, protocol=PROTOCOL, server_time=now())

    @post(
        SESSION,
        dto=StrictBody[SignIn],
        return_dto=None,
        operation_id="sign_in",
        tags=["session"],
        responses=documented(SignedIn, 201),
        name="sign in",
    )
    async def sign_in(request: AnyRequest, data: JSONBody[SignIn]) -> Response[bytes]:
        address = request.client.host if request.client else ""
        return _answer(await door.sign_in(data, address), SignedIn, 201)

    @post(
        REFRESH,
        dto=StrictBody[Refresh],
        return_dto=None,
        status_code=200,
        operation_id="refresh",
        tags=["session"],
        responses=documented(Refreshed),
        name="refresh",
    )
    async def refresh(data: JSONBody[Refresh]) -> Response[bytes]:
        return _answer(await renewal.refresh(data), Refreshed, 200)

    @delete(SESSION, operation_id="sign_out", tags=["session"], name="sign out")
    async def sign_out(authenticated: SignedInAs) -> None:
        await sessions.sign_out(authenticated.session_id)

    return [server_card, sign_in, refresh, sign_out]


def _answer(outcome: Struct | Problem, success: type[Struct], status: int) -> Response[bytes]:
    if isinstance(outcome, success):
        return Response(msgspec.json.encode(outcome), status_code=status, media_type=JSON)
    assert isinstance(outcome, Problem)
    return problem_response(outcome)
