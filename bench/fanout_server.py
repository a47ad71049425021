"""A server process of its own for `fanout`: the program's, that takes two more words on its input.

`hint CLINIC` is what a call says after its commit. From `singly` on each entry of the log goes into
a frame of its own, though the log is read in pages, until `together`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final
from uuid import UUID

import uvloop

from bench.server_place import Place
from clinicdesk.server.app import Server, address_of, listen
from clinicdesk.server.live import feed, gateway
from clinicdesk.server.live.batch import Batch
from clinicdesk.server.live.render import RenderedEntry
from clinicdesk.server.settings import settings_from
from clinicdesk.server.telemetry import Metrics, configure_journal

SECRET: Final = "the secret key of a measurement, long enough"
_START_WITHIN_S: Final = 30.0


class FanoutServer:
    """The process, from outside.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.port = port
        self._process = process

    def say(self, word: str) -> None:
        """Give it a word."""
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()

    def resident_kb(self) -> float:
        """Its memory in use (Linux), thousands of bytes."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGESIZE") / 1e3

    def cpu_s(self) -> float:
        """Processor time that it has taken, in user space and in the kernel."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def fanout_server(place: Place) -> Iterator[FanoutServer]:
    """Start it on the place's database."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "CLINICDESK_DATABASE_URL": place.superuser_url,
            "CLINICDESK_DATA_FOLDER": folder,
            "CLINICDESK_SECRET_KEY": SECRET,
            "CLINICDESK_SOCKETS_PER_ADDRESS": "100000",  # all desks come from this machine
            "CLINICDESK_PORT": "0",
        }
        with Path(folder, "journal").open("w") as journal:
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.fanout_server"], env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=journal,
            )  # fmt: skip
            try:
                yield FanoutServer(process, _port(process))
            finally:
                process.terminate()
                process.wait()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    deadline = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < deadline and (line := process.stdout.readline()):
        return int(line.rpartition(":")[2])
    raise SystemExit("the server did not start")


class _PagedFeed(feed.ClinicFeed):
    """A clinic's log that can be told entry by entry."""

    singly = False
    _page: ClassVar[list[RenderedEntry]] = []

    async def _read(self, seq: int, up_to: int | None = None) -> list[RenderedEntry]:
        if not self.singly or up_to is not None:
            return await super()._read(seq, up_to)
        if not self._page:
            self._page.extend(reversed(await super()._read(seq)))
        return [self._page.pop()] if self._page else []

    async def advance(self) -> Batch | None:
        batch = await super().advance()
        self.may_have_more |= bool(self._page)
        return batch


async def _serve() -> None:
    configure_journal()
    gateway.ClinicFeed = _PagedFeed  # type: ignore[misc]
    settings = settings_from(os.environ)
    assert settings.database_url is not None
    listener = listen(settings.host, settings.port)
    server = await Server.open(settings, settings.database_url, Metrics())
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    loop.add_reader(sys.stdin.fileno(), _heed, server)
    await server.serve(listener, lambda: print(address_of(settings, listener), flush=True))


def _heed(server: Server) -> None:
    for line in os.read(sys.stdin.fileno(), 65536).decode().splitlines():
        match line.split():
            case ["hint", clinic_id]:
                server.gateway.hint(UUID(clinic_id))
            case ["singly"]:
                _PagedFeed.singly = True
            case ["together"]:
                _PagedFeed.singly = False


if __name__ == "__main__":
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_serve())
