"""A desk's replica by the rules of the feed alone, and the socket that feeds it.

Nothing of the desk's own code is in here: what a desk has to do is written down a second time.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from typing import Any
from uuid import UUID

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from clinicdesk.contract.access import access_digest, audience_of, body_of, view_for
from clinicdesk.contract.entities import ENTITIES, Row
from clinicdesk.contract.frames import (
    Ack,
    CloseCode,
    Cursor,
    Ev,
    Head,
    Heartbeat,
    Hello,
    Resync,
    ScopeChanged,
    Welcome,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.contract.session import LIVE, SNAPSHOT
from clinicdesk.contract.snapshot import whole_snapshot
from clinicdesk.contract.version import SUBPROTOCOL
from tests.running_server import Desk

DEADLINE_S = 10.0

Rows = dict[tuple[str, UUID], dict[str, Any]]


class Seat:
    """A member's desk at the live feed.

    Attributes:
        rows: What it holds. cursor: Where it stands; None before its first snapshot.
    """

    def __init__(self, url: str, desk: Desk) -> None:
        self.desk = desk
        self.rows: Rows = {}
        self.cursor: Cursor | None = None
        self._url = "ws" + url.removeprefix("http") + LIVE
        self._scopes: frozenset[str] = frozenset()
        self._socket: ClientConnection | None = None
        self._line = ExitStack()

    @property
    def is_open(self) -> bool:
        """Whether there is a socket."""
        return self._socket is not None

    def open(self, scopes: frozenset[str]) -> int | None:
        """Connect, from the cursor if there is one. The close code when it is not taken.

        `scopes` are those of the member now, by the model.
        """
        if self.cursor is None and not self.load(scopes):
            return None
        assert self.cursor is not None
        try:
            self._connect(self.cursor)
        except ConnectionClosed as closed:
            self._socket = None
            return _code_of(closed)
        return None

    def load(self, scopes: frozenset[str]) -> bool:
        """Take a snapshot; False when there is none for this member any more."""
        answer = self.desk.get(SNAPSHOT)
        assert answer.status_code < 500, answer.text
        if not answer.is_success:
            return False
        whole = whole_snapshot(answer.content)
        self.rows = rows_of(whole.rows)
        self.cursor = Cursor(
            clinic=whole.head.clinic,
            epoch=whole.head.epoch,
            seq=whole.head.seq,
            access=whole.head.access,
        )
        self._scopes = scopes
        self._only_ours()
        return True

    def close(self) -> None:
        """Hang up, whatever is on its way."""
        self._socket = None
        with suppress(ConnectionClosed):  # the server was first
            self._line.close()

    def follow_to(self, head: int, scopes: frozenset[str], *, acknowledge: bool) -> int | None:
        """Take frames until the cursor is at `head` with the rights of now, as a desk does; the
        code when it is closed, which it must be where there are no rights any more."""
        deadline = time.monotonic() + DEADLINE_S
        wanted = access_digest(scopes)
        while self._socket is not None and self.cursor is not None:
            if scopes and self.cursor.seq >= head and self.cursor.access == wanted:
                break
            try:
                data = self._socket.recv(timeout=deadline - time.monotonic(), decode=False)
            except ConnectionClosed as closed:
                self._socket = None
                return _code_of(closed)
            except TimeoutError as error:
                raise AssertionError(f"at {self.cursor.seq}, never at {head}") from error
            self._take(bytes(data), scopes)
            if acknowledge and self._socket is not None and self.cursor is not None:
                ack = Ack(clinic=self.cursor.clinic, to=self.cursor.seq)
                with suppress(ConnectionClosed):  # which the next reading tells
                    self._socket.send(encode_frame(ack).decode())
        return None

    def _connect(self, cursor: Cursor) -> None:
        self.close()
        line = connect(
            self._url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, proxy=None
        )
        self._socket = self._line.enter_context(line)
        hello = Hello(token=self.desk.access_token, device_id=self.desk.device_id, cursors=[cursor])
        self._socket.send(encode_frame(hello).decode())
        welcome = decode_server_frame(self._socket.recv(timeout=DEADLINE_S, decode=False))
        assert isinstance(welcome, Welcome), welcome

    def _take(self, data: bytes, scopes: frozenset[str]) -> None:
        frame = decode_server_frame(data)
        assert self.cursor is not None
        match frame:
            case Ev():
                assert frame.clinic == self.cursor.clinic
                assert frame.epoch == self.cursor.epoch
                assert frame.from_ == self.cursor.seq, "a gap"
                assert frame.to > frame.from_
                self._apply(frame)
            case ScopeChanged():
                assert frame.seq == self.cursor.seq, "rights change at their place in the log"
                self._scopes = (self._scopes - set(frame.revoked)) | set(frame.granted)
                self.cursor = msgspec.structs.replace(self.cursor, access=frame.access)
                self._purge()
                if frame.granted:
                    self._start_anew(scopes)
            case Resync():
                self._start_anew(scopes)
            case Heartbeat(heads=[Head(seq=seq)]):
                assert seq >= self.cursor.seq
            case _:
                raise AssertionError(frame)

    def _start_anew(self, scopes: frozenset[str]) -> None:
        self.close()
        self.cursor, self.rows = None, {}
        code = self.open(scopes)
        assert code in (None, CloseCode.AUTH), code

    def _apply(self, ev: Ev) -> None:
        assert self.cursor is not None
        last = ev.from_
        for item in ev.items:
            assert last <= item.seq <= ev.to
            last = item.seq
            key = item.kind, item.id
            if item.gone:
                self.rows.pop(key, None)
                continue
            assert isinstance(item.body, msgspec.Raw)
            body = msgspec.json.decode(item.body)
            assert body["version"] == item.v
            held = self.rows.get(key)
            if held is not None:
                assert item.v >= held["version"], "a version went back"
            if held is None or item.v > held["version"]:
                self.rows[key] = body
        self.cursor = msgspec.structs.replace(self.cursor, seq=ev.to)
        self._only_ours()

    def _purge(self) -> None:
        """Drop what is not shown any more, and the fields that a narrower view hides."""
        for (kind, row_id), row in [*self.rows.items()]:
            view = view_for(self._scopes, audience_of(kind, row))
            if view is None:
                del self.rows[kind, row_id]
            else:
                self.rows[kind, row_id] = body_of(kind, view, row)

    def _only_ours(self) -> None:
        assert self.cursor is not None
        for key, row in self.rows.items():
            assert row["clinic_id"] == str(self.cursor.clinic), ("of another clinic", key)


def _code_of(closed: ConnectionClosed) -> int:
    """What the server said when it closed; it never just hangs up."""
    frame = closed.rcvd
    assert frame is not None
    return frame.code


def rows_of(rows: dict[str, list[msgspec.Raw]]) -> Rows:
    """The rows of a snapshot by their identity."""
    found: Rows = {}
    for kind, bodies in rows.items():
        for raw in bodies:
            body = msgspec.json.decode(raw)
            found[kind, UUID(body["id"])] = body
    return found


def as_entities(rows: Rows) -> dict[tuple[str, UUID], Row]:
    """For comparing: a time may be written in two ways, and means the same."""
    return {
        (kind, row_id): msgspec.convert(body, ENTITIES[kind], strict=False)
        for (kind, row_id), body in rows.items()
    }
