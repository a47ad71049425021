"""What a desk says of where it is, and what it knows of others, by an injected clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from clinicdesk.contract.frames import SIGNAL_LEASE_S, Signal, SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.presence import (
    CONFIRMED_WITHIN_S,
    PACE_S,
    RENEWED_AFTER_S,
    STILL_TYPING_S,
    Presence,
)

ASHA, BEN = uuid4(), uuid4()
THING = thread_of("prescription", uuid4())
OTHER_THING = thread_of("prescription", uuid4())
ROOM = thread_of("pharmacy", uuid4())
PRESENT, TYPING, GONE = SignalKind.PRESENT, SignalKind.TYPING, SignalKind.GONE
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Place:
    """A desk's presence, the line it speaks on, and its clock."""

    def __init__(self) -> None:
        self.signalled: Listeners[Signalled] = Listeners()
        self.greeted: Listeners[None] = Listeners()
        self.time = 100.0
        self._said: list[Signal] = []
        self.changed: list[str] = []
        self.presence = Presence(
            self, lambda: NOON + timedelta(seconds=self.time), lambda: self.time
        )
        self.presence.changed.add(self.changed.append)
        self.greeted.tell(None)

    def signal(self, signal: Signal) -> None:
        self._said.append(signal)

    def after(self, seconds: float) -> None:
        """Let time pass, as the pulse does."""
        while seconds > 0:
            step = min(PACE_S, seconds)
            self.time += step
            seconds -= step
            self.presence.tick()

    def said(self) -> list[tuple[str, SignalKind]]:
        said, self._said = self._said, []
        return [(signal.thread, signal.what) for signal in said]

    def named(self) -> list[UUID | None]:
        said, self._said = self._said, []
        return [signal.about for signal in said if signal.what is not GONE]

    def hears(
        self,
        by: UUID,
        what: SignalKind = PRESENT,
        thread: str = THING,
        device: UUID | None = None,
        about: UUID | None = None,
        lease_s: int = SIGNAL_LEASE_S,
    ) -> None:
        told = Signalled(
            thread=thread, what=what, by=by, device=device or by, lease_s=lease_s, about=about
        )
        self.signalled.tell(told)

    def sees(self, thread: str = THING) -> list[tuple[UUID, bool]]:
        return [(who.member, who.typing) for who in self.presence.others(thread)]


@pytest.fixture
def place() -> Place:
    return Place()


def test_what_is_opened_is_said_at_once_and_again_before_the_lease_ends(place: Place) -> None:
    place.presence.opened(THING)
    assert place.said() == [(THING, PRESENT)]
    place.after(RENEWED_AFTER_S - 1)
    assert place.said() == []
    place.after(1)
    assert place.said() == [(THING, PRESENT)]
    assert RENEWED_AFTER_S < SIGNAL_LEASE_S


def test_what_is_closed_is_said_once(place: Place) -> None:
    place.presence.opened(THING)
    place.after(1)
    place.presence.closed(THING)
    place.after(60)
    assert place.said() == [(THING, PRESENT), (THING, GONE)]


def test_two_views_of_one_thing_are_one_presence(place: Place) -> None:
    place.presence.opened(THING)
    place.presence.opened(THING)
    place.presence.closed(THING)
    place.after(1)
    assert place.said() == [(THING, PRESENT)]
    place.presence.closed(THING)
    assert place.said() == [(THING, GONE)]


def test_who_leafs_through_a_list_is_not_at_every_row(place: Place) -> None:
    threads = [thread_of("prescription", uuid4()) for _ in range(20)]
    for thread in threads:
        place.presence.opened(thread)
        place.presence.closed(thread)
    place.presence.opened(threads[-1])
    place.after(PACE_S)
    assert place.said() == [
        (threads[0], PRESENT), (threads[0], GONE), (threads[-1], PRESENT)
    ]  # fmt: skip


def test_writing_is_said_at_its_first_key_and_its_end_after_the_last(place: Place) -> None:
    place.presence.opened(THING)
    place.after(1)
    place.said()
    for _ in range(20):
        place.presence.typing(THING)
        place.after(0.1)
    assert place.said() == [(THING, TYPING)]
    place.after(STILL_TYPING_S)
    assert place.said() == [(THING, PRESENT)]


