"""When a database that does not answer is away, and not just about to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clinicdesk.server.live.database_watch import REFUSED_FOR, SILENT_FOR, DatabaseWatch

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def tick(watch: DatabaseWatch, times: int) -> None:
    for _ in range(times):
        watch.tick()


def test_a_database_that_restarts_is_not_away() -> None:
    watch = DatabaseWatch(NOON)
    tick(watch, REFUSED_FOR)
    watch.failed()
    assert watch.away_since is None
    watch.answered(NOON + timedelta(seconds=3))
    tick(watch, REFUSED_FOR + 1)
    assert watch.away_since is None, "what failed before it answered does not count"


def test_one_that_refuses_is_away_since_it_answered_last() -> None:
    watch = DatabaseWatch(NOON)
    watch.answered(NOON + timedelta(minutes=1))
    watch.failed()
    tick(watch, REFUSED_FOR + 1)
    assert watch.away_since == NOON + timedelta(minutes=1)


def test_one_that_says_nothing_is_away_later() -> None:
    watch = DatabaseWatch(NOON)
    tick(watch, SILENT_FOR)
    assert watch.away_since is None
    tick(watch, 1)
    assert watch.away_since == NOON


def test_a_server_that_was_stopped_itself_suspects_nobody() -> None:
    watch = DatabaseWatch(NOON)
    tick(watch, 1)  # the first after hours: no look was made meanwhile either
    watch.failed()
    assert watch.away_since is None
