"""Pricing: what medicines cost at each pharmacy.

Map:

- `lookup`  the price of a pack today
"""

from __future__ import annotations

from clinicdesk.server.domain.pricing.lookup import PackPrice, prices_today

__all__ = ["PackPrice", "prices_today"]
