"""The pharmacy: what happens to a prescription once it is signed.

Map, in the order of the work:

- `at_work`       what all dispensing commands begin and end with
- `counter`       payments, and refunds that are paid out
- `picking`       fetching lines from the shelves
- `checking`      the product in the hand is the line's
- `preparing`     units of a line, and the batches they come from
- `shelves`       what of the stock a command locks
- `owing`         promising what is not there
- `serving`       goods, and the lines that wait for them
- `holding`       lines that wait for something
- `substitution`  another product of the same generic
- `withdrawing`   lines that will not be supplied
- `fulfilment`    lines that are ready
- `settling`      where the prescription stands then
- `handing_over`  giving it to who collects it
- `returns`       what nobody collected
- `counselling`   what the patient is told
- `repeats`       dispensing it again
- `cancelling`    stopping it
- `orders`        the pharmacy's order against it
- `ordering`      taking that on, sending it back, having it delivered
- `rerouting`     sending what came back to another pharmacy
"""

from __future__ import annotations

from clinicdesk.server.domain.pharmacy.cancelling import cancel_prescription
from clinicdesk.server.domain.pharmacy.checking import check_item, uncheck_item
from clinicdesk.server.domain.pharmacy.counselling import note_counselling
from clinicdesk.server.domain.pharmacy.counter import pay_out_refund, take_payment
from clinicdesk.server.domain.pharmacy.fulfilment import fulfill_items
from clinicdesk.server.domain.pharmacy.handing_over import hand_over
from clinicdesk.server.domain.pharmacy.holding import hold_items, release_items
from clinicdesk.server.domain.pharmacy.ordering import (
    acknowledge_order,
    deliver_order,
    dispatch_order,
    reject_order,
)
from clinicdesk.server.domain.pharmacy.owing import owe_item
from clinicdesk.server.domain.pharmacy.picking import pick_items
from clinicdesk.server.domain.pharmacy.repeats import dispense_repeat
from clinicdesk.server.domain.pharmacy.rerouting import reroute_order
from clinicdesk.server.domain.pharmacy.returns import restart_items, return_to_stock
from clinicdesk.server.domain.pharmacy.serving import give_out, hold_waiting
from clinicdesk.server.domain.pharmacy.substitution import substitute_item
from clinicdesk.server.domain.pharmacy.telling import tell_patient
from clinicdesk.server.domain.pharmacy.withdrawing import cancel_item, decline_item

__all__ = [
    "acknowledge_order",
    "cancel_item",
    "cancel_prescription",
    "check_item",
    "decline_item",
    "deliver_order",
    "dispatch_order",
    "dispense_repeat",
    "fulfill_items",
    "give_out",
    "hand_over",
    "hold_items",
    "hold_waiting",
    "note_counselling",
    "owe_item",
    "pay_out_refund",
    "pick_items",
    "reject_order",
    "release_items",
    "reroute_order",
    "restart_items",
    "return_to_stock",
    "substitute_item",
    "take_payment",
    "tell_patient",
    "uncheck_item",
]
