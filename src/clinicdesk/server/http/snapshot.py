"""`GET /api/snapshot`: the working set of a member at one sequence number, as a stream of lines.

A snapshot holds a database transaction for as long as it is read, so it may not be read for long:
who takes nothing for a while, or not all of it in time, is cut off and asks again. Only a few are
given at once; a herd of desks after a restore waits for its turn and leaves connections to those
who work.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from litestar import Response, get
from litestar.params import FromQuery
from prometheus_client import Counter

from clinicdesk.contract.frames import ResyncReason
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import SNAPSHOT_MEDIA_TYPE, SnapshotHead
from clinicdesk.contract.working_set import settled_before
from clinicdesk.server.ending import end
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.compression import coding_for, compressor
from clinicdesk.server.http.problems import AnyRequest, documented
from clinicdesk.server.http.snapshot_lines import line_of, lines_after, read_head

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from litestar.handlers import HTTPRouteHandler
    from litestar.types import ASGIApp, Receive, Scope, Send

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.domain.actor import MemberActor

AT_ONCE: Final = 4
"""Snapshots that a server reads at one time, where its pool is not smaller still."""
IN_ALL_S: Final = 120.0
"""From the first row to the last."""
IDLE_S: Final = 20.0
"""How long a reader may take nothing."""
_PIECE: Final = 64 * 1024
"""Compressed bytes that are sent at once."""

_FIRST: Final = "first"
_REASONS: Final = frozenset({_FIRST, *ResyncReason})

_asked = Counter("clinicdesk_snapshots", "Snapshots that desks asked for", ["reason"])
_cut = Counter("clinicdesk_snapshot_cut", "Snapshots that were cut off", ["reason"])

journal = structlog.get_logger("clinicdesk.http")


class Snapshots:
    """Gives snapshots, a few at a time.

    Args of the constructor: what is read; the time; the two limits, in seconds.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        *,
        in_all_s: float = IN_ALL_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._database = database
        self._now = now
        self._in_all_s = in_all_s
        self._idle_s = idle_s
        self._turns = asyncio.Semaphore(max(1, min(AT_ONCE, database.size // 2)))

    async def answer(self, actor: MemberActor, accepted: str, receive: Receive, send: Send) -> None:
        """Send one snapshot as an ASGI answer; it ends early when the reader goes.

        Raises:
            Refused: The membership has ended; nothing was sent then.
        """
        giving = asyncio.create_task(self._give(actor, coding_for(accepted), send))
        gone = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait((giving, gone), return_when=asyncio.FIRST_COMPLETED)
            if giving.done():
                giving.result()
        finally:
            await end(giving, gone)

    async def _give(self, actor: MemberActor, coding: str, send: Send) -> None:
        async with self._turns:
            reason = "too long"
            try:
                async with asyncio.timeout(self._in_all_s):
                    reason = await self._send_all(actor, _Answer(coding, send, self._idle_s))
            except TimeoutError:
                pass
        if reason:
            # Left without its end: the server's software closes the connection, the desk sees it.
            _cut.labels(reason).inc()
            journal.warning("snapshot cut", reason=reason)

    async def _send_all(self, actor: MemberActor, answer: _Answer) -> str:
        """Why it was cut off; empty when it was not."""
        async with self._database.snapshot(actor.ids) as tx:
            head = await read_head(tx, actor, settled_before(self._now()))
            try:
                await answer.begin(head)
                async for line in lines_after(tx, head):
                    await answer.add(line)
            except _ReaderStalled:
                return "reader stalled"
        await answer.end()
        return ""


class _ReaderStalled(Exception):
    """Nothing was taken for too long."""


class _Answer:
    """The answer's body: compressed on another thread, sent as its reader takes it."""

    def __init__(self, coding: str, send: Send, idle_s: float) -> None:
        self._coding = coding
        self._compressor = compressor(coding)
        self._send = send
        self._idle_s = idle_s
        self._ready = bytearray()

    async def begin(self, head: SnapshotHead) -> None:
        headers = [(b"content-type", SNAPSHOT_MEDIA_TYPE.encode()), (b"vary", b"Accept-Encoding")]
        if self._coding != "identity":
            headers.append((b"content-encoding", self._coding.encode()))
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.add(line_of(head))

    async def add(self, line: bytes) -> None:
        self._ready += await asyncio.to_thread(self._compressor.compress, line)
        if len(self._ready) >= _PIECE:
            await self._pass_on(more=True)

    async def end(self) -> None:
        self._ready += self._compressor.flush()
        await self._pass_on(more=False)

    async def _pass_on(self, *, more: bool) -> None:
        body, self._ready = bytes(self._ready), bytearray()
        try:
            async with asyncio.timeout(self._idle_s):
                await self._send({"type": "http.response.body", "body": body, "more_body": more})
        except TimeoutError as error:
            raise _ReaderStalled from error


class _SnapshotResponse(Response[bytes]):
    """Tells the framework how to answer; it begins when the framework has done its part."""

    def __init__(self, snapshots: Snapshots, actor: MemberActor, accepted: str) -> None:
        super().__init__(b"", media_type=SNAPSHOT_MEDIA_TYPE)
        self._snapshots = snapshots
        self._actor = actor
        self._accepted = accepted

    def to_asgi_response(self, *_args: Any, **_kwargs: Any) -> ASGIApp:  # type: ignore[override]
        async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
            await self._snapshots.answer(self._actor, self._accepted, receive, send)

        return answer


def snapshot_route(snapshots: Snapshots) -> HTTPRouteHandler:
    """`GET /api/snapshot`."""

    @get(
        SNAPSHOT,
        operation_id="snapshot",
        tags=["reading"],
        description="Lines of JSON: a head, rows of one kind after the other, an end.",
        responses=documented(SnapshotHead),
        name="snapshot",
    )
    async def snapshot(
        request: AnyRequest,
        authenticated: SignedInAs,
        reason: FromQuery[str] = _FIRST,
    ) -> Response[bytes]:
        _asked.labels(reason if reason in _REASONS else "other").inc()
        accepted = request.headers.get("accept-encoding", "")
        return _SnapshotResponse(snapshots, authenticated.actor, accepted)

    return snapshot


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
