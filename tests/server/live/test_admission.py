"""Who is let in to the live feed, and how fast they may speak."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.server.live.admission import (
    FRAMES_AT_ONCE,
    FRAMES_PER_S,
    Admission,
    Limits,
    TurnedAway,
    Visit,
)

HERE, THERE = "192.0.2.7", "198.51.100.9"


def let_in(admission: Admission, address: str = HERE, now: float = 0.0) -> Visit:
    visit = admission.enter(address, now)
    assert isinstance(visit, Visit), visit
    return visit


def greeted(admission: Admission, address: str = HERE) -> Visit:
    visit = let_in(admission, address)
    visit.said_hello()
    return visit


def test_one_address_has_its_share_and_no_more_and_others_do_not_notice() -> None:
    admission = Admission(Limits(sockets_per_address=4))
    visits = [greeted(admission) for _ in range(4)]
    assert admission.enter(HERE, 0.0) is TurnedAway.ADDRESS
    greeted(admission, THERE)
    visits[0].leave()
    greeted(admission)
    assert admission.enter(HERE, 0.0) is TurnedAway.ADDRESS


def test_a_quarter_of_them_may_be_silent() -> None:
    admission = Admission(Limits(sockets_per_address=8))
    first, _second = let_in(admission), let_in(admission)
    assert admission.enter(HERE, 0.0) is TurnedAway.SILENT
    let_in(admission, THERE)
    first.said_hello()
    first.said_hello()
    let_in(admission)
    assert admission.enter(HERE, 0.0) is TurnedAway.SILENT


def test_a_full_server_takes_nobody_whoever_they_are() -> None:
    admission = Admission(Limits(sockets=3))
    visits = [greeted(admission, f"192.0.2.{n}") for n in range(3)]
    assert admission.enter(THERE, 0.0) is TurnedAway.FULL
    visits[0].leave()
    visits[0].leave()
    greeted(admission, THERE)
    assert admission.enter(HERE, 0.0) is TurnedAway.FULL


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "", True),
        ("what a proxy says", "another word", False),
    ],
)
def test_what_one_subscriber_may_call_themselves_counts_as_one_address(
    one: str, other: str, together: bool
) -> None:
    admission = Admission(Limits(sockets_per_address=1))
    greeted(admission, one)
    assert (admission.enter(other, 0.0) is TurnedAway.ADDRESS) is together


def test_a_socket_may_speak_a_lot_at_once_and_less_in_the_long_run() -> None:
    visit = let_in(Admission(Limits()), now=100.0)
    said = next(n for n in count() if not visit.may_speak(100.0))
    assert said == FRAMES_AT_ONCE
    assert not visit.may_speak(100.0)
    assert sum(visit.may_speak(100.0 + n / 1000) for n in range(1, 10_001)) == pytest.approx(
        10 * FRAMES_PER_S, abs=1
    )
    assert sum(visit.may_speak(1_000_000.0) for _ in range(1000)) == FRAMES_AT_ONCE


@given(st.lists(st.tuples(st.sampled_from(["enter", "hello", "leave"]), st.integers(0, 5))))
def test_the_counts_are_those_of_who_is_inside_whatever_happens(
    steps: list[tuple[str, int]],
) -> None:
    limits = Limits(sockets_per_address=4, sockets=6)
    admission = Admission(limits)
    inside: list[tuple[str, Visit]] = []
    silent: list[Visit] = []
    for step, number in steps:
        address = (HERE, THERE, "203.0.113.1")[number % 3]
        if step == "enter":
            theirs = [visit for where, visit in inside if where == address]
            unheard = [visit for visit in theirs if visit in silent]
            expected = (
                TurnedAway.FULL
                if len(inside) >= 6
                else TurnedAway.ADDRESS
                if len(theirs) >= 4
                else TurnedAway.SILENT
                if unheard
                else None
            )
            outcome = admission.enter(address, 0.0)
            if isinstance(outcome, Visit):
                assert expected is None
                inside.append((address, outcome))
                silent.append(outcome)
            else:
                assert outcome is expected
        elif inside and step == "hello":
            _, visit = inside[number % len(inside)]
            visit.said_hello()
            silent = [other for other in silent if other is not visit]
        elif inside:
            _, visit = inside.pop(number % len(inside))
            visit.leave()
            silent = [other for other in silent if other is not visit]
        assert admission.inside == len(inside)
    for _, visit in inside:
        visit.leave()
    assert admission.inside == 0
    assert not admission._sockets
    assert not admission._silent
