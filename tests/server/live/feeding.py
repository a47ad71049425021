"""The gateway's parts without database and network: a log in memory, sockets that keep it all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from clinicdesk.contract.access import access_digest, scopes_of
from clinicdesk.contract.entities import ENTITIES, Member, Role
from clinicdesk.contract.frames import Ack, Cursor, Ev, Hello, ServerFrame, decode_server_frame
from clinicdesk.contract.frames import encode_frame as encoded
from clinicdesk.server.database.log import LogEntry
from clinicdesk.server.live.answers import Identity, Position
from clinicdesk.server.live.clinic_desks import ClinicDesks
from clinicdesk.server.live.desk_socket import DeskSocket
from clinicdesk.server.live.feed import ClinicFeed
from clinicdesk.server.live.message import Message
from clinicdesk.server.live.portions import MOST_ENTRIES
from clinicdesk.server.live.render import RenderedEntry
from clinicdesk.server.live.workers import Workers

CLINIC, PHARMACY, PRACTITIONER = UUID(int=1), UUID(int=2), UUID(int=3)
EPOCH = "e1"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def member(role: Role) -> Member:
    """Somebody new; every pharmacist works at the same pharmacy."""
    return Member(
        id=uuid4(), clinic_id=CLINIC, version=1, account_id=uuid4(), name="x", role=role,
        practitioner_id=PRACTITIONER if role is Role.THERAPIST else None,
        pharmacy_id=PHARMACY if role is Role.PHARMACIST else None, active=True,
    )  # fmt: skip


class MemoryFeed(ClinicFeed):
    """A clinic's log without a database.

    Attributes:
        log: All of it. reads: How often it was read.
    """

    def __init__(self) -> None:
        super().__init__(None, CLINIC, EPOCH, 0)  # type: ignore[arg-type]
        self.log: list[RenderedEntry] = []
        self.reads = 0

    def commit(self, entity: str, *, op_id: UUID | None = None, **columns: Any) -> RenderedEntry:
        """Add a change of a row that has these columns."""
        seq = len(self.log) + 1
        row = dict.fromkeys(ENTITIES[entity].__struct_fields__) | {"version": seq} | columns
        entry = RenderedEntry(
            LogEntry(
                clinic_id=CLINIC, seq=seq, at=NOON, actor_id=None, device_id=None, op_id=op_id,
                entity=entity, entity_id=UUID(str(columns.get("id", uuid4()))), version=seq,
                change="update", old=row, new=row,
            )
        )  # fmt: skip
        self.log.append(entry)
        return entry

    async def _read(self, seq: int, up_to: int | None = None) -> list[RenderedEntry]:
        self.reads += 1
        end = len(self.log) if up_to is None else up_to
        return self.log[seq : min(end, seq + MOST_ENTRIES)]


class Wire:
    """A socket whose desk reads everything, or nothing while it is `full`.

    Attributes:
        written: The very objects that were written or sent. closed: With which code.
    """

    def __init__(self) -> None:
        self.full = False
        self.written: list[bytes] = []
        self.closed: int | None = None
        self.conversation: DeskSocket | None = None

    def write(self, data: bytes) -> None:
        """Take bytes."""
        assert self.closed is None, "nothing is written after the end"
        self.written.append(data)

    def send(self, message: Message) -> None:
        """Take a message."""
        self.write(message.wire)

    def close(self, code: int, reason: str) -> None:
        """Close."""
        if self.closed is None:
            self.closed = code
            assert self.conversation is not None
            self.conversation.closing()

    def keep_alive(self, now: float) -> None:
        """It is alive."""

    def known(self) -> None:
        """Nobody counts it."""

    def abort(self) -> None:
        """Cut."""


class Seat:
    """A desk that follows the clinic.

    Attributes:
        cursor: Where it stands by what it has read. items: The sequence numbers of what it read.
    """

    wire_of = Wire

    def __init__(self, who: Member, clinic: ClinicDesks, cursor: int | None = None) -> None:
        self.who = who
        self.wire = self.wire_of()
        self.desk = DeskSocket(self.wire, None)  # type: ignore[arg-type]
        self.wire.conversation = self.desk
        self.desk.clinic = clinic
        self.items: list[int] = []
        self.scopes = scopes_of(who)
        head = clinic.feed.head
        self.cursor = head if cursor is None else cursor
        self._read = 0
        cursors = [
            Cursor(clinic=CLINIC, epoch=EPOCH, seq=self.cursor, access=access_digest(self.scopes))
        ]
        connection = self.desk.connection
        connection.receive(encoded(Hello(token="t", device_id=uuid4(), cursors=cursors)), 0.0)
        who_is_it = Identity(session_id=uuid4(), member=who, expires=NOON + timedelta(hours=1))
        position = Position(epoch=EPOCH, head=head, resumable_after=0)
        self.desk.carry_out(connection.authenticated(who_is_it, position, 0.0, NOON))
        self.desk.settle()

    def frames(self) -> list[ServerFrame]:
        """What came since this was asked last, taken in as a desk does."""
        fresh, self._read = self.wire.written[self._read :], len(self.wire.written)
        frames = [decode_server_frame(_text(data)) for data in fresh]
        for frame in frames:
            if isinstance(frame, Ev):
                assert frame.from_ == self.cursor, "the interval begins where the desk stands"
                self.cursor = frame.to
                self.items += [item.seq for item in frame.items]
        return frames

    def acknowledge(self) -> None:
        """Read and acknowledge everything."""
        self.frames()
        self.desk.received(encoded(Ack(clinic=CLINIC, to=self.cursor)), 0.0)


def make_clinic(feed: ClinicFeed) -> tuple[ClinicDesks, list[Exception]]:
    """A clinic's desks, and what goes wrong there."""
    errors: list[Exception] = []
    return ClinicDesks(feed, Workers(2, "catch-up"), lambda _batch: None, errors.append), errors


def moved(who: Member, **changes: Any) -> dict[str, Any]:
    """The columns of a member's row after a change."""
    row: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(who, **changes))
    return row


def _text(wire: bytes) -> bytes:
    length = wire[1]
    return wire[2 if length < 126 else 4 if length == 126 else 10 :]
