"""PostgreSQL as the bus: LISTEN and NOTIFY on one connection that does nothing else.

Never in the transaction of the business: PostgreSQL lets transactions that notify commit one at a
time, and a commit rate of half or a quarter was measured that way.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import PGnotify
from psycopg.rows import TupleRow

from clinicdesk.server.live.hints.peers import BusLost
from clinicdesk.server.live.hints.word import Envelope, Word, pack, unpack

CHANNEL: Final = "clinicdesk"
PAYLOAD_BYTES: Final = 7999
"""PostgreSQL takes less than 8000."""
CONNECT_WITHIN_S: Final = 5
UNACKNOWLEDGED_MS: Final = 5000
"""What is sent into a cable that was pulled fails after this time."""
ECHO_EVERY_S: Final = 10.0
ECHO_WITHIN_S: Final = 5.0
"""A line that does not bring its own word back within this time is deaf."""

_NOTIFY: Final = f"select pg_notify('{CHANNEL}', word) from unnest(%s::text[]) as word"
# A notification takes a number of its own in the log of the database; nobody needs to wait until
# that is on the disk.
_BEGIN: Final = f"SET synchronous_commit = off; LISTEN {CHANNEL}"
_DEAF: Final = (
    "the connection hears no notifications; behind a pooler of transactions, name the database "
    "itself in CLINICDESK_NOTIFY_URL"
)
_SILENT: Final = "the database does not answer any more"

Connection = AsyncConnection[TupleRow]


class NotifyBus:
    """The notifications of a database.

    Args:
        url: libpq's connection URL or string, of the database itself: a pooler that hands out
            connections by transaction cannot listen.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def name(self) -> str:
        """As `Bus`."""
        return "notify"

    @asynccontextmanager
    async def connect(self, heard: Callable[[Word], None]) -> AsyncIterator[_NotifyLine]:
        """As `Bus`; the line has heard another connection."""
        line = _NotifyLine(await self._connection(), heard)
        try:
            await line.begin()
            async with await self._connection() as another:
                await line.hear(another)
            yield line
        finally:
            await line.close()

    async def _connection(self) -> Connection:
        try:
            return await AsyncConnection.connect(
                self._url,
                autocommit=True,
                prepare_threshold=None,
                connect_timeout=CONNECT_WITHIN_S,
                application_name="clinicdesk hints",
                tcp_user_timeout=UNACKNOWLEDGED_MS,
            )
        except psycopg.Error as error:
            raise BusLost("the database does not answer") from error


class _NotifyLine:
    """One connection that listens, and speaks in between.

    The driver waits on the socket while a statement runs, and this class while none does: one of
    them at a time, because a loop has one reader for a socket.
    """

    def __init__(self, connection: Connection, heard: Callable[[Word], None]) -> None:
        self._connection = connection
        self._heard = heard
        self._socket = connection.fileno()
        # The number of a socket that broke may be somebody else's already: nobody removes its
        # reader twice.
        self._reads = False
        self._sender = secrets.token_hex(8)
        self._turn = asyncio.Lock()
        self._echo = asyncio.Event()
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def begin(self) -> None:
        self._connection.add_notify_handler(lambda notify: self._take(notify.payload))
        await self._run(_BEGIN)

    async def hear(self, another: Connection) -> None:
        """Find a line that is deaf. Its own word would come back with the answer, also there."""
        self._echo.clear()
        try:
            async with asyncio.timeout(ECHO_WITHIN_S):
                await another.execute(_NOTIFY.encode(), [self._empty()])
                await self._echo.wait()
        except TimeoutError as error:
            raise BusLost(_DEAF) from error
        except psycopg.Error as error:
            raise BusLost(_reason(error)) from error

    async def send(self, word: Word) -> None:
        await self._run(_NOTIFY, [pack(self._sender, word, PAYLOAD_BYTES)])

    async def watch(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._lost), ECHO_EVERY_S)
            await self._hear_oneself()

    async def close(self) -> None:
        self._stop_reading()
        if not self._lost.cancel() and not self._lost.cancelled():
            self._lost.exception()  # told already; the loop need not complain
        await self._connection.close()

    async def _hear_oneself(self) -> None:
        """Find a line whose other end vanished without a word."""
        self._echo.clear()
        try:
            async with asyncio.timeout(ECHO_WITHIN_S):
                await self._run(_NOTIFY, self._empty())
                await self._echo.wait()
        except TimeoutError as error:
            raise BusLost(_SILENT) from error

    def _empty(self) -> list[str]:
        return pack(self._sender, Word(), PAYLOAD_BYTES)

    async def _run(self, statement: str, *parameters: object) -> None:
        async with self._turn:
            self._stop_reading()
            try:
                await self._connection.execute(statement.encode(), parameters or None)
            except psycopg.Error as error:
                raise BusLost(_reason(error)) from error
            asyncio.get_running_loop().add_reader(self._socket, self._readable)
            self._reads = True

    def _stop_reading(self) -> None:
        if self._reads:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._reads = False

    def _readable(self) -> None:
        """The socket has something for us between two statements."""
        wire = self._connection.pgconn
        try:
            wire.consume_input()
            while notify := wire.notifies():
                self._take_raw(notify)
        except psycopg.Error as error:
            self._stop_reading()
            if not self._lost.done():
                self._lost.set_exception(BusLost(_reason(error)))

    def _take_raw(self, notify: PGnotify) -> None:
        self._take(notify.extra.decode(errors="replace"))

    def _take(self, payload: str) -> None:
        envelope = unpack(payload)
        if isinstance(envelope, Envelope):
            if envelope.sender == self._sender:
                self._echo.set()
            else:
                self._heard(envelope.word)


def _reason(error: psycopg.Error) -> str:
    return f"the connection broke ({type(error).__name__})"
