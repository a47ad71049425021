"""Supply: what a pharmacy orders from a supplier, from the draft to the goods on the shelf.

Map:

- `held`      an order as one aggregate: locked, checked, saved
- `writing`   a draft and its lines
- `progress`  sent, confirmed, closed, cancelled
- `delivery`  goods that come
- `owings`    prescriptions that waited for them
"""

from __future__ import annotations

from clinicdesk.server.domain.supply.delivery import receive_goods
from clinicdesk.server.domain.supply.progress import (
    acknowledge_supply_order,
    cancel_supply_order,
    close_supply_order,
    submit_supply_order,
)
from clinicdesk.server.domain.supply.writing import revise_supply_order, write_supply_order

__all__ = [
    "acknowledge_supply_order",
    "cancel_supply_order",
    "close_supply_order",
    "receive_goods",
    "revise_supply_order",
    "submit_supply_order",
    "write_supply_order",
]
