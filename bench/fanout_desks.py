"""Many desks of several roles at one server, as bare sockets, and changes that all of them see."""

from __future__ import annotations

import base64
import socket
import struct
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from bench.fanout_server import SECRET, FanoutServer
from bench.server_place import Place
from clinicdesk.contract.entities import Role
from clinicdesk.contract.frames import Hello, encode_frame
from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import SUBPROTOCOL
from clinicdesk.server.domain.staff import Tokens

ROLES: Final = (Role.ADMIN, Role.RECEPTION, Role.THERAPIST, Role.PHARMACIST)
"""Reception sees another view of a prescription than the others."""
_AT_ONCE: Final = 200


async def sign_in(place: Place, count: int) -> list[str]:
    """The access tokens of `count` desks, the roles in turn, each with a session of its own."""
    members = [place.people[role].member for role in ROLES]
    tokens = Tokens(SECRET.encode())
    sessions = [
        {
            "session": uuid4(), "device": uuid4(), "account": member.account_id,
            "clinic": member.clinic_id, "member": member.id,
        }
        for member in (members[number % len(members)] for number in range(count))
    ]  # fmt: skip
    columns = {key: [session[key] for session in sessions] for key in sessions[0]}
    async with place.database.as_owner() as tx:
        await tx.execute(_DEVICES, columns)
        await tx.execute(_SESSIONS, columns)
    now = datetime.now(UTC)
    return [tokens.access(session["session"], now)[0] for session in sessions]


def connected(
    server: FanoutServer, count: int, receive_buffer: int | None = None
) -> list[socket.socket]:
    """Sockets on which WebSocket is spoken and nothing has been said."""
    sockets = []
    for begin in range(0, count, _AT_ONCE):
        some = [
            _connection(server.port, receive_buffer) for _ in range(min(_AT_ONCE, count - begin))
        ]
        for one in some:
            one.sendall(upgrade(LIVE, SUBPROTOCOL))
        for one in some:
            read_head(one)
        sockets += some
    return sockets


def greet(sockets: list[socket.socket], tokens: list[str]) -> None:
    """Say hello on all of them at once, and wait until all are welcomed."""
    for one, token in zip(sockets, tokens, strict=True):
        hello = Hello(token=token, device_id=uuid4(), cursors=[])
        one.sendall(client_frame(encode_frame(hello)))
    for one in sockets:
        if b'"welcome"' not in read_frame(one):
            raise SystemExit("a desk was not welcomed")
        one.setblocking(False)


async def change(place: Place, count: int) -> int:
    """Commit so many new prescriptions in one transaction; the log's last number.

    Every desk of `ROLES` sees each of them.
    """
    people = place.people
    async with place.database.as_owner() as tx:
        await tx.execute(
            _PRESCRIPTIONS,
            {
                "clinic": place.clinic_id,
                "count": count,
                "practitioner": people[Role.THERAPIST].member.practitioner_id,
                "pharmacy": people[Role.PHARMACIST].member.pharmacy_id,
                "by": people[Role.THERAPIST].member.id,
            },
        )
        return int(await tx.value(_HEAD, {"clinic": place.clinic_id}))


def upgrade(path: str, subprotocol: str = "") -> bytes:
    """The request for a WebSocket."""
    key = base64.b64encode(bytes(16)).decode()
    offered = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{offered}\r\n"
    ).encode()


def client_frame(payload: bytes, opcode: int = 1) -> bytes:
    """A frame as a client sends it, with a mask of zeroes."""
    first = 0x80 | opcode
    if len(payload) < 126:
        return struct.pack("!BB", first, 0x80 | len(payload)) + bytes(4) + payload
    return struct.pack("!BBH", first, 0x80 | 126, len(payload)) + bytes(4) + payload


def read_head(one: socket.socket) -> None:
    """Read the answer to `upgrade`, and no further."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = one.recv(1)
        if not piece:
            raise SystemExit(f"no WebSocket: {head!r}")
        head += piece
    if b" 101 " not in head.partition(b"\r\n")[0]:
        raise SystemExit(f"no WebSocket: {head!r}")


def read_frame(one: socket.socket) -> bytes:
    """The payload of the next frame."""
    length = _exactly(one, 2)[1]
    if length == 126:
        (length,) = struct.unpack("!H", _exactly(one, 2))
    return _exactly(one, length)


def _connection(port: int, receive_buffer: int | None) -> socket.socket:
    one = socket.socket()
    if receive_buffer is not None:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    one.connect(("127.0.0.1", port))
    return one


def _exactly(one: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = one.recv(size - len(data))
        if not piece:
            raise SystemExit("the server closed a socket")
        data += piece
    return data


_DEVICES: Final = """
insert into device (id, account_id, name, public_key)
select *, 'bench', '\\x00'::bytea from unnest(%(device)s::uuid[], %(account)s::uuid[])
"""
_SESSIONS: Final = """
insert into session (id, account_id, device_id, clinic_id, member_id, expires_at)
select *, now() + interval '1 hour' from
  unnest(%(session)s::uuid[], %(account)s::uuid[], %(device)s::uuid[], %(clinic)s::uuid[],
         %(member)s::uuid[])
"""
_PRESCRIPTIONS: Final = """
insert into prescription (id, clinic_id, version, code, patient_id, practitioner_id, pharmacy_id,
  status, signed_at, note, item_count, controlled, total_minor, paid_minor, currency, created_at,
  paid_at, updated_at, updated_by)
select id, %(clinic)s, 1, 'B-' || left(id::text, 18), (select min(id::text)::uuid from patient
  where clinic_id = %(clinic)s), %(practitioner)s, %(pharmacy)s, 'PAID', now(), 'after food', 1,
  false, 1000, 1000, 'NZD', now(), now(), now(), %(by)s
from (select gen_random_uuid() as id from generate_series(1, %(count)s)) as fresh
"""
_HEAD: Final = "select seq from clinic_head where clinic_id = %(clinic)s"
