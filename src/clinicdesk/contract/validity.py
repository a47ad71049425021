"""How long a prescription may be dispensed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

DAYS: Final = 180
DAYS_CONTROLLED: Final = 30


def last_day(signed_on: date, *, controlled: bool) -> date:
    """The last day on which it may be dispensed, by the calendar of the clinic's zone."""
    return signed_on + timedelta(days=DAYS_CONTROLLED if controlled else DAYS)
