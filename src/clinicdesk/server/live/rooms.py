"""Who is present where, on this server and on its peers, and who is told of it. No I/O, no clock.

A room is a clinic's thread. Each who is present has a seat in it: that of a socket of this server,
or one that a peer told of. A person is a member at a device; nobody is told of their own person.
Times are seconds of any monotonic clock.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple, TypeAlias
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.frames import SignalKind, Signalled

SocketKey: TypeAlias = Hashable
"""What the gateway knows a socket by."""


class Place(NamedTuple):
    """A thread of a clinic."""

    clinic: UUID
    thread: str


class Person(NamedTuple):
    """A member of staff at a device."""

    member: UUID
    device: UUID


class AtPeer(NamedTuple):
    """Somebody at another server."""

    server: UUID
    person: Person


Source: TypeAlias = SocketKey | AtPeer


class Tell(Struct, frozen=True):
    """A frame for these sockets."""

    sockets: list[SocketKey]
    frame: Signalled


@dataclass(slots=True)
class Seat:
    """One presence.

    Attributes:
        socket: Who is to be told of the others; None at a peer.
        until: When it ends unless it is renewed.
        deaf: Is told nothing, until it is known again that they may be here.
    """

    person: Person
    what: SignalKind
    about: UUID | None
    until: float
    socket: SocketKey | None = None
    deaf: bool = False


class Rooms:
    """All rooms in which somebody is."""

    def __init__(self) -> None:
        self._rooms: dict[Place, dict[Source, Seat]] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    def seat(self, place: Place, source: Source) -> Seat | None:
        """Where somebody sits, if they do."""
        return self._rooms.get(place, {}).get(source)

    def local_seats(self) -> Iterator[tuple[Place, Seat]]:
        """The seats of this server's own sockets."""
        for place, room in self._rooms.items():
            for seat in room.values():
                if seat.socket is not None:
                    yield place, seat

    def take(self, place: Place, source: Source, seat: Seat, now: float) -> list[Tell]:
        """Sit down, or go on sitting: the others are told, and a newcomer is told of them."""
        room = self._rooms.setdefault(place, {})
        before = room.get(source)
        room[source] = seat
        told = self._announce(place, seat.person, now)
        if seat.socket is not None and not seat.deaf and (before is None or before.deaf):
            told += self._recap(place, seat, now)
        return told

    def leave(self, place: Place, source: Source, now: float) -> list[Tell]:
        """Rise: the others are told."""
        room = self._rooms.get(place, {})
        seat = room.pop(source, None)
        if seat is None:
            return []
        told = self._announce(place, seat.person, now)
        if not room:
            del self._rooms[place]
        return told

    def over(self, now: float) -> list[tuple[Place, Source]]:
        """The seats whose time has run out."""
        return [
            (place, source)
            for place, room in self._rooms.items()
            for source, seat in room.items()
            if seat.until <= now
        ]

    def shown(self, place: Place, person: Person, *, here: bool = False) -> Seat | None:
        """What is said of a person, whose sockets may be several while one dies; None: gone.

        `here`: as far as this server's own sockets tell.
        """
        seats = [
            seat
            for seat in self._rooms.get(place, {}).values()
            if seat.person == person and (seat.socket is not None or not here)
        ]
        return max(seats, key=_weight, default=None)

    def _announce(self, place: Place, person: Person, now: float) -> list[Tell]:
        """Tell everybody else how it stands with a person."""
        sockets: list[SocketKey] = [
            seat.socket
            for seat in self._rooms[place].values()
            if seat.socket is not None and not seat.deaf and seat.person != person
        ]
        if not sockets:
            return []
        return [Tell(sockets, _said(place, person, self.shown(place, person), now))]

    def _recap(self, place: Place, newcomer: Seat, now: float) -> list[Tell]:
        people = {seat.person for seat in self._rooms[place].values()} - {newcomer.person}
        return [
            Tell([newcomer.socket], _said(place, person, self.shown(place, person), now))
            for person in sorted(people)
        ]


def _weight(seat: Seat) -> tuple[bool, float]:
    return seat.what is SignalKind.TYPING, seat.until


def _said(place: Place, person: Person, seat: Seat | None, now: float) -> Signalled:
    return Signalled(
        thread=place.thread,
        what=SignalKind.GONE if seat is None else seat.what,
        by=person.member,
        device=person.device,
        lease_s=0 if seat is None else max(1, ceil(seat.until - now)),
        about=None if seat is None else seat.about,
    )
