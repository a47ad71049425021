"""Who else has the same thing open: said of oneself, heard of others, kept nowhere.

A view says `opened`, `typing` and `closed`; whoever sees the thing is told by the server. What is
heard of others ends with its lease unless they say it again. Out of reach nothing is said; at the
next greeting everything that is open is said anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from clinicdesk.contract.frames import SIGNAL_LEASE_S, Signal, SignalKind, Signalled
from clinicdesk.core.clock import Now
from clinicdesk.core.listeners import Listeners

RENEWED_AFTER_S: Final = 20.0
"""Well within the lease, so that a slow moment ends nothing."""
STILL_TYPING_S: Final = 6.0
"""After the last key somebody is no longer writing but thinking."""
PACE_S: Final = 0.5
"""At most once in so long something is said: who leafs through a list is not at every row."""
CONFIRMED_WITHIN_S: Final = 5.0
"""After a greeting: who is still there has been told of anew by then."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A member of staff, at whatever device, who is at something.

    Attributes:
        since: When this desk first heard of it.
        about: In a room: what they have open there.
    """

    member: UUID
    typing: bool
    since: datetime
    about: UUID | None = None


class Line(Protocol):
    """The way to the server: `live.follower.Follower`.

    Attributes:
        signalled: Told of each sign of somebody else's presence.
        greeted: Told when the server has greeted: it knows of nobody here any more.
    """

    signalled: Listeners[Signalled]
    greeted: Listeners[None]

    def signal(self, signal: Signal) -> None:
        """Say it; unsaid while out of reach."""


@dataclass(slots=True)
class _Own:
    """What is open here."""

    views: int = 0
    about: UUID | None = None
    typing_until: float = 0.0
    said: tuple[SignalKind, UUID | None] | None = None
    said_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Heard:
    who: Someone
    until: float


class Presence:
    """The presences that concern this desk.

    Attributes:
        changed: Told a thread when `others` of it answers something else.
    """

    def __init__(self, line: Line, now: Now, clock: Callable[[], float] = time.monotonic) -> None:
        self.changed: Listeners[str] = Listeners()
        self._line = line
        self._now = now
        self._clock = clock
        self._own: dict[str, _Own] = {}
        self._left: set[str] = set()
        self._heard: dict[str, dict[tuple[UUID, UUID], _Heard]] = {}
        self._spoke_at = -PACE_S
        self._pulse: asyncio.Task[None] | None = None
        self._leave = [line.signalled.add(self.heard), line.greeted.add(self._on_greeting)]

    def start(self) -> None:
        """Let time pass here."""
        self._pulse = asyncio.create_task(self._keep_on(), name="presence")

    async def close(self) -> None:
        """Say nothing more; the end of the socket tells the others."""
        for leave in self._leave:
            leave()
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.gather(self._pulse, return_exceptions=True)

    # What is open here

    def opened(self, thread: str) -> None:
        """A view shows it. Each `opened` has its `closed`."""
        self._own.setdefault(thread, _Own()).views += 1
        self._left.discard(thread)
        self._speak_soon()

    def closed(self, thread: str) -> None:
        """The view shows it no more."""
        own = self._own.get(thread)
        if own is None:
            return
        own.views -= 1
        if own.views:
            return
        del self._own[thread]
        if own.said is not None:
            self._left.add(thread)
        if self._heard.pop(thread, None):
            self.changed.tell(thread)
        self._speak_soon()

    def turned_to(self, room: str, about: UUID | None) -> None:
        """In a room that is open here, this is looked at now."""
        own = self._own.get(room)
        if own is not None and own.about != about:
            own.about = about
            self._speak_soon()

    def typing(self, thread: str) -> None:
        """A key was pressed in what is open here."""
        own = self._own.get(thread)
        if own is not None:
            begins = own.typing_until <= self._clock()
            own.typing_until = self._clock() + STILL_TYPING_S
            if begins:
                self._speak_soon()

    # Who else is there

    def others(self, thread: str) -> list[Someone]:
        """Who else has it open, who came first at first; a member at several devices once."""
        return _members(heard.who for heard in self._heard.get(thread, {}).values())

    def at_what(self, room: str) -> dict[UUID, list[Someone]]:
        """Who else is at which thing in a room, as `others`."""
        there: dict[UUID, list[Someone]] = {}
        for heard in self._heard.get(room, {}).values():
            if heard.who.about is not None:
                there.setdefault(heard.who.about, []).append(heard.who)
        return {about: _members(people) for about, people in there.items()}

    # The line

    def heard(self, frame: Signalled) -> None:
        """The server tells of somebody else."""
        if frame.thread not in self._own:
            return  # on its way while this desk left
        there = self._heard.setdefault(frame.thread, {})
        key = frame.by, frame.device
        before = there.pop(key, None)
        if frame.what is not SignalKind.GONE:
            since = self._now() if before is None else before.who.since
            who = Someone(frame.by, frame.what is SignalKind.TYPING, since, frame.about)
            there[key] = _Heard(who, self._clock() + min(frame.lease_s, SIGNAL_LEASE_S))
        after = there.get(key)
        if (before and before.who) != (after and after.who):
            self.changed.tell(frame.thread)

    def _on_greeting(self, _event: None) -> None:
        self._left.clear()
        for own in self._own.values():
            own.said = None
        soon = self._clock() + CONFIRMED_WITHIN_S
        for there in self._heard.values():
            for key, heard in there.items():
                there[key] = replace(heard, until=min(heard.until, soon))
        self._speak(self._clock())

    # The clock

    def tick(self) -> None:
        """Say what is due, and forget whose lease has ended; every `PACE_S` seconds."""
        now = self._clock()
        self._speak(now)
        for thread, there in list(self._heard.items()):
            over = [key for key, heard in there.items() if heard.until <= now]
            for key in over:
                del there[key]
            if over:
                self.changed.tell(thread)

    def _speak_soon(self) -> None:
        """At once after a while of silence, otherwise with the next tick."""
        now = self._clock()
        if now - self._spoke_at >= PACE_S:
            self._speak(now)

    def _speak(self, now: float) -> None:
        for thread in self._left:
            self._say(Signal(thread=thread, what=SignalKind.GONE), now)
        self._left.clear()
        for thread, own in self._own.items():
            what = SignalKind.TYPING if own.typing_until > now else SignalKind.PRESENT
            if own.said != (what, own.about) or now - own.said_at >= RENEWED_AFTER_S:
                own.said, own.said_at = (what, own.about), now
                self._say(Signal(thread=thread, what=what, about=own.about), now)

    def _say(self, signal: Signal, now: float) -> None:
        self._spoke_at = now
        self._line.signal(signal)

    async def _keep_on(self) -> None:
        while True:
            await asyncio.sleep(PACE_S)
            self.tick()


def _members(people: Iterable[Someone]) -> list[Someone]:
    members: dict[UUID, Someone] = {}
    for who in people:
        known = members.get(who.member, who)
        members[who.member] = replace(
            known, typing=known.typing or who.typing, since=min(known.since, who.since)
        )
    return sorted(members.values(), key=lambda who: (who.since, who.member))
