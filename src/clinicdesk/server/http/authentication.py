"""The access token: who gives the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from litestar.di import NamedDependency

from clinicdesk.contract.problems import SessionExpired
from clinicdesk.server.domain.staff import Authenticated
from clinicdesk.server.http.problems import AnyRequest, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from clinicdesk.server.domain.staff import Sessions


SignedInAs: TypeAlias = NamedDependency[Authenticated]
"""What a handler that needs a session declares, under the name `authenticated`."""


def authenticator(sessions: Sessions) -> Callable[[AnyRequest], Awaitable[Authenticated]]:
    """The dependency `authenticated` of handlers.

    It raises `Refused` without a good token, and leaves the identifiers for the journal.
    """

    async def authenticated(request: AnyRequest) -> Authenticated:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = await sessions.authenticate(token) if scheme.lower() == "bearer" else None
        if found is None:
            raise Refused(SessionExpired(detail="Please sign in: the access token is not good."))
        request.state.session_id = found.session_id
        request.state.member_id = found.member.id
        request.state.clinic_id = found.member.clinic_id
        return found

    return authenticated
