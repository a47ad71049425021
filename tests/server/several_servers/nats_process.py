"""Real NATS servers on free ports, which can be killed and started again."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.end_to_end.polling import until
from tests.server.several_servers.ports import free_port

CONFIGURATION = Path(__file__).parents[3] / "packaging" / "nats.conf"
PASSWORD = "a-password-of-the-tests"


class NatsProcess:
    """`nats-server` with nothing but its defaults, or with these arguments.

    Attributes:
        url: Where servers find it, also after it was started again.
    """

    def __init__(
        self,
        port: int | None = None,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
        assert program is not None, "packaging/install-system-packages installs nats-server"
        self._port = port or free_port()
        self._command = [program, "-a", "127.0.0.1", "-p", str(self._port), *arguments]
        self._environment = os.environ | dict(environment or {})
        self.url = f"nats://127.0.0.1:{self._port}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it takes connections."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environment,
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


def a_cluster(folder: Path) -> list[NatsProcess]:
    """Three servers with packaging/nats.conf, but for the hosts and their ports; not started yet.

    The addresses carry the user and the password.
    """
    routes = [free_port() for _ in range(3)]
    text = CONFIGURATION.read_text().replace("PASSWORD@", f"{PASSWORD}@")
    for name, port in zip(("one", "two", "three"), routes, strict=True):
        text = text.replace(f"@{name}:6222", f"@127.0.0.1:{port}")
    servers = []
    for number, port in enumerate(routes):
        configuration = folder / f"nats-{number}.conf"
        configuration.write_text(re.sub(r"port: 6222", f"listen: 127.0.0.1:{port}", text))
        server = NatsProcess(
            arguments=("-c", str(configuration)), environment={"NATS_PASSWORD": PASSWORD}
        )
        server.url = server.url.replace("//", f"//clinicdesk:{PASSWORD}@")
        servers.append(server)
    return servers
