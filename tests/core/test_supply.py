"""Orders to suppliers at a desk: what is suggested, and how far an order has come."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from clinicdesk.contract.commands import ReceivedGoods, SupplyLine
from clinicdesk.contract.entities import Supplier, SupplyOrderStatus
from clinicdesk.core.denial import Denied
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.store.store import Store
from tests.core.counter_room import AMOXICILLIN, TODAY, TRAMADOL, CounterRoom, a_batch, a_level
from tests.core.sample import CLINIC, an_id

MAHAVIR = Supplier(
    id=an_id("supplier"), clinic_id=CLINIC, version=1, name="Mahavir Pharma", phone="", email="",
    address="", active=True,
)  # fmt: skip
ORDER = an_id("order")
LINES = [
    SupplyLine(id=an_id("one"), medicine_id=AMOXICILLIN.id, packs=5, cost_minor=7_000),
    SupplyLine(id=an_id("two"), medicine_id=TRAMADOL.id, packs=2, cost_minor=3_000),
]


def goods(line: UUID, packs: int, days: int = 400) -> ReceivedGoods:
    return ReceivedGoods(
        line_id=line, batch_id=an_id(f"batch of {line}"), number="B1",
        expiry=TODAY + timedelta(days=days), packs=packs, cost_minor=7_000,
    )  # fmt: skip


async def room(store: Store) -> CounterRoom:
    made = CounterRoom(store)
    low = a_level(reorder_level=40, reorder_packs=3)
    await made.open(MAHAVIR, low, a_batch("A"), a_level(TRAMADOL, reorder_level=1))
    return made


def status(here: CounterRoom) -> SupplyOrderStatus:
    order = here.replica.supply_orders.get(ORDER)
    assert order is not None
    return order.status


async def test_what_is_low_is_suggested_until_it_is_on_an_order(store: Store) -> None:
    here = await room(store)
    [suggested] = here.supply.suggestion()
    assert (suggested.medicine_id, suggested.packs) == (AMOXICILLIN.id, 3)
    assert (suggested.on_hand, suggested.cost_minor) == (10, 7_000)
    await here.supply.write(MAHAVIR.id, LINES, supply_order_id=ORDER)
    assert here.supply.suggestion() == []


async def test_an_order_goes_its_way_on_this_desk_before_the_server_has_it(store: Store) -> None:
    here = await room(store)
    await here.supply.write(MAHAVIR.id, LINES, "urgent", ORDER)
    order = here.replica.supply_orders.get(ORDER)
    assert order is not None
    assert (order.total_minor, order.line_count, order.code[:3]) == (41_000, 2, "SO-")
    steps = [status(here)]
    for step in (
        here.supply.submit(ORDER),
        here.supply.acknowledge(ORDER, TODAY + timedelta(days=2)),
        here.supply.receive(ORDER, [goods(LINES[0].id, 5)]),
        here.supply.receive(ORDER, [goods(LINES[1].id, 2)]),
        here.supply.close(ORDER),
    ):
        assert isinstance(await step, Submitted)
        steps.append(status(here))
    assert steps == [
        "DRAFT", "SUBMITTED", "ACKNOWLEDGED", "PARTIALLY_RECEIVED", "RECEIVED", "CLOSED",
    ]  # fmt: skip
    versions = [entry.version for entry in here.outbox.entries()]
    assert versions == [None] * 6, "each is sent upon what the one before it is answered with"


async def test_an_order_that_lacks_something_is_closed_with_a_reason(store: Store) -> None:
    here = await room(store)
    await here.supply.write(MAHAVIR.id, LINES, supply_order_id=ORDER)
    await here.supply.submit(ORDER)
    await here.supply.receive(ORDER, [goods(LINES[0].id, 1)])
    assert await here.supply.close(ORDER) == Denied(
        "Say why it is closed although something is missing.", "reason"
    )
    await here.supply.close(ORDER, "the rest is not made any more")
    assert status(here) is SupplyOrderStatus.CLOSED_SHORT


async def test_what_is_not_possible_is_said(store: Store) -> None:
    here = await room(store)
    await here.supply.write(MAHAVIR.id, [], supply_order_id=ORDER)
    assert await here.supply.submit(ORDER) == Denied("It orders nothing yet.")
    unknown = await here.supply.write(an_id("nobody"), LINES)
    assert unknown == Denied("Choose the supplier.", "supplier_id")
    expired = await here.supply.receive(ORDER, [goods(LINES[0].id, 1, days=-1)])
    assert isinstance(expired, Denied)
    assert expired.field == "goods[0].expiry"
    early = await here.supply.receive(ORDER, [goods(LINES[0].id, 1)])
    assert early == Denied("It has not been submitted yet.")
