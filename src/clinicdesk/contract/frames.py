"""The live feed's frames: JSON text over a WebSocket, subprotocol `clinicdesk.v1`.

An `ev` frame covers the log's interval `(from, to]` of one clinic. The desk accepts it only when
`from` is its own cursor, so a row that is not for it never looks like a gap. `to` always stands at
the end of a transaction.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType


class CloseCode(IntEnum):
    """WebSocket close codes (RFC 6455 section 7.4; 4000-4999 are private)."""

    RESTART = 1012
    AUTH = 4401
    REVOKED = 4403
    HEARTBEAT = 4408
    GAP = 4409
    SLOW = 4413
    UPGRADE = 4426
    RATE = 4429


class ResyncReason(StrEnum):
    """Why a desk must take a new snapshot."""

    EPOCH = "epoch"  # the database was restored or failed over
    EXPIRED = "expired"  # the log no longer reaches back to the cursor
    AHEAD = "ahead"  # the cursor is past the head
    DIGEST = "digest"  # the desk's rows do not add up
    ACCESS = "access"  # the desk's rights changed while it was away


class Cursor(Struct, frozen=True, kw_only=True):
    """Where a desk stands in a clinic's log, and with which rights (`access.access_digest`)."""

    clinic: UUID
    epoch: str
    seq: Annotated[int, Meta(ge=0)]
    access: str


class Hello(Struct, frozen=True, kw_only=True, tag_field="t", tag="hello"):
    """The first frame: who, on which device, from where on."""

    token: str
    device_id: UUID
    cursors: Annotated[list[Cursor], Meta(max_length=16)]


class Ack(Struct, frozen=True, kw_only=True, tag_field="t", tag="ack"):
    """Sent after the desk's own commit."""

    clinic: UUID
    to: Annotated[int, Meta(ge=0)]


class Auth(Struct, frozen=True, kw_only=True, tag_field="t", tag="auth"):
    """A fresh access token for the session that is running."""

    token: str


class Head(Struct, frozen=True, kw_only=True):
    """Where a clinic's log stands, and with which rights the server serves this desk."""

    clinic: UUID
    epoch: str
    seq: int
    access: str


class Welcome(Struct, frozen=True, kw_only=True, tag_field="t", tag="welcome"):
    """`window` is how many unacknowledged events the server sends before it waits."""

    session: UUID
    expires: datetime
    heads: list[Head]
    ping_s: int
    window: int
    server_time: datetime


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row's change: its new body, or `gone` when it is no longer this desk's to hold."""

    seq: int
    kind: str
    id: UUID
    v: int
    body: Raw | UnsetType = UNSET
    gone: bool = False
    op_id: UUID | None = None
    by: UUID | None = None  # the member who did it


class Ev(Struct, frozen=True, kw_only=True, tag_field="t", tag="ev", rename={"from_": "from"}):
    """What happened in `(from, to]`, as far as this desk may know it."""

    clinic: UUID
    epoch: str
    from_: int
    to: int
    items: list[Item]


class Heartbeat(Struct, frozen=True, kw_only=True, tag_field="t", tag="hb", omit_defaults=True):
    """Nothing happened, and the line is alive.

    `database_away_since`: or nobody knows whether anything happened, for since then the server has
    not reached its database, and takes no commands.
    """

    heads: list[Head]
    server_time: datetime
    database_away_since: datetime | None = None


class Resync(Struct, frozen=True, kw_only=True, tag_field="t", tag="resync"):
    """The cursor cannot be served: take a snapshot, then say hello again."""

    clinic: UUID
    reason: ResyncReason


class ScopeChanged(Struct, frozen=True, kw_only=True, tag_field="t", tag="scope"):
    """The member's rights changed at `seq`; the desk drops what `revoked` alone had shown it."""

    clinic: UUID
    seq: int
    access: str
    granted: list[str]
    revoked: list[str]


class Digest(Struct, frozen=True, kw_only=True, tag_field="t", tag="digest"):
    """What a desk that stands at `seq` should hold of one kind (`contract.digest.digest_of`).

    Families that were settled before `settled_before` are out of the working set and not counted
    (`contract.working_set`).
    """

    clinic: UUID
    seq: int
    kind: str
    count: int
    hash: str
    settled_before: datetime


class SignalKind(StrEnum):
    """What a signal says of its member."""

    PRESENT = "present"  # has it open
    TYPING = "typing"  # has it open and is writing
    GONE = "gone"  # has closed it


SIGNAL_LEASE_S = 30
"""Seconds for which a signal holds; whoever is still there says so again before."""

Thread = Annotated[
    str, Meta(pattern="^[a-z_]{1,32}:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
"""The thing people meet over: an entity kind and an identifier, `prescription:<id>`."""


class Signal(Struct, frozen=True, kw_only=True, tag_field="t", tag="signal", omit_defaults=True):
    """Presence at something, never logged. The server takes it only from who may see the thing,
    and tells those who are present there too. `about`: see `contract.threads.ROOMS`."""

    thread: Thread
    what: SignalKind
    about: UUID | None = None


class Signalled(Struct, frozen=True, kw_only=True, tag_field="t", tag="signal", omit_defaults=True):
    """Somebody else's presence; over when `lease_s` passes without another."""

    thread: Thread
    what: SignalKind
    by: UUID  # the member
    device: UUID
    lease_s: int
    about: UUID | None = None


class AuthOk(Struct, frozen=True, kw_only=True, tag_field="t", tag="auth_ok"):
    """The fresh token is accepted."""

    expires: datetime


class AuthExpiring(Struct, frozen=True, kw_only=True, tag_field="t", tag="auth_expiring"):
    """The token will not be good much longer: send `auth`."""

    expires: datetime


class Bye(Struct, frozen=True, kw_only=True, tag_field="t", tag="bye"):
    """The server is about to close; come back after uniform(0, `spread_ms`)."""

    code: int
    spread_ms: int


ClientFrame = Hello | Ack | Auth | Signal
ServerFrame = (
    Welcome
    | Ev
    | Heartbeat
    | Resync
    | ScopeChanged
    | Digest
    | Signalled
    | AuthOk
    | AuthExpiring
    | Bye
)

MAX_CLIENT_FRAME = 16 * 1024
"""Bytes. A desk never says more than this at once."""

_CLIENT = msgspec.json.Decoder(ClientFrame)
_SERVER = msgspec.json.Decoder(ServerFrame)


def decode_client_frame(data: bytes | str) -> ClientFrame:
    """Raises `msgspec.DecodeError` (its subclass `ValidationError` names the field)."""
    frame: ClientFrame = _CLIENT.decode(data)
    return frame


def decode_server_frame(data: bytes | str) -> ServerFrame:
    """Raises `msgspec.DecodeError`."""
    frame: ServerFrame = _SERVER.decode(data)
    return frame


def encode_frame(frame: ClientFrame | ServerFrame) -> bytes:
    """The frame as it travels."""
    return msgspec.json.encode(frame)
