"""The same fan-out by nats-server over its WebSocket, as fast as it goes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.fanout_desks import client_frame, read_frame, read_head, upgrade
from bench.fanout_drain import drain

_SUBJECT: Final = "clinic"
_START_WITHIN_S: Final = 10.0
_BINARY: Final = 2
_AT_ONCE: Final = 16
"""Messages in one write of the publisher."""


def changes_per_s(count: int, payload: int, messages: int) -> float | None:
    """Messages of so many bytes delivered per second to `count` subscribers; None without NATS."""
    program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
    if program is None:
        return None
    with _server(program) as (port, websocket_port):
        subscribers = [_subscriber(websocket_port) for _ in range(count)]
        each = len(f"MSG {_SUBJECT} 1 {payload}\r\n\r\n") + payload
        with drain(subscribers) as reading, socket.create_connection(("127.0.0.1", port)) as source:
            source.recv(4096)  # who it is
            source.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\n')
            before, begun = reading.counted(), time.time()
            message = f"PUB {_SUBJECT} {payload}\r\n".encode() + b"x" * payload + b"\r\n"
            for _ in range(messages // _AT_ONCE):
                source.sendall(message * _AT_ONCE)
            sent = messages // _AT_ONCE * _AT_ONCE
            reading.wait_for(size=before.size + sent * count * each)
            ended = time.time()
            return sent * count / (ended - begun)


@contextmanager
def _server(program: str) -> Iterator[tuple[int, int]]:
    port, websocket_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "nats.conf")
        settings.write_text(
            f'listen: "127.0.0.1:{port}"\nmax_connections: 100000\nwrite_deadline: "60s"\n'
            "max_pending: 4GB\n"
            f'websocket {{ listen: "127.0.0.1:{websocket_port}", no_tls: true }}\n'
        )
        with Path(folder, "journal").open("wb") as journal:
            process = subprocess.Popen([program, "-c", settings], stdout=journal, stderr=journal)
            try:
                _wait_for(websocket_port)
                yield port, websocket_port
            finally:
                process.terminate()
                process.wait()


def _subscriber(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port))
    one.sendall(upgrade("/"))
    read_head(one)
    words = f'CONNECT {{"verbose":false}}\r\nSUB {_SUBJECT} 1\r\nPING\r\n'
    one.sendall(client_frame(words.encode(), _BINARY))
    while b"PONG" not in read_frame(one):
        pass
    one.setblocking(False)
    return one


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise SystemExit("nats-server did not start")
