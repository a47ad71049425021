"""The real server for tests: uvicorn on a free port, a fresh database with two demo clinics.

`server` runs one; `server.sign_in("sunita.rao")` is a desk that is signed in and can send commands.
`demo_database` is such a database alone. Roshni Clinic and Aotearoa Therapy are in it, small.
"""

from __future__ import annotations

import asyncio
import base64
import io
import socket
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import httpx
import msgspec
import psycopg
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import CollectorRegistry

from clinicdesk.contract.commands import ROUTES, Command, Done, path_of
from clinicdesk.contract.problems import Refusal, decode_problem
from clinicdesk.contract.session import (
    REFRESH,
    SESSION,
    Refresh,
    Refreshed,
    SignedIn,
    SignIn,
    refresh_message,
)
from clinicdesk.server.app import Server, address_of, listen
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.migrate import migrate
from clinicdesk.server.demo_clinic import AOTEAROA, ROSHNI, generate
from clinicdesk.server.demo_data import PASSWORD, DemoData
from clinicdesk.server.domain.staff import Passwords
from clinicdesk.server.settings import Settings
from clinicdesk.server.telemetry import Metrics
from tests.postgres import FreshDatabase, url_of

PATIENTS = 120
PRESCRIPTIONS = 40
START_DEADLINE_S = 30.0

_TEMPLATE = "template_demo"
SECRET = b"a secret key for tests, of 32 bytes and more"


def settings_for_tests(folder: Path) -> Settings:
    """Settings of a server whose database is given."""
    return Settings(
        data_folder=folder,
        secret_key_file=folder / "secret-key",
        secret_key=SECRET,
        port=0,
        name="test",
    )


class Owner(Protocol):
    """What the owner of the database can do beside the server."""

    def __call__(self, statement: str, *params: Any) -> list[tuple[Any, ...]]: ...


