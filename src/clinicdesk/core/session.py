"""A member's session with a server: signing in, staying signed in, signing out.

The access token is in memory, the refresh token in the vault. Each refresh token is good for one
refresh, signed by the device's key; when an answer is lost the same one is sent again, and the
server gives the same successor.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import Clinic, Member
from clinicdesk.contract.problems import InvalidField, NotAllowed, Refusal, SessionExpired
from clinicdesk.contract.session import (
    REFRESH,
    SERVER_CARD,
    SESSION,
    ClinicChoice,
    Refreshed,
    ServerCard,
    SignedIn,
    SignIn,
)
from clinicdesk.core.clock import Now, utc_now
from clinicdesk.core.device import Device
from clinicdesk.core.home import Home
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.transport import Answer, Outcome, Transport, Unreachable, not_clinicdesk
from clinicdesk.core.vault import Vault, VaultUnavailable

_EARLIEST: Final = 0.7
_LATEST: Final = 0.9
"""Of a token's life: desks that signed in together do not renew together."""


class Session:
    """Who is signed in, and the tokens that prove it.

    Attributes:
        user: As this computer remembers them. clinics: All that the account may sign in to; empty
            after `resume`, until the next sign-in.
        transport: To the session's server.
        renewed: Told after each renewal of the access token.
        ended: Told when the server has ended the session: the person has to sign in again.
    """

    def __init__(
        self,
        user: Remembered,
        device: Device,
        transport: Transport,
        home: Home,
        vault: Vault,
        profiles: Profiles,
        refresh_token: str,
        *,
        clinics: list[ClinicChoice] | None = None,
        now: Now = utc_now,
        chance: random.Random | None = None,
    ) -> None:
        self.user = user
        self.device = device
        self.transport = transport
        self.home = home
        self.vault = vault
        self.clinics = clinics or []
        self.renewed: Listeners[None] = Listeners()
        self.ended: Listeners[None] = Listeners()
        self._profiles = profiles
        self._refresh_token = refresh_token
        self._now = now
        self._chance = chance or random.Random()
        self._access_token = ""
        self._renew_at: datetime | None = None
        self._expires: datetime | None = None
        self._over = False
        self._offset = timedelta(0)
        self._turn = asyncio.Lock()

    @property
    def member(self) -> Member:
        """The member of staff, as of the last sign-in; the replica knows them better."""
        return self.user.member

    @property
    def clinic(self) -> Clinic:
        """The clinic, as of the last sign-in; the replica knows it better."""
        return self.user.clinic

    @property
    def over(self) -> bool:
        """Whether the server has ended it."""
        return self._over

    @property
    def present_token(self) -> str:
        """The access token as it is; empty when there is none."""
        return self._access_token

    def server_now(self) -> datetime:
        """The server's time, by what it last said; this machine's until it has said something."""
        return self._now() + self._offset

    @property
    def is_due(self) -> bool:
        """Whether the access token should be renewed now."""
        return not self._over and (self._renew_at is None or self._now() >= self._renew_at)

    @classmethod
    async def sign_in(
        cls,
        server: str,
        login: str,
        password: str,
        *,
        home: Home,
        vault: Vault,
        profiles: Profiles,
        device_name: str,
        clinic_id: UUID | None = None,
        now: Now = utc_now,
    ) -> Session | Refusal | Unreachable:
        """Sign in, and remember who did.

        Raises VaultUnavailable when the device's key can neither be read nor kept.
        """
        device = await Device.load(profiles.device_id, home, vault)
        transport = Transport(server, profiles.authority(server.rstrip("/")))
        request = _request(login, password, device, device_name, clinic_id)
        outcome = await transport.call("POST", SESSION, msgspec.json.encode(request))
        signed_in = _read(outcome, SignedIn, transport)
        if not isinstance(signed_in, SignedIn):
            await transport.close()
            return signed_in
        user = Remembered(
            server=transport.server,
            login=login,
            session_id=signed_in.session_id,
            member=signed_in.member,
            clinic=signed_in.clinic,
            last_used=now(),
        )
        session = cls(
            user,
            device,
            transport,
            home,
            vault,
            profiles,
            signed_in.refresh_token,
            clinics=signed_in.clinics,
            now=now,
        )
        session._take(signed_in.access_token, signed_in.expires, signed_in.server_time)
        await session._keep()
        return session

    @classmethod
    async def resume(
        cls, user: Remembered, *, home: Home, vault: Vault, profiles: Profiles, now: Now = utc_now
    ) -> Session | None:
        """The session of a remembered user, without asking the server; None: they must sign in.

        Raises VaultUnavailable.
        """
        token = await vault.read(_token_name(home, user))
        if token is None:
            return None
        device = await Device.load(profiles.device_id, home, vault)
        transport = Transport(user.server, profiles.authority(user.server))
        return cls(user, device, transport, home, vault, profiles, token, now=now)

    async def access_token(self) -> str | Refusal | Unreachable:
        """A token that holds now; also one that is due and cannot be renewed at the moment."""
        if self._access_token and not self.is_due:
            return self._access_token
        fresh = await self.renew(self._access_token)
        still_good = self._expires is not None and self.server_now() < self._expires
        if isinstance(fresh, Unreachable) and still_good:
            return self._access_token
        return fresh

    async def renew(self, used: str) -> str | Refusal | Unreachable:
        """Another token in place of `used`; those who ask at the same time share one renewal."""
        async with self._turn:
            if self._over:
                return SessionExpired(detail="Please sign in again.")
            if self._access_token != used:
                return self._access_token
            outcome = await self._exchange()
        if isinstance(outcome, Refreshed):
            self.renewed.tell(None)
            return self._access_token
        return outcome

    async def sign_in_again(
        self, password: str, *, device_name: str
    ) -> Refusal | Unreachable | None:
        """Go on with a session that the server has ended, as the same member; None: it goes on."""
        request = _request(self.user.login, password, self.device, device_name, self.clinic.id)
        outcome = await self.transport.call("POST", SESSION, msgspec.json.encode(request))
        signed_in = _read(outcome, SignedIn, self.transport)
        if not isinstance(signed_in, SignedIn):
            return signed_in
        if signed_in.member.id != self.member.id:
            return NotAllowed(
                detail="This login belongs to somebody else by now; sign out and sign in anew."
            )
        async with self._turn:
            self.user = replace(
                self.user,
                session_id=signed_in.session_id,
                member=signed_in.member,
                clinic=signed_in.clinic,
                last_used=self._now(),
            )
            self._over = False
            self._refresh_token = signed_in.refresh_token
            self._take(signed_in.access_token, signed_in.expires, signed_in.server_time)
            await self._keep()
        self.renewed.tell(None)
        return None

    async def sign_out(self) -> Refusal | Unreachable | None:
        """End the session here, and at the server (None: done; else why not)."""
        outcome = await self.transport.call("DELETE", SESSION, tokens=self)
        self._end()
        with suppress(VaultUnavailable):  # a token of an ended session opens nothing
            await self.vault.delete(_token_name(self.home, self.user))
        return None if isinstance(outcome, Answer) else outcome

    async def close(self) -> None:
        """Let go of the connections; the session goes on."""
        await self.transport.close()

    async def _exchange(self) -> Refreshed | Refusal | Unreachable:
        outcome = await self._refresh()
        if isinstance(outcome, InvalidField) and outcome.field == "signed_at":
            # This machine's clock is wrong. The server's decides; ask for it and sign again.
            told = await self._ask_the_time()
            outcome = told if told is not None else await self._refresh()
        if isinstance(outcome, Refreshed):
            self._refresh_token = outcome.refresh_token
            self._take(outcome.access_token, outcome.expires, outcome.server_time)
            self.user = replace(self.user, last_used=self._now())
            await self._keep()
        elif isinstance(outcome, SessionExpired):
            self._end()
        return outcome

    async def _refresh(self) -> Refreshed | Refusal | Unreachable:
        signed = self.device.sign_refresh(self._refresh_token, self.server_now())
        outcome = await self.transport.call("POST", REFRESH, msgspec.json.encode(signed))
        return _read(outcome, Refreshed, self.transport)

    async def _ask_the_time(self) -> Refusal | Unreachable | None:
        card = _read(await self.transport.call("GET", SERVER_CARD), ServerCard, self.transport)
        if not isinstance(card, ServerCard):
            return card
        self._offset = card.server_time - self._now()
        return None

    def _take(self, token: str, expires: datetime, server_time: datetime) -> None:
        present = self._now()
        self._access_token = token
        self._expires = expires
        self._offset = server_time - present
        share = self._chance.uniform(_EARLIEST, _LATEST)
        self._renew_at = present + (expires - server_time) * share

    async def _keep(self) -> None:
        """Keep who it is and their refresh token; what cannot be kept now is kept at the next
        renewal, and the session goes on meanwhile: a full disk must not cut a desk off."""
        with suppress(OSError):
            self._profiles.remember(self.user)
        # Without a vault the session lives as long as the program; the sign-in page said so.
        with suppress(VaultUnavailable):
            await self.vault.write(_token_name(self.home, self.user), self._refresh_token)

    def _end(self) -> None:
        self._over = True
        self._access_token = ""
        self._renew_at = None
        self._expires = None
        self.ended.tell(None)


def _request(
    login: str, password: str, device: Device, device_name: str, clinic_id: UUID | None
) -> SignIn:
    return SignIn(
        login=login,
        password=password,
        device_id=device.id,
        device_name=device_name,
        device_key=device.public_key,
        clinic_id=clinic_id,
    )


def _token_name(home: Home, user: Remembered) -> str:
    return home.secret_name("refresh-token", user.server, user.member.id)


_Expected = TypeVar("_Expected", bound=Struct)


def _read(
    outcome: Outcome, expected: type[_Expected], transport: Transport
) -> _Expected | Refusal | Unreachable:
    if not isinstance(outcome, Answer):
        return outcome
    try:
        return msgspec.json.decode(outcome.content, type=expected)
    except msgspec.DecodeError:
        return not_clinicdesk(transport.server)


async def ask_server(
    server: str, authority: Path | None = None
) -> ServerCard | Refusal | Unreachable:
    """A server's card, to see whether an address is right before anybody types a password."""
    transport = Transport(server, authority)
    try:
        return _read(await transport.call("GET", SERVER_CARD), ServerCard, transport)
    finally:
        await transport.close()
