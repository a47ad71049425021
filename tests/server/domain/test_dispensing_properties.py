"""Whatever a pharmacist does, in whatever order: units, money and states agree."""

from __future__ import annotations

import uuid
from collections import defaultdict
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from clinicdesk.contract.charges import total_charged
from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    ItemStatus,
    OrderStatus,
    PaymentKind,
    PaymentMethod,
    PrescriptionItem,
    PrescriptionStatus,
    Verified,
)
from clinicdesk.contract.lifecycles import PRESCRIPTION, PRESCRIPTION_ITEM, is_fulfilled
from clinicdesk.server.domain import stock
from clinicdesk.server.domain.pharmacy.at_work import product_of
from clinicdesk.server.domain.pharmacy.cancelling import cancelled
from clinicdesk.server.domain.pharmacy.checking import unchecked
from clinicdesk.server.domain.pharmacy.fulfilment import checked_by_hand, ready
from clinicdesk.server.domain.pharmacy.handing_over import handed_over, stands_in_the_way
from clinicdesk.server.domain.pharmacy.holding import released
from clinicdesk.server.domain.pharmacy.orders import follow, open_order
from clinicdesk.server.domain.pharmacy.owing import owed
from clinicdesk.server.domain.pharmacy.preparing import (
    Check,
    wanted,
    with_prepared,
)
from clinicdesk.server.domain.pharmacy.returns import returned
from clinicdesk.server.domain.pharmacy.settling import settled
from clinicdesk.server.domain.pharmacy.substitution import as_prescribed, repriced, with_substitute
from clinicdesk.server.domain.pharmacy.withdrawing import declined, rest_cancelled
from clinicdesk.server.domain.prescribing import Held, Product, received
from tests.server.domain.held import MEMBER, a_shelf, moved, packed, paid

PLACES = st.integers(0, 3)
OPEN_HEADER = (PrescriptionStatus.PAID, PrescriptionStatus.FULFILLED)