class Desk:
    """A desk at which somebody is signed in, as plain calls.

    Attributes:
        session: What the sign-in answered; the tokens change with `refresh`.
        device_id, key: The desk's own.
    """

    def __init__(
        self, client: httpx.Client, session: SignedIn, device_id: UUID, key: Ed25519PrivateKey
    ) -> None:
        self.client = client
        self.session = session
        self.device_id = device_id
        self.key = key
        self.access_token = session.access_token
        self.refresh_token = session.refresh_token

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(path, params=params, headers=self._bearer())

    def send(
        self, command: Command, version: int | None = None, *, op_id: UUID | None = None
    ) -> httpx.Response:
        """Send a command as the desk's outbox does."""
        headers = {**self._bearer(), "Idempotency-Key": str(op_id or uuid.uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        headers["Content-Type"] = "application/json"
        route = ROUTES[type(command)]
        body = msgspec.json.encode(command)
        return self.client.request(route.method, path_of(command), content=body, headers=headers)

    def done(self, command: Command, version: int | None = None) -> Done:
        """Send a command that must take effect."""
        answer = self.send(command, version)
        assert answer.is_success, answer.text
        return msgspec.json.decode(answer.content, type=Done)

    def refused(self, command: Command, version: int | None = None) -> Refusal:
        """Send a command that must be refused."""
        answer = self.send(command, version)
        assert answer.is_client_error, answer.text
        return decode_problem(answer.content)

    def refresh(self, token: str | None = None, **changes: Any) -> httpx.Response:
        """Refresh with the desk's signature; `changes` replace fields of the signed request."""
        token = token or self.refresh_token
        signed_at = changes.pop("signed_at", datetime.now(UTC))
        message = refresh_message(token, self.device_id, signed_at)
        request = Refresh(
            refresh_token=token,
            device_id=self.device_id,
            signed_at=signed_at,
            signature=unpadded(self.key.sign(message)),
        )
        request = msgspec.structs.replace(request, **changes)
        answer = self.client.post(REFRESH, content=msgspec.json.encode(request), headers=JSON)
        if answer.is_success:
            refreshed = msgspec.json.decode(answer.content, type=Refreshed)
            self.access_token, self.refresh_token = refreshed.access_token, refreshed.refresh_token
        return answer

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


class RunningServer:
    """A server that answers; it can be stopped and started again on the same port.

    Attributes:
        url: Where.
        database_url: Of its database.
        client: For calls without a desk.
        journal: What it wrote into its journal, as JSON lines.
    """

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url = database_url
        self._settings = settings_for_tests(folder)
        self._thread: threading.Thread | None = None
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fault: BaseException | None = None
        self.url = ""
        self.client = httpx.Client()
        self.journal = io.StringIO()

    def start(self) -> None:
        """Serve; returns when requests are answered."""
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.JSONRenderer(),
            ],
            logger_factory=structlog.PrintLoggerFactory(self.journal),
        )
        listener = listen(self._settings.host, self._settings.port)
        self.url = address_of(self._settings, listener)
        port = listener.getsockname()[1]
        self._settings = msgspec.structs.replace(self._settings, port=port)
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(listener, started), name="server", daemon=True
        )
        self._thread.start()
        assert started.wait(START_DEADLINE_S), "the server did not start"
        if self._fault is not None:
            raise self._fault
        self.client.close()
        self.client = httpx.Client(base_url=self.url, timeout=30)

    def stop(self) -> None:
        """End gracefully, as SIGTERM would."""
        if self._thread is None:
            return
        if self._loop is not None and self._server is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(START_DEADLINE_S)
        assert not self._thread.is_alive(), "the server did not end"
        self._thread = None
        self.client.close()

    def sign_in(
        self,
        login: str,
        password: str = PASSWORD,
        *,
        device_id: UUID | None = None,
        key: Ed25519PrivateKey | None = None,
    ) -> Desk:
        """A desk for this person."""
        device, signing = device_id or uuid.uuid4(), key or Ed25519PrivateKey.generate()
        request = sign_in_request(login, password, device, signing)
        answer = self.client.post(SESSION, content=msgspec.json.encode(request), headers=JSON)
        assert answer.status_code == 201, answer.text
        session = msgspec.json.decode(answer.content, type=SignedIn)
        return Desk(self.client, session, device, signing)

    def _run(self, listener: socket.socket, started: threading.Event) -> None:
        try:
            asyncio.run(self._serve(listener, started))
        except BaseException as fault:
            self._fault = fault
        finally:
            listener.close()
            started.set()

    async def _serve(self, listener: socket.socket, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        metrics = Metrics(CollectorRegistry())
        self._server = await Server.open(self._settings, self.database_url, metrics)
        await self._server.serve(listener, started.set)


JSON = {"Content-Type": "application/json"}


def unpadded(raw: bytes) -> str:
    """URL-safe base 64 as it travels."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign_in_request(login: str, password: str, device_id: UUID, key: Ed25519PrivateKey) -> SignIn:
    """What a desk sends to sign in."""
    return SignIn(
        login=login,
        password=password,
        device_id=device_id,
        device_name="test desk",
        device_key=unpadded(key.public_key().public_bytes_raw()),
    )


@pytest.fixture(scope="session")
def demo_template(postgres_url: str) -> str:
    """The name of a database with the two demo clinics, to copy; nobody may connect to it."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    url = url_of(_TEMPLATE, postgres_url)
    migrate(url)
    asyncio.run(_fill(url))
    return _TEMPLATE


@pytest.fixture
def demo_database(demo_template: str, fresh_database: FreshDatabase) -> str:
    """The URL of a fresh database with the two demo clinics."""
    return fresh_database(demo_template)


@pytest.fixture
def server(demo_database: str, tmp_path: Path) -> Iterator[RunningServer]:
    """A server on a fresh database with the two demo clinics."""
    running = RunningServer(demo_database, tmp_path)
    running.start()
    yield running
    running.stop()
    running.client.close()


@pytest.fixture
def owner(demo_database: str) -> Owner:
    """Runs a statement on the test's database as its owner; the rows, where it has some."""

    def run(statement: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(demo_database, autocommit=True) as connection:
            cursor = connection.execute(statement, params or None)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    return run


async def _fill(url: str) -> None:
    database = await Database.open(url, pool_size=2)
    hashed = Passwords().hash(PASSWORD)
    now = datetime.now(UTC)
    for site in (ROSHNI, AOTEAROA):
        demo = generate(1, PATIENTS, PRESCRIPTIONS, now.date(), site=site)
        # Without shelves, prices and rules: tests equip the clinic with what they are about.
        await DemoData(database, demo, now, hashed, lambda *_told: None, equipped=False).fill()
    await database.close()
