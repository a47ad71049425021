"""The server's composition root: from settings to a server that runs, and its graceful end.

Everything that the server consists of is made here and handed to what needs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import random
import signal
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid4

import structlog
import uvicorn
import uvloop
from msgspec.structs import replace

from clinicdesk import __version__
from clinicdesk.failures import StartupFailure
from clinicdesk.server.database.catalogue import check_catalogue
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.embedded import EmbeddedDatabase
from clinicdesk.server.database.errors import CatalogueRefused, DatabaseError, SchemaBehind
from clinicdesk.server.database.migrate import current_revision, migrate, needed_revision
from clinicdesk.server.domain.prescribing.sealing import Sealer
from clinicdesk.server.domain.staff import Door, Passwords, Renewal, Sessions, Tokens
from clinicdesk.server.ending import end
from clinicdesk.server.head_export import HeadExport
from clinicdesk.server.housekeeping import keep_house
from clinicdesk.server.http.api import make_api
from clinicdesk.server.http.head import BoundedHead
from clinicdesk.server.http.journal import Journal
from clinicdesk.server.live.admission import Admission, Limits
from clinicdesk.server.live.answers import Identity
from clinicdesk.server.live.callers import Callers
from clinicdesk.server.live.digests import Digests
from clinicdesk.server.live.gateway import LiveGateway, note
from clinicdesk.server.live.hints import hints_for
from clinicdesk.server.live.meetings import Meetings
from clinicdesk.server.live.signals import Signals
from clinicdesk.server.live.transport import LiveSocket
from clinicdesk.server.open_files import raise_limit
from clinicdesk.server.settings import Settings, heads_key, secret_key, settings_from
from clinicdesk.server.shared_secret import agree_on_secret
from clinicdesk.server.signed_heads import Signer
from clinicdesk.server.telemetry import Metrics, configure_journal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Collection, Iterator
    from uuid import UUID

    from uvicorn.server import ServerState

SPREAD_MS: Final = 2000
"""Desks come back within this time after a restart, not all at once."""
GRACE_S: Final = 10
"""What is being answered when the server is told to stop may take this long."""
PATIENCE_S: Final = 3.0
"""How long a call waits for a connection to the database before it says that there is none."""

journal = structlog.get_logger("clinicdesk.server")


class Server:
    """One server: its database, its calls, its live feed. Made by `Server.open`.

    Attributes:
        sessions: Who an access token stands for.
        gateway: The live feed.
        hints: Word between this server and the others of its database.
    """

    def __init__(self, settings: Settings, database: Database, metrics: Metrics) -> None:
        tokens = Tokens(secret_key(settings))
        self._settings = settings
        self._database = database
        self._heads = HeadExport(
            database, Signer(heads_key(settings)), settings.exported_heads, _now
        )
        self.sessions = Sessions(database, tokens)
        self.hints = hints_for(settings)
        self.gateway = LiveGateway(
            database,
            _LiveIdentities(self.sessions),
            Admission(
                Limits(sockets_per_address=settings.sockets_per_address, sockets=settings.sockets)
            ),
            Meetings(database, Signals(uuid4()), self.hints.pass_on, note),
            Digests(database, _now, random.SystemRandom()),
        )
        api = make_api(
            database=database,
            sessions=self.sessions,
            door=Door(database, tokens, Passwords(), _now),
            renewal=Renewal(database, tokens, _now),
            metrics=metrics,
            sealer=Sealer(secret_key(settings)),
            hint=self.hints.committed,
            now=_now,
            name=settings.name,
        )
        self._uvicorn = _Uvicorn(
            _config(settings, Journal(api, metrics), self._live_socket), self._say_goodbye
        )
        self._callers = Callers(self._uvicorn.config.forwarded_allow_ips)

    @classmethod
    async def open(cls, settings: Settings, database_url: str, metrics: Metrics) -> Server:
        """Connect and look whether the database is fit to serve.

        Raises:
            StartupFailure: It is not, or it cannot be reached.
        """
        try:
            database = await Database.open(
                database_url,
                pool_size=settings.pool_size,
                patience=PATIENCE_S,
                prepared=settings.prepared_statements,
            )
            try:
                await check_fitness(database, database_url)
                await agree_on_secret(database, secret_key(settings))
                return cls(settings, database, metrics)
            except BaseException:
                await database.close()
                raise
        except DatabaseError as error:
            raise StartupFailure(str(error)) from error

    async def serve(self, listener: socket.socket, started: Callable[[], None]) -> None:
        """Answer on the socket until `stop`; `started` is called when it does."""
        chores = (
            asyncio.create_task(keep_house(self._database), name="housekeeping"),
            asyncio.create_task(self._heads.keep_on(), name="export of heads"),
        )
        try:
            await self.gateway.start()
            await self.hints.start(self.gateway.hint, self.gateway.meetings.from_peer)
            self._uvicorn.started_hook = started
            await self._uvicorn.serve(sockets=[listener])
        finally:
            await end(*chores)
            await self.hints.stop()
            await self._database.close()

    def stop(self) -> None:
        """Finish what is being answered, then end; a second time: at once."""
        self._uvicorn.force_exit = self._uvicorn.should_exit
        self._uvicorn.should_exit = True

    def _live_socket(self, *, server_state: ServerState, **_rest: object) -> LiveSocket:
        return LiveSocket(self.gateway, self._callers, server_state)

    async def _say_goodbye(self) -> None:
        journal.info("stopping", spread_ms=SPREAD_MS)
        await self.gateway.stop(SPREAD_MS)


async def check_fitness(database: Database, database_url: str) -> None:
    """Look whether the schema is this release's and has its protections.

    Raises:
        SchemaBehind: It is another's.
        CatalogueRefused: A protection is missing.
    """
    current = await asyncio.to_thread(current_revision, database_url)
    if current != needed_revision():
        raise SchemaBehind(current, needed_revision())
    async with database.as_owner() as tx:
        findings = await check_catalogue(tx)
    if findings:
        raise CatalogueRefused(findings)


def run_server(arguments: argparse.Namespace) -> int:
    """`clinicdesk server run`: serve until SIGTERM or Ctrl+C.

    Raises:
        StartupFailure: The port is taken, the database is down, not migrated or unfit.
    """
    configure_journal()
    raise_limit()
    settings = _overridden(settings_from(os.environ), arguments)
    with (
        contextlib.closing(listen(settings.host, settings.port)) as listener,
        database_of(settings) as url,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(settings, url, listener))
    return 0


@contextlib.contextmanager
def database_of(settings: Settings) -> Iterator[str]:
    """The URL of the database: the one that is given, or an embedded one, which is migrated.

    Raises:
        StartupFailure: The embedded one does not start.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    with EmbeddedDatabase(settings.data_folder) as url:
        migrate(url)
        yield url


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, before anything costly begins.

    Raises:
        StartupFailure: The address is not this machine's, or the port is taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartupFailure(f"{host} is not an address of this machine.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise StartupFailure(_why_not_bound(error, host, port)) from error
    return listener


