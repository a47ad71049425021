"""What lies on the shelves, as a desk counts it that has not heard from the server yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from clinicdesk.contract.commands import AdjustStock, ReceiveStock
from clinicdesk.contract.entities import Lot, MovementKind, Row
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.stock import Availability
from clinicdesk.core.store.store import Store
from tests.core.counter_room import (
    AMOXICILLIN,
    LINE,
    PAID,
    TODAY,
    TRAMADOL,
    CounterRoom,
    a_batch,
    a_level,
)
from tests.core.sample import MAIN_STREET, an_id

SOON = a_batch("SOON", 30)
LATER = a_batch("LATER", 300)
TODAYS = a_batch("TODAY", 0, on_hand=2)
GONE = a_batch("GONE", -1)
EMPTY = a_batch("EMPTY", 10, on_hand=0)
SHELF: tuple[Row, ...] = (a_level(), LATER, EMPTY, GONE, SOON, TODAYS, PAID, LINE)


async def room(store: Store, *rows: Row) -> CounterRoom:
    made = CounterRoom(store)
    await made.open(*(rows or SHELF))
    return made


async def test_what_can_be_dispensed_comes_first_and_of_that_what_expires_first(
    store: Store,
) -> None:
    here = await room(store)
    order = [batch.number for batch in here.stock.batches(MAIN_STREET, AMOXICILLIN.id)]
    assert order == ["TODAY", "SOON", "LATER", "GONE", "EMPTY"]
    usable = [batch.number for batch in here.stock.usable(MAIN_STREET, AMOXICILLIN.id)]
    assert usable == ["TODAY", "SOON", "LATER"]


async def test_a_medicine_without_a_level_is_not_counted(store: Store) -> None:
    here = await room(store)
    assert here.stock.on_hand(MAIN_STREET, TRAMADOL.id) is None
    assert here.stock.on_hand(MAIN_STREET, AMOXICILLIN.id) == 32
    assert here.stock.dispensable(MAIN_STREET, AMOXICILLIN.id) == 22


async def test_what_this_desk_has_checked_is_gone_from_its_shelf_at_once(store: Store) -> None:
    here = await room(store)
    checked = await here.dispensing.check(
        PAID.id, LINE.id, AMOXICILLIN.id, quantity=4, batch_id=SOON.id
    )
    assert isinstance(checked, Submitted)
    assert here.stock.free(SOON.id) == 6
    assert here.stock.on_hand(MAIN_STREET, AMOXICILLIN.id) == 28
    await here.dispensing.uncheck(PAID.id, LINE.id)
    assert here.stock.free(SOON.id) == 10


async def test_lines_that_are_taken_by_hand_come_from_what_expires_first(store: Store) -> None:
    here = await room(store)
    done = await here.dispensing.fulfill(PAID.id, [LINE.id], hand_reason="no scanner here")
    assert isinstance(done, Submitted)
    left = {batch.number: here.stock.free(batch.id) for batch in (TODAYS, SOON, LATER, GONE)}
    assert left == {"TODAY": 0, "SOON": 0, "LATER": 2, "GONE": 10}


async def test_the_emptiest_shelf_is_low_first(store: Store) -> None:
    half = a_level(reorder_level=40)
    empty = a_level(TRAMADOL, reorder_level=10, on_hand=1)
    here = await room(store, half, empty, SOON, LATER)
    assert [level.medicine_id for level in here.stock.low()] == [TRAMADOL.id, AMOXICILLIN.id]
    assert (await room(store, a_level(reorder_level=5), SOON, LATER)).stock.low() == []


async def test_a_shelf_of_which_all_has_expired_is_low(store: Store) -> None:
    expired = a_level(reorder_level=5, on_hand=10)
    here = await room(store, expired, GONE)
    assert here.stock.dispensable(MAIN_STREET, AMOXICILLIN.id) == 0
    assert here.stock.low() == [expired]
    assert here.stock.availability(MAIN_STREET, AMOXICILLIN.id) is Availability.NONE


async def test_of_a_pharmacy_elsewhere_the_shelf_itself_says_what_has_expired(store: Store) -> None:
    elsewhere = an_id("the other pharmacy")
    lots = [
        Lot(expiry=TODAY - timedelta(days=1), units=18),
        Lot(expiry=TODAY, units=5),
        Lot(expiry=TODAY + timedelta(days=90), units=7),
    ]
    level = a_level(pharmacy_id=elsewhere, reorder_level=12, on_hand=30, lots=lots)
    here = await room(store, level)
    assert here.stock.dispensable(elsewhere, AMOXICILLIN.id) == 12
    assert here.stock.availability(elsewhere, AMOXICILLIN.id) is Availability.LOW
    gone = replace(level, lots=[lots[0]], on_hand=18)
    here = await room(store, gone)
    assert here.stock.availability(elsewhere, AMOXICILLIN.id) is Availability.NONE


async def test_what_expires_within_some_days_is_listed_with_what_has_expired(store: Store) -> None:
    here = await room(store)
    assert [batch.number for batch in here.stock.expiring(30)] == ["GONE", "TODAY", "SOON"]
    assert [batch.number for batch in here.stock.expiring(29)] == ["GONE", "TODAY"]


async def test_received_units_are_shown_before_the_server_has_counted_them(store: Store) -> None:
    here = await room(store)
    expiry = TODAY + timedelta(days=200)
    received = await here.stock.receive(AMOXICILLIN.id, " B77 ", expiry, 30, 6_500)
    assert isinstance(received, Submitted)
    [entry] = here.outbox.entries()
    assert isinstance(entry.command, ReceiveStock)
    assert (entry.command.number, entry.version) == ("B77", None)
    batch = here.replica.batches.get(entry.command.batch_id)
    assert batch is not None
    assert (batch.number, batch.on_hand) == ("B77", 30)


async def test_a_correction_waits_for_the_server_and_is_shown_meanwhile(store: Store) -> None:
    here = await room(store)
    await here.stock.adjust(SOON.id, -3, "counted: three less")
    assert here.stock.free(SOON.id) == 7
    [entry] = here.outbox.entries()
    assert isinstance(entry.command, AdjustStock)
    assert entry.version is None, "it does not rest on what this desk has seen"


async def test_what_cannot_be_is_said_before_it_is_saved(store: Store) -> None:
    here = await room(store)
    yesterday = TODAY - timedelta(days=1)
    expired = await here.stock.receive(AMOXICILLIN.id, "B1", yesterday, 10, 100)
    too_many = await here.stock.adjust(SOON.id, -11, "counted: eleven less")
    not_away = await here.stock.adjust(SOON.id, 5, "broken", MovementKind.WRITTEN_OFF)
    nothing = await here.stock.adjust(SOON.id, 0, "counted")
    no_reason = await here.stock.adjust(SOON.id, 1, "  ")
    assert [each.field for each in (expired, too_many, not_away, nothing, no_reason)
            if isinstance(each, Denied)] == [
        "expiry", "quantity", "quantity", "quantity", "reason",
    ]  # fmt: skip
    assert here.outbox.entries() == []


@pytest.mark.parametrize("quantity", [0, -5])
async def test_units_that_come_are_at_least_one(store: Store, quantity: int) -> None:
    here = await room(store)
    refused = await here.stock.receive(AMOXICILLIN.id, "B1", TODAY, quantity, 100)
    assert refused == Denied("The quantity must be at least 1.", "quantity")
