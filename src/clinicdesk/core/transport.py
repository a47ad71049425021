"""Calls to the server. Each ends in an answer, in a refusal, or with the server out of reach.

Nothing here raises for what the network does.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
from msgspec import Struct

from clinicdesk.contract.problems import Refusal, SessionExpired, WrongProtocol, decode_problem
from clinicdesk.contract.version import PROTOCOL, PROTOCOL_HEADER

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT_S: Final = 5.0
TIMEOUT_S: Final = 15.0
"""For an answer's next bytes; a snapshot may take longer as a whole."""
_PIECE: Final = 64 * 1024


class UnreachableReason(StrEnum):
    """Why a call did not come to an answer of a clinicdesk server."""

    ADDRESS = "address"  # not an address that a server can have
    UNKNOWN_HOST = "unknown_host"
    NOT_THERE = "not_there"  # refused, or cut in the middle
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    NOT_CLINICDESK = "not_clinicdesk"  # something else answers there


class Unreachable(Struct, frozen=True):
    """The server did not answer.

    Attributes:
        sentence: What happened and what to do, for a person.
        heard: Whether the server may have heard the call all the same; False: surely not.
    """

    reason: UnreachableReason
    sentence: str
    heard: bool = True


class Answer(Struct, frozen=True):
    """A success."""

    status: int
    content: bytes


Outcome = Answer | Refusal | Unreachable


class StreamCut(Exception):
    """An answer that was streaming did not come to its end.

    Attributes:
        outcome: What became of the server.
    """

    def __init__(self, outcome: Unreachable) -> None:
        super().__init__(outcome.sentence)
        self.outcome = outcome


class Stream(Struct, frozen=True):
    """A success whose content comes piece by piece.

    Attributes:
        pieces: As they travel. Raises StreamCut.
        coding: How they are compressed, as Content-Encoding says; `identity` when they are not.
    """

    pieces: AsyncIterator[bytes]
    coding: str


Streaming = Stream | Refusal | Unreachable


class Upload(Struct, frozen=True):
    """A file on its way to the server, with what is said of it."""

    content: bytes
    headers: Mapping[str, str]


class Tokens(Protocol):
    """Where the transport gets its access token."""

    async def access_token(self) -> str | Refusal | Unreachable:
        """One that holds now, renewed when it has to be."""

    async def renew(self, used: str) -> str | Refusal | Unreachable:
        """Another one in place of `used`, which the server did not take."""


