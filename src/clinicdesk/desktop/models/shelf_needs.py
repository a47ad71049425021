"""When a shelf needs somebody: the same on the first page and at the shelves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from clinicdesk.contract.entities import Batch, StockLevel

EXPIRING_WITHIN: Final = timedelta(days=60)
"""Soon enough to be sold first, or sent back to the supplier."""


def is_low(level: StockLevel, left: int) -> bool:
    """Whether it is time to order, `left` units being what can still be dispensed; never where
    nobody has said when."""
    return level.reorder_level > 0 and left <= level.reorder_level


def expires_soon(batch: Batch, today: date) -> bool:
    """Whether what is left of a batch expires soon, or has."""
    return batch.on_hand > 0 and batch.expiry <= today + EXPIRING_WITHIN
