"""Presence: who has the same thing open, told to those who are there too. No I/O, no clock.

A desk says `present` at a thread, or `typing`, and says it again within `SIGNAL_LEASE_S`. It is let
in after the database has said, under the member's row-level security, that they may see the row;
`Ask` is that question, and it is put again at each renewal and when rights change. Nothing of this
is logged, and a refusal is not told: it would say that the row exists.

    heard -> Ask -> answered -> Tell, PassOn

`PassOn` goes to the other servers, whose words come in by `from_peer`. What a server that died had
told ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.frames import SIGNAL_LEASE_S, CloseCode, Signal, SignalKind
from clinicdesk.contract.threads import KINDS, ROOMS, split_thread
from clinicdesk.server.database.database import Actor
from clinicdesk.server.live.peer_words import (
    Word,
    decode_words,
    encode_question,
    encode_words,
)
from clinicdesk.server.live.rooms import AtPeer, Person, Place, Rooms, Seat, SocketKey, Tell

MOST_THREADS: Final = 8
"""At which one socket may be present at a time."""
SIGNALS_PER_S: Final = 20.0
SIGNALS_AT_ONCE: Final = 40.0
ASK_AGAIN_S: Final = 5.0
"""An answer of the database is good for so long; somebody typing does not ask at each key."""


class Ask(Struct, frozen=True):
    """May `who` be present at the thread, and does `about` lie in that room? Say `answered`."""

    socket: SocketKey
    who: Actor
    thread: str
    about: UUID | None
    turn: int


class PassOn(Struct, frozen=True):
    """For all other servers."""

    data: bytes


class Misuse(Enum):
    """What no desk does; the socket is to be closed."""

    NO_SUCH_THREAD = "a signal at nothing that can be met over"
    TOO_MANY = "present at too many things"
    TOO_FAST = "too many signals"

    @property
    def code(self) -> int:
        """The WebSocket's close code."""
        return _MALFORMED if self is Misuse.NO_SUCH_THREAD else CloseCode.RATE


class Misused(Struct, frozen=True):
    """Close this socket."""

    socket: SocketKey
    how: Misuse


Effect: TypeAlias = Ask | Tell | PassOn | Misused

_MALFORMED: Final = 1007  # RFC 6455: data that is not consistent with the type of the message


@dataclass(slots=True)
class _Wish:
    """A signal that waits for the database's answer."""

    what: SignalKind
    about: UUID | None
    turn: int
    asked_at: float


@dataclass(slots=True)
class _Socket:
    who: Actor
    spoke_at: float
    allowance: float = SIGNALS_AT_ONCE
    permitted: dict[str, float] = field(default_factory=dict)  # thread to when it was asked
    wishes: dict[str, _Wish] = field(default_factory=dict)

    def may_speak(self, now: float) -> bool:
        earned = (now - self.spoke_at) * SIGNALS_PER_S
        self.allowance = min(SIGNALS_AT_ONCE, self.allowance + earned) - 1.0
        self.spoke_at = now
        return self.allowance >= 0.0


