"""NATS as the bus, for installations of many servers: core NATS, nothing is stored.

`clinic.<id>` says that a clinic's log moved on, `signal.presence` carries who is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error

from clinicdesk.server.live.hints.peers import BusLost
from clinicdesk.server.live.hints.word import Word

CLINIC: Final = "clinic."
SIGNAL: Final = "signal.presence"
CONNECT_WITHIN_S: Final = 2
FLUSH_WITHIN_S: Final = 2
PING_EVERY_S: Final = 5
"""Three that are not answered, and the line is lost."""


class NatsBus:
    """One NATS server, or a cluster of them.

    Args:
        servers: Their addresses, `nats://...` or `tls://...`; any of them will do.
    """

    def __init__(self, servers: Sequence[str]) -> None:
        self._servers = list(servers)

    @property
    def name(self) -> str:
        """As `Bus`."""
        return "nats"

    @asynccontextmanager
    async def connect(self, heard: Callable[[Word], None]) -> AsyncIterator[_NatsLine]:
        """As `Bus`; NATS has confirmed what we listen to."""
        line = _NatsLine(heard)
        try:
            await line.begin(self._servers)
            yield line
        finally:
            await line.close()


class _NatsLine:
    """One connection. It does not mend itself: what is left of a mended one is hard to know."""

    def __init__(self, heard: Callable[[Word], None]) -> None:
        self._client = Client()
        self._heard = heard
        self._closed = asyncio.Event()
        self._last: Exception | None = None

    async def begin(self, servers: list[str]) -> None:
        try:
            await self._client.connect(
                servers,
                name="clinicdesk",
                no_echo=True,
                allow_reconnect=False,
                # Of each address, at once and not for ever: whoever asked tries again later.
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=CONNECT_WITHIN_S,
                ping_interval=PING_EVERY_S,
                error_cb=self._failed,
                closed_cb=self._ended,
            )
            await self._client.subscribe(f"{CLINIC}*", cb=self._clinic_moved)
            await self._client.subscribe(SIGNAL, cb=self._signalled)
            await self._client.flush(FLUSH_WITHIN_S)
        except (OSError, Error, TimeoutError) as error:
            raise BusLost(f"NATS does not answer ({_named(self._last or error)})") from error

    async def send(self, word: Word) -> None:
        try:
            for clinic_id in word.clinics:
                await self._client.publish(f"{CLINIC}{clinic_id}")
            for signal in word.signals:
                if len(signal) <= self._client.max_payload:
                    await self._client.publish(SIGNAL, signal)
        except (OSError, Error) as error:
            raise BusLost(f"the connection broke ({_named(error)})") from error

    async def watch(self) -> None:
        await self._closed.wait()
        raise BusLost(f"the connection broke ({_named(self._last)})")

    async def close(self) -> None:
        await self._client.close()

    async def _clinic_moved(self, message: Msg) -> None:
        try:
            clinic_id = UUID(message.subject.removeprefix(CLINIC))
        except ValueError:
            return  # somebody else's
        self._heard(Word(clinics=(clinic_id,)))

    async def _signalled(self, message: Msg) -> None:
        self._heard(Word(signals=(message.data,)))

    async def _failed(self, error: Exception) -> None:
        self._last = error

    async def _ended(self) -> None:
        self._closed.set()


def _named(error: Exception | None) -> str:
    return "it ended" if error is None else type(error).__name__
