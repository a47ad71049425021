"""What lies on the shelves of a demo clinic's pharmacies, and what is on its way to them.

Each shelf has received what the planned prescriptions took from it and what is left: some are low,
some batches expire soon, and one has expired and waits to be written off.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Final

from clinicdesk.server.demo_clinic.contents import (
    BatchSeed,
    ShelfSeed,
    SupplyLineSeed,
    SupplySeed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clinicdesk.server.demo_clinic.contents import PrescriptionPlan
    from clinicdesk.server.demo_clinic.sites import Site
    from clinicdesk.server.domain.formulary.rows import MedicineRow

_KEPT_SHARES: Final = (0.97, 0.8, 0.6)
"""How much of the formulary each pharmacy keeps, in turn; the largest nearly all."""
_LOW_SHARE: Final = 0.06
_TWO_BATCHES_SHARE: Final = 0.3
_SOON_SHARE: Final = 0.05
_COST_PER_CENT: Final = 72
_SHELVES: Final = "ABCDEFGH"
_MOST_ORDERED: Final = 8


def shelf_seeds(
    site: Site, medicines: Sequence[MedicineRow], plans: Sequence[PrescriptionPlan], seed: int
) -> tuple[ShelfSeed, ...]:
    """What each pharmacy keeps. What it does not keep has no shelf, and is not counted there."""
    taken: Counter[tuple[int, int]] = Counter()
    for plan in plans:
        for line in plan.lines:
            if plan.pharmacy is not None:
                taken[plan.pharmacy, line.medicine] += line.ready
    rng = Random(f"{site.key} shelves {seed}")
    return tuple(
        _shelf(rng, pharmacy, place, medicine, taken, expired=_is_first_kept(pharmacy, place))
        for pharmacy in range(len(site.pharmacy))
        for place, medicine in enumerate(medicines)
        if rng.random() < _KEPT_SHARES[pharmacy % len(_KEPT_SHARES)] and not medicine.discontinued
    )


def supply_seeds(
    site: Site, medicines: Sequence[MedicineRow], shelves: Sequence[ShelfSeed]
) -> tuple[SupplySeed, ...]:
    """One order under way: what is low at the first pharmacy."""
    low = [
        SupplyLineSeed(medicine=shelf.medicine, packs=shelf.reorder_packs)
        for shelf in shelves
        if shelf.pharmacy == 0 and _left(shelf) <= shelf.reorder_level
    ]
    if not low or not site.supplier or not medicines:
        return ()
    return (
        SupplySeed(
            pharmacy=0,
            supplier=0,
            ordered_days_ago=2,
            expected_in_days=1,
            lines=tuple(low[:_MOST_ORDERED]),
        ),
    )


def _is_first_kept(pharmacy: int, place: int) -> bool:
    """The batch that has expired is of one medicine at the first pharmacy."""
    return pharmacy == 0 and place == 1


def _shelf(
    rng: Random,
    pharmacy: int,
    place: int,
    medicine: MedicineRow,
    taken: Mapping[tuple[int, int], int],
    *,
    expired: bool,
) -> ShelfSeed:
    pack = medicine.pack_size
    usual = rng.choice((4, 6, 8, 12, 20))
    low = rng.random() < _LOW_SHARE
    left = rng.randint(0, 1) if low else rng.randint(usual // 2 + 1, 2 * usual)
    cost = medicine.price_minor * _COST_PER_CENT // 100
    batches = _batches(rng, left * pack, taken.get((pharmacy, place), 0), pack, cost)
    if expired:
        batches = (_batch(rng, -12, 400, 3 * pack, cost), *batches)
    return ShelfSeed(
        pharmacy=pharmacy,
        medicine=place,
        place=f"{_SHELVES[place * len(_SHELVES) // 400 % len(_SHELVES)]}{place % 9 + 1}",
        reorder_level=max(1, usual // 3) * pack,
        reorder_packs=usual,
        batches=batches,
    )


def _batches(rng: Random, left: int, taken: int, pack: int, cost: int) -> tuple[BatchSeed, ...]:
    """One or two deliveries; the planned prescriptions took theirs from the one that expires
    first."""
    soon = rng.random() < _SOON_SHARE
    first_left = left
    later = 0
    if left > pack and rng.random() < _TWO_BATCHES_SHARE:
        first_left = (left // pack // 2) * pack
        later = left - first_left
    first = _batch(
        rng,
        rng.randint(10, 55) if soon else rng.randint(120, 400),
        rng.randint(130, 260),
        taken + first_left,
        cost,
    )
    second = _batch(rng, rng.randint(420, 800), rng.randint(3, 40), later, cost)
    return tuple(batch for batch in (first, second) if batch.received)


def _batch(rng: Random, expires: int, came: int, received: int, cost: int) -> BatchSeed:
    letters = "".join(rng.choices("ABCDEFGHKLMNPRSTUVWX", k=2))
    return BatchSeed(
        number=f"{letters}{rng.randint(1000, 9999)}",
        expires_in_days=expires,
        received_days_ago=came,
        received=received,
        cost_minor=cost,
    )


def _left(shelf: ShelfSeed) -> int:
    """What has been received and is not expired: an upper bound of what is left."""
    return sum(batch.received for batch in shelf.batches if batch.expires_in_days >= 0)
