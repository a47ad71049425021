"""The pharmacy: what happens to a prescription once it is signed.

Map:

- `counter`     taking the payment, handing over, paying a refund out
- `fulfilment`  lines that are made ready, and lines that will not be supplied
"""

from __future__ import annotations

from clinicdesk.server.domain.pharmacy.counter import hand_over, pay_out_refund, take_payment
from clinicdesk.server.domain.pharmacy.fulfilment import decline_item, fulfill_items

__all__ = ["decline_item", "fulfill_items", "hand_over", "pay_out_refund", "take_payment"]
