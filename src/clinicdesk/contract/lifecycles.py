"""The states of a prescription and of its items, as data.

The server enforces it, the desktop greys out by it and says why, the documentation draws it.
Terminal states never reopen. Signing is a fact (`signed_at`), not a state: it freezes the lines
and shows the prescription to its pharmacy.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus


class Transition(Struct, frozen=True):
    """A command that is lawful in a state.

    Attributes:
        to: The state that follows. Where the command may leave the state as it is until a condition
            holds (the ledger covers the total; every line is settled), `settles` says which.
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
        return tuple(
            t.command
            for t in self.transitions
            if t.state == state and (t.signed is None or t.signed == signed)
        )


_P = PrescriptionStatus
_I = ItemStatus

PRESCRIPTION: Final = Lifecycle(
    entity="prescription",
    initial=_P.DRAFT,
    terminal=frozenset({_P.COMPLETED, _P.CANCELLED}),
    transitions=(
        Transition(_P.DRAFT, "revise_draft", _P.DRAFT, signed=False),
        Transition(_P.DRAFT, "sign_and_send", _P.DRAFT, signed=False),
        Transition(
            _P.DRAFT, "take_payment", _P.PAID, signed=True, settles="the ledger covers the total"
        ),
        Transition(
            _P.PAID, "fulfill_items", _P.FULFILLED, settles="each line is ready or declined"
        ),
        Transition(_P.PAID, "decline_item", _P.FULFILLED, settles="each line is ready or declined"),
        Transition(_P.FULFILLED, "hand_over", _P.COMPLETED),
        Transition(_P.DRAFT, "cancel_prescription", _P.CANCELLED),
        Transition(_P.PAID, "cancel_prescription", _P.CANCELLED),
        Transition(_P.FULFILLED, "cancel_prescription", _P.CANCELLED),
        *(
            Transition(state, "pay_out_refund", state)
            for state in (_P.PAID, _P.FULFILLED, _P.COMPLETED, _P.CANCELLED)
        ),
    ),
)

PRESCRIPTION_ITEM: Final = Lifecycle(
    entity="prescription_item",
    initial=_I.PENDING,
    terminal=frozenset({_I.HANDED_OVER, _I.DECLINED, _I.CANCELLED}),
    transitions=(
        Transition(_I.PENDING, "fulfill_items", _I.READY),
        Transition(_I.PICKING, "fulfill_items", _I.READY),
        Transition(_I.CHECKED, "fulfill_items", _I.READY),
        Transition(_I.PENDING, "decline_item", _I.DECLINED),
        Transition(_I.PICKING, "decline_item", _I.DECLINED),
        Transition(_I.READY, "hand_over", _I.HANDED_OVER),
        Transition(_I.PENDING, "cancel_prescription", _I.CANCELLED),
        Transition(_I.PICKING, "cancel_prescription", _I.CANCELLED),
        Transition(_I.CHECKED, "cancel_prescription", _I.CANCELLED),
        Transition(_I.READY, "cancel_prescription", _I.CANCELLED),
        Transition(_I.ON_HOLD, "cancel_prescription", _I.CANCELLED),
        Transition(_I.OWING, "cancel_prescription", _I.CANCELLED),
    ),
)

LIFECYCLES: Final = {life.entity: life for life in (PRESCRIPTION, PRESCRIPTION_ITEM)}

SETTLED_ITEM_STATES: Final = frozenset({_I.READY, _I.HANDED_OVER, _I.DECLINED, _I.CANCELLED})
"""A line in one of these no longer waits for the pharmacist's hands."""

SUPPLIED_ITEM_STATES: Final = frozenset({_I.READY, _I.HANDED_OVER})


def is_fulfilled(states: list[ItemStatus]) -> bool:
    """Each line is settled and at least one of them supplies something."""
    return all(s in SETTLED_ITEM_STATES for s in states) and any(
        s in SUPPLIED_ITEM_STATES for s in states
    )
