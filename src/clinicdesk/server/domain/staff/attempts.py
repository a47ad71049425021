"""How often somebody may try to sign in, per account and per network address."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clinicdesk.contract.problems import TooManyAttempts
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.staff", "attempts.sql")

WINDOW: Final = timedelta(minutes=15)
PER_ACCOUNT: Final = 10
"""Failures within the window from one address. An unknown login is counted alike, so that it tells
nothing."""
PER_ACCOUNT_ANYWHERE: Final = 50
"""More than one address may fail: whoever guesses elsewhere cannot keep a person out of their own
clinic, and guessing from many addresses ends nevertheless."""
PER_ADDRESS: Final = 100
"""A whole clinic may stand behind one address."""
LONGEST_ADDRESS: Final = 64
"""Characters; an IPv6 address with its zone has fewer."""


_LIMITS: Final = {
    "account_here": PER_ACCOUNT,
    "account": PER_ACCOUNT_ANYWHERE,
    "address": PER_ADDRESS,
}


class Failures(Struct, frozen=True, kw_only=True):
    """Failed attempts of one kind within the window, and when the oldest leaves it."""

    kind: str
    failures: int
    wait_s: float


async def begin_attempt(tx: Transaction, login: str, address: str) -> int | TooManyAttempts:
    """Count an attempt before it is judged, so that many at once count too; its identifier."""
    # A proxy may have passed on whatever somebody called their address.
    key = {"login": login, "address": address[:LONGEST_ADDRESS], "window": WINDOW}
    await tx.execute(_QUERIES["one_at_a_time"], key)
    found = await tx.all(_QUERIES["failures"], key, into=Failures)
    waits = [each.wait_s for each in found if each.failures >= _LIMITS[each.kind]]
    if waits:
        seconds = max(1, math.ceil(max(waits)))
        return TooManyAttempts(
            detail=f"Too many failed sign-ins; try again in {math.ceil(seconds / 60)} min.",
            retry_after_s=seconds,
        )
    attempt: int = await tx.value(_QUERIES["begin_attempt"], key)
    return attempt


async def attempt_succeeded(tx: Transaction, attempt: int, login: str) -> None:
    """Forgive the account's failures: the right person came."""
    # Another that succeeds at this moment would wait for ours, and we, forgiving, for theirs.
    await tx.execute(_QUERIES["one_at_a_time"], {"login": login})
    await tx.execute(_QUERIES["attempt_succeeded"], {"attempt": attempt})
    await tx.execute(_QUERIES["forgive"], {"login": login})
