"""What fan-out costs at least: the same bytes to the same number of sockets, and nothing else."""

from __future__ import annotations

import select
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bench.fanout_drain import Drain, compiled, drain
from bench.server_place import Place
from clinicdesk.server.live.batch import ev_message


class Floors:
    """Sockets of this process that the drain reads, and two ways to write to them."""

    def __init__(self, senders: list[socket.socket], drain: Drain, floor: Path) -> None:
        self._senders = senders
        self._drain = drain
        self._floor = floor

    def in_c(self, wire: bytes, rounds: int) -> float:
        """Deliveries per second of a loop in C around `send`."""
        numbers = [one.fileno() for one in self._senders]
        told = "".join(f"{number}\n" for number in numbers).encode()

        def send() -> None:
            subprocess.run(
                [self._floor, str(rounds)], input=f"{len(wire)}\n".encode() + wire + told,
                pass_fds=numbers, check=True,
            )  # fmt: skip

        return self._rate(send, rounds)

    def aside(self) -> AbstractContextManager[None]:
        """Their reader leaves the processor to whatever else is measured."""
        return self._drain.paused()

    def in_python(self, wire: bytes, rounds: int) -> float:
        """Deliveries per second of a loop in Python around `socket.send`."""

        def send() -> None:
            for _ in range(rounds):
                for one in self._senders:
                    try:
                        sent = one.send(wire)
                    except BlockingIOError:
                        sent = 0
                    if sent < len(wire):
                        _send_rest(one, wire[sent:])

        return self._rate(send, rounds)

    def _rate(self, send: Callable[[], None], rounds: int) -> float:
        before = self._drain.counted()
        send()
        after = self._drain.wait_for(changes=before.changes + rounds * len(self._senders))
        return self._drain.rate(before, after)


@contextmanager
def floors(count: int, rounds: int) -> Iterator[Floors]:
    """`count` connections within this machine, for so many rounds in all."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        pairs = [_pair(listener) for _ in range(count)]
    senders = [sender for sender, _ in pairs]
    with (
        tempfile.TemporaryDirectory() as folder,
        drain([reader for _, reader in pairs], records=count * rounds) as reading,
    ):
        yield Floors(senders, reading, compiled("fanout_floor.c", Path(folder)))
        for sender in senders:
            sender.close()


def frame_of(place: Place, size: int) -> bytes:
    """A frame of one change whose text has `size` bytes."""
    bare = ev_message(place.clinic_id, "0" * 16, 1_000_000, 1_000_001, [b""]).size
    item = b"x" * max(0, size - bare)
    return ev_message(place.clinic_id, "0" * 16, 1_000_000, 1_000_001, [item]).message.wire


def _pair(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    reader = socket.create_connection(listener.getsockname())
    sender, _ = listener.accept()
    sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for one in (reader, sender):
        one.setblocking(False)
    return sender, reader


def _send_rest(one: socket.socket, data: bytes) -> None:
    while data:
        select.select([], [one], [])
        data = data[one.send(data) :]