class Signals:
    """The presences that this server knows of."""

    def __init__(self, server: UUID) -> None:
        self._server = server
        self._rooms = Rooms()
        self._sockets: dict[SocketKey, _Socket] = {}
        self._turns = 0
        self._renewals: dict[tuple[Place, Person], None] = {}  # told to the peers at the next tick

    # What the sockets bring

    def heard(self, socket: SocketKey, who: Actor, signal: Signal, now: float) -> list[Effect]:
        """A desk says that it is somewhere, or has left."""
        known = self._sockets.get(socket)
        if known is None:
            known = self._sockets[socket] = _Socket(who, now)
        elif known.who != who:  # said hello again, as somebody else
            return [*self.left(socket, now), *self.heard(socket, who, signal, now)]
        if not known.may_speak(now):
            return [Misused(socket, Misuse.TOO_FAST)]
        kind, _row = split_thread(signal.thread)
        if kind not in KINDS or (signal.about is not None and kind not in ROOMS):
            return [Misused(socket, Misuse.NO_SUCH_THREAD)]
        if signal.what is SignalKind.GONE:
            return self._leave(socket, known, signal.thread, now)
        asked_at = known.permitted.get(signal.thread)
        if asked_at is not None and now - asked_at < ASK_AGAIN_S:
            seat = self._rooms.seat(_place(known, signal.thread), socket)
            if seat is not None and not seat.deaf and seat.about == signal.about:
                return self._sit(socket, known, signal.thread, signal.what, signal.about, now)
        return self._wish(socket, known, signal, now)

    def left(self, socket: SocketKey, now: float) -> list[Effect]:
        """The socket is gone."""
        known = self._sockets.pop(socket, None)
        if known is None:
            return []
        effects: list[Effect] = []
        for thread in list(known.permitted):
            effects += self._leave(socket, known, thread, now)
        return effects

    def rights_changed(self, socket: SocketKey, now: float) -> list[Effect]:
        """What this member may see has changed: they are told nothing until it is asked anew."""
        known = self._sockets.get(socket)
        if known is None:
            return []
        for thread in known.permitted:
            seat = self._rooms.seat(_place(known, thread), socket)
            if seat is not None:
                seat.deaf = True
                known.wishes.setdefault(thread, _Wish(seat.what, seat.about, 0, now))
        return [self._ask(socket, known, thread, now) for thread in known.wishes]

    # What the database answers

    def answered(self, ask: Ask, may: bool, now: float) -> list[Effect]:
        """The answer to an `Ask`; one that is overtaken counts for nothing."""
        known = self._sockets.get(ask.socket)
        wish = None if known is None else known.wishes.get(ask.thread)
        if known is None or wish is None or wish.turn != ask.turn:
            return []
        del known.wishes[ask.thread]
        if not may:
            return self._leave(ask.socket, known, ask.thread, now)
        known.permitted[ask.thread] = wish.asked_at
        return self._sit(ask.socket, known, ask.thread, wish.what, wish.about, now)

    def unanswered(self, ask: Ask) -> None:
        """The database does not answer: the next signal asks again, or the presence ends."""
        known = self._sockets.get(ask.socket)
        wish = None if known is None else known.wishes.get(ask.thread)
        if known is not None and wish is not None and wish.turn == ask.turn:
            del known.wishes[ask.thread]

    # What the peers say

    def ask_peers(self) -> PassOn:
        """For a server that has just come."""
        return PassOn(encode_question(self._server))

    def from_peer(self, data: bytes, now: float) -> list[Effect]:
        """Words of another server. Its own, and those of another version, mean nothing."""
        said = decode_words(data)
        if said is None or said.server == self._server:
            return []
        effects: list[Effect] = []
        for word in said.words:
            effects += self._take_word(said.server, word, now)
        if said.asks:
            here = [(place, seat.person) for place, seat in self._rooms.local_seats()]
            effects += self._pass_on(list(dict.fromkeys(here)), now)
        return effects

    def _take_word(self, server: UUID, word: Word, now: float) -> list[Tell]:
        place = Place(word.clinic, word.thread)
        person = Person(word.member, word.device)
        source = AtPeer(server, person)
        if word.what is SignalKind.GONE:
            return self._rooms.leave(place, source, now)
        until = now + min(word.lease_s, SIGNAL_LEASE_S)
        return self._rooms.take(place, source, Seat(person, word.what, word.about, until), now)

    # The clock

    def tick(self, now: float) -> list[Effect]:
        """To be called about once a second."""
        effects: list[Effect] = []
        for place, source in self._rooms.over(now):
            effects += self._rooms.leave(place, source, now)
            known = self._sockets.get(source)
            if known is not None:
                known.permitted.pop(place.thread, None)
        renewals, self._renewals = self._renewals, {}
        return [*effects, *self._pass_on(list(renewals), now)]

    # Inside

    def _wish(self, socket: SocketKey, known: _Socket, signal: Signal, now: float) -> list[Effect]:
        wish = known.wishes.get(signal.thread)
        if wish is not None and wish.about == signal.about:
            wish.what = signal.what  # the question is on its way
            return []
        others = (known.permitted.keys() | known.wishes.keys()) - {signal.thread}
        if len(others) >= MOST_THREADS:
            return [Misused(socket, Misuse.TOO_MANY)]
        known.wishes[signal.thread] = _Wish(signal.what, signal.about, 0, now)
        return [self._ask(socket, known, signal.thread, now)]

    def _ask(self, socket: SocketKey, known: _Socket, thread: str, now: float) -> Ask:
        self._turns += 1
        wish = known.wishes[thread]
        wish.turn, wish.asked_at = self._turns, now
        return Ask(socket, known.who, thread, wish.about, wish.turn)

    def _sit(
        self,
        socket: SocketKey,
        known: _Socket,
        thread: str,
        what: SignalKind,
        about: UUID | None,
        now: float,
    ) -> list[Effect]:
        place, person = _place(known, thread), _person(known)
        until = known.permitted[thread] + SIGNAL_LEASE_S
        before = self._rooms.seat(place, socket)
        seat = Seat(person, what, about, until, socket)
        effects: list[Effect] = [*self._rooms.take(place, socket, seat, now)]
        if before is not None and (before.what, before.about) == (what, about):
            self._renewals[place, person] = None
            return effects
        return effects + self._pass_on([(place, person)], now)

    def _leave(self, socket: SocketKey, known: _Socket, thread: str, now: float) -> list[Effect]:
        known.wishes.pop(thread, None)
        if known.permitted.pop(thread, None) is None:
            return []
        place = _place(known, thread)
        told = self._rooms.leave(place, socket, now)
        return [*told, *self._pass_on([(place, _person(known))], now)]

    def _pass_on(self, people: list[tuple[Place, Person]], now: float) -> list[Effect]:
        words = [self._word(place, person, now) for place, person in people]
        for place, person in people:
            self._renewals.pop((place, person), None)
        return [PassOn(data) for data in encode_words(self._server, words)]

    def _word(self, place: Place, person: Person, now: float) -> Word:
        seat = self._rooms.shown(place, person, here=True)
        return Word(
            clinic=place.clinic,
            thread=place.thread,
            what=SignalKind.GONE if seat is None else seat.what,
            member=person.member,
            device=person.device,
            lease_s=0.0 if seat is None else seat.until - now,
            about=None if seat is None else seat.about,
        )


def _place(known: _Socket, thread: str) -> Place:
    return Place(known.who.clinic_id, thread)


def _person(known: _Socket) -> Person:
    return Person(known.who.member_id, known.who.device_id)
