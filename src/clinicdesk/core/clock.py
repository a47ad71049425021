"""The wall clock of a desk, as a value that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Now = Callable[[], datetime]
"""Answers the present moment, timezone-aware, in UTC."""

Today = Callable[[], date]
"""Answers the day in the clinic's zone."""


def utc_now() -> datetime:
    """The present moment by this machine's clock, in UTC."""
    return datetime.now(UTC)


def day_in(zone: str, moment: datetime) -> date:
    """The calendar day of a moment in an IANA zone; that of UTC where the zone is not known."""
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        known = ZoneInfo("UTC")
    return moment.astimezone(known).date()