def test_keys_in_what_is_not_open_say_nothing(place: Place) -> None:
    place.presence.typing(THING)
    place.presence.closed(THING)
    place.presence.turned_to(ROOM, uuid4())
    place.after(60)
    assert place.said() == []


def test_in_a_room_one_says_what_one_looks_at(place: Place) -> None:
    first, second = uuid4(), uuid4()
    place.presence.opened(ROOM)
    place.after(1)
    for about in (first, first, second, None):
        place.presence.turned_to(ROOM, about)
        place.after(1)
    assert place.named() == [None, first, second, None]


def test_after_each_greeting_everything_is_said_anew(place: Place) -> None:
    place.presence.opened(THING)
    place.presence.opened(ROOM)
    place.presence.opened(OTHER_THING)
    place.after(1)
    place.said()
    place.presence.closed(OTHER_THING)  # out of reach: it comes to nothing
    place.after(5)
    place.said()
    place.greeted.tell(None)
    assert place.said() == [(THING, PRESENT), (ROOM, PRESENT)]


def test_others_are_seen_until_they_leave(place: Place) -> None:
    place.presence.opened(THING)
    place.hears(ASHA)
    place.after(1)
    place.hears(BEN)
    place.hears(ASHA, TYPING)
    assert place.sees() == [(ASHA, True), (BEN, False)]
    place.hears(ASHA, GONE)
    assert place.sees() == [(BEN, False)]
    assert place.changed == [THING] * 4


def test_others_are_forgotten_when_their_lease_ends(place: Place) -> None:
    place.presence.opened(THING)
    place.hears(ASHA)
    place.hears(BEN, lease_s=5)
    place.after(10)
    assert place.sees() == [(ASHA, False)]
    place.hears(ASHA)
    place.after(SIGNAL_LEASE_S - 1)
    assert place.sees() == [(ASHA, False)]
    place.after(1)
    assert place.sees() == []


def test_a_renewal_changes_nothing_that_is_seen(place: Place) -> None:
    place.presence.opened(THING)
    place.hears(ASHA)
    (before,) = place.presence.others(THING)
    place.after(20)
    place.hears(ASHA)
    assert place.presence.others(THING) == [before]
    assert place.changed == [THING]


def test_a_member_at_two_devices_is_one_person(place: Place) -> None:
    place.presence.opened(THING)
    place.hears(ASHA, TYPING, device=UUID(int=1))
    place.hears(ASHA, device=UUID(int=2))
    assert place.sees() == [(ASHA, True)]
    place.hears(ASHA, GONE, device=UUID(int=1))
    assert place.sees() == [(ASHA, False)]


def test_a_room_tells_who_is_at_what(place: Place) -> None:
    first, second = uuid4(), uuid4()
    place.presence.opened(ROOM)
    place.hears(ASHA, thread=ROOM, about=first)
    place.hears(ASHA, thread=ROOM, about=second, device=UUID(int=7))
    place.hears(BEN, thread=ROOM, about=second)
    place.hears(uuid4(), thread=ROOM)

    def at_what() -> dict[UUID, set[UUID]]:
        there = place.presence.at_what(ROOM)
        return {about: {who.member for who in people} for about, people in there.items()}

    assert at_what() == {first: {ASHA}, second: {ASHA, BEN}}
    place.hears(ASHA, thread=ROOM, about=second)
    assert at_what() == {second: {ASHA, BEN}}


def test_of_what_is_closed_nothing_is_kept_and_nothing_taken(place: Place) -> None:
    place.presence.opened(THING)
    place.hears(ASHA)
    place.presence.closed(THING)
    place.hears(BEN)
    assert place.sees() == []


def test_who_left_while_the_line_was_cut_is_not_seen_for_long(place: Place) -> None:
    place.presence.opened(THING)
    place.hears(ASHA)
    place.after(1)
    place.hears(BEN)
    place.after(10)
    place.greeted.tell(None)
    place.hears(ASHA)
    assert place.sees() == [(ASHA, False), (BEN, False)]
    place.after(CONFIRMED_WITHIN_S)
    assert place.sees() == [(ASHA, False)]


async def test_time_passes_by_itself(place: Place) -> None:
    place.presence.start()
    await place.presence.close()
    place.presence.opened(THING)
    place.hears(ASHA)
    assert place.sees() == []
