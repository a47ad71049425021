"""What of the outbox goes now, when it goes again, and what an answer means: without sockets, clock
or loop.

When an answer is lost nobody knows whether the command took effect: it is sent again with the same
key, version and body, and the server answers what it answered then.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.commands import ROUTES, Command, Done, path_of
from clinicdesk.contract.problems import (
    RETRYABLE,
    Problem,
    Refusal,
    SessionExpired,
    TooManyAttempts,
    Unavailable,
    WrongProtocol,
)
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.transport import Answer, Outcome, Unreachable

AT_ONCE: Final = 4
"""Aggregates whose commands are on their way at one time."""
FIRST_DELAY_S: Final = 0.5
LONGEST_DELAY_S: Final = 30.0
LONGEST_AWAY_S: Final = 5.0
"""So long at most nothing is sent to a server that nobody reaches, before one is tried again."""

Waiting = Callable[[frozenset[UUID]], list[OutboxEntry]]
"""Answers the first unanswered command of each aggregate but of these (`Outbox.next_to_send`)."""


class Request(Struct, frozen=True):
    """A command as it travels; the same at each sending."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class _Attempts(Struct):
    count: int = 0
    not_before: float = 0.0


class Sending:
    """The commands that are on their way, and those that wait for another attempt.

    `now` is seconds of a clock that only goes forward.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._busy: dict[UUID, int] = {}
        self._attempts: dict[UUID, _Attempts] = {}
        self._away: _Attempts | None = None
        self._returns = 0

    def begin(self, waiting: Waiting, now: float) -> tuple[list[OutboxEntry], float | None]:
        """What goes now, and when to ask again; None: after the next event.

        Nothing else of its aggregate goes before `over` was called for it.
        """
        if self._away is not None and self._away.not_before > now:
            return [], self._away.not_before
        going: list[OutboxEntry] = []
        next_due: float | None = None
        for entry in waiting(frozenset(self._busy)):
            aggregate = entry.command.aggregate_id
            attempts = self._attempts.get(aggregate)
            if attempts is not None and attempts.not_before > now:
                due = attempts.not_before
                next_due = due if next_due is None else min(next_due, due)
            elif len(self._busy) < AT_ONCE:
                self._busy[aggregate] = self._returns
                going.append(entry)
        return going, next_due

    def over(self, entry: OutboxEntry, outcome: Outcome | None, *, kept: bool, now: float) -> None:
        """The attempt has come to its end. `kept`: there is an answer, and it is in the store.
        Without an outcome it ended by a mistake of ours, which the next attempt may meet again."""
        aggregate = entry.command.aggregate_id
        begun_after = self._busy.pop(aggregate, self._returns)
        if isinstance(outcome, Unreachable) and not outcome.heard:
            if begun_after == self._returns:
                self._nobody_answers(now)
                return
        elif outcome is not None and not isinstance(outcome, Unreachable):
            self._away = None
        if kept:
            self._attempts.pop(aggregate, None)
        else:
            attempts = self._attempts.setdefault(aggregate, _Attempts())
            self._put_off(attempts, now + _asked_for(outcome), LONGEST_DELAY_S)

    def server_is_back(self) -> None:
        """Nobody waits for a delay to pass any more; attempts from before say nothing about now."""
        self._attempts.clear()
        self._away = None
        self._returns += 1

    def _nobody_answers(self, now: float) -> None:
        """The others' commands need not find that out one by one."""
        if self._away is None:
            self._away = _Attempts()
        if self._away.not_before <= now:  # those that were on their way together are one attempt
            self._put_off(self._away, now, LONGEST_AWAY_S)

    def _put_off(self, attempts: _Attempts, earliest: float, longest: float) -> None:
        most = min(longest, FIRST_DELAY_S * 2.0**attempts.count)
        attempts.count = min(attempts.count + 1, 16)
        attempts.not_before = earliest + self._chance.uniform(0, most)


def request_of(entry: OutboxEntry) -> Request:
    """The command with its identity and the version it was given upon."""
    route = ROUTES[type(entry.command)]
    headers = {"Idempotency-Key": str(entry.op_id)}
    if route.matches:
        headers["If-Match"] = f'"{entry.version}"'
    return Request(route.method, path_of(entry.command), body_of(entry.command), headers)


def body_of(command: Command) -> bytes:
    """The command as its route takes it: without what the path says."""
    in_path = set(_IN_PATH.findall(ROUTES[type(command)].path))
    fields = {
        name: getattr(command, name) for name in command.__struct_fields__ if name not in in_path
    }
    return msgspec.json.encode(fields)


def answer_in(outcome: Outcome) -> Done | Refusal | None:
    """The answer to keep; None when it says nothing about the command, which is then sent again."""
    if isinstance(outcome, Answer):
        try:
            return msgspec.json.decode(outcome.content, type=Done)
        except msgspec.DecodeError:
            return None
    if isinstance(outcome, Problem) and not isinstance(outcome, _LATER):
        return outcome
    return None


def _asked_for(outcome: Outcome | None) -> float:
    """Seconds for which the server asked to be left in peace."""
    if not isinstance(outcome, TooManyAttempts | Unavailable):
        return 0.0
    return min(LONGEST_DELAY_S, max(0.0, outcome.retry_after_s))


_LATER: Final[tuple[type[Problem], ...]] = (*RETRYABLE, SessionExpired, WrongProtocol)
_IN_PATH: Final = re.compile(r"\{(\w+)\}")
