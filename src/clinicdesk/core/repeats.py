"""When the next dispensing of a repeat is due: as the last one should be nearly used up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from clinicdesk.contract.entities import Prescription, PrescriptionItem, PrescriptionStatus
from clinicdesk.contract.sig import FREQUENCIES, dose_amount
from clinicdesk.core.replica import Replica

_GRACE_DAYS: Final = 3
_GRACE_OF_SHORT: Final = 3  # a short course is not begun anew when half of it is left


@dataclass(frozen=True, slots=True)
class LastSupply:
    """What was last given of a prescription with repeats.

    Attributes:
        given: The day of it; today, while it is still to be handed over.
        days: How long it lasts.
        due: The first day on which the next is not early.
    """

    given: date
    days: int
    due: date


def last_supply(
    replica: Replica, prescription_id: UUID, day_of: Callable[[datetime], date], today: date
) -> LastSupply | None:
    """The last dispensing, with the repeats that this desk holds; None when it cannot be told how
    long it lasts."""
    first = replica.prescriptions.get(prescription_id)
    if first is None:
        return None
    repeats = (
        each
        for each in replica.prescriptions.of(first.patient_id)
        if each.repeat_of == first.id and each.status is not PrescriptionStatus.CANCELLED
    )
    supplies = [
        supply
        for each in (first, *repeats)
        if (supply := _supply(each, replica.items.of(each.id), day_of, today)) is not None
    ]
    return max(supplies, key=lambda supply: supply.due, default=None)


def _supply(
    prescription: Prescription,
    items: Iterable[PrescriptionItem],
    day_of: Callable[[datetime], date],
    today: date,
) -> LastSupply | None:
    over = prescription.completed_at
    # The patient comes again for whatever is used up first.
    days = min((found for item in items if (found := _days(item, over is None))), default=None)
    if days is None:
        return None
    given = today if over is None else day_of(over)
    grace = min(_GRACE_DAYS, days // _GRACE_OF_SHORT)
    return LastSupply(given, days, given + timedelta(days=days - grace))


def _days(item: PrescriptionItem, still_to_come: bool) -> int | None:
    """For how long a line was supplied, at least a day; None: nothing was, or nobody can tell."""
    units = item.quantity if still_to_come else item.supplied
    if not units:
        return None
    if item.days is not None:
        return max(1, item.days * units // item.quantity)
    amount, frequency = dose_amount(item.dose), FREQUENCIES.get(item.frequency)
    if not amount or frequency is None or frequency.per_day is None:
        return None
    return max(1, math.floor(units / (amount * frequency.per_day)))
