"""Checking a line at the counter: which batch, how much, and what stops hard."""

from __future__ import annotations

from uuid import UUID

import pytest
from msgspec.structs import replace

from clinicdesk.contract.commands import CheckItem, FulfillItems, Override, OweItem, SubstituteItem
from clinicdesk.contract.entities import ItemStatus, Row, Verified
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.store.store import Store
from tests.core.counter_room import (
    AMOXICILLIN,
    LINE,
    OTHER_BRAND,
    PAID,
    TRAMADOL,
    CounterRoom,
    a_batch,
    a_level,
    reserved,
)
from tests.core.sample import an_id

SOON = a_batch("SOON", 30, on_hand=12)
LATER = a_batch("LATER", 300)
GONE = a_batch("GONE", -1)


async def room(store: Store, *shelf: Row) -> CounterRoom:
    made = CounterRoom(store)
    await made.open(PAID, LINE, *shelf)
    return made


async def test_a_check_takes_what_is_left_from_the_batch_that_expires_first(store: Store) -> None:
    here = await room(store, a_level(), GONE, LATER, SOON)
    for _ in range(2):
        assert isinstance(await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id), Submitted)
    commands = [entry.command for entry in here.outbox.entries()]
    taken = [(c.batch_id, c.quantity) for c in commands if isinstance(c, CheckItem)]
    assert taken == [(SOON.id, 12), (LATER.id, 8)]
    assert reserved(here.item()) == (ItemStatus.CHECKED, 20, 0)
    [first, _second] = here.replica.dispenses.of(PAID.id)
    assert {d.batch_number for d in here.replica.dispenses.of(PAID.id)} == {"SOON", "LATER"}
    assert first.brand == AMOXICILLIN.brand


async def test_a_part_is_checked_and_the_rest_is_owed(store: Store) -> None:
    here = await room(store, a_level(), SOON)
    await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id)
    assert reserved(here.item()) == (ItemStatus.PICKING, 12, 0)
    none_left = await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id)
    assert none_left == Denied("None of 8 in stock: owe them with O.", "quantity")
    await here.dispensing.owe(PAID.id, LINE.id)
    assert reserved(here.item()) == (ItemStatus.CHECKED, 12, 8)


async def test_what_is_owed_says_what_its_desk_knew_of_on_the_shelf(store: Store) -> None:
    here = await room(store, a_level(), SOON, LATER)
    await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id)
    await here.dispensing.owe(PAID.id, LINE.id)
    *_, owed = [entry.command for entry in here.outbox.entries()]
    assert isinstance(owed, OweItem)
    assert owed.in_stock == LATER.on_hand
    assert here.item().passed_over == LATER.on_hand


async def test_a_pharmacy_that_keeps_no_stock_checks_without_a_batch(store: Store) -> None:
    here = await room(store)
    await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id)
    [entry] = here.outbox.entries()
    assert isinstance(entry.command, CheckItem)
    assert (entry.command.batch_id, entry.command.quantity) == (None, 20)


async def test_what_the_box_says_is_kept_where_no_stock_is(store: Store) -> None:
    here = await room(store)
    await here.dispensing.check(
        PAID.id, LINE.id, AMOXICILLIN.id, batch_number="ZX-7", expiry=SOON.expiry
    )
    [dispense] = here.replica.dispenses.of(PAID.id)
    said = (dispense.batch_id, dispense.batch_number, dispense.expiry)
    assert said == (None, "ZX-7", SOON.expiry)


async def test_the_box_is_of_the_batch_that_bears_its_number_and_its_expiry(store: Store) -> None:
    other = replace(a_batch("SAME", 200), number="SOON")
    here = await room(store, a_level(), SOON, other)
    await here.dispensing.check(
        PAID.id, LINE.id, AMOXICILLIN.id, batch_number="soon", expiry=other.expiry
    )
    [entry] = here.outbox.entries()
    assert isinstance(entry.command, CheckItem)
    assert (entry.command.batch_id, entry.command.expiry) == (other.id, other.expiry)


@pytest.mark.parametrize("shelf", [(), (a_level(), SOON)], ids=["no stock kept", "stock kept"])
async def test_a_box_that_has_expired_stops_hard(store: Store, shelf: tuple[Row, ...]) -> None:
    here = await room(store, *shelf)
    old = await here.dispensing.check(
        PAID.id, LINE.id, AMOXICILLIN.id, batch_number="OLD", expiry=GONE.expiry
    )
    assert old == Denied(
        "The box expired on 11 Mar 2026: take another one, and put it aside.", "expiry"
    )
    assert here.outbox.entries() == []


@pytest.mark.parametrize("named", [None, SOON.id], ids=["no batch named", "batch named"])
async def test_a_box_with_another_expiry_than_its_batch_stops_hard(
    store: Store, named: UUID | None
) -> None:
    here = await room(store, a_level(), SOON)
    other = await here.dispensing.check(
        PAID.id,
        LINE.id,
        AMOXICILLIN.id,
        batch_id=named,
        batch_number="SOON",
        expiry=LATER.expiry,
    )
    assert isinstance(other, Denied)
    assert other.field == "batch_id"
    assert other.sentence.startswith("The box says batch SOON, expiry 6 Jan 2027, and no such")
    assert here.outbox.entries() == []


