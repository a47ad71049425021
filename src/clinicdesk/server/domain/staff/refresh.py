"""Refreshing a session: one refresh token for the next, with the desk's signature.

| the token was     | and its successor | so                                                       |
|-------------------|-------------------|----------------------------------------------------------|
| never used        |                   | its successor is issued                                  |
| used              | never used        | the answer was lost: the same successor is given again   |
| used              | used              | somebody kept a copy: the session ends                   |
| any, badly signed |                   | somebody has a copy and not the desk's key: it ends      |
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.problems import InvalidField, Refusal, SessionExpired
from clinicdesk.contract.session import Refresh, Refreshed, refresh_message
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.staff.device_keys import signed_by
from clinicdesk.server.domain.staff.tokens import refresh_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.staff.tokens import Tokens

_QUERIES = load_queries("clinicdesk.server.domain.staff", "sessions.sql")

SIGNATURE_AGE: Final = timedelta(minutes=15)
"""How far the time that the desk signed may lie from the server's."""


class _Standing(Struct, frozen=True):
    session_id: UUID
    device_id: UUID
    public_key: bytes
    used: bool
    successor_used: bool
    holds: bool


class Renewal:
    """Keeps sessions going.

    Args:
        database: Where the sessions are.
        tokens: Issues the tokens of a session.
        now: The time, in UTC.
    """

    def __init__(self, database: Database, tokens: Tokens, now: Callable[[], datetime]) -> None:
        self._database = database
        self._tokens = tokens
        self._now = now

    async def refresh(self, request: Refresh) -> Refreshed | Refusal:
        """The next tokens of a session, as the table above says.

        Raises:
            DatabaseDown: Nothing was changed.
        """
        now = self._now()
        if request.signed_at.tzinfo is None or abs(now - request.signed_at) > SIGNATURE_AGE:
            return InvalidField(
                detail=f"The desk signed at a time far from the server's: {now:%H:%M} UTC.",
                field="signed_at",
            )
        async with self._database.at_the_gate() as tx:
            token = request.refresh_token
            key = {"hash": refresh_hash(token)}
            await tx.execute(_QUERIES["lock_session_of"], key)
            standing = await tx.one(_QUERIES["refresh_standing"], key, into=_Standing)
            if standing is None or not standing.holds:
                return _expired()
            if reason := _why_it_ends(request, standing):
                ended = {"session_id": standing.session_id, "reason": reason}
                await tx.execute(_QUERIES["end_session"], ended)
                return _expired()
            successor = await self._exchange(tx, token, standing)
        access, expires = self._tokens.access(standing.session_id, now)
        return Refreshed(
            access_token=access, expires=expires, refresh_token=successor, server_time=now
        )

    async def _exchange(self, tx: Transaction, token: str, standing: _Standing) -> str:
        successor = self._tokens.next_refresh(token)
        issued = {"hash": refresh_hash(successor), "session_id": standing.session_id}
        await tx.execute(_QUERIES["issue_refresh"], issued)
        used = {"hash": refresh_hash(token), "successor": refresh_hash(successor)}
        await tx.execute(_QUERIES["use_refresh"], used)
        await tx.execute(_QUERIES["seen_at_desk"], {"device_id": standing.device_id})
        return successor


def _why_it_ends(request: Refresh, standing: _Standing) -> str | None:
    message = refresh_message(request.refresh_token, request.device_id, request.signed_at)
    if request.device_id != standing.device_id:
        return "a refresh token came from another desk"
    if not signed_by(standing.public_key, request.signature, message):
        return "a refresh token came without the desk's signature"
    if standing.used and standing.successor_used:
        return "a refresh token was used again"
    return None


def _expired() -> SessionExpired:
    return SessionExpired(detail="Your session has ended; please sign in again.")
