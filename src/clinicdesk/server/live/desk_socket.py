"""One desk's socket and its conversation, and where it stands in its clinic's feed."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from clinicdesk.server.database.database import Actor
from clinicdesk.server.live.effects import Authenticate, Close, Effect, Send
from clinicdesk.server.live.protocol import LiveConnection, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from clinicdesk.contract.entities import Member
    from clinicdesk.contract.frames import Digest, Signal
    from clinicdesk.server.live.clinic_desks import ClinicDesks
    from clinicdesk.server.live.lane import Lane
    from clinicdesk.server.live.message import Message


class Socket(Protocol):
    """What a conversation needs of a WebSocket. Nothing of it waits."""

    @property
    def full(self) -> bool:
        """The desk does not read: what can wait should."""
        ...

    @property
    def write(self) -> Callable[[bytes], None]:
        """Writes the bytes of whole frames, until `closing`."""
        ...

    def send(self, message: Message) -> None:
        """Send one message."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Close with a code of `contract.frames.CloseCode`."""
        ...

    def keep_alive(self, now: float) -> None:
        """To be called about once a second."""
        ...

    def known(self) -> None:
        """The desk has shown a good token."""
        ...

    def abort(self) -> None:
        """End the connection at once."""
        ...


class Gateway(Protocol):
    """What a conversation needs of who has all of them."""

    def authenticate(self, desk: DeskSocket, token: str) -> None:
        """Look a token up, and tell the conversation."""
        ...

    def heard(self, desk: DeskSocket, signal: Signal) -> None:
        """A desk tells of its presence."""
        ...

    def lost(self, desk: DeskSocket) -> None:
        """A desk is gone."""
        ...


class DeskSocket:
    """Carries out what the conversation asks for.

    Attributes:
        socket: Its wire. connection: The conversation, without I/O.
        session_id: Of the token that was shown last; None before the first.
        clinic: Where it follows the log; None before it is known.
        lane: Those that it is abreast of the log with; None: it lies behind.
        catching_up: It lies behind, and its turn to be read for will come.
    """

    __slots__ = ("_gateway", "catching_up", "clinic", "connection", "lane", "session_id",
                 "socket")  # fmt: skip

    def __init__(self, socket: Socket, gateway: Gateway) -> None:
        self._gateway = gateway
        self.socket = socket
        self.connection = LiveConnection(time.monotonic())
        self.session_id: UUID | None = None
        self.clinic: ClinicDesks | None = None
        self.lane: Lane | None = None
        self.catching_up = False

    @property
    def wants_after(self) -> int | None:
        """Where it takes the log from; None: it has to wait."""
        if self.lane is not None:
            self.lane.settle(self)
        return None if self.socket.full else self.connection.wants_after

    @property
    def who(self) -> Actor | None:
        """Who is on the other end, once known."""
        member, device_id = self.connection.member, self.connection.device_id
        if member is None or device_id is None:
            return None
        return Actor(
            clinic_id=member.clinic_id,
            member_id=member.id,
            account_id=member.account_id,
            device_id=device_id,
        )

    @property
    def live_member(self) -> Member | None:
        """Who is on the other end, while the log is sent to them."""
        return self.connection.member if self.connection.phase is Phase.LIVE else None

    # What the socket brings

    def received(self, text: bytes, now: float) -> None:
        """The desk said something."""
        if self.lane is not None:
            self.lane.settle(self)
        self.carry_out(self.connection.receive(text, now))
        if self.lane is None:
            self.settle()

    def filled(self) -> None:
        """The desk does not read."""
        self.settle()

    def took(self) -> None:
        """The desk reads again."""
        self.settle()

    def closing(self) -> None:
        """The connection ends, and takes nothing more."""
        self.connection.end()
        if self.clinic is not None:
            self.clinic.leave(self)
            self.clinic = None

    def lost(self) -> None:
        """The connection is gone."""
        self._gateway.lost(self)

    # What the gateway brings

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Do what the conversation asks for, in its order."""
        for effect in effects:
            if isinstance(effect, Send):
                self.socket.send(effect.message)
            elif isinstance(effect, Authenticate):
                self._gateway.authenticate(self, effect.token)
            elif isinstance(effect, Close):
                self.socket.close(effect.code, effect.reason)
            else:
                self._gateway.heard(self, effect.signal)

    def settle(self) -> None:
        """See whether it still goes along with the feed, or can again."""
        if self.clinic is not None:
            self.clinic.settle(self)

    def tick(self, now: float, wall: datetime, database_away_since: datetime | None = None) -> None:
        """To be called about once a second."""
        self.socket.keep_alive(now)
        head = self.clinic.feed.head if self.clinic is not None else 0
        self.carry_out(self.connection.tick(now, wall, head, database_away_since))
        if self.lane is None or self.connection.phase is not Phase.LIVE:
            self.settle()

    def bye(self, spread_ms: int) -> None:
        """Say that the server stops, and close."""
        self.carry_out(self.connection.bye(spread_ms, time.monotonic()))

    def tell(self, message: Message) -> None:
        """Tell of somebody's presence, unless the log rests or the desk does not read."""
        if self.connection.phase is Phase.LIVE and not self.socket.full:
            self.socket.send(message)

    def misused(self, code: int, reason: str) -> None:
        """Close: no desk does this."""
        self.carry_out(self.connection.misused(code, reason))

    async def compare(self, digest: Digest) -> None:
        """Have the desk compare its rows, if it has been sent just what the digest counts."""
        if self.clinic is not None:
            await self.clinic.compare(self, digest)

    def session_ended(self) -> None:
        """Close: whoever it was has signed out."""
        self.carry_out(self.connection.ended())
