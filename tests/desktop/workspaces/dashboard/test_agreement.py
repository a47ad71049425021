"""The first page, the counter's lanes and the rail name the same numbers, whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    PrescriptionStatus,
    Row,
)
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.workspaces.shared.lanes import KEYED_LANES, WAITING_LANES, Lane, Turn
from tests.core.sample import NOON
from tests.desktop.workspaces.dashboard.clinics import a_call, a_clinic, a_family, owed
from tests.desktop.workspaces.dashboard.page import Page, open_page
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    a_refund,
    an_order,
    at,
    open_counter,
    open_desk,
    settled,
    until,
)

_SIZE = 60
_ROUNDS = 6


@dataclass
class Both:
    """The first page and the counter of one desk."""

    page: Page
    counter: Counter

    async def feed(self, *rows: Row) -> None:
        """Rows change, and both have heard of it."""
        await self.counter.feed(*rows)
        later = self.page.workspace._refresh_later
        await until(lambda: not later.isActive(), "the first page never settled")

    def steps(self) -> list[Turn]:
        """The kinds of what is to be done next, in order."""
        return [each.turn for each in self.page.workspace._agenda.steps()]


Opening = Callable[..., Awaitable[Both]]


@pytest.fixture
async def open_both(design: Design, tmp_path: Path) -> AsyncIterator[Opening]:
    opened: list[Both] = []

    async def opening(*rows: Row) -> Both:
        desk = await open_desk(tmp_path, *{row.id: row for row in rows}.values())
        page = await open_page(desk, design)
        counter = open_counter(desk, design)
        opened.append(Both(page, counter))
        page.workspace.show()
        counter.workspace.show()
        await settled()
        return opened[-1]

    yield opening
    for both in opened:
        await both.page.tasks.end()
        await both.counter.tasks.end()
        both.page.workspace.close()
        both.page.workspace.deleteLater()
        both.counter.workspace.close()
        both.counter.workspace.deleteLater()
        await both.counter.desk.close()


def agree(both: Both) -> None:
    queue, page = both.counter.workspace.queue, both.page.workspace
    assert set(page.cards) == set(KEYED_LANES)
    for lane in (*page.cards, *page.beside):
        queue.show_lane(lane)
        listed = queue.model.rowCount()
        assert listed == queue.count(lane), lane
        if lane in page.cards:
            assert page.cards[lane].count == listed, lane
        else:
            chip = page.beside[lane]
            assert chip.isVisible() is (listed > 0), lane
            assert not listed or chip.text().split()[0] == str(listed), lane
    work = page.cards[Lane.UNPAID].count + page.cards[Lane.DISPENSE].count
    assert both.counter.workspace.counter() == work
    queue.show_lane(Lane.DISPENSE)
    steps = page._agenda.steps()
    assert [row.tail for row in shown(both.counter)] == [
        each.prescription.code for each in steps if each.turn is not Turn.DISPATCH
    ], "the lane is worked off in the order of the first page"
    assert page.waiting.lines.rowCount() == min(len(steps), 30)


@pytest.mark.parametrize("seed", range(4))
async def test_every_number_is_that_of_the_lane_it_opens(open_both: Opening, seed: int) -> None:
    random = Random(seed)
    both = await open_both(*a_clinic(random, _SIZE))
    agree(both)
    for version in range(2, _ROUNDS + 2):
        changed = random.sample(range(_SIZE), random.choice((1, 5, 30)))
        rows = [row for number in changed for row in a_family(random, number, version)]
        random.shuffle(rows)
        await both.feed(*rows)
        agree(both)


async def test_what_is_owing_counts_as_owing_since_it_is_owed_and_is_never_next(
    open_both: Opening,
) -> None:
    rows = a_counter_prescription("owed", status=PrescriptionStatus.PAID)
    header = replace(rows.prescriptions[0], paid_at=at(-300))
    both = await open_both(*rows.all(), *owed(header, rows.items, at(-90)))
    cards = both.page.workspace.cards
    assert (cards[Lane.DISPENSE].count, cards[Lane.OWING].count) == (0, 1)
    assert (
        cards[Lane.OWING].accessibleName() == "Owing: 1, longest 1 h 30, for 1 medicine(s) to come"
    )  # untranslated
    assert both.steps() == []
    assert both.page.workspace._first is None
    both.counter.workspace.queue.show_lane(Lane.OWING)
    pill = shown(both.counter)[0].pill
    assert pill is not None
    assert pill.text == "1 h 30"


async def test_what_came_for_somebody_is_next_after_those_at_the_counter(
    open_both: Opening,
) -> None:
    rows = a_counter_prescription("owed", status=PrescriptionStatus.PAID)
    header = replace(rows.prescriptions[0], paid_at=at(-3 * 1440))
    home = owed(header, rows.items, at(-2 * 1440))
    fresh = a_counter_prescription("fresh", status=PrescriptionStatus.PAID)
    both = await open_both(*rows.all(), *home, *fresh.all())
    assert both.steps() == [Turn.AT_COUNTER]
    line = replace(rows.items[0], version=2, status=ItemStatus.PICKING, owing=0)
    await both.feed(line, a_call(header, at(-10)))
    assert both.steps() == [Turn.AT_COUNTER, Turn.CAME]
    both.counter.workspace.queue.show_lane(Lane.DISPENSE)
    came = next(row for row in shown(both.counter) if row.status == "Owing, and here now")
    assert came.pill is not None
    assert came.pill.text == "10 min", "since it came, not since it was paid"


async def test_what_was_left_over_keeps_its_alarm_and_comes_last(open_both: Opening) -> None:
    old = a_counter_prescription("old", status=PrescriptionStatus.PAID, paid_at=at(-1500))
    old.prescriptions[0] = replace(old.prescriptions[0], code="RX-00000")
    fresh = a_counter_prescription("fresh", status=PrescriptionStatus.PAID)
    both = await open_both(*old.all(), *fresh.all())
    assert both.steps() == [Turn.AT_COUNTER, Turn.LEFT_OVER]
    assert both.page.workspace._go_on.text() == "Dispense RX-7F3K2"
    both.counter.workspace.queue.show_lane(Lane.DISPENSE)
    pills = {row.tail: row.pill for row in shown(both.counter)}
    alarm = pills["RX-00000"]
    assert alarm is not None
    assert (alarm.text, str(alarm.tone)) == ("1 d", "danger")


async def test_what_is_packed_for_delivery_is_dispatched_once(open_both: Opening) -> None:
    rows = a_counter_prescription("rx", status=PrescriptionStatus.FULFILLED, delivery=True)
    order = an_order(rows.prescriptions[0], status=OrderStatus.READY)
    both = await open_both(*rows.all(), order)
    assert both.steps() == [Turn.DISPATCH]
    assert both.page.workspace._go_on.text() == "Dispatch RX-7F3K2"
    await both.feed(replace(order, version=2, status=OrderStatus.OUT_FOR_DELIVERY))
    assert both.steps() == []


async def test_what_is_on_hold_is_counted_and_listed_and_is_not_next(open_both: Opening) -> None:
    rows = a_counter_prescription("rx", status=PrescriptionStatus.PAID)
    held = [replace(line, status=ItemStatus.ON_HOLD) for line in rows.items]
    both = await open_both(*rows.all(), *held)
    assert both.page.workspace.cards[Lane.DISPENSE].count == 1
    assert both.steps() == [Turn.HELD]
    assert both.page.workspace._first is None
    both.counter.workspace.queue.show_lane(Lane.DISPENSE)
    assert [str(row.pill.tone) for row in shown(both.counter) if row.pill] == ["neutral"]
    await both.feed(replace(rows.items[0], version=2))
    assert both.steps() == [Turn.AT_COUNTER]


async def test_a_refund_and_what_was_sent_back_are_named_only_while_there_is_one(
    open_both: Opening,
) -> None:
    rows = a_counter_prescription("rx", status=PrescriptionStatus.PAID)
    header = rows.prescriptions[0]
    both = await open_both(*rows.all())
    chips = both.page.workspace.beside
    assert not any(chip.isVisible() for chip in chips.values())
    closed = NOON - timedelta(minutes=20)
    await both.feed(
        a_refund(header, 5_000), an_order(header, status=OrderStatus.REJECTED, closed_at=closed)
    )
    assert all(chip.isVisible() for chip in chips.values())
    chips[Lane.REFUND].click()
    chips[Lane.SENT_BACK].click()
    assert both.page.places == [("pharmacy", "refund"), ("pharmacy", "sent_back")]
    both.counter.workspace.queue.show_lane(Lane.SENT_BACK)
    assert [row.pill.text for row in shown(both.counter) if row.pill] == ["20 min"]


async def test_every_lane_where_somebody_waits_says_for_how_long(open_both: Opening) -> None:
    both = await open_both(*a_clinic(Random(7), _SIZE))
    for lane in (*WAITING_LANES, Lane.REFUND):
        both.counter.workspace.queue.show_lane(lane)
        rows = shown(both.counter)
        assert rows, lane
        assert all(row.pill is not None for row in rows), lane


async def test_lines_that_come_later_settle_the_number(open_both: Opening) -> None:
    rows = a_counter_prescription("late", status=PrescriptionStatus.PAID)
    both = await open_both(*(row for row in rows.all() if row not in rows.items))
    assert both.page.workspace.cards[Lane.DISPENSE].count == 1
    assert both.steps() == [Turn.AT_COUNTER]
    await both.feed(*(replace(line, status=ItemStatus.OWING, owing=1) for line in rows.items))
    agree(both)
    assert both.page.workspace.cards[Lane.OWING].count == 1
    assert both.steps() == []


def shown(counter: Counter) -> list[RowContent]:
    model = counter.workspace.queue.model
    return [model.index(place).data(CONTENT_ROLE) for place in range(model.rowCount())]