async def _serve(settings: Settings, url: str, listener: socket.socket) -> None:
    server = await Server.open(settings, url, Metrics())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    address = address_of(settings, listener)

    def started() -> None:
        journal.info("started", address=address, version=__version__)
        print(f"clinicdesk serves on {address}", flush=True)

    await server.serve(listener, started)


def address_of(settings: Settings, listener: socket.socket) -> str:
    """Where desks find the server that listens on this socket."""
    host, port = listener.getsockname()[:2]
    return f"{settings.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


class _Uvicorn(uvicorn.Server):
    """Uvicorn without signal handlers of its own, and with a word before the sockets close.

    Attributes:
        started_hook: Called once requests are answered.
    """

    def __init__(
        self, config: uvicorn.Config, before_shutdown: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._before_shutdown = before_shutdown
        self.started_hook: Callable[[], None] = _nothing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.started_hook()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._before_shutdown()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _LiveIdentities:
    """The live feed's view of sessions."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def identify(self, token: str) -> Identity | None:
        found = await self._sessions.authenticate(token, anew=True)
        if found is None:
            return None
        return Identity(session_id=found.session_id, member=found.member, expires=found.expires)

    async def ended(self, session_ids: Collection[UUID]) -> set[UUID]:
        return await self._sessions.ended(session_ids)


def _config(
    settings: Settings, app: Journal, live_socket: Callable[..., LiveSocket]
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHead,
        # Called with keywords to make the protocol of a connection that asks for a WebSocket.
        ws=cast("type[asyncio.Protocol]", live_socket),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


def _overridden(settings: Settings, arguments: argparse.Namespace) -> Settings:
    host = settings.host if arguments.host is None else arguments.host
    port = settings.port if arguments.port is None else arguments.port
    return replace(settings, host=host, port=port)


def _why_not_bound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is in use by another program. Stop that one, or choose another "
            "port with --port or CLINICDESK_PORT."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} of {host} is kept for the system; choose one above 1023."
    return f"The server cannot listen on port {port} of {host}: {error.strerror}."


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing() -> None:
    return None
