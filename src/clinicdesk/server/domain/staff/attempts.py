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
"""Failures within the window. An unknown login is counted alike, so that it tells nothing."""
PER_ADDRESS: Final = 100
"""A whole clinic may stand behind one address."""
LONGEST_ADDRESS: Final = 64
"""Characters; an IPv6 address with its zone has fewer."""


class Failures(Struct, frozen=True, kw_only=True):
    """Failed attempts within the window, and in how many seconds the oldest leaves it."""

    of_account: int
    of_address: int
    account_wait_s: float
    address_wait_s: float


async def begin_attempt(tx: Transaction, login: str, address: str) -> int | TooManyAttempts:
    """Count an attempt before it is judged, so that many at once count too; its identifier."""
    # A proxy may have passed on whatever somebody called their address.
    key = {"login": login, "address": address[:LONGEST_ADDRESS], "window": WINDOW}
    await tx.execute(_QUERIES["one_at_a_time"], key)
    failures = await tx.one(_QUERIES["failures"], key, into=Failures)
    assert failures is not None  # aggregates answer one row
    waits = [
        wait
        for count, limit, wait in (
            (failures.of_account, PER_ACCOUNT, failures.account_wait_s),
            (failures.of_address, PER_ADDRESS, failures.address_wait_s),
        )
        if count >= limit
    ]
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
    await tx.execute(_QUERIES["attempt_succeeded"], {"attempt": attempt})
    await tx.execute(_QUERIES["forgive"], {"login": login})
