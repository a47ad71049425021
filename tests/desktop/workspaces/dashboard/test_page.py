"""The pharmacist's first page: its numbers are the rows', and each of them is a link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from clinicdesk.contract.entities import Prescription, PrescriptionStatus, Row
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.workspaces.dashboard.agenda import Agenda, Next
from clinicdesk.desktop.workspaces.dashboard.lines import LinesCard
from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from tests.core.sample import a_frame, a_snapshot, an_id, change, pharmacist
from tests.desktop.workspaces.dashboard.page import Page, open_page, some_shelves
from tests.desktop.workspaces.pharmacy.counter import (
    NOON,
    a_counter_prescription,
    at,
    many,
    open_desk,
    settled,
    until,
)


def said(card: LinesCard) -> list[RowContent]:
    model = card.lines
    return [model.data(model.index(row), CONTENT_ROLE) for row in range(model.rowCount())]


def some_prescriptions() -> list[Row]:
    early = a_counter_prescription("early", status=PrescriptionStatus.PAID)
    early.prescriptions[0] = replace(early.prescriptions[0], paid_at=at(-50), code="RX-EARLY")
    late = a_counter_prescription("late", status=PrescriptionStatus.PAID)
    late.prescriptions[0] = replace(late.prescriptions[0], paid_at=at(-5), code="RX-LATE0")
    unpaid = a_counter_prescription("unpaid")
    done = a_counter_prescription("done", status=PrescriptionStatus.COMPLETED)
    rows = {row.id: row for each in (early, late, unpaid, done) for row in each.all()}
    return list(rows.values())


@pytest.fixture
async def page(design: Design, tmp_path: Path) -> AsyncIterator[Page]:
    desk = await open_desk(tmp_path, *some_prescriptions(), *some_shelves())
    page = await open_page(desk, design)
    page.workspace.show()
    await settled()
    yield page
    await page.tasks.end()
    page.workspace.close()
    page.workspace.deleteLater()
    await desk.close()


async def test_every_number_counts_the_rows_that_stand_there(page: Page) -> None:
    counts = {stand: card.count for stand, card in page.workspace.cards.items()}
    assert counts[Lane.DISPENSE] == 2
    assert counts[Lane.UNPAID] == 1
    assert counts[Lane.READY] == 0


async def test_a_number_opens_its_lane(page: Page) -> None:
    page.workspace.cards[Lane.UNPAID].click()
    page.workspace.cards[Lane.DISPENSE].click()
    assert page.places == [("pharmacy", "unpaid"), ("pharmacy", "dispense")]


async def test_who_has_waited_longest_is_next_and_enter_opens_it(page: Page) -> None:
    assert [row.tail for row in said(page.workspace.waiting)] == ["RX-EARLY", "RX-LATE0"]
    page.workspace.focus_start()
    QTest.keyClick(page.workspace.focusWidget(), Qt.Key.Key_Return)
    assert page.gone_to == [("prescription", an_id("early"))]


async def test_a_page_that_nobody_sees_reads_nothing_and_is_right_when_it_is_seen(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    steps = Agenda.steps

    def counted(agenda: Agenda, most: int | None = None) -> list[Next]:
        asked.append("what is next")
        return steps(agenda, most)

    monkeypatch.setattr(Agenda, "steps", counted)
    page.workspace.hide()
    row = page.desk.replica.prescriptions.get(an_id("early"))
    assert row is not None
    gone = replace(
        row, version=row.version + 1, status=PrescriptionStatus.COMPLETED, completed_at=NOON,
        updated_at=NOON,
    )  # fmt: skip
    await page.desk.replica.apply(a_frame(1, 2, change(gone, seq=2)))
    timers = page.workspace.findChildren(QTimer)
    await until(lambda: not any(each.isActive() and each.isSingleShot() for each in timers))
    assert asked == []
    (open_next,) = page.workspace.named_actions()
    open_next.run()
    assert page.gone_to == [("prescription", an_id("late"))]
    page.workspace.show()
    assert page.workspace.cards[Lane.DISPENSE].count == 1
    assert [row.tail for row in said(page.workspace.waiting)] == ["RX-LATE0"]
    assert asked == ["what is next"]


async def test_a_change_has_only_its_own_prescription_put_into_order(
    design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = many(400)
    desk = await open_desk(tmp_path, *rows.all())
    page = await open_page(desk, design)
    page.workspace.show()
    asked: set[str] = set()
    order = LaneBook.since

    def counted(lanes: LaneBook, row: Prescription) -> datetime:
        asked.add(row.code)
        return order(lanes, row)

    monkeypatch.setattr(LaneBook, "since", counted)
    waiting = page.workspace.cards[Lane.UNPAID].count
    row = next(row for row in rows.prescriptions if row.status is PrescriptionStatus.DRAFT)
    paid = replace(
        row, version=row.version + 1, status=PrescriptionStatus.PAID, paid_at=NOON, updated_at=NOON
    )
    await desk.replica.apply(a_frame(1, 2, change(paid, seq=2)))
    await until(lambda: page.workspace.cards[Lane.UNPAID].count == waiting - 1)
    listed = {each.tail for each in said(page.workspace.waiting)}
    assert paid.code in asked
    assert asked <= {paid.code, *listed}
    assert len(page.workspace._agenda) > len(listed)
    await page.tasks.end()
    page.workspace.close()
    page.workspace.deleteLater()
    await desk.close()


async def test_a_change_on_the_feed_changes_the_numbers(page: Page) -> None:
    row = page.desk.replica.prescriptions.get(an_id("late"))
    assert row is not None
    ready = replace(
        row, version=row.version + 1, status=PrescriptionStatus.FULFILLED, fulfilled_at=NOON,
        updated_at=NOON,
    )  # fmt: skip
    await page.desk.replica.apply(a_frame(1, 2, change(ready, seq=2)))
    await until(lambda: page.workspace.cards[Lane.READY].count == 1)
    assert page.workspace.cards[Lane.DISPENSE].count == 1
    assert said(page.workspace.recent)[0].primary == said(page.workspace.waiting)[0].primary


async def test_the_shelves_say_what_expires_and_what_is_low(page: Page) -> None:
    await until(lambda: all(row.primary != "…" for row in said(page.workspace.shelves)))
    rows = [(row.primary.split()[0], row.status.split()[0]) for row in said(page.workspace.shelves)]
    assert rows == [
        ("Salbutamol", "expired"),
        ("Metformin", "expires"),
        ("Paracetamol", "out"),
        ("Azithromycin", "low"),
        ("Amoxicillin", "low"),
    ]


async def test_without_rows_each_list_says_so(design: Design, tmp_path: Path) -> None:
    desk = await open_desk(tmp_path)
    page = await open_page(desk, design)
    assert said(page.workspace.waiting) == said(page.workspace.recent) == []
    assert all(card.count == 0 for card in page.workspace.cards.values())
    page.workspace.show()
    await settled()
    greeting = page.workspace._greeting
    assert greeting.mapTo(page.workspace, greeting.rect().topLeft()).x() == (
        page.workspace.waiting.geometry().left()
    ), "it stands above the cards, with a next step or without"
    assert not page.workspace._go_on.isVisible()
    assert [hint.keys for hint in page.workspace.hints()] == [("Tab",)], "nothing is next"
    assert page.workspace.shelves.nothing.accessibleName() == "No stock is counted here yet"
    page.workspace.shelves.nothing.next_step.emit()
    assert page.places == [("stock", "shelves")]
    await page.tasks.end()
    await desk.close()


async def test_what_was_before_is_known_as_soon_as_the_rows_are(
    design: Design, tmp_path: Path
) -> None:
    desk = await open_desk(tmp_path)
    page = await open_page(desk, design)
    await desk.replica.swap(a_snapshot(pharmacist, *some_prescriptions()))
    await settled()
    curve = page.workspace._queue.wait(Lane.DISPENSE).curve
    assert curve[-2:] == (2, 2)
    await page.tasks.end()
    page.workspace.close()
    page.workspace.deleteLater()
    await desk.close()
