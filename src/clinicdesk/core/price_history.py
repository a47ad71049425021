"""The prices that a pharmacy's list has of one medicine: which holds, since when and until when.

Pure: what is held, what waits to be sent and the day go in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from clinicdesk.contract.commands import SetPrice
from clinicdesk.core.store.price_table import HeldPrice

_DAY: Final = timedelta(days=1)


class Standing(StrEnum):
    """How a price stands on a day."""

    IN_FORCE = "in_force"
    TO_COME = "to_come"
    SET_ASIDE = "set_aside"  # one that ends holds now; this one holds again after it
    REPLACED = "replaced"
    OVER = "over"


class PriceSpan(Struct, frozen=True):
    """The price of a pack from its first day on.

    Attributes:
        price_minor: In minor units of the list's currency.
        effective_until: The last day that was said; None: none was.
        holds_since: The first day on which it holds, or does again after one that ended.
        holds_until: The last day on which it holds without a break; None: nobody has said.
        waits: It is saved here and the server has not taken it yet.
    """

    price_minor: int
    effective_from: date
    effective_until: date | None
    standing: Standing
    holds_since: date
    holds_until: date | None
    waits: bool = False


def price_history(
    held: Iterable[HeldPrice], waiting: Iterable[SetPrice], today: date
) -> list[PriceSpan]:
    """The prices of one medicine in one list, the one that begins last first.

    Args:
        waiting: What was set here and is not in the list yet, in the order it was given: it
            replaces a price that begins on the same day.
    """
    known = {each.effective_from: (each, False) for each in held}
    for command in waiting:
        set_here = HeldPrice(command.price_minor, command.effective_from, command.effective_until)
        known[command.effective_from] = (set_here, True)
    prices = [known[day] for day in sorted(known)]
    spans = [
        _span(price, waits, [later for later, _ in prices[place + 1 :]], today)
        for place, (price, waits) in enumerate(prices)
    ]
    return spans[::-1]


def in_force(history: Iterable[PriceSpan]) -> PriceSpan | None:
    """The price that holds; None: the formulary's does."""
    return next((each for each in history if each.standing is Standing.IN_FORCE), None)


def next_to_come(history: Iterable[PriceSpan]) -> PriceSpan | None:
    """The first that begins after today; None when none is known."""
    coming = [each for each in history if each.standing is Standing.TO_COME]
    return min(coming, key=lambda each: each.effective_from, default=None)


def _span(price: HeldPrice, waits: bool, later: list[HeldPrice], today: date) -> PriceSpan:
    """`later`: Those that begin after it, the first first."""
    begins, ends = price.effective_from, price.effective_until
    standing = _standing(price, later, today)
    since = begins
    if standing is Standing.IN_FORCE:
        past = [
            each.effective_until
            for each in later
            if each.effective_until is not None and each.effective_until < today
        ]
        since = max([begins, *(day + _DAY for day in past)])
        later = [each for each in later if each.effective_from > today]
    last_days = [day for day in (ends, *(each.effective_from - _DAY for each in later[:1])) if day]
    return PriceSpan(
        price.price_minor, begins, ends, standing, since, min(last_days, default=None), waits
    )


def _standing(price: HeldPrice, later: list[HeldPrice], today: date) -> Standing:
    ends = price.effective_until
    if price.effective_from > today:
        return Standing.TO_COME
    if ends is not None and ends < today:
        return Standing.OVER
    holding = [each.effective_until for each in later if _holds(each, today)]
    if not holding:
        return Standing.IN_FORCE
    ending = [day for day in holding if day is not None and (ends is None or day < ends)]
    return Standing.SET_ASIDE if len(ending) == len(holding) else Standing.REPLACED


def _holds(price: HeldPrice, day: date) -> bool:
    ends = price.effective_until
    return price.effective_from <= day and (ends is None or ends >= day)
