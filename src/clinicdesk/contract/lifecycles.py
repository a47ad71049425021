"""The states of a prescription, of what hangs on it, and of orders to suppliers, as data.

The server enforces it, the desktop greys out by it and says why, the documentation draws it.
Terminal states never reopen. Signing is a fact (`signed_at`), not a state: it freezes the lines
and shows the prescription to its pharmacy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import (
    DispenseStatus,
    ItemStatus,
    OrderStatus,
    PrescriptionItem,
    PrescriptionStatus,
    SupplyOrderStatus,
)


class Transition(Struct, frozen=True):
    """A command that is lawful in a state.

    Attributes:
        to: The state that follows. Where the command may leave the state as it is until a condition
            holds (the ledger covers the total; every line is settled), `settles` says which; a
            command with two conditions has two transitions.
        signed: True: only once signed; False: only before; None: either.
    """

    state: str
    command: str
    to: str
    signed: bool | None = None
    settles: str = ""


class Lifecycle(Struct, frozen=True):
    """The states of one entity and the commands that are lawful in each."""

    entity: str
    initial: str
    terminal: frozenset[str]
    transitions: tuple[Transition, ...]

    def allows(self, state: str, command: str, *, signed: bool) -> Transition | None:
        """The transition that `command` makes from `state`, or None when it is not lawful there."""
        for transition in self.transitions:
            named = transition.state == state and transition.command == command
            if named and transition.signed in (None, signed):
                return transition
        return None

    def commands_in(self, state: str, *, signed: bool) -> tuple[str, ...]:
        """The commands that are lawful in `state`, in the order of the work."""
        found = (
            t.command
            for t in self.transitions
            if t.state == state and (t.signed is None or t.signed == signed)
        )
        return tuple(dict.fromkeys(found))


_P = PrescriptionStatus
_I = ItemStatus
_D = DispenseStatus
_O = OrderStatus
_S = SupplyOrderStatus

_SETTLED: Final = "each line is ready, handed over, declined or cancelled and nothing is owing"
_COVERED: Final = "the ledger covers the total"
_GONE: Final = "no line waits any more"
_WHOLE: Final = "the whole of it is checked"

PRESCRIPTION: Final = Lifecycle(
    entity="prescription",
    initial=_P.DRAFT,
    terminal=frozenset({_P.COMPLETED, _P.CANCELLED}),
    transitions=(
        Transition(_P.DRAFT, "revise_draft", _P.DRAFT, signed=False),
        Transition(_P.DRAFT, "sign_and_send", _P.DRAFT, signed=False),
        Transition(_P.DRAFT, "take_payment", _P.PAID, signed=True, settles=_COVERED),
        *(
            Transition(_P.PAID, command, _P.PAID)
            for command in (
                "acknowledge_order", "reject_order", "reroute_order", "pick_items", "check_item",
                "uncheck_item", "owe_item", "hold_items", "release_items", "substitute_item",
                "take_payment", "return_to_stock", "restart_items", "note_counselling",
                "tell_patient",
            )
        ),
        Transition(_P.PAID, "fulfill_items", _P.FULFILLED, settles=_SETTLED),
        Transition(_P.PAID, "decline_item", _P.FULFILLED, settles=_SETTLED),
        Transition(_P.PAID, "cancel_item", _P.FULFILLED, settles=_SETTLED),
        Transition(_P.PAID, "decline_item", _P.COMPLETED, settles=_GONE),
        Transition(_P.PAID, "cancel_item", _P.COMPLETED, settles=_GONE),
        Transition(_P.PAID, "hand_over", _P.COMPLETED, settles=_GONE),
        Transition(_P.FULFILLED, "return_to_stock", _P.PAID),
        *(
            Transition(_P.FULFILLED, command, _P.FULFILLED)
            for command in (
                "take_payment", "note_counselling", "tell_patient", "dispatch_order",
            )
        ),
        Transition(_P.FULFILLED, "hand_over", _P.COMPLETED),
        Transition(_P.FULFILLED, "deliver_order", _P.COMPLETED),
        Transition(_P.COMPLETED, "dispense_repeat", _P.COMPLETED),
        Transition(_P.DRAFT, "cancel_prescription", _P.CANCELLED),
        Transition(_P.PAID, "cancel_prescription", _P.CANCELLED),
        Transition(_P.FULFILLED, "cancel_prescription", _P.CANCELLED),
        *(
            Transition(state, "pay_out_refund", state)
            for state in (_P.PAID, _P.FULFILLED, _P.COMPLETED, _P.CANCELLED)
        ),
    ),
)  # fmt: skip

PRESCRIPTION_ITEM: Final = Lifecycle(
    entity="prescription_item",
    initial=_I.PENDING,
    terminal=frozenset({_I.HANDED_OVER, _I.DECLINED, _I.CANCELLED}),
    transitions=(
        Transition(_I.PENDING, "pick_items", _I.PICKING),
        Transition(_I.OWING, "pick_items", _I.PICKING),
        *(
            Transition(_I.OWING, command, _I.PICKING)
            for command in ("receive_goods", "receive_stock", "adjust_stock")
        ),
        *(
            Transition(state, "check_item", _I.CHECKED, settles=_WHOLE)
            for state in (_I.PENDING, _I.PICKING, _I.OWING)
        ),
        Transition(_I.PICKING, "uncheck_item", _I.PENDING),
        Transition(_I.CHECKED, "uncheck_item", _I.PENDING),
        Transition(_I.PENDING, "owe_item", _I.OWING),
        Transition(_I.PICKING, "owe_item", _I.OWING),
        *(
            Transition(state, "hold_items", _I.ON_HOLD)
            for state in (_I.PENDING, _I.PICKING, _I.CHECKED, _I.OWING)
        ),
        Transition(_I.ON_HOLD, "release_items", _I.PENDING),
        *(
            Transition(state, "substitute_item", state)
            for state in (_I.PENDING, _I.PICKING, _I.OWING)
        ),
        Transition(_I.PENDING, "decline_item", _I.DECLINED),
        Transition(_I.PICKING, "decline_item", _I.DECLINED),
        Transition(_I.PENDING, "fulfill_items", _I.READY),
        Transition(_I.PICKING, "fulfill_items", _I.READY),
        Transition(_I.CHECKED, "fulfill_items", _I.READY),
        Transition(_I.CHECKED, "return_to_stock", _I.RETURNED_TO_STOCK),
        Transition(_I.READY, "return_to_stock", _I.RETURNED_TO_STOCK),
        Transition(_I.RETURNED_TO_STOCK, "restart_items", _I.PENDING),
        Transition(_I.PICKING, "reject_order", _I.PENDING),
        Transition(_I.RETURNED_TO_STOCK, "reject_order", _I.PENDING),
        Transition(_I.RETURNED_TO_STOCK, "cancel_item", _I.CANCELLED),
        Transition(_I.OWING, "cancel_item", _I.CANCELLED),
        Transition(_I.CHECKED, "hand_over", _I.HANDED_OVER),
        Transition(_I.READY, "hand_over", _I.HANDED_OVER),
        Transition(_I.READY, "deliver_order", _I.HANDED_OVER),
        *(
            Transition(state, "cancel_prescription", _I.CANCELLED)
            for state in (
                _I.PENDING, _I.PICKING, _I.CHECKED, _I.READY, _I.ON_HOLD, _I.OWING,
                _I.RETURNED_TO_STOCK,
            )
        ),
    ),
)  # fmt: skip

DISPENSE: Final = Lifecycle(
    entity="dispense",
    initial=_D.PREPARED,
    terminal=frozenset({_D.HANDED_OVER, _D.RETURNED}),
    transitions=(
        Transition(_D.PREPARED, "hand_over", _D.HANDED_OVER),
        Transition(_D.PREPARED, "deliver_order", _D.HANDED_OVER),
        Transition(_D.PREPARED, "uncheck_item", _D.RETURNED),
        Transition(_D.PREPARED, "return_to_stock", _D.RETURNED),
        Transition(_D.PREPARED, "cancel_prescription", _D.RETURNED),
    ),
)

PURCHASE_ORDER: Final = Lifecycle(
    entity="purchase_order",
    initial=_O.PENDING,
    terminal=frozenset({_O.COLLECTED, _O.DELIVERED, _O.REJECTED, _O.CANCELLED}),
    transitions=(
        Transition(_O.PENDING, "acknowledge_order", _O.ACKNOWLEDGED),
        *(
            Transition(state, "reject_order", _O.REJECTED)
            for state in (_O.PENDING, _O.ACKNOWLEDGED, _O.DISPENSING)
        ),
        *(
            Transition(state, command, _O.DISPENSING)
            for state in (_O.PENDING, _O.ACKNOWLEDGED)
            for command in ("pick_items", "check_item")
        ),
        *(
            Transition(state, "fulfill_items", _O.READY, settles=_SETTLED)
            for state in (_O.PENDING, _O.ACKNOWLEDGED, _O.DISPENSING)
        ),
        Transition(_O.READY, "return_to_stock", _O.DISPENSING),
        Transition(_O.DISPENSING, "hand_over", _O.COLLECTED, settles=_GONE),
        Transition(_O.READY, "hand_over", _O.COLLECTED),
        Transition(_O.READY, "dispatch_order", _O.OUT_FOR_DELIVERY),
        Transition(_O.OUT_FOR_DELIVERY, "deliver_order", _O.DELIVERED),
        Transition(_O.OUT_FOR_DELIVERY, "return_to_stock", _O.DISPENSING),
        *(
            Transition(state, "cancel_prescription", _O.CANCELLED)
            for state in (
                _O.PENDING, _O.ACKNOWLEDGED, _O.DISPENSING, _O.READY, _O.OUT_FOR_DELIVERY,
            )
        ),
    ),
)  # fmt: skip

SUPPLY_ORDER: Final = Lifecycle(
    entity="supply_order",
    initial=_S.DRAFT,
    terminal=frozenset({_S.CLOSED, _S.CLOSED_SHORT, _S.CANCELLED}),
    transitions=(
        Transition(_S.DRAFT, "revise_supply_order", _S.DRAFT),
        Transition(_S.DRAFT, "submit_supply_order", _S.SUBMITTED),
        Transition(_S.SUBMITTED, "acknowledge_supply_order", _S.ACKNOWLEDGED),
        *(
            Transition(state, "receive_goods", _S.RECEIVED, settles="every pack has come")
            for state in (_S.SUBMITTED, _S.ACKNOWLEDGED, _S.PARTIALLY_RECEIVED)
        ),
        Transition(_S.RECEIVED, "close_supply_order", _S.CLOSED),
        Transition(_S.PARTIALLY_RECEIVED, "close_supply_order", _S.CLOSED_SHORT),
        *(
            Transition(state, "cancel_supply_order", _S.CANCELLED)
            for state in (_S.DRAFT, _S.SUBMITTED, _S.ACKNOWLEDGED)
        ),
    ),
)

LIFECYCLES: Final = {
    life.entity: life
    for life in (PRESCRIPTION, PRESCRIPTION_ITEM, DISPENSE, PURCHASE_ORDER, SUPPLY_ORDER)
}

SETTLED_ITEM_STATES: Final = frozenset({_I.READY, _I.HANDED_OVER, _I.DECLINED, _I.CANCELLED})
"""A line in one of these no longer waits for the pharmacist's hands, unless some of it is owing."""

SUPPLIED_ITEM_STATES: Final = frozenset({_I.READY, _I.HANDED_OVER})


def is_fulfilled(items: Iterable[PrescriptionItem]) -> bool:
    """Each line is settled, nothing is owing, and at least one of them supplies something."""
    lines = list(items)
    return all(i.status in SETTLED_ITEM_STATES and not i.owing for i in lines) and any(
        i.status in SUPPLIED_ITEM_STATES or i.supplied for i in lines
    )
