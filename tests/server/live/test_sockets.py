"""Live sockets at a real server: how they end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from clinicdesk.contract.frames import (
    CloseCode,
    Heartbeat,
    Hello,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.contract.session import LIVE, SESSION
from clinicdesk.contract.version import SUBPROTOCOL
from clinicdesk.server.database.database import Database
from clinicdesk.server.live import protocol
from clinicdesk.server.live.admission import Admission, Limits
from clinicdesk.server.live.digests import Digests
from clinicdesk.server.live.gateway import Authenticator, LiveGateway
from clinicdesk.server.live.meetings import Meetings
from clinicdesk.server.live.message import Message
from clinicdesk.server.live.signals import Signals
from tests.running_server import Desk, Owner, RunningServer

DEADLINE_S = 20.0


@contextmanager
def hello(server: RunningServer, desk: Desk) -> Iterator[ClientConnection]:
    """A socket at which the desk has said who it is."""
    url = "ws" + server.url.removeprefix("http") + LIVE
    with connect(url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None) as socket:
        frame = Hello(token=desk.access_token, device_id=desk.device_id, cursors=[])
        socket.send(encode_frame(frame).decode())
        yield socket


def close_code(socket: ClientConnection) -> int | None:
    """With which code the server closes."""
    until = time.monotonic() + DEADLINE_S
    try:
        while True:
            socket.recv(timeout=max(0.0, until - time.monotonic()))
    except ConnectionClosed as closed:
        return None if closed.rcvd is None else closed.rcvd.code


def test_who_has_signed_out_hears_no_more(server: RunningServer) -> None:
    desk = server.sign_in("sunita.rao")
    with hello(server, desk) as socket:
        assert b"welcome" in socket.recv(timeout=DEADLINE_S, decode=False)
        bearer = {"Authorization": f"Bearer {desk.access_token}"}
        assert server.client.delete(SESSION, headers=bearer).is_success
        assert close_code(socket) == CloseCode.AUTH


def test_whose_account_is_disabled_hears_no_more(server: RunningServer, owner: Owner) -> None:
    desk, colleague = server.sign_in("sunita.rao"), server.sign_in("vikram.patil")
    with hello(server, desk) as socket, hello(server, colleague) as other:
        assert b"welcome" in socket.recv(timeout=DEADLINE_S, decode=False)
        assert b"welcome" in other.recv(timeout=DEADLINE_S, decode=False)
        owner("update account set disabled_at = now() where login = 'sunita.rao'")
        assert close_code(socket) == CloseCode.AUTH
        with pytest.raises(TimeoutError):
            other.recv(timeout=1.5)


def test_a_desk_that_comes_while_the_database_is_down_is_told_to_come_back(
    server: RunningServer, postgres_url: str
) -> None:
    desk = server.sign_in("sunita.rao")
    name = psycopg.conninfo.conninfo_to_dict(server.database_url)["dbname"]
    gate = sql.SQL("alter database {} allow_connections {}")
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        administrator.execute(gate.format(sql.Identifier(name), sql.SQL("false")))
        administrator.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        with hello(server, desk) as socket:
            assert close_code(socket) == CloseCode.RESTART
        administrator.execute(gate.format(sql.Identifier(name), sql.SQL("true")))


def test_desks_hear_of_the_server_while_the_database_hangs(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "IDLE_HEARTBEAT_S", 0.5)
    desk = server.sign_in("sunita.rao")
    with hello(server, desk) as socket, psycopg.connect(server.database_url) as administrator:
        assert b"welcome" in socket.recv(timeout=DEADLINE_S, decode=False)
        administrator.execute("lock table clinic_head in access exclusive mode")
        for _ in range(4):  # the poll waits for the table since the second at the latest
            frame = decode_server_frame(socket.recv(timeout=DEADLINE_S, decode=False))
            assert isinstance(frame, Heartbeat)


def test_desks_are_told_that_the_database_is_away_and_that_it_is_back(
    server: RunningServer, postgres_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(server.database_url)["dbname"]
    gate = sql.SQL("alter database {} allow_connections {}")
    with (
        hello(server, server.sign_in("sunita.rao")) as socket,
        psycopg.connect(postgres_url, autocommit=True) as administrator,
    ):
        assert b"welcome" in socket.recv(timeout=DEADLINE_S, decode=False)
        administrator.execute(gate.format(sql.Identifier(name), sql.SQL("false")))
        administrator.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        assert next_beat(socket).database_away_since is not None
        administrator.execute(gate.format(sql.Identifier(name), sql.SQL("true")))
        while next_beat(socket).database_away_since is not None:
            pass


def next_beat(socket: ClientConnection) -> Heartbeat:
    frame = decode_server_frame(socket.recv(timeout=DEADLINE_S, decode=False))
    assert isinstance(frame, Heartbeat)
    return frame


class Wire:
    """A socket without a network.

    Attributes:
        stuck: Its desk takes nothing any more. broken: A mistake of ours shows with it.
        shown_the_clock: Set each second.
    """

    full = False

    def __init__(self, gateway: LiveGateway, *, stuck: bool = False, broken: bool = False) -> None:
        self.stuck = stuck
        self.broken = broken
        self.shown_the_clock = asyncio.Event()
        self.desk = gateway.connect(self)
        self.closed_with: int | None = None
        self.aborted = False

    def send(self, message: Message) -> None:
        """Taken, or not."""

    def write(self, data: bytes) -> None:
        """The same."""

    def close(self, code: int, reason: str) -> None:
        """Closed once the desk has answered."""
        self.closed_with = code
        self.desk.closing()
        if not self.stuck:
            self.desk.lost()

    def keep_alive(self, now: float) -> None:
        """It is alive."""
        self.shown_the_clock.set()
        if self.broken:
            raise RuntimeError("the handler is closed")

    def known(self) -> None:
        """Nobody counts it."""

    def abort(self) -> None:
        """Cut."""
        self.aborted = True
        self.desk.lost()


def gateway_of(database: Database) -> LiveGateway:
    """Where nobody says who they are."""
    nobody: Authenticator = None  # type: ignore[assignment]
    meetings = Meetings(database, Signals(uuid4()), lambda _data: None, lambda _error: None)
    digests = Digests(database, lambda: datetime.now(UTC), random.Random(1))
    return LiveGateway(database, nobody, Admission(Limits()), meetings, digests)


async def test_a_desk_that_takes_nothing_any_more_keeps_neither_the_server_nor_others(
    demo_database: str,
) -> None:
    database = await Database.open(demo_database, pool_size=2)
    gateway = gateway_of(database)
    stuck, heard, other = (Wire(gateway, stuck=stuck) for stuck in (True, False, True))
    async with asyncio.timeout(DEADLINE_S):
        await gateway.stop(2000)
    await database.close()
    assert heard.closed_with == CloseCode.RESTART
    assert (stuck.aborted, heard.aborted, other.aborted) == (True, False, True)


async def test_a_socket_that_fails_keeps_the_clock_from_nobody(demo_database: str) -> None:
    database = await Database.open(demo_database, pool_size=2)
    gateway = gateway_of(database)
    wires = [Wire(gateway, broken=broken) for broken in (True, False, True)]
    await gateway.start()
    async with asyncio.timeout(DEADLINE_S):
        for _ in range(2):  # it goes on
            for wire in wires:
                await wire.shown_the_clock.wait()
                wire.shown_the_clock.clear()
        await gateway.stop(2000)
    await database.close()
