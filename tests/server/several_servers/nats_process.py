"""A real NATS server on a free port, which can be killed and started again."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress

from tests.end_to_end.polling import until
from tests.server.several_servers.ports import free_port


class NatsProcess:
    """`nats-server` with nothing but its defaults.

    Attributes:
        url: Where servers find it, also after it was started again.
    """

    def __init__(self) -> None:
        program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
        assert program is not None, "packaging/install-system-packages installs nats-server"
        self._program = program
        self._port = free_port()
        self.url = f"nats://127.0.0.1:{self._port}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it takes connections."""
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-a", "127.0.0.1", "-p", str(self._port),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await until(self._answers)

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, "nats-server ended"
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.close()
            return True
        return False
