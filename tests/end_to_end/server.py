"""The server of a test: on the test's own event loop, or as a process that can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from prometheus_client.registry import CollectorRegistry

from clinicdesk.server.app import Server, listen
from clinicdesk.server.settings import Settings
from clinicdesk.server.telemetry import Metrics
from tests.end_to_end.polling import until

_SECRET: Final = "a secret key of the tests, long enough"


class ServerHere:
    """The server beside the desks, on one event loop: quick to start.

    Attributes:
        url: Where desks find it. port: of 127.0.0.1.
    """

    def __init__(self, database_url: str, folder: Path) -> None:
        self._listener = listen("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._database_url = database_url
        self._settings = Settings(
            data_folder=folder, secret_key_file=folder / "key", secret_key=_SECRET.encode()
        )
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve; returns once it does."""
        started = asyncio.Event()
        metrics = Metrics(CollectorRegistry())
        self._server = await Server.open(self._settings, self._database_url, metrics)
        self._serving = asyncio.create_task(self._server.serve(self._listener, started.set))
        await started.wait()

    async def end(self) -> None:
        """Stop, whatever is on its way."""
        if self._server is not None and self._serving is not None:
            self._server.stop()
            self._server.stop()
            await self._serving
        self._listener.close()


class ServerProcess:
    """`clinicdesk server run` on one database and one port.

    Attributes:
        url: Where desks find it. port: of 127.0.0.1. journal: what it wrote.
        database_url: May be changed before the next start (a restore).
        program: The module that is run.
    """

    def __init__(self, database_url: str, folder: Path, **environment: str) -> None:
        self.database_url = database_url
        self.program = "clinicdesk"
        self.port = _free_port()
        scheme = "https" if "CLINICDESK_TLS_CERT" in environment else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.journal = folder / f"server-{self.port}.log"
        self._folder = folder
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Serve; returns once it does."""
        begin = self.journal.stat().st_size if self.journal.exists() else 0
        with self.journal.open("ab") as journal:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.program, "server", "run", "--port", str(self.port),
                env=self._all_environment(), stdout=journal, stderr=journal,
            )  # fmt: skip
        process = self._process

        def serves() -> bool:
            assert process.returncode is None, self.journal.read_text()
            return b"serves on" in self.journal.read_bytes()[begin:]

        await until(serves)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._process.pid if self._process is not None and self.is_running else None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs: SIGSTOP freezes it."""
        if self.pid is not None:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, number)

    def use(self, **environment: str) -> None:
        """Settings for the next start, over those that it had."""
        self._environment |= environment

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self.is_running:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self._process is not None
        self._process.terminate()
        return await self._process.wait()

    def _all_environment(self) -> dict[str, str]:
        return processes_environment() | {
            "CLINICDESK_DATABASE_URL": self.database_url,
            "CLINICDESK_DATA_FOLDER": str(self._folder),
            "CLINICDESK_SECRET_KEY": _SECRET,
            **self._environment,
        }


def processes_environment() -> dict[str, str]:
    """Ours, for a process of ours: one that is started again does not compile everything again."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
