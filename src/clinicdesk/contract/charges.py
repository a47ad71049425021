"""What a prescription costs: its lines, as far as they are or will be supplied.

Both ends reckon alike, so that a desk can show what the server will say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem


def charged(item: PrescriptionItem) -> int:
    """What the line costs, in minor units.

    A declined line costs nothing; one whose rest was cancelled the part of its amount that its
    units handed over are of the authorised ones, rounded half up.
    """
    if item.status is ItemStatus.DECLINED:
        return 0
    if item.status is ItemStatus.CANCELLED:
        return part(item.amount_minor, item.supplied, item.quantity)
    return item.amount_minor


def total_charged(items: Iterable[PrescriptionItem]) -> int:
    """What the lines come to: `Prescription.total_minor`."""
    return sum(charged(item) for item in items)


def part(amount_minor: int, units: int, of_units: int) -> int:
    """The share of an amount that some of its units have, rounded half up."""
    return (2 * amount_minor * units + of_units) // (2 * of_units)


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts that are to each other as the weights are, to the nearest unit below
    or above; equal parts where all weights are zero. The parts come to the total exactly."""
    if not weights:
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    largest_remainders = sorted(
        range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place)
    )
    for place in largest_remainders[: total - sum(parts)]:
        parts[place] += 1
    return parts
