"""Who an access token stands for, at this moment.

The session, the account and the membership are looked up, so that signing out, disabling an account
or changing a role takes effect within `TRUSTED_S`, not when the token expires.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.access import scopes_of
from clinicdesk.contract.entities import Member
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.actor import MemberActor

if TYPE_CHECKING:
    from clinicdesk.server.database.database import Database
    from clinicdesk.server.domain.staff.tokens import Tokens

_QUERIES = load_queries("clinicdesk.server.domain.staff", "sessions.sql")

TRUSTED_S: Final = 2.0
"""Seconds for which a session that was looked up is taken as unchanged by this process."""
_REMEMBERED: Final = 4096


class Authenticated(Struct, frozen=True, kw_only=True):
    """A session that holds: who acts, what they may see, and until when the token is good."""

    session_id: UUID
    actor: MemberActor
    scopes: frozenset[str]
    expires: datetime

    @property
    def member(self) -> Member:
        """The member of staff who signed in."""
        return self.actor.member


class _Found(Struct, frozen=True):
    device_id: UUID
    member: Member


class Sessions:
    """Looks sessions up and remembers them for a moment.

    Args:
        database: Where the sessions are.
        tokens: Reads access tokens.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._known: dict[UUID, tuple[float, _Found]] = {}

    async def authenticate(self, token: str, *, anew: bool = False) -> Authenticated | None:
        """Who the token stands for; None when it is not good (any more).

        `anew`: whatever is remembered, look the session up: for what outlives the moment.

        Raises:
            DatabaseDown: It could not be looked up.
        """
        claims = self._tokens.read(token)
        if claims is None:
            return None
        known = None if anew else self._remembered(claims.session_id)
        found = known or await self._look_up(claims.session_id)
        if found is None:
            return None
        return Authenticated(
            session_id=claims.session_id,
            actor=MemberActor(member=found.member, device_id=found.device_id),
            scopes=scopes_of(found.member),
            expires=claims.expires,
        )

    async def ended(self, session_ids: Collection[UUID]) -> set[UUID]:
        """Those of these sessions that were ended or whose account is disabled.

        Raises:
            DatabaseDown: It could not be looked up.
        """
        async with self._database.at_the_gate() as tx:
            holding = await tx.all(_QUERIES["holding"], {"session_ids": list(session_ids)})
        return set(session_ids) - {session_id for (session_id,) in holding}

    async def sign_out(self, session_id: UUID) -> None:
        """End a session; its tokens are worth nothing from now on."""
        self._known.pop(session_id, None)
        async with self._database.at_the_gate() as tx:
            await tx.execute(
                _QUERIES["end_session"], {"session_id": session_id, "reason": "signed out"}
            )

    def _remembered(self, session_id: UUID) -> _Found | None:
        at, found = self._known.get(session_id, (0.0, None))
        return found if found is not None and self._clock() - at < TRUSTED_S else None

    async def _look_up(self, session_id: UUID) -> _Found | None:
        async with self._database.at_the_gate() as tx:
            found = await tx.one(
                _QUERIES["session_member"], {"session_id": session_id}, into=_Found
            )
        if found is None:
            self._known.pop(session_id, None)
            return None
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[session_id] = (self._clock(), found)
        return found
