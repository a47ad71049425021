"""The pump between the protocol and a real socket; the one owner of the connection's status."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.frames import (
    CloseCode,
    Cursor,
    Digest,
    ResyncReason,
    Signal,
    Signalled,
)
from clinicdesk.contract.problems import NotAllowed, Refusal, SessionExpired, WrongProtocol
from clinicdesk.contract.session import LIVE, SNAPSHOT
from clinicdesk.contract.version import PROTOCOL, PROTOCOL_HEADER, SUBPROTOCOL
from clinicdesk.core.bodies import BadFrame
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.live.effects import (
    Apply,
    CaughtUp,
    ChangeScopes,
    Close,
    Compare,
    Connect,
    Cut,
    DatabaseAway,
    DatabaseBack,
    Effect,
    FetchSnapshot,
    RenewToken,
    Send,
    Serving,
    Stopped,
    Told,
)
from clinicdesk.core.live.link import Link, LinkStatus
from clinicdesk.core.live.protocol import TICK_S, FeedProtocol, Phase
from clinicdesk.core.replica import Replica
from clinicdesk.core.session import Session
from clinicdesk.core.snapshot_reader import CODINGS, BadSnapshot
from clinicdesk.core.trace import Trace
from clinicdesk.core.transport import Stream, StreamCut, Unreachable, unreachable, wrong_protocol

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

_CONNECT_TIMEOUT_S: Final = 5.0
_SNAPSHOT_IDLE_S: Final = 60.0
"""A server that others ask as well has this desk wait for its turn."""
_DROP_AGAIN_S: Final = 5.0
_LARGEST_FRAME: Final = 16 * 1024 * 1024

_RESTARTS = "The server is restarting; this desk reconnects by itself."
_CUT = "The connection to the server was cut; this desk reconnects by itself."
_NO_DATABASE = (
    "The server cannot reach its database. What you do is kept here, and sent when it can."
)
_SIGN_IN = "Your session has ended; please sign in again."
_REVOKED = "Your access to this clinic has been withdrawn; ask your administrator."
_UPGRADE = "The server is of another version than this desk; update the older of the two."
_MISTAKE = "This desk made a mistake; it fetches its rows anew by itself."
_BAD_ROWS = "The server sent data that this desk does not understand; update the older of the two."


class Follower:
    """Follows one clinic's log for one desk, from `start` to `close`.

    Attributes:
        signalled: Told of each sign of somebody else's presence.
        greeted: Told when the server has greeted, after each connecting.
    """

    def __init__(
        self,
        session: Session,
        replica: Replica,
        link: Link,
        clinic_id: UUID,
        chance: random.Random,
        trace: Trace,
    ) -> None:
        self._session = session
        self._replica = replica
        self._link = link
        self._trace = trace
        self._protocol = FeedProtocol(clinic_id, session.device.id, replica.cursor, chance)
        self._effects: asyncio.Queue[Effect] = asyncio.Queue()
        self._socket: ClientConnection | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._leave: list[Callable[[], None]] = []
        self._renewing = False
        self.signalled: Listeners[Signalled] = Listeners()
        self.greeted: Listeners[None] = Listeners()

    def start(self) -> None:
        """Begin to follow."""
        self._leave = [
            self._session.renewed.add(lambda _event: self._session_renewed()),
            self._session.ended.add(lambda _event: self._session_ended()),
        ]
        if self._session.over:
            self._session_ended()
        else:
            self._take(self._protocol.start(time.monotonic()))
        self._spawn(self._work(), "feed")
        self._spawn(self._tick(), "feed clock")

    def hurry(self) -> None:
        """Try at once instead of waiting for the next attempt."""
        self._take(self._protocol.hurry())

    def signal(self, signal: Signal) -> None:
        """Say that this desk's member is present at something; unsaid while out of reach."""
        self._take(self._protocol.signal(signal))

    async def close(self) -> None:
        """Leave the server and stop."""
        for leave in self._leave:
            leave()
        self._protocol.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._close_socket(1000)

    # Effects, one after the other

    def _take(self, effects: list[Effect]) -> None:
        for effect in effects:
            self._effects.put_nowait(effect)

    async def _work(self) -> None:
        while True:
            effect = await self._effects.get()
            try:
                await self._carry_out(effect)
            except Exception as error:  # or the desk would look live and hear of nothing any more
                self._begin_anew(effect, error)

    def _begin_anew(self, effect: Effect, error: Exception) -> None:
        """A mistake of ours, and nobody knows how far the effect came: fetch the rows."""
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"the feed failed at {type(effect).__name__}", "exception": error}
        )
        if self._protocol.phase is Phase.STOPPED:
            return  # and why has been said
        self._link.become(LinkStatus.OFFLINE, _MISTAKE)
        now = time.monotonic()
        if self._protocol.phase is Phase.SNAPSHOT:
            self._take(self._protocol.snapshot_failed(now))
        else:
            self._take(self._protocol.failed(self._present(), now, unreadable=True))

    async def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Connect(number):
                await self._connect(number)
            case Send(data):
                await self._send(data)
            case Apply():
                await self._apply(effect)
            case ChangeScopes():
                await self._change_scopes(effect)
            case Compare(digest):
                await self._compare(digest)
            case FetchSnapshot(reason):
                await self._fetch_snapshot(reason)
            case Close(code):
                await self._close_socket(code)
            case RenewToken():
                self._spawn(self._renew(), "token renewal")
            case Serving(behind):
                self._link.become(LinkStatus.CATCHING_UP if behind else LinkStatus.LIVE)
                self.greeted.tell(None)
            case CaughtUp():
                self._link.become(LinkStatus.LIVE)
                self._trace.mark("live")
            case DatabaseAway():
                self._link.become(LinkStatus.OFFLINE, _NO_DATABASE, server_answers=True)
            case DatabaseBack(behind):
                self._link.become(LinkStatus.CATCHING_UP if behind else LinkStatus.LIVE)
            case Told(signal):
                self.signalled.tell(signal)
            case Cut(expected):
                self._say_cut(expected)
            case Stopped(code):
                detail = _UPGRADE if code == CloseCode.UPGRADE else _REVOKED
                self._link.become(LinkStatus.REFUSED, detail)

    def _say_cut(self, expected: bool) -> None:
        if not expected:
            self._link.become(LinkStatus.OFFLINE, _CUT)
        elif self._link.status is not LinkStatus.OFFLINE:
            self._link.become(LinkStatus.CONNECTING, _RESTARTS)

    async def _connect(self, number: int) -> None:
        token = await self._session.access_token()
        if not isinstance(token, str):
            self._not_served(token)
            self._rest(number)
            return
        try:
            socket = self._socket = await self._open_socket()
        except Exception as error:
            # The network fails in many types: of the socket's library, of TLS, of the system.
            self._cannot_connect(number, error)
            return
        self._spawn(self._read(number, socket), "feed reader")
        self._take(self._protocol.connected(number, token, self._present(), time.monotonic()))

    async def _open_socket(self) -> ClientConnection:
        # The first time it takes many milliseconds: not on the event loop.
        await asyncio.to_thread(import_module, "websockets.asyncio.client")
        from websockets.asyncio.client import connect
        from websockets.typing import Subprotocol

        transport = self._session.transport
        tls = await asyncio.to_thread(transport.tls)
        return await connect(
            "ws" + transport.server.removeprefix("http") + LIVE,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            ssl=tls,
            proxy=None,
            open_timeout=_CONNECT_TIMEOUT_S,
            ping_interval=None,  # the server speaks every ten seconds; the protocol minds silence
            close_timeout=1.0,
            max_size=_LARGEST_FRAME,
            max_queue=64,
        )

    def _cannot_connect(self, number: int, error: Exception) -> None:
        from websockets.exceptions import InvalidStatus

        if isinstance(error, InvalidStatus):
            spoken = error.response.headers.get(PROTOCOL_HEADER, str(PROTOCOL))
            if spoken != str(PROTOCOL):
                self._not_served(wrong_protocol(spoken))
                self._rest(number)
                return
        host = self._session.transport.server.partition("//")[2]
        outcome = unreachable(host, error, timed_out=isinstance(error, TimeoutError))
        self._link.become(LinkStatus.OFFLINE, outcome.sentence)
        self._rest(number)

    def _rest(self, number: int) -> None:
        """No socket came about. Why not has been said: no word of one that was cut."""
        effects = self._protocol.disconnected(number, None, time.monotonic())
        self._take([effect for effect in effects if not isinstance(effect, Cut)])

    async def _read(self, number: int, socket: ClientConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        code: int | None = None
        try:
            async for message in socket:
                self._trace.mark("frame")
                self._take(self._protocol.receive(number, message, time.monotonic()))
        except ConnectionClosed as closed:
            code = None if closed.rcvd is None else closed.rcvd.code
        else:
            code = socket.close_code
        if socket is self._socket:
            self._socket = None
        self._take(self._protocol.disconnected(number, code, time.monotonic()))

    async def _send(self, data: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        if self._socket is not None:
            with suppress(ConnectionClosed):  # the reader tells of it
                await self._socket.send(data.decode())

    async def _close_socket(self, code: int) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close(code)

    async def _apply(self, effect: Apply) -> None:
        cursor = self._replica.cursor
        if cursor is None or effect.ev.from_ != cursor.seq:
            return  # left over from before a snapshot or a failure
        try:
            await self._replica.apply(effect.ev)
        except BadFrame:
            self._take(self._protocol.failed(cursor, time.monotonic(), unreadable=True))
        except StoreLost as lost:
            self._take(self._protocol.failed(cursor, time.monotonic(), unreadable=False))
            self._link.become(LinkStatus.OFFLINE, str(lost))
        else:
            for following in self._protocol.applied(self._present()):
                await self._carry_out(following)

    async def _change_scopes(self, effect: ChangeScopes) -> None:
        try:
            await self._replica.change_scopes(effect.frame)
        except StoreLost:
            # What may no longer be seen is still here: only a snapshot without it will do, and
            # where none is to be had any more, another try.
            self._take(self._protocol.failed(self._present(), time.monotonic(), unreadable=True))
            if self._protocol.phase is Phase.STOPPED:
                self._spawn(self._change_scopes_later(effect), "dropping what may not be seen")

    async def _change_scopes_later(self, effect: ChangeScopes) -> None:
        await asyncio.sleep(_DROP_AGAIN_S)
        if self._protocol.phase is Phase.STOPPED:
            self._take([effect])

    async def _compare(self, digest: Digest) -> None:
        if digest.kind not in ENTITIES or self._present().seq != digest.seq:
            return
        try:
            here = await self._replica.digest(digest.kind, digest.settled_before)
        except StoreLost as lost:
            self._link.become(LinkStatus.OFFLINE, str(lost))
            return
        if here is None:
            return  # this desk has let go of what the server counts
        equal = here == (digest.count, digest.hash)
        self._trace.mark("digest", kind=digest.kind, seq=digest.seq, equal=equal)
        self._take(self._protocol.compared(digest, equal=equal, now=time.monotonic()))

    async def _fetch_snapshot(self, reason: ResyncReason | None) -> None:
        if self._protocol.phase is not Phase.SNAPSHOT:
            return  # stopped, or begun anew, since this was asked for
        self._trace.mark("fetch snapshot", reason=reason or "none")
        try:
            async with self._session.transport.stream(
                _snapshot_for(reason),
                tokens=self._session,
                codings=CODINGS,
                idle_s=_SNAPSHOT_IDLE_S,
            ) as outcome:
                if not isinstance(outcome, Stream):
                    self._not_served(outcome)
                    self._take(self._protocol.snapshot_failed(time.monotonic()))
                    return
                self._link.become(LinkStatus.CATCHING_UP)
                await self._replica.swap(outcome.pieces, outcome.coding, self._link.progress_to)
        except (BadSnapshot, StoreLost, StreamCut) as error:
            detail = _BAD_ROWS if isinstance(error, BadSnapshot) else str(error)
            self._link.become(LinkStatus.OFFLINE, detail)
            self._take(self._protocol.snapshot_failed(time.monotonic()))
        else:
            self._take(self._protocol.snapshot_taken(self._present(), time.monotonic()))
        finally:
            self._link.progress_to(None)

    def _present(self) -> Cursor:
        cursor = self._replica.cursor
        assert cursor is not None  # nobody follows before the first snapshot
        return cursor

    # The session

    def _not_served(self, outcome: Refusal | Unreachable) -> None:
        """The status that says why the server gave nothing."""
        match outcome:
            case Unreachable():
                self._link.become(LinkStatus.OFFLINE, outcome.sentence)
            case SessionExpired():
                self._link.become(LinkStatus.SIGNED_OUT, _SIGN_IN)
            case WrongProtocol() | NotAllowed():
                self._link.become(LinkStatus.REFUSED, outcome.detail)
            case _:
                self._link.become(LinkStatus.OFFLINE, outcome.detail)

    async def _renew(self) -> None:
        """Get another token; `_session_renewed` passes it on. If not, the next tick asks again."""
        if not self._renewing:
            self._renewing = True
            try:
                await self._session.renew(self._session.present_token)
            finally:
                self._renewing = False

    def _session_renewed(self) -> None:
        if self._link.status is LinkStatus.SIGNED_OUT:  # the person has signed in again
            self._link.become(LinkStatus.CONNECTING)
            self._take(self._protocol.start(time.monotonic()))
        else:
            self._take(self._protocol.renewed(self._session.present_token))

    def _session_ended(self) -> None:
        self._take(self._protocol.stop())
        self._link.become(LinkStatus.SIGNED_OUT, _SIGN_IN)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._take(self._protocol.tick(time.monotonic(), time.time()))
            except Exception as error:  # without a clock no silence would ever be noticed
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "the feed's clock failed", "exception": error}
                )
            if self._socket is not None and self._session.is_due:
                self._spawn(self._renew(), "token renewal")

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A mistake of ours: it must not go unheard until the task is collected.
            task.get_loop().call_exception_handler(
                {"message": f"{task.get_name()} failed", "exception": error, "task": task}
            )


def _snapshot_for(reason: ResyncReason | None) -> str:
    """The server counts why desks come for their rows."""
    return SNAPSHOT if reason is None else f"{SNAPSHOT}?reason={reason}"
