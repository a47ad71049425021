"""Supply: what comes onto a pharmacy's shelves, ordered from a supplier or not.

Map:

- `held`      an order as one aggregate: locked, checked, saved
- `writing`   a draft and its lines
- `progress`  sent, confirmed, closed, cancelled
- `delivery`  goods that come
- `counting`  stock without an order, and batches that hold other than was thought

Goods go to the prescriptions that wait for them: `pharmacy.give_out`.
"""

from __future__ import annotations

from clinicdesk.server.domain.supply.counting import adjust_stock, receive_stock
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
    "adjust_stock",
    "cancel_supply_order",
    "close_supply_order",
    "receive_goods",
    "receive_stock",
    "revise_supply_order",
    "submit_supply_order",
    "write_supply_order",
]
