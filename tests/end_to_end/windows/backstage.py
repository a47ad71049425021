"""What stands behind the windows: a server process, the cable to it, what its database says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import psycopg

from tests.end_to_end.proxy import Proxy
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.strangers import answering
from tests.running_server import RunningServer
from tests.server.http.hands import Hands as Colleagues

T = TypeVar("T")

_PATIENCE_S = 60.0


class Backstage:
    """An event loop on a thread of its own: whoever drives windows waits, the cable must not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="backstage")
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run to the end there."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(_PATIENCE_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)
        self._loop.close()


class Clinic:
    """One server on one database, reached through a cable that can be cut.

    Attributes:
        backstage: Where it runs.
        url: Of the cable's near end; what desks are told.
        colleagues: Others of the same clinic, who work without windows and without the cable.
    """

    def __init__(self, backstage: Backstage, database_url: str, folder: Path) -> None:
        self.backstage = backstage
        self._database_url = database_url
        self._server = ServerProcess(database_url, folder)
        self._proxy = Proxy(self._server.port)
        self.start()
        backstage.do(self._proxy.__aenter__())
        self.url = self._proxy.url
        outside = RunningServer(database_url, folder)
        outside.client = httpx.Client(base_url=self._server.url, timeout=30)
        self._outside = outside.client
        self.colleagues = Colleagues(outside)

    def start(self) -> None:
        """Start the server; it serves on return."""
        self.backstage.do(self._server.start())

    def mend(self) -> None:
        """Whatever a test left cut or killed."""
        self.resume()
        if not self._server.is_running:
            self.start()

    def kill(self) -> None:
        """kill -9."""
        self.backstage.do(self._server.kill())

    def cut(self) -> None:
        """Break every connection of the desks."""
        self.backstage.do(_async(self._proxy.cut))

    def lose_answers(self) -> None:
        """Let commands reach the server, and their answers no desk."""
        self.backstage.do(_async(self._proxy.lose_answers))

    def resume(self) -> None:
        """An honest cable again."""
        self.backstage.do(_async(self._proxy.resume))

    @contextmanager
    def stranger(
        self, answer: bytes, certificate: tuple[Path, Path] | None = None
    ) -> Iterator[int]:
        """The port of something that is not the server; see `strangers.answering`."""
        there = answering(answer, certificate)
        port = self.backstage.do(there.__aenter__())
        try:
            yield port
        finally:
            self.backstage.do(there.__aexit__(None, None, None))

    @property
    def lost(self) -> int:
        """How many answers were lost so far."""
        return self._proxy.lost

    def close(self) -> None:
        self._outside.close()
        self.backstage.do(self._proxy.__aexit__())
        self.kill()

    def ask(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the database holds, as its owner sees it."""
        with psycopg.connect(self._database_url) as connection:
            return connection.execute(query, values).fetchall()

    def state(self, prescription: UUID) -> str | None:
        """DRAFT, SIGNED, PAID, FULFILLED, COMPLETED or CANCELLED; None: not there."""
        rows = self.ask(
            "select case when status = 'DRAFT' and signed_at is not null then 'SIGNED' "
            "else status end from prescription where id = %(id)s",
            id=prescription,
        )
        return rows[0][0] if rows else None

    def doings(self, prescription: UUID) -> list[int]:
        """For each command on a prescription, how often it changed it."""
        rows = self.ask(
            "select count(*) from clinic_log where entity = 'prescription' "
            "and entity_id = %(id)s group by op_id",
            id=prescription,
        )
        return [count for (count,) in rows]

    def paid(self, prescription: UUID) -> list[int]:
        """Each payment taken for it, in minor units."""
        rows = self.ask(
            "select amount_minor from payment where prescription_id = %(id)s and kind = 'payment'",
            id=prescription,
        )
        return [amount for (amount,) in rows]


async def _async(step: Callable[[], None]) -> None:
    step()