async def test_what_is_not_the_line_s_stops_hard(store: Store) -> None:
    here = await room(store, a_level(), SOON, GONE)
    check = here.dispensing.check

    async def said(*args: object, **given: object) -> tuple[str, str]:
        refused = await check(PAID.id, LINE.id, *args, **given)  # type: ignore[arg-type]
        assert isinstance(refused, Denied)
        return refused.field, refused.sentence

    field, sentence = await said(TRAMADOL.id)
    assert (field, "Tramadol 50 mg" in sentence) == ("medicine_id", True)
    assert "substitute the line first" in (await said(OTHER_BRAND.id))[1]
    assert await said(AMOXICILLIN.id, batch_id=GONE.id) == (
        "batch_id",
        "Batch GONE expired on 11 Mar 2026: take another one, and write this one off.",
    )
    assert (await said(AMOXICILLIN.id, quantity=21))[0] == "quantity"
    assert await said(AMOXICILLIN.id, quantity=20) == (
        "quantity", "12 of 20 in stock: owe the rest with O.",
    )  # fmt: skip
    assert await said(AMOXICILLIN.id, verified=Verified.HAND) == (
        "hand_reason", "Say why it was not scanned.",
    )  # fmt: skip
    assert here.outbox.entries() == []


async def test_lines_that_nobody_checked_are_made_ready_only_with_a_reason(store: Store) -> None:
    here = await room(store)
    refused = await here.dispensing.fulfill(PAID.id, [LINE.id], bin="B4")
    assert isinstance(refused, Denied)
    assert refused.field == "hand_reason"
    await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id)
    assert isinstance(await here.dispensing.fulfill(PAID.id, [LINE.id], bin="B4"), Submitted)
    assert here.replica.prescriptions.get(PAID.id).bin == "B4"  # type: ignore[union-attr]


async def test_lines_that_the_shelf_has_too_little_for_are_not_made_ready(store: Store) -> None:
    here = await room(store, a_level(), SOON, GONE)

    async def said() -> Denied:
        refused = await here.dispensing.fulfill(PAID.id, [LINE.id], hand_reason="no scanner here")
        assert isinstance(refused, Denied)
        return refused

    assert await said() == Denied(
        "Line 1: 12 of 20 in stock: check those, and owe the rest with O.", "item_ids"
    )
    await here.dispensing.check(PAID.id, LINE.id, AMOXICILLIN.id)
    assert await said() == Denied("Line 1: None of 8 in stock: owe them with O.", "item_ids")
    await here.dispensing.owe(PAID.id, LINE.id)
    assert isinstance(await here.dispensing.fulfill(PAID.id, [LINE.id]), Submitted)


async def test_two_lines_of_one_product_need_what_is_there_of_both(store: Store) -> None:
    second = replace(LINE, id=an_id("second"), line=2)
    here = CounterRoom(store)
    await here.open(PAID, LINE, second, a_level(), a_batch("LATER", 300, on_hand=30))
    both = [LINE.id, second.id]
    refused = await here.dispensing.fulfill(PAID.id, both, hand_reason="no scanner here")
    assert refused == Denied(
        "Line 2: 10 of 20 in stock: check those, and owe the rest with O.", "item_ids"
    )
    alone = await here.dispensing.fulfill(PAID.id, [LINE.id], hand_reason="no scanner here")
    assert isinstance(alone, Submitted)


async def test_reasons_for_findings_go_with_lines_that_are_taken_as_checked(store: Store) -> None:
    here = await room(store)
    answer = Override(key="interaction:ibuprofen+warfarin", reason="agreed with the prescriber")
    await here.dispensing.fulfill(
        PAID.id, [LINE.id], hand_reason="no scanner here", overrides=[answer]
    )
    [entry] = here.outbox.entries()
    assert isinstance(entry.command, FulfillItems)
    assert entry.command.overrides == [answer]
    assert here.item().status is ItemStatus.READY


async def test_a_substitute_is_the_same_medicine_at_its_own_price(store: Store) -> None:
    here = await room(store)
    found = await here.dispensing.substitutes(LINE.id)
    assert [medicine.id for medicine in found] == [OTHER_BRAND.id]
    unlike = await here.dispensing.substitute(PAID.id, LINE.id, TRAMADOL.id, "out of stock")
    assert isinstance(unlike, Denied)
    await here.dispensing.substitute(PAID.id, LINE.id, OTHER_BRAND.id, "out of stock")
    assert here.item().substitute_brand == "Moxikind"
    assert here.item().amount_minor == 18_000, "two packs of 9,000 for twenty capsules"
    [entry] = here.outbox.entries()
    assert isinstance(entry.command, SubstituteItem)
    back = await here.dispensing.substitutes(LINE.id)
    assert [medicine.id for medicine in back] == [AMOXICILLIN.id]
