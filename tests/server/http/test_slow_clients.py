"""Who asks slowly, or takes the answer slowly, is cut off; nobody else notices."""

from __future__ import annotations

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest
from prometheus_client import generate_latest

from clinicdesk.contract.session import SERVER_CARD, SNAPSHOT
from clinicdesk.server.http import head
from tests.running_server import RunningServer

DEADLINE_S = 20.0
DRIP_S = 0.05


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "HEAD_WITHIN_S", 0.5)
    monkeypatch.setattr(head, "BODY_WITHIN_S", 0.5)
    monkeypatch.setattr(head, "TAKEN_WITHIN_S", 0.3)


def line_to(server: RunningServer) -> socket.socket:
    at = urlsplit(server.url)
    assert at.hostname is not None
    assert at.port is not None
    return socket.create_connection((at.hostname, at.port), timeout=DEADLINE_S)


def line_of_a_slow_reader(server: RunningServer) -> socket.socket:
    """A line that holds little of an answer for whoever does not read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)  # before the other end knows more
    at = urlsplit(server.url)
    line.connect((at.hostname, at.port))
    line.settimeout(0.1)
    return line


def drip(line: socket.socket, data: bytes) -> bytes:
    """Send byte by byte until the server has had enough; what it said."""
    until = time.monotonic() + DEADLINE_S
    line.settimeout(DRIP_S)
    said = b""
    while time.monotonic() < until:
        with contextlib.suppress(TimeoutError):
            try:
                line.sendall(data[:1])
                data = data[1:] or b"x"
                answer = line.recv(4096)
            except (ConnectionError, BrokenPipeError):
                return said
            if not answer:
                return said
            said += answer
    raise AssertionError("the server still listens")


def cuts(server: RunningServer, reason: str) -> float:
    """How often the server says that it cut somebody for this reason."""
    wanted = f'clinicdesk_http_cut_total{{reason="{reason}"}} '
    lines = generate_latest().decode().splitlines()
    return next((float(text.rpartition(" ")[2]) for text in lines if text.startswith(wanted)), 0.0)


def test_a_connection_that_asks_nothing_is_cut(server: RunningServer) -> None:
    before = cuts(server, "head too slow")
    with line_to(server) as line:
        assert line.recv(4096).startswith(b"HTTP/1.1 408 ")
        assert line.recv(4096) == b""
    assert cuts(server, "head too slow") == before + 1
    assert server.client.get(SERVER_CARD).is_success


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET /api/server HTTP/1.1\r\nHost: here\r\nX-Slow: " + b"x" * 1000,
        b"GET /api/live HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX: ",
        b"\r\n" * 500,
    ],
    ids=["a head", "an upgrade", "nothing but line ends"],
)
def test_a_head_that_comes_byte_by_byte_is_cut(server: RunningServer, beginning: bytes) -> None:
    with line_to(server) as line:
        assert drip(line, beginning).startswith(b"HTTP/1.1 408 ")
    assert server.client.get(SERVER_CARD).is_success


def test_a_later_request_that_comes_byte_by_byte_is_cut(server: RunningServer) -> None:
    with line_to(server) as line:
        line.sendall(b"GET /api/server HTTP/1.1\r\nHost: here\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert b"HTTP/1.1 408 " in drip(line, b"GET /api/server HTTP/1.1\r\nX: " + b"x" * 1000)


def test_a_body_that_comes_byte_by_byte_is_cut(server: RunningServer) -> None:
    before = cuts(server, "body too slow")
    with line_to(server) as line:
        line.sendall(
            b"POST /api/session HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100000\r\n\r\n"
        )
        drip(line, b"{" + b" " * 1000)
    assert cuts(server, "body too slow") == before + 1
    # The journal's line follows the count.
    deadline = time.monotonic() + DEADLINE_S
    while '"status": 499' not in server.journal.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    journal = server.journal.getvalue()
    assert '"status": 499' in journal
    assert '"fault"' not in journal
    assert server.client.get(SERVER_CARD).is_success


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 99999999999\r\n\r\n", b"413"),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"413"),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", b"400"),
        (b"Content-Length: -5\r\n\r\n", b"400"),
        (b"Content-Length: many\r\n\r\n", b"400"),
        (b"Bad Header\r\n\r\n", b"400"),
    ],
)
def test_a_body_without_end_or_of_two_lengths_is_refused(
    server: RunningServer, head: bytes, status: bytes
) -> None:
    with line_to(server) as line:
        line.sendall(
            b"POST /api/session HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n" + head
        )
        line.settimeout(0.01)
        answer = b""
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                with contextlib.suppress(TimeoutError):
                    line.sendall(chunk)
                    answer += line.recv(4096)
                if answer:
                    break
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:80]
    assert server.client.get(SERVER_CARD).is_success


def test_more_connections_than_there_is_room_for_are_hung_up_on(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.client.get(SERVER_CARD).is_success  # one that stays
    monkeypatch.setattr(head, "most_connections", lambda: 6)
    before = cuts(server, "no room")
    with contextlib.ExitStack() as lines:
        for _ in range(20):
            lines.enter_context(line_to(server))
        until = time.monotonic() + DEADLINE_S
        while cuts(server, "no room") < before + 15:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert server.client.get(SERVER_CARD).is_success


def test_an_answer_that_nobody_takes_is_dropped(server: RunningServer) -> None:
    desk = server.sign_in("meenal.apte")
    before = cuts(server, "reader too slow")
    ask = (
        f"GET {SNAPSHOT} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {desk.access_token}\r\n"
        "\r\n"
    ).encode()
    until = time.monotonic() + DEADLINE_S
    while cuts(server, "reader too slow") == before:
        assert time.monotonic() < until
        with contextlib.suppress(ConnectionError), line_of_a_slow_reader(server) as line:
            # More and more answers, which pile up. A head of which half is sent may come too late.
            while cuts(server, "reader too slow") == before:
                assert time.monotonic() < until
                with contextlib.suppress(TimeoutError):
                    line.sendall(ask)
                assert server.client.get(SERVER_CARD).is_success