class Counter(RuleBasedStateMachine):
    """One prescription at one counter, with stock of some of its medicines."""

    @initialize(
        lines=st.lists(
            st.tuples(st.integers(1, 30), st.integers(0, 10_000)), min_size=1, max_size=4
        ),
        batches=st.lists(st.lists(st.integers(0, 25), max_size=3), max_size=4),
    )
    def begin(self, lines: list[tuple[int, int]], batches: list[list[int]]) -> None:
        self.held = paid(lines)
        self.shelf = a_shelf(self.held, batches)
        self.begun_with = {b.id: b.on_hand for each in self.shelf.batches.values() for b in each}

    def become(self, after: Held) -> None:
        """As `save` would have it: the version grows, the shelf follows, the order too."""
        before = self.held
        self.shelf = moved(self.shelf, before, after)
        header = replace(after.header, version=before.header.version + 1)
        self.held = follow(before, replace(after, header=header))

    def line(self, place: int, command: str) -> PrescriptionItem | None:
        """A line in a state for the command, of a prescription in a state for it."""
        item = self.held.items[place % len(self.held.items)]
        lawful = (
            PRESCRIPTION.allows(self.held.header.status, command, signed=True),
            PRESCRIPTION_ITEM.allows(item.status, command, signed=True),
        )
        return None if None in lawful else item

    def change(self, item: PrescriptionItem) -> None:
        items = [item if i.id == item.id else i for i in self.held.items]
        self.become(replace(self.held, items=items))

    @rule(place=PLACES)
    def pick(self, place: int) -> None:
        if item := self.line(place, "pick_items"):
            self.change(replace(item, status=ItemStatus.PICKING))

    @rule(place=PLACES, part=st.integers(1, 30))
    def check(self, place: int, part: int) -> None:
        item = self.line(place, "check_item")
        if item is None or not wanted(item):
            return
        units = min(part, wanted(item))
        medicine_id = product_of(item)
        found = stock.portions(self.shelf, medicine_id, units, self.held.today)
        if isinstance(found, list):
            check = Check(
                dispense_id=uuid.uuid4(), verified=Verified.SCAN, hand_reason=None, by=MEMBER
            )
            self.become(with_prepared(self.held, item, packed(medicine_id), found, check))

    @rule(place=PLACES)
    def uncheck(self, place: int) -> None:
        if item := self.line(place, "uncheck_item"):
            self.become(unchecked(self.held, item.id, MEMBER))

    @rule(place=PLACES)
    def owe(self, place: int) -> None:
        if item := self.line(place, "owe_item"):
            self.change(owed(item))

    @rule(place=PLACES)
    def hold(self, place: int) -> None:
        if item := self.line(place, "hold_items"):
            self.change(replace(item, status=ItemStatus.ON_HOLD, hold_reason="why"))

    @rule(place=PLACES)
    def release(self, place: int) -> None:
        if item := self.line(place, "release_items"):
            self.change(released(item))

    @rule(place=PLACES, price=st.integers(0, 900), back=st.booleans())
    def substitute(self, place: int, price: int, back: bool) -> None:
        item = self.line(place, "substitute_item")
        if item is None or item.prepared:
            return
        if back and item.substitute_id is not None:
            other = as_prescribed(item)
        else:
            other = with_substitute(item, _product(item, price), "another brand")
        self.become(repriced(self.held, other, MEMBER))

    @rule(place=PLACES)
    def decline(self, place: int) -> None:
        item = self.line(place, "decline_item")
        if item is None or item.prepared or item.supplied or not self.others_supply(item):
            return
        self.become(settled(declined(self.held, item.id, "none to be had", MEMBER)))

    @rule(place=PLACES)
    def cancel_line(self, place: int) -> None:
        item = self.line(place, "cancel_item")
        if item is None or not (item.supplied or self.others_supply(item)):
            return
        self.become(settled(rest_cancelled(self.held, item.id, "not wanted", MEMBER)))

    @rule(place=PLACES)
    def fulfil(self, place: int) -> None:
        item = self.line(place, "fulfill_items")
        if item is None:
            return
        after = self.held
        if item.status is not ItemStatus.CHECKED:
            formulary = {product_of(item): packed(product_of(item))}
            by_hand = checked_by_hand(after, [item], formulary, self.shelf, "torn", MEMBER)
            if not isinstance(by_hand, Held):
                return
            after = by_hand
        self.become(settled(ready(after, [item.id], "A1")))

    @rule(place=PLACES)
    def put_away(self, place: int) -> None:
        if item := self.line(place, "return_to_stock"):
            self.become(returned(self.held, [item.id], "not collected", MEMBER))

    @rule(place=PLACES)
    def restart(self, place: int) -> None:
        if item := self.line(place, "restart_items"):
            self.change(replace(item, status=ItemStatus.PENDING))

    @precondition(lambda self: self.held.header.status in OPEN_HEADER)
    @rule()
    def pay(self) -> None:
        due = self.held.header.total_minor - self.held.header.paid_minor
        if due > 0:
            self.become(received(self.held, uuid.uuid4(), PaymentMethod.CASH, due, MEMBER))

    @precondition(lambda self: self.held.header.status in OPEN_HEADER)
    @rule()
    def hand_over(self) -> None:
        if stands_in_the_way(self.held) is None:
            self.become(handed_over(self.held, "The patient"))

    @precondition(lambda self: self.held.header.status in OPEN_HEADER)
    @rule(really=st.sampled_from([False, False, False, True]))
    def cancel(self, really: bool) -> None:
        if really and not any(item.supplied for item in self.held.items):
            self.become(cancelled(self.held, "changed their mind", MEMBER))

    def others_supply(self, item: PrescriptionItem) -> bool:
        gone = (ItemStatus.DECLINED, ItemStatus.CANCELLED)
        others = [other for other in self.held.items if other.id != item.id]
        return any(other.supplied or other.status not in gone for other in others)

    @invariant()
    def never_more_than_was_authorised(self) -> None:
        given: defaultdict[UUID, int] = defaultdict(int)
        in_hand: defaultdict[UUID, int] = defaultdict(int)
        for dispense in self.held.dispenses:
            if dispense.status is DispenseStatus.HANDED_OVER:
                given[dispense.item_id] += dispense.quantity
            if dispense.status is DispenseStatus.PREPARED:
                in_hand[dispense.item_id] += dispense.quantity
        for item in self.held.items:
            assert item.supplied == given[item.id]
            assert item.prepared == in_hand[item.id]
            assert min(item.supplied, item.prepared, item.owing) >= 0
            assert item.supplied + item.prepared + item.owing <= item.quantity

    @invariant()
    def stock_is_never_below_nothing_and_equals_its_movements(self) -> None:
        out = _out_of_batches(self.held.dispenses)
        for batch in (b for found in self.shelf.batches.values() for b in found):
            assert batch.on_hand >= 0
            assert batch.on_hand == self.begun_with[batch.id] - out[batch.id]

    @invariant()
    def the_header_agrees_with_its_lines(self) -> None:
        status = self.held.header.status
        states = {item.status for item in self.held.items}
        assert (status is PrescriptionStatus.FULFILLED) == (
            is_fulfilled(self.held.items) and ItemStatus.READY in states
        )
        if status in (PrescriptionStatus.COMPLETED, PrescriptionStatus.CANCELLED):
            assert states <= PRESCRIPTION_ITEM.terminal
            assert not any(item.prepared or item.owing for item in self.held.items)
        if status is PrescriptionStatus.COMPLETED:
            assert any(item.supplied for item in self.held.items)
            assert self.held.header.collected_by is not None

    @invariant()
    def each_line_s_state_agrees_with_its_units(self) -> None:
        for item in self.held.items:
            status, rest = item.status, wanted(item) - item.owing
            if status in (ItemStatus.CHECKED, ItemStatus.READY):
                assert item.prepared
                assert not rest
            elif status is ItemStatus.OWING:
                assert item.owing
                assert (rest, item.prepared) == (0, 0)
            elif status is ItemStatus.HANDED_OVER:
                assert item.supplied == item.quantity
            elif status in PRESCRIPTION_ITEM.terminal or status is ItemStatus.PENDING:
                assert not item.prepared

    @invariant()
    def the_money_balances(self) -> None:
        header = self.held.header
        entries = [
            p.amount_minor if p.kind is PaymentKind.PAYMENT else -p.amount_minor
            for p in self.held.payments
        ]
        assert header.paid_minor == sum(entries)
        assert header.total_minor == total_charged(self.held.items)
        assert 0 <= header.paid_minor <= header.total_minor
        assert len({p.id for p in self.held.payments}) == len(self.held.payments)
        if header.status in (PrescriptionStatus.COMPLETED, PrescriptionStatus.CANCELLED):
            nothing_due = header.paid_minor == header.total_minor
            assert nothing_due or header.status is PrescriptionStatus.COMPLETED

    @invariant()
    def the_order_follows(self) -> None:
        (order,) = self.held.orders
        status = self.held.header.status
        if status is PrescriptionStatus.FULFILLED:
            assert order.status is OrderStatus.READY
        assert (open_order(self.held) is None) == (status in PRESCRIPTION.terminal)


def _product(item: PrescriptionItem, price_minor: int) -> Product:
    return Product(
        id=uuid.uuid4(), generic_name=item.generic_name, strength=item.strength, form=item.form,
        brand="Another", schedule=item.schedule, pack_size=10, price_minor=price_minor,
        currency=item.currency, ingredients=[], discontinued=False,
    )  # fmt: skip


def _out_of_batches(dispenses: list[Dispense]) -> defaultdict[UUID, int]:
    out: defaultdict[UUID, int] = defaultdict(int)
    for dispense in dispenses:
        if dispense.batch_id is not None and dispense.status is not DispenseStatus.RETURNED:
            out[dispense.batch_id] += dispense.quantity
    return out


TestWhateverAPharmacistDoes = Counter.TestCase
TestWhateverAPharmacistDoes.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None
)
