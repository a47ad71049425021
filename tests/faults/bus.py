"""A message bus between the servers, which can be killed: nats-server on a free port."""

from __future__ import annotations

import asyncio
import shutil
import socket
from contextlib import closing
from typing import Final

from tests.end_to_end.polling import until

_READY_WITHIN_S: Final = 10.0


def is_installed() -> bool:
    """Whether there is a nats-server on this machine."""
    return shutil.which("nats-server") is not None


class Bus:
    """nats-server, the same address after each start.

    Attributes:
        url: Where servers find it.
    """

    def __init__(self) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.url = f"nats://127.0.0.1:{self._port}"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it, if it does not run; returns once it answers."""
        if self.is_running:
            return
        self._process = await asyncio.create_subprocess_exec(
            "nats-server", "-a", "127.0.0.1", "-p", str(self._port),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await until(self._answers, _READY_WITHIN_S)

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self.is_running:
            self._process.kill()
            await self._process.wait()

    async def _answers(self) -> bool:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        writer.transport.abort()
        return True