class Transport:
    """HTTP to one server.

    Args of the constructor: the server's address without a path; the certificate authority that was
    pinned for it, if one was.
    """

    def __init__(self, server: str, authority: Path | None = None) -> None:
        self.server = server.rstrip("/")
        self._authority = authority
        self._client: httpx.AsyncClient | None = None

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        tokens: Tokens | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Outcome:
        """Make one call, as the holder of `tokens` if given; a refused token is renewed once."""
        if tokens is None:
            return await self._once(method, path, body, headers or {}, timeout_s)
        token = await tokens.access_token()
        if isinstance(token, Unreachable):
            return Unreachable(token.reason, token.sentence, heard=False)
        if not isinstance(token, str):
            return token
        outcome = await self._bearing(token, method, path, body, headers, timeout_s)
        if not isinstance(outcome, SessionExpired):
            return outcome
        fresh = await tokens.renew(token)
        if isinstance(fresh, Unreachable):
            return Unreachable(fresh.reason, fresh.sentence, heard=False)  # the call was declined
        if not isinstance(fresh, str):
            return fresh
        return await self._bearing(fresh, method, path, body, headers, timeout_s)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        *,
        tokens: Tokens,
        codings: Sequence[str],
        idle_s: float,
        upload: Upload | None = None,
    ) -> AsyncIterator[Streaming]:
        """Ask for something large, to be read within the context; a refused token is renewed once.

        Args:
            codings: How it may be compressed, the better first.
            idle_s: How long nothing may come.
            upload: What is sent, where something is.
        """
        token = await tokens.access_token()
        for attempt in (1, 2):
            if not isinstance(token, str):
                yield token
                return
            headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": ", ".join(codings)}
            async with self._streaming(path, headers, idle_s, upload) as outcome:
                if attempt == 2 or not isinstance(outcome, SessionExpired):
                    yield outcome
                    return
            token = await tokens.renew(token)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.aclose()

    def tls(self) -> ssl.SSLContext | None:
        """The trust for this server, for the live feed as well; None without TLS."""
        if not self.server.startswith("https:"):
            return None
        if self._authority is not None:
            return ssl.create_default_context(cafile=self._authority)
        return ssl.create_default_context()

    async def _bearing(
        self,
        token: str,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        timeout_s: float,
    ) -> Outcome:
        bearing = {**(headers or {}), "Authorization": f"Bearer {token}"}
        return await self._once(method, path, body, bearing, timeout_s)

    async def _once(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        timeout_s: float,
    ) -> Outcome:
        httpx = await self._library()
        sent = {PROTOCOL_HEADER: str(PROTOCOL), **headers}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            client = await self._open_client()
            response = await client.request(
                method,
                self.server + path,
                content=body,
                headers=sent,
                timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S),
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return self._unreachable(error)
        return _outcome(response, self.server)

    @asynccontextmanager
    async def _streaming(
        self, path: str, headers: Mapping[str, str], idle_s: float, upload: Upload | None
    ) -> AsyncIterator[Streaming]:
        httpx = await self._library()
        sent = {} if upload is None else upload.headers
        try:
            client = await self._open_client()
            request = client.build_request(
                "GET" if upload is None else "POST",
                self.server + path,
                headers={PROTOCOL_HEADER: str(PROTOCOL), **headers, **sent},
                content=None if upload is None else upload.content,
                timeout=httpx.Timeout(idle_s, connect=CONNECT_TIMEOUT_S),
            )
            response = await client.send(request, stream=True)
            if not response.is_success:
                await response.aread()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            yield self._unreachable(error)
            return
        try:
            refused = _refused(response, self.server)
            coding = response.headers.get("Content-Encoding", "identity")
            yield refused or Stream(self._pieces(response), coding)
        finally:
            await response.aclose()

    async def _pieces(self, response: httpx.Response) -> AsyncIterator[bytes]:
        import httpx

        try:
            async for piece in response.aiter_raw(_PIECE):
                yield piece
        except (httpx.HTTPError, OSError) as error:
            raise StreamCut(self._unreachable(error)) from error

    async def _library(self) -> ModuleType:
        """httpx, which takes sixty milliseconds where its command line is installed too."""
        if self._client is None:
            await asyncio.to_thread(import_module, "httpx")
        return import_module("httpx")

    async def _open_client(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            # Reading the trusted authorities takes tens of milliseconds: not on the event loop.
            tls = await asyncio.to_thread(self.tls)
            if self._client is None:
                self._client = httpx.AsyncClient(
                    verify=tls if tls is not None else True,
                    trust_env=False,
                    follow_redirects=False,
                )
        return self._client

    def _unreachable(self, error: Exception) -> Unreachable:
        import httpx

        host = self.server.partition("//")[2] or self.server
        found = unreachable(host, error, timed_out=isinstance(error, httpx.TimeoutException))
        before = (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL)
        return Unreachable(found.reason, found.sentence, heard=not isinstance(error, before))


def unreachable(host: str, error: BaseException, *, timed_out: bool) -> Unreachable:
    """What an error of the network means, for a person; used by the live feed as well."""
    reason = _reason(error, timed_out)
    return Unreachable(reason, _SENTENCES[reason].format(host=host))


def _reason(error: BaseException, timed_out: bool) -> UnreachableReason:
    import socket

    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    handshakes = [each for each in causes if isinstance(each, ssl.SSLError)]
    if any(each.reason in _NO_TLS for each in handshakes):
        return UnreachableReason.NOT_CLINICDESK
    if handshakes:
        return UnreachableReason.CERTIFICATE
    if any(isinstance(each, socket.gaierror) for each in causes):
        return UnreachableReason.UNKNOWN_HOST
    if timed_out or isinstance(error, TimeoutError):
        return UnreachableReason.TIMEOUT
    if isinstance(error, ValueError) or type(error).__name__ in _ADDRESS_ERRORS:
        return UnreachableReason.ADDRESS
    if _is_no_http(error):
        return UnreachableReason.NOT_CLINICDESK
    # httpcore tells a failed handshake or look-up in words when the cause was lost.
    text = str(error).upper()
    if "CERTIFICATE" in text or "SSL" in text:
        return UnreachableReason.CERTIFICATE
    return UnreachableReason.NOT_THERE


def _is_no_http(error: BaseException) -> bool:
    """Whether bytes came that are no HTTP, not merely an end in the middle of it."""
    if type(error).__name__ != "RemoteProtocolError":
        return False
    text = str(error).lower()
    return "disconnected" not in text and "closed" not in text


_NO_TLS: Final = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
"""What OpenSSL calls an answer that is no TLS: plain HTTP, mostly."""

_ADDRESS_ERRORS: Final = {"InvalidURL", "UnsupportedProtocol", "InvalidURI"}

_SENTENCES: Final = {
    UnreachableReason.ADDRESS: (
        "{host} is not a server's address; it should look like https://clinic.example."
    ),
    UnreachableReason.UNKNOWN_HOST: (
        "There is no server called {host}; check its address and this computer's network."
    ),
    UnreachableReason.NOT_THERE: (
        "The server {host} does not answer; it may be stopped, or the network is down."
    ),
    UnreachableReason.TIMEOUT: "The server {host} did not answer in time; try again in a moment.",
    UnreachableReason.CERTIFICATE: (
        "The certificate of {host} cannot be trusted, so nothing was sent; ask your administrator."
    ),
    UnreachableReason.NOT_CLINICDESK: (
        "Something other than clinicdesk answers at {host}; check the server's address."
    ),
}


_GATEWAY_STATUSES: Final = frozenset({502, 503, 504})
"""What a proxy says in its own words when the server behind it is down."""


def _outcome(response: httpx.Response, server: str) -> Outcome:
    return _refused(response, server) or Answer(response.status_code, response.content)


def _refused(response: httpx.Response, server: str) -> Refusal | Unreachable | None:
    """Why it is no success of a clinicdesk server; None: it is one."""
    spoken = response.headers.get(PROTOCOL_HEADER)
    if response.is_success:
        if spoken is None:
            return not_clinicdesk(server)
        return None if spoken == str(PROTOCOL) else wrong_protocol(spoken)
    try:
        return decode_problem(response.content)
    except msgspec.DecodeError:
        if spoken is not None and spoken != str(PROTOCOL):
            return wrong_protocol(spoken)
        if response.status_code in _GATEWAY_STATUSES:
            host = server.partition("//")[2]
            reason = UnreachableReason.NOT_THERE
            return Unreachable(reason, _SENTENCES[reason].format(host=host))
        return not_clinicdesk(server)


def not_clinicdesk(server: str) -> Unreachable:
    """Something answers at the server's address, and it is not clinicdesk."""
    host = server.partition("//")[2]
    reason = UnreachableReason.NOT_CLINICDESK
    return Unreachable(reason, _SENTENCES[reason].format(host=host))


def wrong_protocol(spoken: str) -> WrongProtocol:
    """The server speaks another protocol, of this number as it says."""
    return WrongProtocol(
        detail="The server is of another version than this desk; update the older of the two.",
        server_version="unknown",
        server_protocol=int(spoken) if spoken.isdecimal() else 0,
    )
