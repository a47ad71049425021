"""What a prescription comes to and what is owed back, whatever is declined or cancelled."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import (
    ItemStatus,
    PaymentKind,
    PaymentMethod,
    Prescription,
    PrescriptionStatus,
    Schedule,
)
from clinicdesk.contract.problems import InvalidField
from clinicdesk.server.domain.pharmacy.cancelling import cancelled
from clinicdesk.server.domain.pharmacy.settling import settled
from clinicdesk.server.domain.pharmacy.withdrawing import declined
from clinicdesk.server.domain.prescribing.held import Held
from clinicdesk.server.domain.prescribing.ledger import received
from clinicdesk.server.domain.prescribing.lines import GREATEST_AMOUNT, Product, priced

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
MEMBER, PHARMACY, CLINIC = UUID(int=1), UUID(int=2), UUID(int=3)


def header() -> Prescription:
    return Prescription(
        id=uuid.uuid4(),
        clinic_id=CLINIC,
        version=1,
        code="RX-00000",
        patient_id=UUID(int=4),
        practitioner_id=UUID(int=5),
        pharmacy_id=PHARMACY,
        status=PrescriptionStatus.DRAFT,
        signed_at=NOW,
        note=None,
        item_count=0,
        controlled=False,
        total_minor=0,
        paid_minor=0,
        currency="INR",
        created_at=NOW,
        paid_at=None,
        fulfilled_at=None,
        completed_at=None,
        collected_by=None,
        cancelled_at=None,
        cancel_reason=None,
        updated_at=NOW,
        updated_by=MEMBER,
    )


def product(price_minor: int = 1000) -> Product:
    return Product(
        id=uuid.uuid4(),
        generic_name="Paracetamol",
        strength="500 mg",
        form="tablet",
        brand="",
        schedule=Schedule.H,
        pack_size=10,
        price_minor=price_minor,
        currency="INR",
        ingredients=["paracetamol"],
        discontinued=False,
    )


def draft(of: Product, quantity: int = 10) -> DraftItem:
    return DraftItem(
        id=uuid.uuid4(),
        medicine_id=of.id,
        dose="1 tablet",
        route="oral",
        frequency="OD",
        days=None,
        quantity=quantity,
        instructions="",
    )


def paid(prices: list[int]) -> Held:
    products = [product(price) for price in prices]
    lines = priced(header(), [draft(p) for p in products], {p.id: p for p in products})
    assert isinstance(lines, list)
    total = sum(line.amount_minor for line in lines)
    held = Held(
        header=replace(header(), total_minor=total),
        items=lines,
        payments=[],
        changed_by="Somebody",
        now=NOW,
        today=NOW.date(),
    )
    return received(held, uuid.uuid4(), PaymentMethod.CASH, total, MEMBER)


def ledger(held: Held) -> int:
    """What the entries come to."""
    return sum(
        entry.amount_minor if entry.kind is PaymentKind.PAYMENT else -entry.amount_minor
        for entry in held.payments
    )


@given(
    prices=st.lists(st.integers(0, 50_000), min_size=2, max_size=6),
    declining=st.lists(st.integers(0, 5), max_size=4, unique=True),
    cancel=st.booleans(),
)
def test_the_ledger_always_agrees_with_the_header_and_the_lines(
    prices: list[int], declining: list[int], cancel: bool
) -> None:
    held = paid(prices)
    for place in declining:
        if place < len(prices):
            held = declined(held, held.items[place].id, "out of stock", MEMBER)
    if cancel:
        held = cancelled(held, "not needed", MEMBER)
    open_lines = [
        item
        for item in held.items
        if item.status not in (ItemStatus.DECLINED, ItemStatus.CANCELLED)
    ]
    assert held.header.total_minor == sum(item.amount_minor for item in open_lines)
    assert held.header.paid_minor == held.header.total_minor == ledger(held)
    assert len({entry.id for entry in held.payments}) == len(held.payments)


def test_a_prescription_without_anything_supplied_is_not_fulfilled() -> None:
    held = paid([100, 200])
    for item in held.items:
        held = declined(held, item.id, "out of stock", MEMBER)
    assert settled(held).header.status is not PrescriptionStatus.FULFILLED


def test_an_amount_that_cannot_be_recorded_is_refused_by_line_and_in_sum() -> None:
    dear = product(price_minor=GREATEST_AMOUNT)
    one = priced(header(), [draft(dear, quantity=11)], {dear.id: dear})
    assert isinstance(one, InvalidField)
    assert one.field == "items[0].quantity"
    many = priced(header(), [draft(dear, 10), draft(dear, 10)], {dear.id: dear})
    assert isinstance(many, InvalidField)
    assert many.field == "items"


def test_a_medicine_of_another_currency_is_refused() -> None:
    foreign = replace(product(), currency="NZD")
    found = priced(header(), [draft(foreign)], {foreign.id: foreign})
    assert isinstance(found, InvalidField)
    assert found.field == "items[0].medicine_id"


def test_a_cancelled_prescription_leaves_what_was_handed_over_as_it_is() -> None:
    held = paid([100, 200])
    given_out = replace(held.items[0], status=ItemStatus.HANDED_OVER, supplied=10)
    after = cancelled(replace(held, items=[given_out, held.items[1]]), "not needed", MEMBER)
    assert [item.status for item in after.items] == [ItemStatus.HANDED_OVER, ItemStatus.CANCELLED]
