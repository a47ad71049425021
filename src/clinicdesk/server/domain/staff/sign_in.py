"""Signing in: a password, the limits on guessing it, and the session that follows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Clinic, Member
from clinicdesk.contract.problems import (
    InvalidField,
    NotAllowed,
    Refusal,
    TooManyAttempts,
    WrongCredentials,
)
from clinicdesk.contract.session import ClinicChoice, SignedIn, SignIn
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.actor import MemberActor
from clinicdesk.server.domain.staff.attempts import attempt_succeeded, begin_attempt
from clinicdesk.server.domain.staff.device_keys import decode_unpadded
from clinicdesk.server.domain.staff.tokens import refresh_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.domain.staff.passwords import Passwords
    from clinicdesk.server.domain.staff.tokens import Tokens

_QUERIES = load_queries("clinicdesk.server.domain.staff", "sessions.sql")

SESSION_LIFETIME: Final = timedelta(days=30)
"""However often it is refreshed, a session ends then and the password is asked for again."""
_KEY_BYTES: Final = 32


class _Account(Struct, frozen=True):
    account_id: UUID
    password_hash: str


class _Membership(Struct, frozen=True):
    clinic_id: UUID
    clinic_name: str
    member: Member


class _Begun(Struct, frozen=True):
    session_id: UUID
    refresh_token: str
    member: Member
    clinics: list[ClinicChoice]


class Door:
    """Lets people in.

    Args:
        database: Where accounts and sessions are.
        tokens: Issues the tokens of a session.
        passwords: Judges the password.
        now: The time, in UTC.
    """

    def __init__(
        self,
        database: Database,
        tokens: Tokens,
        passwords: Passwords,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._passwords = passwords
        self._now = now

    async def sign_in(self, request: SignIn, address: str) -> SignedIn | Refusal:
        """A session for the person and the desk; the same refusal for a wrong login and password.

        Raises:
            DatabaseDown: Nothing was changed.
        """
        login = request.login.strip().lower()
        public_key = decode_unpadded(request.device_key)
        if public_key is None or len(public_key) != _KEY_BYTES:
            return InvalidField(
                detail="The device key is not 32 bytes in base 64.", field="device_key"
            )
        async with self._database.at_the_gate() as tx:
            attempt = await begin_attempt(tx, login, address)
            account = await tx.one(_QUERIES["account_by_login"], {"login": login}, into=_Account)
        if isinstance(attempt, TooManyAttempts):
            return attempt
        stored = account.password_hash if account else None
        if not await self._passwords.verify(stored, request.password) or account is None:
            return WrongCredentials(detail="The login or the password is not right.")
        begun = await self._begin(request, login, attempt, account.account_id, public_key)
        return await self._welcome(begun, request) if isinstance(begun, _Begun) else begun

    async def _begin(
        self, request: SignIn, login: str, attempt: int, account_id: UUID, public_key: bytes
    ) -> _Begun | Refusal:
        async with self._database.at_the_gate() as tx:
            await attempt_succeeded(tx, attempt, login)
            memberships = await tx.all(
                _QUERIES["memberships"], {"account_id": account_id}, into=_Membership
            )
            wanted = [m for m in memberships if request.clinic_id in (None, m.clinic_id)]
            if not memberships:
                return NotAllowed(detail="Your account does not belong to a clinic (any more).")
            if not wanted:
                return InvalidField(
                    detail="Your account does not belong to this clinic.", field="clinic_id"
                )
            desk = {
                "device_id": request.device_id,
                "account_id": account_id,
                "name": request.device_name,
                "public_key": public_key,
            }
            if await tx.value(_QUERIES["register_device"], desk) is None:
                return InvalidField(
                    detail="Another desk has this identifier; make a new one.", field="device_id"
                )
            member = wanted[0].member
            session = {
                "account_id": account_id,
                "device_id": request.device_id,
                "clinic_id": member.clinic_id,
                "member_id": member.id,
                "lifetime": SESSION_LIFETIME,
            }
            session_id = await tx.value(_QUERIES["begin_session"], session)
            token = self._tokens.first_refresh()
            issued = {"hash": refresh_hash(token), "session_id": session_id}
            await tx.execute(_QUERIES["issue_refresh"], issued)
        clinics = [ClinicChoice(id=m.clinic_id, name=m.clinic_name) for m in memberships]
        return _Begun(session_id, token, member, clinics)

    async def _welcome(self, begun: _Begun, request: SignIn) -> SignedIn:
        actor = MemberActor(member=begun.member, device_id=request.device_id)
        async with self._database.snapshot(actor.ids) as tx:
            clinic = await tx.one(
                "select * from clinic where clinic_id = %(clinic_id)s",
                {"clinic_id": begun.member.clinic_id},
                into=Clinic,
            )
        assert clinic is not None  # a membership refers to it
        now = self._now()
        access, expires = self._tokens.access(begun.session_id, now)
        return SignedIn(
            session_id=begun.session_id,
            access_token=access,
            expires=expires,
            refresh_token=begun.refresh_token,
            server_time=now,
            member=begun.member,
            clinic=clinic,
            clinics=begun.clinics,
        )
