"""What the pharmacies of a demo clinic ask: each its own, a little off the formulary's prices."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from clinicdesk.server.demo_clinic.contents import PriceSeed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinicdesk.server.demo_clinic.sites import Site
    from clinicdesk.server.domain.formulary.rows import MedicineRow

_BARGAINS: Final = ((-6, 2), (-3, 5), (-12, 4))
"""How far each pharmacy goes below and above the formulary, in per cent, in turn."""
_SINCE_DAYS: Final = -150
_SOON_DAYS: Final = 9
_OWN_SHARE: Final = 0.7
_RISING_SHARE: Final = 0.02
_STEP: Final = 5
"""Minor units that prices are rounded to."""


def price_seeds(site: Site, medicines: Sequence[MedicineRow], seed: int) -> tuple[PriceSeed, ...]:
    """Prices of now and a few of soon; what has none costs what the formulary says."""
    rng = Random(f"{site.key} prices {seed}")
    prices = []
    for pharmacy in range(len(site.pharmacy)):
        lowest, highest = _BARGAINS[pharmacy % len(_BARGAINS)]
        for place, medicine in enumerate(medicines):
            if rng.random() < _OWN_SHARE:
                change = rng.randint(lowest, highest)
                now = _rounded(medicine.price_minor, 100 + change)
                prices.append(_price(pharmacy, place, now, _SINCE_DAYS))
                if rng.random() < _RISING_SHARE:
                    prices.append(_price(pharmacy, place, _rounded(now, 107), _SOON_DAYS))
    return tuple(prices)


def _price(pharmacy: int, medicine: int, minor: int, begins_in_days: int) -> PriceSeed:
    return PriceSeed(
        pharmacy=pharmacy, medicine=medicine, price_minor=minor, begins_in_days=begins_in_days
    )


def _rounded(minor: int, per_cent: int) -> int:
    return max(_STEP, round(minor * per_cent / 100 / _STEP) * _STEP)
